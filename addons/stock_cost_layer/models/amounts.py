from decimal import Decimal

from odoo import api, fields, models

from ..engine import COMPONENTS, to_amounts, to_money


class CostAmounts(models.AbstractModel):
    """Columns of a record that has an amount per component, in its company's currency."""

    _name = "cost.amounts"
    _description = "Amount per Cost Component"

    company_id = fields.Many2one("res.company", required=True, ondelete="restrict", index=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    purchase = fields.Monetary(readonly=True, help="What the supplier asked for the goods.")
    freight = fields.Monetary(readonly=True, help="What carriers and forwarders asked for the journey.")
    duty = fields.Monetary(readonly=True, help="Customs duty that is not given back; import VAT is no cost.")
    insurance = fields.Monetary(readonly=True)
    preparation = fields.Monetary(readonly=True, help="Labels, bags, cartons and the work on them.")
    other = fields.Monetary("Other Costs", readonly=True)
    value = fields.Monetary(
        "Total", compute="_compute_value", store=True, precompute=True, help="Sum of all components."
    )

    @api.depends(*COMPONENTS)
    def _compute_value(self):
        for record in self:
            record.value = sum(record[component] for component in COMPONENTS)

    def _get_amounts(self):
        """The components as whole numbers of the currency's smallest unit."""
        self.ensure_one()
        money = {component: Decimal(str(self[component])) for component in COMPONENTS}
        return to_amounts(money, self.currency_id.decimal_places)

    @api.model
    def _prepare_amounts(self, amounts, currency):
        """Values of the components' columns from whole numbers of the smallest unit."""
        money = to_money(amounts, currency.decimal_places)
        return {component: float(money.get(component, 0)) for component in COMPONENTS}
