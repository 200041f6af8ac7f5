from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import Box
from .price_sheet import to_decimal


class FirstMileCarton(models.Model):
    """A carton of a shipment, with its size, weight and contents."""

    _name = "first.mile.carton"
    _description = "Carton"
    _order = "shipment_id, id"
    _rec_name = "number"

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    number = fields.Char(required=True, help="As it is written on the carton.")
    length_cm = fields.Float(string="Length (cm)")
    width_cm = fields.Float(string="Width (cm)")
    height_cm = fields.Float(string="Height (cm)")
    weight = fields.Float(string="Gross Weight (kg)", digits=(16, 3))
    volume = fields.Float(string="Volume (m³)", compute="_compute_volume", digits=(16, 6))
    label = fields.Char(help="Number on the label of the destination, for example of an FBA box.")
    line_ids = fields.One2many("first.mile.carton.line", "carton_id", string="Contents", copy=True)
    contents = fields.Char(string="Content", compute="_compute_contents")
    lost_on = fields.Date(readonly=True, copy=False, help="The day on which the carton was given up.")

    _number_uniq = models.Constraint("UNIQUE(shipment_id, number)", "This carton number is already on the shipment.")
    _measures_positive = models.Constraint(
        "CHECK(length_cm >= 0 AND width_cm >= 0 AND height_cm >= 0 AND weight >= 0)",
        "Size and weight of a carton cannot be negative.",
    )

    @api.depends("length_cm", "width_cm", "height_cm")
    def _compute_volume(self):
        for carton in self:
            carton.volume = carton.length_cm * carton.width_cm * carton.height_cm / 1_000_000

    @api.depends("line_ids.quantity", "line_ids.product_id")
    def _compute_contents(self):
        for carton in self:
            lines = (
                f"{line.product_id.default_code or line.product_id.name} × {line.quantity:g}"
                for line in carton.line_ids
            )
            carton.contents = ", ".join(lines)

    def _to_boxes(self):
        """The cartons as :class:`~..engine.Box`."""
        return tuple(
            Box(carton.number, *(to_decimal(carton[name]) for name in ("length_cm", "width_cm", "height_cm", "weight")))
            for carton in self
        )

    def _count_units(self):
        """Units by product, without lost cartons."""
        totals = {}
        for line in self.filtered(lambda carton: not carton.lost_on).line_ids:
            totals[line.product_id] = totals.get(line.product_id, 0) + line.quantity
        return totals

    def action_lose(self):
        """Give cartons up that are in transit: their units are written off, their costs stay with the shipment."""
        for shipment in self.shipment_id:
            lost = self.filtered(
                lambda carton, shipment=shipment: carton.shipment_id == shipment and not carton.lost_on
            )
            if shipment.state not in ("in_transit", "arrived"):
                raise UserError(self.env._("Only cartons in transit can be lost. %s is not in transit.", shipment.name))
            for arrival, cartons in lost.grouped("arrival_id").items():
                shipment._lose(cartons._count_units(), arrival)
            lost.lost_on = fields.Date.context_today(self)
            numbers = ", ".join(lost.mapped("number"))
            shipment.message_post(body=self.env._("Cartons lost: %s. Their units were written off.", numbers))

    def action_split(self):
        """Move the cartons into a new shipment, which leaves by itself."""
        shipment = self.shipment_id
        if len(shipment) != 1 or shipment.state not in ("draft", "planned") or self == shipment.carton_ids:
            raise UserError(self.env._("Select some, not all, of the cartons of one shipment that has not left."))
        if shipment.cost_ids.filtered("is_actual"):
            raise UserError(self.env._("%s has bills already: its cartons have to bear them.", shipment.name))
        moved = self._count_units()
        lines = shipment.line_ids.filtered(lambda line: line.product_id in moved)
        shipment._unplan()
        part = shipment.copy({"line_ids": []})
        self.shipment_id = part
        for line in lines:
            units = moved[line.product_id]
            if line.quantity > units:
                line.copy({"shipment_id": part.id, "quantity": units, "unit_value": line.unit_value})
                line.quantity -= units
            else:
                line.shipment_id = part
        numbers = ", ".join(self.mapped("number"))
        shipment.message_post(
            body=self.env._("Cartons %(numbers)s now go with %(part)s.", numbers=numbers, part=part.name)
        )
        return part._open()


class FirstMileCartonLine(models.Model):
    """The units of a product in a carton."""

    _name = "first.mile.carton.line"
    _description = "Carton Contents"
    _order = "carton_id, id"

    carton_id = fields.Many2one("first.mile.carton", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", required=True, domain="[('is_storable', '=', True)]", index=True)
    quantity = fields.Float(required=True, default=1, digits="Product Unit")

    _product_uniq = models.Constraint("UNIQUE(carton_id, product_id)", "This product is already in the carton.")
    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "The quantity must be above 0.")
