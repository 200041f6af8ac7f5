from decimal import Decimal

from odoo import api, models

from ..engine import METHODS, UNIT, to_money

UNIT_COST = Decimal("0.0001")


def to_unit_costs(units, amounts, currency):
    """What one unit costs.

    :param int units: in millionths, more than 0
    :param amounts: of all units, by component in the currency's smallest unit
    :return: ``({component: Decimal}, Decimal)``, components other than 0 and their total, with four decimals
    """
    money = to_money(amounts, currency.decimal_places)
    parts = {name: (amount * UNIT / units).quantize(UNIT_COST) for name, amount in money.items()}
    return parts, (sum(money.values(), Decimal(0)) * UNIT / units).quantize(UNIT_COST)


class CostLayer(models.Model):
    _inherit = "cost.layer"

    @api.model
    def get_unit_costs(self, product_ids, warehouse_ids):
        """What a unit costs in each warehouse by every method, for screens and other programs.

        :param list product_ids: ids of product.product
        :param list warehouse_ids: ids of stock.warehouse, of companies that keep cost layers
        :return: list of ``{"warehouse_id", "product_id", "method", "units", "components": {component: text}, "total"}``
            with amounts of one unit in the company's currency as text with four decimals; what has no stock is left out
        """
        self.browse().check_access("read")
        products = self.env["product.product"].browse(product_ids)
        warehouses = self.env["stock.warehouse"].browse(warehouse_ids)
        products.check_access("read")
        warehouses.check_access("read")
        rows = []
        for company, own in warehouses.grouped("company_id").items():
            for method in METHODS:
                rows += self._prepare_unit_costs(company, own, products, method)
        return rows

    @api.model
    def _prepare_unit_costs(self, company, warehouses, products, method):
        values = self._get_values(company, products, warehouses.view_location_id, method)
        for warehouse in warehouses:
            for product in products:
                units, amounts = values.get((product.id, warehouse.view_location_id.id), (0, ()))
                if units > 0:
                    parts, total = to_unit_costs(units, amounts, company.currency_id)
                    yield {
                        "warehouse_id": warehouse.id,
                        "product_id": product.id,
                        "method": method,
                        "units": units / UNIT,
                        "components": {name: str(amount) for name, amount in parts.items()},
                        "total": str(total),
                    }
