from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..freight import FreightError, Rate
from ..freight.rates import plain
from .freight_messages import describe

WEIGHT_DIGITS = (12, 3)
PRICE_DIGITS = (16, 4)
SHEET_FIELDS = ("weight_from", "weight_to", "price", "step_price", "step_kg", "included_kg", "minimum")


class MarketplaceFreightRate(models.Model):
    """The price of a weight band in a zone."""

    _name = "marketplace.freight.rate"
    _inherit = "marketplace.cache.source"
    _description = "Freight Rate"
    _order = "zone_id, weight_from, id"

    zone_id = fields.Many2one("marketplace.freight.zone", required=True, ondelete="cascade", index=True)
    carrier_id = fields.Many2one(related="zone_id.carrier_id", store=True, index=True)
    company_id = fields.Many2one(related="zone_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="zone_id.carrier_id.rate_currency_id")
    weight_from = fields.Float("Weight above", digits=WEIGHT_DIGITS, help="In kg. The first band begins with 0.")
    weight_to = fields.Float("Weight up to", digits=WEIGHT_DIGITS, required=True, help="In kg, included.")
    price = fields.Float(
        digits=PRICE_DIGITS, help="Per parcel: the fixed price, the handling fee, or the price of the weight included."
    )
    step_price = fields.Float(
        "Price per Step", digits=PRICE_DIGITS, help="For every started step above the weight included."
    )
    step_kg = fields.Float("Step", digits=WEIGHT_DIGITS, default=1.0, help="In kg, e.g. 1 or 0.5.")
    included_kg = fields.Float(
        "Weight Included",
        digits=WEIGHT_DIGITS,
        help="In kg: what the price covers. 0: every kilogram is paid by the step.",
    )
    minimum = fields.Float(digits=PRICE_DIGITS, help="The freight is at least this.")

    @api.depends("weight_from", "weight_to")
    def _compute_display_name(self):
        for rate in self:
            low, high = (plain(_exact(weight)) for weight in (rate.weight_from, rate.weight_to))
            rate.display_name = f"{low}–{high} kg"

    @api.constrains("weight_from", "weight_to", "price", "step_price", "step_kg", "included_kg", "minimum")
    def _check_rate(self):
        for rate in self:
            rate._to_plain()
        self.zone_id._check_bands()

    def _to_plain(self):
        """The band for a :class:`~..freight.RateTable`.

        :raises ValidationError: what the plain rate refuses
        """
        self.ensure_one()
        try:
            return Rate(
                weight_from=_exact(self.weight_from),
                weight_to=_exact(self.weight_to),
                price=_exact(self.price),
                step_price=_exact(self.step_price),
                step_kg=_exact(self.step_kg),
                included_kg=_exact(self.included_kg),
                minimum=_exact(self.minimum),
            )
        except FreightError as error:
            raise ValidationError(describe(self.env, error.code, error.values)) from error

    def _get_sheet_values(self):
        """Texts of the columns weight from, weight to, price, per kg, step, included and minimum of a rate sheet, for
        each band."""
        return [
            [plain(getattr(rate._to_plain(), name)) for name in SHEET_FIELDS] for rate in self.sorted("weight_from")
        ]


def _exact(number):
    """A stored number as people wrote it."""
    return Decimal(str(round(number, PRICE_DIGITS[1])))
