from odoo import api, models
from odoo.tools import SQL

from .estimate_open import get_open_condition


class ProfitEntry(models.Model):
    """Facts of estimates, until the ledger has the amounts; and of month-end accruals, which the ledger has."""

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add accruals, booked, and open estimates, which are not."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("accrual", self._sql_accrual_facts(company, first, last)),
            ("estimate", self._sql_estimate_facts(company, first, last)),
        ]

    @api.model
    def _get_claims(self, company, first, last):
        """Add the items of accruals and of their reversals."""
        condition = SQL("item.company_id = %s AND item.date BETWEEN %s AND %s", company.id, first, last)
        return [
            *super()._get_claims(company, first, last),
            *(
                SQL(
                    "SELECT item.id FROM account_move_line item JOIN profit_accrual_line line ON line.%s = item.id"
                    " WHERE %s",
                    SQL.identifier(name),
                    condition,
                )
                for name in ("move_line_id", "reversal_line_id")
            ),
        ]

    @api.model
    def _sql_accrual_facts(self, company, first, last):
        """Each amount of an accrual, and the same amount taken back by the reversal."""
        parts = [
            self._sql_facts(
                {
                    **self._get_estimate_values("line"),
                    "key": SQL("%s || line.id", prefix),
                    "day": "item.date",
                    "amount_currency": SQL("%s line.amount_currency", sign),
                    "amount": SQL("%s line.amount", sign),
                    "ledger_account_id": "item.account_id",
                    "move_line_id": "item.id",
                },
                SQL(
                    """FROM profit_accrual_line line JOIN account_move_line item ON item.id = line.%s
                      WHERE line.company_id = %s AND item.parent_state = 'posted' AND item.date BETWEEN %s AND %s""",
                    SQL.identifier(name),
                    company.id,
                    first,
                    last,
                ),
            )
            for name, prefix, sign in (
                ("move_line_id", "u", SQL("+")),
                ("reversal_line_id", "v", SQL("-")),
            )
        ]
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _sql_estimate_facts(self, company, first, last):
        """Open estimates. One that was accrued counts again from the day on which the accrual was taken back."""
        return self._sql_facts(
            {
                **self._get_estimate_values("estimate"),
                # With its month, as it may move to a later one while the month before is not made anew.
                "key": "'e' || estimate.id || '-' || to_char(estimate.open_day, 'YYYYMM')",
                "state": "'estimated'",
                "day": "estimate.open_day",
                "units": "CASE WHEN estimate.code = 'principal' THEN estimate.units ELSE 0 END",
                "amount_currency": "estimate.amount_currency - estimate.tax_currency",
                "amount": "estimate.amount",
            },
            SQL(
                """FROM (SELECT estimate.*, kind.code, GREATEST(estimate.day, (
                                SELECT MAX(item.date) FROM profit_accrual_line line
                                  JOIN account_move_line item ON item.id = line.reversal_line_id
                                 WHERE line.estimate_id = estimate.id)) AS open_day
                           FROM (SELECT id FROM profit_estimate
                                  WHERE company_id = %(company)s AND day BETWEEN %(first)s AND %(last)s
                                  UNION
                                 SELECT line.estimate_id FROM profit_accrual_line line
                                   JOIN account_move_line item ON item.id = line.reversal_line_id
                                  WHERE line.company_id = %(company)s AND item.date BETWEEN %(first)s AND %(last)s
                                ) AS concerned
                           JOIN profit_estimate estimate ON estimate.id = concerned.id
                           JOIN marketplace_fee_kind kind ON kind.id = estimate.kind_id
                          WHERE %(is_open)s) AS estimate
                  WHERE estimate.open_day BETWEEN %(first)s AND %(last)s""",
                company=company.id,
                first=first,
                last=last,
                is_open=get_open_condition(),
            ),
        )

    @api.model
    def _get_estimate_values(self, alias):
        names = (
            "kind_id",
            "account_id",
            "shop_id",
            "country_id",
            "order_id",
            "sale_line_id",
            "product_id",
            "currency_id",
        )
        return {"origin": "'estimate'", **{name: SQL.identifier(alias, name) for name in names}}


class ProfitMonth(models.Model):
    _inherit = "profit.month"

    @api.model
    def _get_days(self, company):
        """Add the days of estimates: orders may be delivered before anything is booked."""
        estimates = self.env["profit.estimate"].sudo()
        domain = [("company_id", "=", company.id)]
        return [*super()._get_days(company), *estimates._read_group(domain, [], ["day:min", "day:max"])[0]]

    def _get_fingerprint_sources(self):
        """Add the estimates that are open."""
        facts = self.env["profit.entry"]._sql_estimate_facts(self.company_id, self.first, self.last)
        return [
            *super()._get_fingerprint_sources(),
            SQL("SELECT ROW(COUNT(*), SUM(hashtext(fact::text)::numeric)) FROM (%s) AS fact", facts),
        ]
