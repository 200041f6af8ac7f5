from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import DutyTable, TariffRow
from ..engine.duty import clean_hs_code
from .price_sheet import to_decimal


class CustomsTariff(models.Model):
    """A duty, or the import VAT, of goods by HS code, origin, destination and date."""

    _name = "customs.tariff"
    _description = "Customs Tariff Row"
    _order = "destination_id, hs_prefix, kind, name, valid_from desc, id"
    _rec_name = "hs_prefix"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    hs_prefix = fields.Char(
        string="HS Code", index=True,
        help="First digits of the HS codes it is for; the longest that fits wins. An ordinary duty needs some.",
    )  # fmt: skip
    origin_id = fields.Many2one("res.country", help="Empty: goods of any origin.")
    destination_id = fields.Many2one("res.country", required=True, index=True)
    kind = fields.Selection(
        [
            ("base", "Ordinary duty"),
            ("additional", "Additional duty"),
            ("anti_dumping", "Anti-dumping duty"),
            ("vat", "Import VAT"),
        ],
        required=True,
        default="base",
    )
    name = fields.Char(
        help="Of an extra duty, for example Section 301: extra duties of different names are charged together."
    )
    percent = fields.Float(digits=(16, 4), help="Of the customs value; VAT also of the duty.")
    per_kg = fields.Float(
        string="Per kg", digits=(16, 4), help="Added to the percentage, on net weight, in the company's currency."
    )
    valid_from = fields.Date()
    valid_to = fields.Date()

    _percent_positive = models.Constraint("CHECK(percent >= 0 AND per_kg >= 0)", "Duties cannot be negative.")
    _dates_in_order = models.Constraint("CHECK(valid_from <= valid_to)", "The last day is before the first day.")

    @api.constrains("hs_prefix", "kind", "name")
    def _check_row(self):
        for row in self:
            code = row.hs_prefix or ""
            if code != clean_hs_code(code) or (row.kind == "base" and not code):
                raise ValidationError(
                    self.env._("'%s' is no HS code: write digits only. An ordinary duty needs one.", code)
                )
            if row.kind in ("additional", "anti_dumping") and not row.name:
                raise ValidationError(self.env._("An extra duty needs a name, for example Section 301."))

    @api.model
    def _get_identity_of(self, values):
        """What makes a row the same as another, of its values."""
        return tuple(
            values[name] for name in ("hs_prefix", "origin_id", "destination_id", "kind", "name", "valid_from")
        )

    def _get_identity(self):
        self.ensure_one()
        return self._get_identity_of(
            {**self._read_values(), "origin_id": self.origin_id.id, "destination_id": self.destination_id.id}
        )

    def _read_values(self):
        return {name: self[name] for name in ("hs_prefix", "kind", "name", "valid_from")}

    @api.model
    def _get_table(self, destination, shipment):
        """The :class:`~..engine.DutyTable` of a destination, with amounts in the currency of a shipment."""
        own, target = shipment.company_id.currency_id, shipment.currency_id
        rows = self.search([("destination_id", "=", destination.id), ("company_id", "=", shipment.company_id.id)])
        if any(rows.mapped("per_kg")):
            shipment._check_rates(target)
        rate = to_decimal(own._get_conversion_rate(own, target, shipment.company_id, shipment.ship_date))
        return DutyTable(
            TariffRow(
                row.hs_prefix or "",
                row.origin_id.code or "",
                destination.code,
                row.kind,
                to_decimal(row.percent),
                row.name or "",
                to_decimal(row.per_kg) * rate,
                row.valid_from or None,
                row.valid_to or None,
            )
            for row in rows
        )
