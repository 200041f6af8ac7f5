from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class OverseasBillLine(models.Model):
    _inherit = "overseas.bill.line"

    move_id = fields.Many2one(
        "account.move", "Vendor Bill", readonly=True, ondelete="set null", index="btree_not_null", copy=False
    )

    @api.model
    def _get_unbilled_domain(self):
        """Charges that no vendor bill has, without those that are disputed."""
        return [("decision", "!=", "disputed"), "|", ("move_id", "=", False), ("move_id.state", "=", "cancel")]


class OverseasBill(models.Model):
    """Charges become vendor bills: the checked ones at once, late ones a bill of their own."""

    _inherit = "overseas.bill"

    vendor_bill_id = fields.Many2one(
        "account.move",
        "Vendor Bill to Link",
        copy=False,
        domain="[('move_type', 'in', ('in_invoice', 'in_refund')), ('state', '!=', 'cancel'), "
        "('currency_id', '=', currency_id), ('company_id', '=', company_id)]",
        help="A bill of the operator that was entered already.",
    )
    unbilled_count = fields.Integer("Without Vendor Bill", compute="_compute_billing", compute_sudo=True)
    move_ids = fields.Many2many("account.move", string="Vendor Bills", compute="_compute_billing", compute_sudo=True)
    billed_difference = fields.Monetary(
        compute="_compute_billing",
        compute_sudo=True,
        help="What the vendor bills state without taxes, less the charges that they are for.",
    )

    @api.depends("line_ids.move_id.state", "line_ids.move_id.amount_untaxed", "line_ids.decision", "line_ids.amount")
    def _compute_billing(self):
        Line = self.env["overseas.bill.line"]
        domain = [("bill_id", "in", self.ids), *Line._get_unbilled_domain()]
        unbilled = dict(Line._read_group(domain, ["bill_id"], ["__count"]))
        of_moves = [("move_id", "in", self.line_ids.move_id.ids)]
        charged = dict(Line._read_group(of_moves, ["move_id"], ["amount:sum"]))
        for bill in self:
            moves = bill.line_ids.move_id.filtered(lambda move: move.state != "cancel")
            more = sum(move.direction_sign * move.amount_untaxed - charged[move] for move in moves)
            bill.unbilled_count = unbilled.get(bill, 0)
            bill.move_ids = moves
            bill.billed_difference = bill.currency_id.round(more)

    # === ACTIONS === #

    def action_create_vendor_bill(self):
        """Draft vendor bills of what was charged, a line per kind; credits that outweigh the charges are a refund."""
        self.check_access("write")
        moves = self.env["account.move"]
        for bill in self:
            lines = bill._take_unbilled()
            move = moves.create(bill._prepare_move_vals(lines))
            lines.move_id = move
            moves |= move
        return moves._get_records_action(name=self.env._("Vendor Bills"))

    def action_link_vendor_bill(self):
        """Take a bill that was entered already for the bill of the charges."""
        self.ensure_one()
        self.check_access("write")
        move = self.vendor_bill_id
        if move.currency_id != self.currency_id or move.company_id != self.company_id:
            raise UserError(self.env._("Choose a vendor bill in %s of the same company.", self.currency_id.name))
        self._take_unbilled().move_id = move
        self.vendor_bill_id = False

    def action_view_vendor_bills(self):
        """The vendor bills of the charges."""
        return self.move_ids._get_records_action(name=self.env._("Vendor Bills"))

    def _take_unbilled(self):
        """Charges that may be billed now.

        :raise UserError: there are none, or a person has to look at some first
        """
        self.ensure_one()
        if self.flagged_count:
            raise UserError(
                self.env._(
                    "%(bill)s: accept or dispute the %(count)d charges to check first.",
                    bill=self.display_name,
                    count=self.flagged_count,
                )
            )
        lines = self.line_ids.filtered_domain(self.line_ids._get_unbilled_domain())
        if not lines:
            raise UserError(self.env._("All charges of %s have a vendor bill, or are disputed.", self.display_name))
        return lines

    def _prepare_move_vals(self, lines):
        partner = self.account_id.partner_id
        if not partner:
            raise UserError(self.env._("Choose the vendor on the account %s first.", self.account_id.name))
        products = self.account_id._get_fee_products()
        refund = self.currency_id.compare_amounts(sum(lines.mapped("amount")), 0) < 0
        sign = -1 if refund else 1
        return {
            "move_type": "in_refund" if refund else "in_invoice",
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.month + relativedelta(months=1, days=-1),
            "invoice_origin": self.display_name,
            "invoice_line_ids": [
                Command.create(self._prepare_move_line_vals(kind, group, sign, products.get(kind)))
                for kind, group in lines.sorted("kind").grouped("kind").items()
            ],
        }

    def _prepare_move_line_vals(self, kind, lines, sign, product):
        """Values of a bill's line. Its taxes are Odoo's own: of the service, else of the expense account or company, as
        the vendor's fiscal position maps them."""
        kinds = dict(lines._fields["kind"]._description_selection(self.env))
        return {
            "name": self.env._(
                "%(kind)s %(month)s: %(count)d charges", kind=kinds[kind], month=f"{self.month:%Y-%m}", count=len(lines)
            ),
            "quantity": 1,
            "price_unit": sign * self.currency_id.round(sum(lines.mapped("amount"))),
            "product_id": product and product.id,
        }
