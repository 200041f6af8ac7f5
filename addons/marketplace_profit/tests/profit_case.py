"""Months of profit made from posted settlements, invoices, costs and entries."""

from datetime import date
from decimal import Decimal

from odoo.addons.marketplace_settlement.tests.posting_case import PostingCase
from odoo.fields import Command


class ProfitCase(PostingCase):
    """A selling company whose months are made anew on demand; every one is proven against the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Entry = cls.env["profit.entry"]
        cls.Month = cls.env["profit.month"]

    def _months(self, *names):
        """Months of the company, by default all, made anew and equal to the ledger account by account."""
        months = self.Month._ensure_months(self.company)
        months = months.filtered(lambda month: month.name in names) if names else months
        months._rebuild()
        self.assertTied(months)
        return months

    def assertTied(self, months):
        """Facts and ledger are equal on every account; asked here by a query of the test's own."""
        self.env.flush_all()
        months.invalidate_recordset()
        for month in months:
            self.assertFalse(month.difference, month.tie_out_ids.filtered("fault").mapped("account_id.code"))
            domain = [("company_id", "=", self.company.id), ("date", ">=", month.first), ("date", "<=", month.last)]
            groups = [("account_id.internal_group", "in", ("income", "expense")), ("parent_state", "=", "posted")]
            ((balance,),) = self.env["account.move.line"]._read_group([*domain, *groups], [], ["balance:sum"])
            facts = self.Entry.search([*month._get_fact_domain(), ("state", "=", "booked")])
            self.assertEqual(
                sum((Decimal(str(fact.amount)) for fact in facts), Decimal()).quantize(Decimal("0.001")),
                -Decimal(str(balance or 0)).quantize(Decimal("0.001")),
            )

    def _facts(self, *domain, months=None):
        """Facts of the company that were made in months of 2026."""
        return self.Entry.search([("company_id", "=", self.company.id), *domain], order="key")

    def _of_settlement(self, settlement):
        return self._facts(("settlement_line_id.settlement_id", "=", settlement.id))

    def _by_kind(self, facts, field="amount"):
        """``{code of the kind: sum}``, zeros left out."""
        sums = {}
        for fact in facts:
            sums[fact.kind_id.code] = round(sums.get(fact.kind_id.code, 0) + fact[field], 3)
        return {code: total for code, total in sums.items() if total}

    def _rows(self):
        """All that the facts of months say, without their ids."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(entry) - 'id' FROM profit_entry entry WHERE company_id = %s ORDER BY key",
            [self.company.id],
        )
        return [row for (row,) in self.env.cr.fetchall()]

    def _enter(self, account, amount, day=date(2026, 5, 20), other=None, **vals):
        """A posted journal entry of an accountant: ``amount`` on an account, debit positive."""
        other = other or self.rows["clearing"].account_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount, "name": "By hand", **vals}),
                    Command.create({"account_id": other.id, "balance": -amount, "name": "By hand"}),
                ],
            }
        )
        move.action_post()
        return move
