from odoo import fields, models
from odoo.addons.marketplace.contract import share
from odoo.exceptions import UserError

from ..models.price_sheet import to_decimal


class FirstMileBillDivision(models.TransientModel):
    """Divides the line of a forwarder's bill over the costs of the shipments that it is for."""

    _name = "first.mile.bill.division"
    _description = "Divide a Bill Line over Shipments"

    cost_ids = fields.Many2many(
        "first.mile.cost", string="Costs", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    bill_line_id = fields.Many2one(
        "account.move.line", required=True,
        domain="[('move_id.move_type', 'in', ('in_invoice', 'in_refund')), ('display_type', '=', 'product'),"
        " ('parent_state', '!=', 'cancel'), ('company_id', '=', company_id)]",
    )  # fmt: skip
    basis = fields.Selection(
        [
            ("chargeable", "Chargeable weight"),
            ("weight", "Actual weight"),
            ("volume", "Carton volume"),
            ("estimate", "Estimated cost"),
        ],
        required=True,
        default="chargeable",
        help="Of each shipment as a whole. Parts by hand are entered on the costs themselves.",
    )

    def action_divide(self):
        """Link the costs to the line, each with its part; the parts add up to the line to the smallest coin."""
        self.ensure_one()
        line, costs = self.bill_line_id.sudo(), self.cost_ids
        if others := line.first_mile_cost_ids.sudo(False) - costs:
            raise UserError(
                self.env._("The bill line is for %s too. Select these costs as well.", self._name_costs(others))
            )
        parts = share(to_decimal(line.price_subtotal), self._get_weights(), to_decimal(line.currency_id.rounding))
        for cost, part in zip(costs, parts, strict=True):
            cost.write({"bill_line_id": line.id, "bill_part": float(part)})
        costs.filtered("share_ids").action_allocate()
        return {"type": "ir.actions.act_window_close"}

    def _get_weights(self):
        """:raise UserError: a cost or shipment without the measure"""
        by_estimate = self.basis == "estimate"
        weights = [abs(cost.estimate) if by_estimate else cost.shipment_id[self.basis] for cost in self.cost_ids]
        missing = [cost.id for cost, weight in zip(self.cost_ids, weights, strict=True) if weight <= 0]
        if missing:
            raise UserError(
                self.env._(
                    "The measure is missing of %s. Enter it, or choose another basis.",
                    self._name_costs(self.cost_ids.browse(missing)),
                )
            )
        return weights

    def _name_costs(self, costs):
        return ", ".join(f"{cost.shipment_id.name} ({cost.name})" for cost in costs)
