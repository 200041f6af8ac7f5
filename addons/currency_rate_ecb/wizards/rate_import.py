import base64

from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.exceptions import UserError

from ..reference_rates import UnreadableRates, read_rates


class CurrencyRateImport(models.TransientModel):
    """Fetches older rates, or takes them from a file where the server has no internet."""

    _name = "currency.rate.import"
    _description = "Import of Exchange Rates"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company.root_id)
    origin = fields.Selection([("site", "Internet"), ("file", "File")], required=True, default="site")
    since = fields.Date(
        "From", required=True, default=lambda self: fields.Date.today() - relativedelta(years=1), help="First day."
    )
    content = fields.Binary("File", help="eurofxref.csv, .xml or .zip as published by the European Central Bank.")
    file_name = fields.Char()

    def action_import(self):
        """Import, and say how many rates are new."""
        self.ensure_one()
        self.company_id.check_access("write")
        count = self._import_file() if self.origin == "file" else self._import_site()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s exchange rates are new or changed.", count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _import_site(self):
        count = self.company_id._fetch_ecb_rates(self.since)
        if count is None:
            message = self.env._(
                "%s Try again later, or download eurofxref-hist.zip on another computer and choose File.",
                self.company_id.ecb_error,
            )
            raise UserError(message)
        return count

    def _import_file(self):
        if not self.content:
            raise UserError(self.env._("Choose a file first."))
        try:
            rates = read_rates(base64.b64decode(self.content))
        except UnreadableRates as error:
            message = self.env._(
                "%(file)s holds no exchange rates: %(reason)s. Nothing was imported.",
                file=self.file_name or "",
                reason=error,
            )
            raise UserError(message) from error
        return self.company_id._take_ecb_rates({day: of_day for day, of_day in rates.items() if day >= self.since})
