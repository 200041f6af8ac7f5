from markupsafe import Markup
from odoo import api, fields, models

from ..freight import Destination, FreightError, NoQuote, Parcel
from ..freight.rates import plain
from ..models.freight_messages import describe


class MarketplaceFreightTrial(models.TransientModel):
    """What a carrier would take for a parcel."""

    _name = "marketplace.freight.trial"
    _description = "Try a Quote"

    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one("stock.warehouse", string="Ships From", check_company=True)
    country_id = fields.Many2one("res.country")
    state_id = fields.Many2one(
        "res.country.state", string="State or Province", domain="[('country_id', '=', country_id)]"
    )
    postcode = fields.Char()
    weight = fields.Float(digits=(12, 3), default=1.0, help="In kg.")
    length_cm = fields.Float("Length", help="In cm.")
    width_cm = fields.Float("Width", help="In cm.")
    height_cm = fields.Float("Height", help="In cm.")
    amount = fields.Monetary(compute="_compute_quote")
    zone = fields.Char(compute="_compute_quote")
    chargeable = fields.Char("Chargeable Weight", compute="_compute_quote")
    days = fields.Char(compute="_compute_quote")
    parts = fields.Html(compute="_compute_quote")
    refusal = fields.Char(compute="_compute_quote")

    @api.depends("warehouse_id", "country_id", "state_id", "postcode", "weight", "length_cm", "width_cm", "height_cm")
    def _compute_quote(self):
        for trial in self:
            trial.update(dict.fromkeys(("amount", "zone", "chargeable", "days", "parts", "refusal"), False))
            if trial.country_id:
                trial._ask()

    def _ask(self):
        destination = Destination(self.country_id.code, self.state_id.code or "", self.postcode or "")
        sides = [side for side in (self.length_cm, self.width_cm, self.height_cm) if side]
        try:
            parcel = Parcel(self.weight, 0, *sides)
        except FreightError as error:
            self.refusal = describe(self.env, error.code, error.values)
            return
        answer = self.carrier_id._get_rate_quote(self.company_id, self.warehouse_id, destination, parcel)
        if isinstance(answer, NoQuote):
            self.refusal = describe(self.env, answer.code, answer.values)
            return
        self.amount = float(answer.amount)
        self.zone = answer.zone
        self.chargeable = f"{plain(answer.chargeable_kg)} kg"
        self.days = self._describe_days(answer)
        self.parts = self._describe_parts(answer)

    def _describe_days(self, quote):
        if not quote.days_min:
            return False
        if quote.days_min == quote.days_max:
            return self.env._("%s days", quote.days_min)
        return self.env._("%(first)s to %(last)s days", first=quote.days_min, last=quote.days_max)

    def _describe_parts(self, quote):
        row = Markup("<tr><td>{}</td><td class='text-end'>{}</td></tr>")
        rows = (row.format(label, self.currency_id.format(float(amount))) for label, amount in quote.parts)
        return Markup("<table class='table table-sm mb-0'><tbody>{}</tbody></table>").format(Markup("").join(rows))
