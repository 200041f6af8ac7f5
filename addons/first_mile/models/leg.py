from odoo import api, fields, models

from .price_sheet import MODES


class FirstMileLeg(models.Model):
    """A leg of a shipment, with its carrier and dates."""

    _name = "first.mile.leg"
    _description = "Freight Leg"
    _order = "shipment_id, sequence, id"

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("pickup", "Pick-up"),
            ("export", "Export customs"),
            ("main", "Main carriage"),
            ("import", "Import customs"),
            ("delivery", "Delivery"),
        ],
        required=True,
        default="main",
    )
    mode = fields.Selection(MODES, compute="_compute_mode", store=True, readonly=False, required=True, precompute=True)
    carrier_id = fields.Many2one("res.partner")
    vehicle = fields.Char(string="Vessel / Flight", help="For example the vessel and voyage, or the flight.")
    origin = fields.Char(string="From")
    destination = fields.Char(string="To")
    etd = fields.Date(string="ETD", help="Estimated departure.")
    atd = fields.Date(string="ATD", help="Actual departure.")
    eta = fields.Date(string="ETA", help="Estimated arrival.")
    ata = fields.Date(string="ATA", help="Actual arrival.")
    roll_count = fields.Integer(
        string="Roll-overs", readonly=True, copy=False, help="How often the departure was put off."
    )
    status = fields.Selection(
        [("waiting", "Waiting"), ("under_way", "Under Way"), ("done", "Done")], compute="_compute_status"
    )

    _estimates_in_order = models.Constraint("CHECK(etd <= eta)", "The ETA of a leg is before its ETD.")
    _actuals_in_order = models.Constraint(
        "CHECK(ata IS NULL OR (atd IS NOT NULL AND atd <= ata))",
        "A leg arrives after it has departed: enter the ATD, and an ATA that is not before it.",
    )

    @api.depends("kind", "shipment_id.mode")
    def _compute_mode(self):
        for leg in self:
            main = leg.kind in ("main", "import", "export")
            leg.mode = leg.shipment_id.mode if main and leg.shipment_id.mode else "truck"

    @api.depends("atd", "ata")
    def _compute_status(self):
        for leg in self:
            leg.status = "done" if leg.ata else "under_way" if leg.atd else "waiting"

    @api.model_create_multi
    def create(self, vals_list):
        legs = super().create(vals_list)
        legs.shipment_id._sync_dates()
        return legs

    def write(self, vals):
        postponed = self._find_postponed(vals.get("etd"))
        result = super().write(vals)
        for leg, before in postponed:
            leg.roll_count += 1
            leg.shipment_id.message_post(
                body=self.env._(
                    "Rolled over: departure moved from %(before)s to %(after)s.", before=before, after=leg.etd
                )
            )
        if "etd" in vals or "eta" in vals:
            self.shipment_id._sync_dates()
        return result

    def _find_postponed(self, etd):
        etd = fields.Date.to_date(etd)
        return [(leg, leg.etd) for leg in self if etd and leg.etd and not leg.atd and etd > leg.etd]

    def _depart_today(self):
        for leg in self.filtered(lambda leg: not leg.atd):
            leg.atd = fields.Date.context_today(leg)
