from odoo import Command, api, fields, models

from ..engine import UNIT, bridge, bridge_ledger, to_units
from ..models.res_company import METHOD_NAMES

LEDGER = ("ledger", "Odoo's Valuation")


class CostBridge(models.TransientModel):
    """Why two costing methods, or the layers and Odoo's valuation, differ, product by product."""

    _name = "cost.bridge"
    _description = "Cost Bridge"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    first = fields.Selection(METHOD_NAMES, "From", required=True, default="fifo")
    second = fields.Selection([*METHOD_NAMES, LEDGER], "To", required=True, default="moving")
    line_ids = fields.One2many("cost.bridge.line", "bridge_id", string="Products", readonly=True)
    difference = fields.Monetary(compute="_compute_difference", help="What the second has more in stock.")

    @api.depends("first", "second")
    def _compute_display_name(self):
        names = dict(self._fields["second"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{names.get(record.first)} → {names.get(record.second)}"

    @api.depends("line_ids")
    def _compute_difference(self):
        for record in self:
            record.difference = sum(record.line_ids.mapped("difference"))

    def action_compare(self):
        """Replay the log by both and show the difference of each product."""
        self.ensure_one()
        lines = self._prepare_ledger() if self.second == "ledger" else self._prepare_methods()
        self.line_ids = [Command.clear(), *map(Command.create, lines)]

    def _prepare_methods(self):
        states = self.env["cost.state"].sudo()
        result = bridge(states._replay(self.company_id, self.first), states._replay(self.company_id, self.second))
        unit = 10**self.currency_id.decimal_places
        for line in result.lines:
            yield {
                "product_id": line.product,
                "quantity": line.units / UNIT,
                "first_value": sum(line.first) / unit,
                "second_value": sum(line.second) / unit,
                "difference": sum(line.difference) / unit,
                "purchase_effect": line.difference[0] / unit,
                "capitalised_effect": sum(line.difference[1:]) / unit,
                "first_sold": sum(line.first_sold) / unit,
                "second_sold": sum(line.second_sold) / unit,
                "reason": self._explain_places(line, unit),
            }

    def _explain_places(self, line, unit):
        places = self.env["stock.location"].sudo().browse(line.places)
        return ", ".join(
            self.env._(
                "%(place)s %(amount)+.2f", place=place.warehouse_id.name or place.name, amount=sum(amounts) / unit
            )
            for place, amounts in zip(places, line.places.values(), strict=True)
        )

    def _prepare_ledger(self):
        unit = 10**self.currency_id.decimal_places
        method = self.env["cost.state"].sudo()._replay(self.company_id, self.first)
        products = self.env["product.product"].sudo().with_company(self.company_id).browse(method.products)
        ledger = {
            product.id: (
                to_units(product._with_valuation_context().qty_available),  # what travels is valued as well
                round(product.total_value * unit),
            )
            for product in products
        }
        sold = method.expensed()
        for line in bridge_ledger(method, ledger):
            yield {
                "product_id": line.product,
                "quantity": line.units / UNIT,
                "first_value": line.layer_value / unit,
                "second_value": line.ledger_value / unit,
                "difference": line.difference / unit,
                "first_sold": sum(sold[line.product]) / unit,
                "capitalised_effect": -line.capitalised / unit,
                "units_effect": line.units_effect / unit,
                "purchase_effect": line.purchase_effect / unit,
            }


class CostBridgeLine(models.TransientModel):
    _name = "cost.bridge.line"
    _description = "Product of a Cost Bridge"
    _order = "product_id"
    _rec_name = "product_id"

    bridge_id = fields.Many2one("cost.bridge", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="bridge_id.currency_id")
    product_id = fields.Many2one("product.product", readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    first_value = fields.Monetary("Stock, From", readonly=True)
    second_value = fields.Monetary("Stock, To", readonly=True)
    difference = fields.Monetary(readonly=True)
    purchase_effect = fields.Monetary("Purchase Value", readonly=True, help="Goods are valued at another price.")
    capitalised_effect = fields.Monetary(
        "Freight, Duty, Other", readonly=True, help="Costs beyond purchase; Odoo's valuation does not hold them."
    )
    units_effect = fields.Monetary("Other Units", readonly=True, help="Odoo's valuation counts other units.")
    first_sold = fields.Monetary("Cost of Sales, From", readonly=True)
    second_sold = fields.Monetary("Cost of Sales, To", readonly=True)
    reason = fields.Text("Where It Lies", readonly=True)

    def action_events(self):
        """Open the product's log."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("stock_cost_layer.action_event"),
            "domain": [("product_id", "=", self.product_id.id), ("company_id", "=", self.bridge_id.company_id.id)],
            "context": {},
        }
