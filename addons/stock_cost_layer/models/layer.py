from decimal import Decimal

from odoo import api, fields, models

from ..engine import COMPONENTS, UNIT, ZERO, to_money


class CostLayer(models.Model):
    """What lies in a warehouse or travels, and what it cost. Averaging methods have one layer per place."""

    _name = "cost.layer"
    _inherit = ["cost.amounts"]
    _description = "Cost Layer"
    _order = "product_id, place_id, event_id"
    _log_access = False
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", index=True, readonly=True)
    place_id = fields.Many2one(
        "stock.location", "Warehouse or Transit", required=True, ondelete="restrict", readonly=True
    )
    event_id = fields.Many2one("cost.event", "Came With", ondelete="restrict", readonly=True)
    quantity = fields.Float(
        digits=(16, 6), readonly=True, help="Negative: sold before it came; it has no cost until a receipt comes."
    )
    unit_cost = fields.Monetary("Cost per Unit", compute="_compute_unit_cost", help="Total divided by quantity.")

    @api.depends("value", "quantity")
    def _compute_unit_cost(self):
        for layer in self:
            layer.unit_cost = layer.value / layer.quantity if layer.quantity > 0 else 0

    @api.model
    def _show(self, company, method):
        """Make the layers of the products that a method holds equal to it; layers that stay are not touched.

        Layers are derived and nothing refers to them, so they are written without the ORM's bookkeeping, which would
        take longer than all of the costing.
        """
        wanted = self._get_wanted(method)
        stale = []
        for layer in self.search([("company_id", "=", company.id), ("product_id", "in", list(method.products))]):
            key = (layer.product_id.id, layer.place_id.id, layer.event_id.id)
            if wanted.get(key) == (round(layer.quantity * UNIT), layer._get_amounts()):
                del wanted[key]
            else:
                stale.append(layer.id)
        if stale:
            self.env.cr.execute("DELETE FROM cost_layer WHERE id = ANY(%s)", [stale])
        if wanted:
            digits = company.currency_id.decimal_places
            self.env.cr.execute_values(
                f"""INSERT INTO cost_layer (company_id, product_id, place_id, event_id, quantity, value,
                                            {", ".join(COMPONENTS)}) VALUES %s""",
                [
                    (company.id, product, place, event or None, units / UNIT)
                    + tuple(Decimal(amount).scaleb(-digits) for amount in (sum(amounts), *amounts))
                    for (product, place, event), (units, amounts) in wanted.items()
                ],
                page_size=len(wanted),
            )
        if stale or wanted:
            self.invalidate_model(flush=False)

    @api.model
    def _get_wanted(self, method):
        wanted = {}
        for product_id, product in method.products.items():
            for place in product.places.values():
                if place.missing:
                    wanted[product_id, place.key, False] = (-place.missing, ZERO)
                elif method.averages and place.units:
                    wanted[product_id, place.key, False] = (place.units, method.value(place))
                elif not method.averages:
                    for lot in place.queue:
                        wanted[product_id, place.key, lot.node.id] = (lot.units, lot.amounts)
        return wanted

    @api.model
    def _get_unit_costs(self, products, warehouses, method=None):
        """What a unit costs, by component.

        :param products: product.product
        :param warehouses: stock.warehouse, or stock.location of transit
        :param str method: fifo, moving, monthly or batch; the company's by default
        :return: ``{(product, warehouse): {component: Decimal}}`` in the company's currency, not rounded; pairs
            without stock are left out
        """
        places = warehouses.view_location_id if warehouses._name == "stock.warehouse" else warehouses
        by_place = dict(zip(places, warehouses, strict=True))
        result = {}
        for company in warehouses.company_id:
            values = self._get_values(company, products, places, method)
            for (product_id, place_id), (units, amounts) in values.items():
                place = places.browse(place_id)
                if units <= 0 or place not in by_place:
                    continue
                money = to_money(amounts, company.currency_id.decimal_places)
                unit = {component: amount * UNIT / units for component, amount in money.items()}
                result[products.browse(product_id), by_place[place]] = unit
        return result

    @api.model
    def _get_values(self, company, products, places, method=None):
        if method and method != company.cost_layer_method:
            return self.env["cost.state"].sudo()._replay(company, method, products.ids).values()
        rows = self._read_group(
            [("company_id", "=", company.id), ("product_id", "in", products.ids), ("place_id", "in", places.ids)],
            ["product_id", "place_id"],
            ["quantity:sum", *(f"{component}:sum" for component in COMPONENTS)],
        )
        digits = company.currency_id.decimal_places
        return {
            (product.id, place.id): (
                round(quantity * UNIT),
                tuple(int(round(Decimal(str(amount)).scaleb(digits))) for amount in amounts),
            )
            for product, place, quantity, *amounts in rows
        }

    def action_why(self):
        """Open what the cost of this layer comes from."""
        self.ensure_one()
        if self.event_id:
            return self.event_id.action_why()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("stock_cost_layer.action_event"),
            "name": self.env._("Why This Cost"),
            "domain": [("product_id", "=", self.product_id.id), ("company_id", "=", self.company_id.id)],
            "context": {},
        }
