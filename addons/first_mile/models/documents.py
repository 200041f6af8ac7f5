import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from reportlab.graphics.barcode import createBarcodeDrawing


class ResPartner(models.Model):
    _inherit = "res.partner"

    eori = fields.Char(
        "EORI", help="Number at the customs of the European Union or the United Kingdom, as GB123456789000."
    )


class FirstMileShipment(models.Model):
    """What commercial invoice, packing list and carton labels say besides the goods."""

    _inherit = "first.mile.shipment"

    incoterm_id = fields.Many2one("account.incoterms", help="Who pays and bears the risk up to where.")
    incoterm_place = fields.Char(help="Named place of the incoterm, as Felixstowe.")
    importer_id = fields.Many2one(
        "res.partner",
        help="Importer of record, with VAT and EORI numbers. Empty: the consignee. Goods to Amazon need one: Amazon "
        "never is the importer.",
    )

    def _get_sender(self):
        """Who exports the goods, and is named with VAT and EORI numbers."""
        return self.company_id.partner_id

    def _get_importer(self):
        """Who imports the goods, and is named with VAT and EORI numbers."""
        return self.importer_id or self.destination_id.partner_id.commercial_partner_id

    def action_print_labels(self):
        """Labels of all cartons that are not lost (PDF)."""
        cartons = self.carton_ids.filtered(lambda carton: not carton.lost_on)
        if not cartons:
            raise UserError(self.env._("There are no cartons to label. Enter or import them first."))
        return self.env.ref("first_mile.report_carton_label").report_action(cartons, config=False)


class FirstMileShipmentLine(models.Model):
    _inherit = "first.mile.shipment.line"

    net_weight = fields.Float("Net Weight (kg)", compute="_compute_net_weight", digits=(16, 3))

    @api.depends("quantity", "product_id.weight")
    def _compute_net_weight(self):
        for line in self:
            line.net_weight = line.quantity * line.product_id.weight


class FirstMileCarton(models.Model):
    _inherit = "first.mile.carton"

    announced_ids = fields.One2many("overseas.inbound.carton", "first_mile_carton_id")
    label = fields.Char(compute="_compute_label", store=True, readonly=False, copy=False)
    barcode = fields.Char(compute="_compute_barcode")

    @api.depends("announced_ids.label")
    def _compute_label(self):
        for carton in self:
            named = carton.announced_ids.filtered("label").sorted("id")[-1:]
            carton.label = named.label or carton.label

    @api.depends("label", "number", "shipment_id.name")
    def _compute_barcode(self):
        for carton in self:
            carton.barcode = carton.label or f"{carton.shipment_id.name}/{carton.number}"

    def _draw_barcode(self):
        """The barcode as source of an image: Code 128, or QR where the number is not all ASCII.

        SVG, because reportlab makes other images only with a library in C that not every machine has.
        """
        kind = "Code128" if self.barcode.isascii() else "QR"
        drawing = createBarcodeDrawing(kind, value=self.barcode, width=400, height=80)
        return "data:image/svg+xml;base64," + base64.b64encode(drawing.asString("svg").encode()).decode()

    def _get_position(self):
        """Which of the cartons of its shipment this is, and how many they are."""
        cartons = self.shipment_id.carton_ids
        return cartons.ids.index(self.id) + 1, len(cartons)


class OverseasInboundCarton(models.Model):
    _inherit = "overseas.inbound.carton"

    first_mile_carton_id = fields.Many2one(
        "first.mile.carton", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="What the warehouse names this carton goes on its label.",
    )  # fmt: skip
