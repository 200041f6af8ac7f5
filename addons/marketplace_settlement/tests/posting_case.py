"""Settlements that are posted."""

from collections import defaultdict
from decimal import Decimal

from .settlement_case import SettlementCase

WORDS = {
    "Order > ItemPrice > Tax": "tax_collected",
    "Order > Withheld > Tax": "tax_withheld",
    "Reserve > Back": "reserve_previous",
    "Fee > Storage": "storage",
    "Balance > Previous": "opening_balance",
    "Money > Deferred": "deferred",
    "Money > Loan": "loan",
    "Money > Card": "card_charge",
    "Money > Bank": "transfer",
}


class PostingCase(SettlementCase):
    """Accounts are set up; sums of the ledger are told by the role of the account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Word.create(
            [{"provider": "none", "words": words, "kind_id": cls.kinds[code].id} for words, code in WORDS.items()]
        )
        cls.company = cls.account.company_id
        cls.account._set_up_settlement_accounts()
        cls.rows = {
            row.role: row for row in cls.env["marketplace.fee.account"].search([("company_id", "=", cls.company.id)])
        }
        cls.roles = {row.account_id: role for role, row in cls.rows.items()}
        cls.vat = cls._create_account("VAT", "299001", "liability_current")
        cls.roles[cls.vat] = "vat"
        for lines in (cls.tax.invoice_repartition_line_ids, cls.tax.refund_repartition_line_ids):
            lines.filtered(lambda line: line.repartition_type == "tax").account_id = cls.vat

    @classmethod
    def _create_account(cls, name, code, account_type, **vals):
        return cls.env["account.account"].create({"name": name, "code": code, "account_type": account_type, **vals})

    def _post(self, name, *lines, **values):
        settlement = self._take(self._document(name, *lines, **values))
        settlement.action_post()
        self.assertEqual((settlement.state, settlement.unexplained), ("posted", 0.0), settlement.message)
        return settlement

    @classmethod
    def _set_foreign(cls, code, rate, day="2026-01-01"):
        """A currency with a rate from a day on: so many units of the company's currency for one."""
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": day,
                "inverse_company_rate": rate,
                "company_id": cls.company.id,
            }
        )
        return currency

    def _sums(self, moves, field="amount_currency"):
        """``{role or account's code: sum}`` of entries, zeros left out."""
        sums = defaultdict(Decimal)
        for item in moves.line_ids:
            sums[self.roles.get(item.account_id, item.account_id.code)] += Decimal(str(round(item[field], 3)))
        return {name: float(total) for name, total in sums.items() if total}
