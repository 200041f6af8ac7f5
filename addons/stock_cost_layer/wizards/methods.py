from odoo import fields, models

from ..engine import METHODS, UNIT
from ..models.res_company import METHOD_NAMES
from ..models.unit_costs import to_unit_costs

DIGITS = (16, 4)


class CostMethods(models.TransientModel):
    """What a unit costs by every method, side by side."""

    _name = "cost.methods"
    _description = "Unit Costs by Method"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    product_ids = fields.Many2many("product.product", string="Products", help="Empty: all that have stock.")
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", check_company=True, help="Empty: all, and what is under way."
    )

    def action_compare(self):
        """Replay the log by every method and list what lies where, at what cost.

        :raises AccessError: of another company
        """
        self.ensure_one()
        self.env["cost.methods.line"].create([vals for method in METHODS for vals in self._prepare_lines(method)])
        action = self.env["ir.actions.act_window"]._for_xml_id("stock_cost_layer.action_methods_line")
        return {**action, "domain": [("comparison_id", "=", self.id)]}

    def _prepare_lines(self, method):
        places = self.warehouse_ids.view_location_id.ids
        product_ids = self.product_ids.ids or None
        values = self.env["cost.state"].sudo()._replay(self.company_id, method, product_ids).values()
        for (product_id, place_id), (units, amounts) in values.items():
            if units > 0 and (not places or place_id in places):
                components, total = to_unit_costs(units, amounts, self.company_id.currency_id)
                yield {
                    "comparison_id": self.id,
                    "product_id": product_id,
                    "place_id": place_id,
                    "method": method,
                    "quantity": units / UNIT,
                    "unit_cost": float(total),
                    "value": sum(amounts) / 10**self.company_id.currency_id.decimal_places,
                    **{component: float(amount) for component, amount in components.items()},
                }


class CostMethodsLine(models.TransientModel):
    _name = "cost.methods.line"
    _description = "Unit Cost by a Method"
    _order = "product_id, place_id, id"
    _rec_name = "product_id"

    comparison_id = fields.Many2one("cost.methods", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="comparison_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", readonly=True)
    place_id = fields.Many2one("stock.location", "Warehouse or Transit", readonly=True)
    method = fields.Selection(METHOD_NAMES, readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True, aggregator=None)
    purchase = fields.Float(digits=DIGITS, readonly=True, aggregator=None)
    freight = fields.Float(digits=DIGITS, readonly=True, aggregator=None)
    duty = fields.Float(digits=DIGITS, readonly=True, aggregator=None)
    insurance = fields.Float(digits=DIGITS, readonly=True, aggregator=None)
    preparation = fields.Float(digits=DIGITS, readonly=True, aggregator=None)
    other = fields.Float("Other Costs", digits=DIGITS, readonly=True, aggregator=None)
    unit_cost = fields.Float("Cost per Unit", digits=DIGITS, readonly=True, aggregator=None)
    value = fields.Monetary("Stock Value", readonly=True)
