from odoo import api, fields, models
from odoo.exceptions import UserError


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    is_fba = fields.Boolean(compute="_compute_is_fba")
    fba_inbound_id = fields.Many2one("fba.inbound", "Amazon's Plan", readonly=True, copy=False, index="btree_not_null")
    fba_shipment_ids = fields.One2many("fba.inbound.shipment", "notice_id", readonly=True)
    fba_ship_from_id = fields.Many2one("res.partner", "Ships From", help="Empty: the address of the sending warehouse.")
    fba_solution = fields.Selection(
        [("USE_YOUR_OWN_CARRIER", "Our Own Carrier"), ("AMAZON_PARTNERED_CARRIER", "Amazon's Partner")],
        "Carrier to Propose",
        required=True,
        default="USE_YOUR_OWN_CARRIER",
    )
    fba_label_owner = fields.Selection(
        [("SELLER", "We"), ("AMAZON", "Amazon, for a Fee"), ("NONE", "Nobody: Maker's Barcode")],
        "Labels Units",
        required=True,
        default="SELLER",
    )
    fba_take_proposals = fields.Boolean(
        "Take Proposals",
        help="Carrier and delivery window are taken as proposed, without asking. The placement is always asked.",
    )

    @api.depends("account_id.provider")
    def _compute_is_fba(self):
        for notice in self:
            notice.is_fba = notice.account_id.provider == "fba"

    # === ANNOUNCING === #

    def action_announce(self):
        """Override of `overseas_warehouse`: what goes to Amazon becomes a plan, which a person follows."""
        fba = self.filtered("is_fba")
        if others := self - fba:
            super(OverseasInbound, others).action_announce()
        if not fba:
            return None
        super(OverseasInbound, fba).action_announce()
        plans = self.env["fba.inbound"].sudo()
        for notice in fba:
            plans += notice.sudo().fba_inbound_id or plans._start(notice.sudo())
        plans.action_retry()
        return plans.with_env(self.env)._get_records_action(name=self.env._("Inbound Plan"))

    def action_retry(self):
        """Override of `overseas_warehouse`: Amazon's plan goes on where it stopped."""
        fba = self.filtered("fba_inbound_id")
        result = super(OverseasInbound, self - fba).action_retry()
        fba.fba_inbound_id.action_retry()
        return result

    @api.model
    def _job_exchange(self, account):
        """Override of `overseas_warehouse`: Amazon is not given notices, only asked what arrived."""
        if account.provider != "fba":
            return super()._job_exchange(account)
        if account.state != "disabled" and not account.needs_authorisation:
            self.env["fba.inbound.shipment"]._follow(account)
        return None

    # === DIVIDING === #

    def _fba_split(self, number):
        """Another notice for a part of the goods, which goes to another warehouse of Amazon."""
        part = self._divide(number)
        part.fba_inbound_id = self.fba_inbound_id
        return part

    def _fba_accept(self, confirmation):
        """Amazon awaits the goods under this number."""
        self.write(
            {
                "state": "accepted",
                "external_id": confirmation,
                "accepted_at": fields.Datetime.now(),
                "message": False,
                "next_try_at": False,
            }
        )

    # === ACTIONS === #

    def action_cancel(self):
        """Override of `overseas_warehouse`: goods of a plan are withdrawn with the plan."""
        if planned := self.filtered(lambda notice: notice.fba_inbound_id and notice.state != "draft"):
            raise UserError(
                self.env._(
                    "Amazon has a plan for %s. Withdraw the plan: all of its goods are withdrawn together.",
                    ", ".join(planned.mapped("reference")),
                )
            )
        return super().action_cancel()

    def action_print_labels(self):
        """Override of `overseas_warehouse`: labels of the shipment's boxes."""
        self.ensure_one()
        if not self.is_fba:
            return super().action_print_labels()
        if not self.fba_shipment_ids:
            message = self.env._("Amazon prints labels when the plan of %s is arranged.", self.reference)
            raise UserError(message)
        return self.fba_shipment_ids.action_print_labels()

    def action_view_fba_inbound(self):
        self.ensure_one()
        return self.fba_inbound_id._get_records_action(name=self.env._("Inbound Plan"))


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    def _enqueue_waiting(self):
        """Override of `overseas_warehouse` for plans whose jobs were lost or waited for the authorisation."""
        result = super()._enqueue_waiting()
        self.env["fba.inbound"]._enqueue(self)
        self.env["fba.inbound.shipment"]._enqueue_lost(self)
        return result
