from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..contract import Carton


class OverseasInboundCarton(models.Model):
    _name = "overseas.inbound.carton"
    _description = "Carton on Its Way to an Overseas Warehouse"
    _order = "inbound_id, number, id"
    _rec_name = "number"

    inbound_id = fields.Many2one("overseas.inbound", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    number = fields.Integer(required=True, help="As printed on the carton: 1, 2 …")
    length_cm = fields.Float("Length (cm)")
    width_cm = fields.Float("Width (cm)")
    height_cm = fields.Float("Height (cm)")
    weight_kg = fields.Float("Gross Weight (kg)", digits="Stock Weight")
    label = fields.Char(readonly=True, copy=False, help="The warehouse's own number of the carton, as on its label.")
    line_ids = fields.One2many("overseas.inbound.carton.line", "carton_id", copy=True)
    units = fields.Integer(compute="_compute_units")

    _number_uniq = models.Constraint("UNIQUE(inbound_id, number)", "Two cartons have the same number.")

    @api.depends("line_ids.units")
    def _compute_units(self):
        for carton in self:
            carton.units = sum(carton.line_ids.mapped("units"))

    def _check_complete(self):
        """:raise ValidationError: a carton lacks contents, weight or size; says which and what"""
        for carton in self:
            names = ["weight_kg", "length_cm", "width_cm", "height_cm"]
            labels = self.fields_get(names, ["string"])
            missing = [labels[name]["string"] for name in names if carton[name] <= 0]
            if not carton.line_ids:
                missing.append(self.env._("contents"))
            if missing:
                raise ValidationError(
                    self.env._(
                        "Carton %(number)d of %(notice)s lacks: %(missing)s. Fill it in, then announce the goods.",
                        number=carton.number,
                        notice=carton.inbound_id.reference,
                        missing=", ".join(missing),
                    )
                )

    def _prepare_carton(self, sku_by_product):
        """The carton in the words of the contract."""
        self.ensure_one()
        length, width, height = (_decimal(self[name]) for name in ("length_cm", "width_cm", "height_cm"))
        contents = tuple((sku_by_product[line.product_id], line.units) for line in self.line_ids)
        return Carton(self.number, length, width, height, _decimal(self.weight_kg), contents)


class OverseasInboundCartonLine(models.Model):
    _name = "overseas.inbound.carton.line"
    _description = "Contents of a Carton"
    _order = "carton_id, id"
    _rec_name = "product_id"

    carton_id = fields.Many2one("overseas.inbound.carton", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="carton_id.company_id", store=True, index=True)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="restrict", domain=[("type", "=", "consu")], index=True
    )
    units = fields.Integer(required=True)

    _units_positive = models.Constraint("CHECK(units > 0)", "A carton holds at least one unit of each product in it.")


def _decimal(number):
    """A measure as it is shown, to the gram or millimetre and less."""
    return Decimal(str(round(number, 4)))
