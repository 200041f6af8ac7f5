from odoo import api, fields, models

from ..engine import Goods, assess
from .price_sheet import to_decimal


class FirstMileShipmentLine(models.Model):
    """A product of a shipment: what is to be shipped, and what is declared for it."""

    _name = "first.mile.shipment.line"
    _description = "Shipped Product"
    _order = "shipment_id, id"

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="shipment_id.currency_id")
    product_id = fields.Many2one("product.product", required=True, domain="[('is_storable', '=', True)]", index=True)
    quantity = fields.Float(required=True, default=1, digits="Product Unit", help="Units to be shipped.")
    packed = fields.Float(compute="_compute_packed", digits="Product Unit", help="Units in the cartons.")
    unit_value = fields.Float(
        string="Declared per Unit", digits="Product Price", compute="_compute_unit_value", store=True, readonly=False,
        help="Value of one unit on the commercial invoice and the customs declaration.",
    )  # fmt: skip
    declared_value = fields.Monetary(compute="_compute_declared_value")
    hs_code = fields.Char(related="product_id.hs_code", string="HS Code", readonly=False)
    origin_id = fields.Many2one(related="product_id.country_of_origin", string="Origin", readonly=False)
    duty_percent = fields.Float(
        string="Duty (%)", readonly=True, copy=False, help="Of the customs value, all duties together."
    )
    duty_amount = fields.Monetary(string="Duty", readonly=True, copy=False)
    duty_detail = fields.Char(readonly=True, copy=False, help="Each duty with its percentage and amount.")
    vat_amount = fields.Monetary(string="Import VAT", readonly=True, copy=False)

    _product_uniq = models.Constraint("UNIQUE(shipment_id, product_id)", "This product is already on the shipment.")
    _positive = models.Constraint(
        "CHECK(quantity > 0 AND unit_value >= 0)", "Quantities must be above 0 and values cannot be negative."
    )

    @api.depends("shipment_id.carton_ids.line_ids.quantity", "product_id")
    def _compute_packed(self):
        for shipment in self.shipment_id:
            totals = shipment.carton_ids._count_units()
            for line in shipment.line_ids:
                line.packed = totals.get(line.product_id, 0)

    @api.depends("product_id")
    def _compute_unit_value(self):
        for line in self:
            shipment = line.shipment_id
            own = shipment.company_id.currency_id or self.env.company.currency_id
            cost = line.product_id.with_company(shipment.company_id).standard_price
            if line.currency_id and not line.currency_id._is_rated(shipment.company_id):
                line.unit_value = 0  # a person has to state it: Odoo would take the cost 1:1
                continue
            line.unit_value = own._convert(
                cost, line.currency_id or own, shipment.company_id, shipment.ship_date, round=False
            )

    @api.depends("quantity", "unit_value")
    def _compute_declared_value(self):
        for line in self:
            line.declared_value = line.currency_id.round(line.quantity * line.unit_value)

    def _assess(self, shipment):
        """Write duty and import VAT of all lines of a shipment.

        :raises UnknownHsCode: goods without an ordinary duty
        """
        destination = shipment.lane_id.destination_country_id
        table = self.env["customs.tariff"]._get_table(destination, shipment)
        origin = shipment.lane_id.origin_country_id
        goods = [
            Goods(
                line.id,
                line.hs_code,
                (line.origin_id or origin).code,
                to_decimal(line.declared_value),
                to_decimal(line.product_id.weight) * to_decimal(line.quantity),
            )  # fmt: skip
            for line in self
        ]
        freight, insurance = (shipment._get_carriage(component) for component in ("freight", "insurance"))
        unit = to_decimal(shipment.currency_id.rounding)
        for found in assess(table, goods, destination.code, shipment.ship_date, freight, insurance, unit):
            details = [
                f"{row.name or row.hs_prefix} {row.percent.normalize():f} % = {amount}" for row, amount in found.parts
            ]
            self.browse(found.goods.key).write(
                {
                    "duty_percent": float(sum(row.percent for row, _amount in found.parts)),
                    "duty_amount": float(found.duty),
                    "duty_detail": "; ".join(details),
                    "vat_amount": float(found.vat),
                }
            )
