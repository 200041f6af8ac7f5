from odoo import api, fields, models

from ..reference_rates import cross_rates


class ResCurrencyRate(models.Model):
    _inherit = "res.currency.rate"

    source = fields.Selection(
        [("ecb", "European Central Bank")], readonly=True, help="Empty: entered or imported by a person."
    )

    @api.model
    def _take_ecb(self, company, rates):
        """Keep the bank's rates of the currencies in use; rates that a person has entered stay.

        :param company: without a parent: branches use its rates
        :param dict rates: ``{day: {ISO code: units for one euro}}``
        :return: number of rates that are new or changed
        """
        base = company.currency_id
        currencies = {currency.name: currency for currency in self.env["res.currency"].search([]) - base}
        stated = {
            (currencies[code], day): float(rate)
            for day, of_day in rates.items()
            for code, rate in cross_rates(of_day, base.name).items()
            if code in currencies
        }
        known = self.search([("company_id", "=", company.id), ("name", "in", list(rates))])
        rate_by_key = {(rate.currency_id, rate.name): rate for rate in known}
        factor = self._get_last_rates_for_companies(company)[company]
        changed = {
            rate: stated[key] * factor
            for key, rate in rate_by_key.items()
            if key in stated and rate.source == "ecb" and rate.rate != stated[key] * factor
        }
        for rate, value in changed.items():
            rate.rate = value
        new = self.create(
            [
                {
                    "company_id": company.id,
                    "currency_id": currency.id,
                    "name": day,
                    "rate": value * factor,
                    "source": "ecb",
                }
                for (currency, day), value in stated.items()
                if (currency, day) not in rate_by_key
            ]
        )
        return len(new) + len(changed)
