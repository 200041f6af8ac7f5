from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

BATCH = 100
MOST_ORDERS = 20000


class MarketplaceRoutingTrial(models.Model):
    """A dry run: a rule set decides past orders, and nothing but this record and its lines is written."""

    _name = "marketplace.routing.trial"
    _description = "Routing Dry Run"
    _order = "id desc"
    _rec_name = "ruleset_id"
    _check_company_auto = True

    ruleset_id = fields.Many2one(
        "marketplace.routing.ruleset", string="Rule Set", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_state = fields.Selection(related="ruleset_id.state", string="State of the Rule Set")
    order_limit = fields.Integer(
        "Last Orders", default=500, required=True, help="The newest orders that we ship ourselves, up to this number."
    )
    date_from = fields.Date("From", help="Orders of this day and later.")
    date_to = fields.Date("To", help="Orders up to this day.")
    shop_ids = fields.Many2many("marketplace.shop", string="Shops", check_company=True, help="Empty: all shops.")
    stock_basis = fields.Selection(
        [
            ("then", "As it was when each order was decided"),
            ("today", "As it is today"),
            ("unlimited", "Everything is in stock everywhere"),
        ],
        string="Stock",
        default="then",
        required=True,
        help="As it was: what the decisions recorded; what none has recorded counts as today. As it is today: each "
        "order takes its units, so later ones find less. Everything in stock: shows what the rules alone would do.",
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Running"),
            ("done", "Finished"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    message = fields.Char(readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)
    order_queue = fields.Json(readonly=True, copy=False, help="Ids of the orders, newest first.")
    taken = fields.Json(readonly=True, copy=False, help="Units per product and warehouse that were given to orders.")
    total_count = fields.Integer("Orders", readonly=True, copy=False)
    done_count = fields.Integer("Orders Tried", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many("marketplace.routing.trial.line", "trial_id", readonly=True)

    @api.depends("total_count", "done_count", "state")
    def _compute_progress(self):
        for trial in self:
            trial.progress = 100 * trial.done_count / trial.total_count if trial.total_count else 0

    # === CHECKS === #

    @api.constrains("ruleset_id", "order_limit", "date_from", "date_to", "shop_ids")
    def _check_input(self):
        """A dry run that could show nothing is refused before it is stored."""
        for trial in self:
            if not 0 < trial.order_limit <= MOST_ORDERS:
                raise ValidationError(
                    self.env._("Say how many of the last orders to try: a number from 1 to %s.", MOST_ORDERS)
                )
            if trial.date_from and trial.date_to and trial.date_from > trial.date_to:
                raise ValidationError(self.env._("The period is upside down: it ends before it begins."))
            trial.ruleset_id._check_complete()
            trial.ruleset_id._prepare_engine()
            if not trial._find_orders(1):
                raise ValidationError(
                    self.env._("There is no order that we ship ourselves in this period and these shops.")
                )

    def _find_orders(self, limit):
        """The newest orders to try."""
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("marketplace_shop_id", "!=", False),
                ("marketplace_fulfilment", "=", "merchant"),
                ("state", "=", "sale"),
            ]
        )
        if self.shop_ids:
            domain &= Domain("marketplace_shop_id", "in", self.shop_ids.ids)
        if self.date_from:
            domain &= Domain("date_order", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("date_order", "<", self.date_to + timedelta(days=1))
        return self.env["sale.order"].sudo().search(domain, order="date_order desc, id desc", limit=limit)

    # === RUN === #

    def action_run(self):
        """Choose the orders and try them in the background."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "running":
            raise UserError(self.env._("This dry run is at work already."))
        self._check_input()
        orders = self._find_orders(self.order_limit)
        self.sudo().line_ids.unlink()
        self.write(
            {
                **self._prepare_empty_totals(),
                "state": "running",
                "message": False,
                "started_at": fields.Datetime.now(),
                "finished_at": False,
                "order_queue": orders.ids,
                "taken": {},
                "parcels": {},
                "total_count": len(orders),
                "done_count": 0,
            }
        )
        self._enqueue()
        return True

    def _enqueue(self):
        """Try the next orders in a job of its own, so that the progress shows and a cancellation is noticed."""
        self.with_delay(
            channel="root.marketplace.routing",
            identity_key=f"marketplace-routing-trial-{self.id}-{self.started_at:%Y%m%d%H%M%S}-{self.done_count}",
            description=self.env._("Dry run of %s", self.ruleset_id.name),
        )._job_run()

    def _job_run(self):
        """Try the next orders, from the oldest to the newest. A run that was cancelled stops here."""
        self.ensure_one()
        if not self.try_lock_for_update() or self.state != "running":
            return
        rest = len(self.order_queue) - self.done_count
        batch = self.order_queue[max(0, rest - BATCH) : rest]
        try:
            with self.env.cr.savepoint():
                self._try_orders(self.env["sale.order"].sudo().browse(batch).exists())
        except (UserError, ValidationError) as error:
            self.write({"state": "failed", "message": str(error), "finished_at": fields.Datetime.now()})
            return
        self.done_count += len(batch)
        if self.done_count < self.total_count:
            self._enqueue()
        else:
            self._note_idle_rules()
            self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def action_cancel(self):
        """Stop after the orders that are being tried; what was found so far stays."""
        self.check_access("write")
        running = self.filtered(lambda trial: trial.state == "running")
        running.write({"state": "cancelled", "finished_at": fields.Datetime.now()})

    # === WAYS ON === #

    def action_switch_on(self):
        """Let the rules that were tried decide new orders from now on."""
        self.ensure_one()
        self.ruleset_id.action_switch_on()
        return self.action_open_ruleset()

    def action_open_ruleset(self):
        self.ensure_one()
        return self.ruleset_id._get_records_action()

    def action_refresh(self):
        """Reload the form; the record is read again by the client."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class MarketplaceRoutingRuleset(models.Model):
    _inherit = "marketplace.routing.ruleset"

    trial_ids = fields.One2many("marketplace.routing.trial", "ruleset_id", readonly=True)
    trial_count = fields.Integer("Dry Runs", compute="_compute_trial_count")

    @api.depends("trial_ids")
    def _compute_trial_count(self):
        for ruleset in self:
            ruleset.trial_count = len(ruleset.trial_ids)

    def action_try(self):
        """Ask on which orders to try the rules."""
        self.ensure_one()
        self._check_complete()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": "marketplace.routing.trial",
            "view_mode": "form",
            "context": {"default_ruleset_id": self.id},
        }

    def action_view_trials(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_routing.action_trials")
        action.update({"domain": [("ruleset_id", "=", self.id)], "context": {"default_ruleset_id": self.id}})
        return action
