import base64

from odoo import fields, models

from ..engine import SheetFaults
from ..engine.tariff_file import read_tariff
from ..models.messages import refuse_sheet


class CustomsTariffImport(models.TransientModel):
    """Reads customs tariff rows from a file of the user."""

    _name = "customs.tariff.import"
    _description = "Import of a Customs Tariff"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    file = fields.Binary(
        required=True, attachment=False,
        help="Excel or CSV: HS Code, Origin, Destination, Kind, Name, Percent, Per kg, Valid From, Valid To.",
    )  # fmt: skip
    filename = fields.Char()

    def action_import(self):
        """Add the rows, or change those that are there. With one bad row, nothing is imported."""
        self.ensure_one()
        countries = {country.code: country.id for country in self.env["res.country"].search([])}
        try:
            rows = read_tariff(base64.b64decode(self.file), countries)
        except SheetFaults as error:
            raise refuse_sheet(self.env, error) from error
        Tariff = self.env["customs.tariff"]
        known = {record._get_identity(): record for record in Tariff.search([("company_id", "=", self.company_id.id)])}
        new = []
        for row in rows:
            values = self._get_values(row, countries)
            record = known.get(Tariff._get_identity_of(values))
            if record:
                record.write(values)
            else:
                new.append(values)
        Tariff.create(new)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(new)s tariff rows imported, %(changed)s updated.", new=len(new), changed=len(rows) - len(new)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_values(self, row, countries):
        return {
            "company_id": self.company_id.id,
            "hs_prefix": row.hs_prefix or False,
            "origin_id": countries.get(row.origin, False),
            "destination_id": countries[row.destination],
            "kind": row.kind,
            "name": row.name or False,
            "percent": float(row.percent),
            "per_kg": float(row.per_kg),
            "valid_from": row.valid_from or False,
            "valid_to": row.valid_to or False,
        }
