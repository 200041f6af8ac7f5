from datetime import timedelta

from odoo import api, fields, models

from ..reference_rates import SiteUnavailable, UnreadableRates, fetch_rates
from ..reference_rates.site import SITE

# A working day's rates may be corrected on the next one; weekends and holidays have none.
OVERLAP = timedelta(days=7)


class ResCompany(models.Model):
    _inherit = "res.company"

    ecb_rates = fields.Boolean("Exchange Rates of the ECB", help="Take the European Central Bank's rates every day.")
    ecb_last_day = fields.Date("Rates Until", readonly=True, help="Last day whose rates are here.")
    ecb_error = fields.Char("Last Problem", readonly=True)

    @api.model
    def _cron_fetch_ecb_rates(self):
        """Fetch what is new, for each company that wants it. A problem is noted, and tried again with the next run."""
        for company in self.search([("ecb_rates", "=", True), ("parent_id", "=", False)]):
            today = fields.Date.today()
            company._fetch_ecb_rates(min(company.ecb_last_day or today, today) - OVERLAP)

    def _fetch_ecb_rates(self, since):
        """Fetch the rates from a day on.

        :return: number of rates that are new or changed; ``None`` after a problem, see ``ecb_error``
        """
        self.ensure_one()
        site = self.env["ir.config_parameter"].sudo().get_param("currency_rate_ecb.site") or SITE
        try:
            rates = fetch_rates(since, fields.Date.today(), site)
        except SiteUnavailable as error:
            self.ecb_error = self.env._("The European Central Bank's site does not answer: %s", error)
        except UnreadableRates as error:
            self.ecb_error = self.env._("What the European Central Bank's site sent holds no rates: %s", error)
        else:
            return self._take_ecb_rates(rates)
        return None

    def _take_ecb_rates(self, rates):
        """Keep rates; how many are new or changed.

        :param dict rates: ``{day: {ISO code: units for one euro}}``
        """
        count = self.env["res.currency.rate"].sudo()._take_ecb(self, rates)
        last = max(filter(None, (self.ecb_last_day, *rates)), default=False)
        self.sudo().write({"ecb_last_day": last, "ecb_error": False})
        return count
