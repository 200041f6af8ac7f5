from odoo import models
from odoo.tools import SQL


class ProfitMonth(models.Model):
    _inherit = "profit.month"

    def _get_fingerprint_sources(self):
        """Add charges: of the month, or of bills of the month."""
        charges = SQL(
            """SELECT ROW(COUNT(*), SUM(hashtext(ROW(charge.id, charge.kind, charge.amount, charge.decision, charge.sku,
                          charge.outbound_id, charge.inbound_id, charge.return_id, charge.move_id, bill.state)::text
                          )::numeric))
                 FROM overseas_bill_line charge LEFT JOIN account_move bill ON bill.id = charge.move_id
                WHERE charge.company_id = %(company)s
                  AND (charge.charged_at::date BETWEEN %(first)s AND %(last)s
                       OR bill.date BETWEEN %(first)s AND %(last)s)""",
            company=self.company_id.id,
            first=self.first,
            last=self.last,
        )
        return [*super()._get_fingerprint_sources(), charges]

    def _get_checks(self):
        """Add charges that no posted vendor bill has."""
        return {**super()._get_checks(), "overseas_unbilled": self._check_overseas_unbilled}

    def _check_overseas_unbilled(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("charged_at", "<=", f"{self.last} 23:59:59"),
            ("decision", "!=", "disputed"),
            "|",
            ("move_id", "=", False),
            ("move_id.state", "!=", "posted"),
        ]
        groups = self.env["overseas.bill.line"]._read_group(domain, ["currency_id"], ["amount:sum"])
        amount = sum(
            currency._convert(amount, self.company_id.currency_id, self.company_id, self.last)
            for currency, amount in groups
        )
        return self._found("overseas.bill.line", domain, amount)
