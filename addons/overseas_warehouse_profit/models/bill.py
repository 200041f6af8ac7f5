from odoo import api, fields, models

# What the charges are in the tree of kinds; a kind that is not listed is handling.
FEE_KINDS = {
    "storage": "overseas_storage",
    "packing": "packaging_cost",
    "freight": "parcel_freight",
    "duty": "duty_cost",
}
HANDLING = "overseas_handling"


class OverseasBill(models.Model):
    _inherit = "overseas.bill"

    def _prepare_move_line_vals(self, kind, lines, sign, product):
        """Extends to note which charges the line is the sum of."""
        return {**super()._prepare_move_line_vals(kind, lines, sign, product), "overseas_kind": kind}


class OverseasBillLine(models.Model):
    _inherit = "overseas.bill.line"

    profit = fields.Monetary(
        compute="_compute_profit",
        currency_field="company_currency_id",
        help="What it is in the profit: booked by its vendor bill, or estimated until that is posted.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")

    def _compute_profit(self):
        entries = self.env["profit.entry"].sudo()
        groups = entries._read_group([("overseas_charge_id", "in", self.ids)], ["overseas_charge_id"], ["amount:sum"])
        amounts = dict(groups)
        for line in self:
            line.profit = amounts.get(line, 0)

    @api.model
    def _get_fee_kinds(self):
        """Hook: ``{kind of charge: code of the kind of amount}``"""
        kinds = [kind for kind, _name in self._fields["kind"].selection]
        return {kind: FEE_KINDS.get(kind, HANDLING) for kind in kinds}

    def action_open_profit(self):
        """The facts of the charges."""
        entries = self.env["profit.entry"].search([("overseas_charge_id", "in", self.ids)])
        return entries._get_records_action(name=self.env._("Profit"))
