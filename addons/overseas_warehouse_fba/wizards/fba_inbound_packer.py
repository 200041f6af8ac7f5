from math import ceil

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class FbaInboundPacker(models.TransientModel):
    """From a transfer to announced goods: its packages are cartons as they stand, what lies loose is packed by
    carton size."""

    _name = "fba.inbound.packer"
    _description = "Send a Transfer to FBA"

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="picking_id.company_id")
    warehouse_id = fields.Many2one(
        "overseas.warehouse",
        "FBA Warehouse",
        required=True,
        domain="[('account_id.provider', '=', 'fba'), ('company_id', '=', company_id)]",
    )
    eta = fields.Date("Expected On", required=True, default=fields.Date.context_today)
    transport = fields.Selection(
        lambda self: self.env["overseas.inbound"]._fields["transport"]._description_selection(self.env),
        required=True,
        default="sea_lcl",
    )
    line_ids = fields.One2many("fba.inbound.packer.line", "packer_id", "Cartons")

    @api.model
    def default_get(self, fields_list):
        """Override of `orm` to pack the transfer that is open."""
        values = super().default_get(fields_list)
        picking = self.env["stock.picking"].browse(self.env.context.get("active_id")).exists()
        if picking:
            values["picking_id"] = picking.id
            values["line_ids"] = [Command.create(vals) for vals in self._prepare_lines(picking)]
        return values

    @api.model
    def _prepare_lines(self, picking):
        """One line per package, and one per product and lot that lies loose."""
        lines = picking.move_line_ids.filtered(lambda line: line.state != "cancel" and line.quantity)
        packed = lines.filtered("result_package_id")
        for package, contents in packed.grouped("result_package_id").items():
            measures = self._prepare_measures(package.with_context(picking_id=picking.id))
            yield {"package_id": package.id, **measures, "units": _count(contents)}
        for (product, lot), contents in _group_by_lot(lines - packed):
            units = _count(contents)
            yield {"product_id": product.id, "lot_id": lot.id, "units": units, "units_per_carton": units}

    @api.model
    def _prepare_measures(self, package):
        """Size in centimetres and weight in kilograms; zero where nobody entered them."""
        Template = self.env["product.template"]
        kilogram = self.env.ref("uom.product_uom_kgm")
        centimetre = self.env.ref("uom.product_uom_cm")
        length_unit = Template._get_length_uom_id_from_ir_config_parameter()
        kind = package.package_type_id
        sides = zip(
            ("length_cm", "width_cm", "height_cm"), (kind.packaging_length, kind.width, kind.height), strict=True
        )
        weight = Template._get_weight_uom_id_from_ir_config_parameter()._compute_quantity(
            package.shipping_weight or package.weight, kilogram, round=False
        )
        return {
            **{name: length_unit._compute_quantity(side, centimetre, round=False) for name, side in sides},
            "weight_kg": weight,
        }

    def action_pack(self):
        """Make the announced goods; a person checks the cartons and announces them."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("%s holds nothing to send.", self.picking_id.display_name))
        cartons = [carton for line in self.line_ids for carton in line._prepare_cartons()]
        to_transit = self.picking_id.location_dest_id == self.warehouse_id.transit_location_id
        notice = self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse_id.id,
                "eta": self.eta,
                "transport": self.transport,
                "note": self.picking_id.name,
                # A transfer to the goods on their way is the departure; any other brings them to where they leave.
                "departure_id": self.picking_id.id if to_transit else False,
                "source_location_id": self.picking_id.location_id.id
                if to_transit
                else self.picking_id.location_dest_id.id,
                "carton_ids": [
                    Command.create({"number": number, **carton}) for number, carton in enumerate(cartons, 1)
                ],
            }
        )
        return notice._get_records_action(name=self.env._("Announced Goods"))


class FbaInboundPackerLine(models.TransientModel):
    _name = "fba.inbound.packer.line"
    _description = "Cartons of a Transfer to FBA"

    packer_id = fields.Many2one("fba.inbound.packer", required=True, ondelete="cascade")
    package_id = fields.Many2one("stock.package", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    units = fields.Integer(readonly=True)
    units_per_carton = fields.Integer(help="Of what lies loose; the last carton may hold fewer.")
    cartons = fields.Integer(compute="_compute_cartons")
    length_cm = fields.Float("Length (cm)")
    width_cm = fields.Float("Width (cm)")
    height_cm = fields.Float("Height (cm)")
    weight_kg = fields.Float("Gross Weight (kg)", digits="Stock Weight", help="Of one full carton.")

    @api.depends("units", "units_per_carton", "package_id")
    def _compute_cartons(self):
        for line in self:
            size = line.units_per_carton
            line.cartons = 1 if line.package_id else ceil(line.units / size) if size > 0 else 0

    def _prepare_cartons(self):
        """Cartons as values of ``overseas.inbound.carton``. A last carton that is not full has no weight: nobody knows
        it yet, and the goods are not announced before it is entered."""
        self.ensure_one()
        measures = {name: self[name] for name in ("length_cm", "width_cm", "height_cm", "weight_kg")}
        if self.package_id:
            return [{**measures, "line_ids": self._prepare_contents()}]
        if self.units_per_carton <= 0:
            raise UserError(self.env._("How many units of %s fit in a carton?", self.product_id.display_name))
        cartons = []
        for start in range(0, self.units, self.units_per_carton):
            units = min(self.units_per_carton, self.units - start)
            weight = self.weight_kg if units == self.units_per_carton else 0
            content = [_prepare_content(self.product_id, self.lot_id, units)]
            cartons.append({**measures, "weight_kg": weight, "line_ids": content})
        return cartons

    def _prepare_contents(self):
        lines = self.packer_id.picking_id.move_line_ids.filtered(
            lambda line: line.result_package_id == self.package_id and line.state != "cancel" and line.quantity
        )
        return [_prepare_content(product, lot, _count(contents)) for (product, lot), contents in _group_by_lot(lines)]


def _group_by_lot(move_lines):
    return move_lines.grouped(lambda line: (line.product_id, line.lot_id)).items()


def _prepare_content(product, lot, units):
    """A carton's contents as a command."""
    return Command.create({"product_id": product.id, "fba_lot_id": lot.id, "units": units})


def _count(move_lines):
    """Whole units of move lines, in the products' own units."""
    return round(sum(move_lines.mapped("quantity_product_uom")))
