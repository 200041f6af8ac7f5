from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .estimate_case import EstimateCase

LAST, NEXT = date(2026, 5, 31), date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestExchange(EstimateCase):
    """Foreign money is worth 2.00 until the 3rd of May, 3.00 until the 20th, 3.50 until June, then 4.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")])
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        for day, rate in (("2026-01-01", 2.0), ("2026-05-03", 3.0), ("2026-05-20", 3.5), ("2026-06-01", 4.0)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": cls.foreign.id,
                    "name": day,
                    "inverse_company_rate": rate,
                    "company_id": cls.company.id,
                }
            )
        cls.mug.taxes_id = False
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Wallet",
                "code": "WLT",
                "type": "bank",
                "currency_id": cls.foreign.id,
                "company_id": cls.company.id,
            }
        )

    def _settle(self, name="S1", amount="10.000", day=5):
        return self._post(name, ("Order > ItemPrice > Principal", amount, {"day": day}), currency="KWD")

    def _revalue(self, day=LAST):
        return self.env["profit.revaluation"].create({"company_id": self.company.id, "day": day})

    def _row(self, revaluation, account):
        return revaluation.line_ids.filtered(
            lambda line: line.ledger_account_id == account and line.currency_id == self.foreign
        )

    def _pay_in(self, amount, day):
        """Money on the wallet, matched with the settlement that it pays out."""
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": day, "amount": amount, "payment_ref": "S1"}
        )
        self.env["marketplace.payout"].action_propose()
        payout = self.env["marketplace.payout"].search([("statement_line_id", "=", line.id)])
        payout.action_accept()
        self.assertTrue(payout.is_matched)
        return payout

    # === MONTH END === #

    def test_open_foreign_money_at_the_closing_rate(self):
        self._settle()
        revaluation = self._revalue()
        line = self._row(revaluation, self.rows["clearing"].account_id)
        self.assertEqual(
            (line.balance_currency, line.booked, line.rate, line.at_closing, line.difference),
            (10.0, 30.0, 3.5, 35.0, 5.0),
        )
        items = self.env["account.move.line"].search(line.action_view_items()["domain"])
        self.assertEqual((sum(items.mapped("balance")), sum(items.mapped("amount_currency"))), (30.0, 10.0))

    def test_the_difference_is_booked_and_taken_back_on_the_next_day(self):
        self._settle()
        revaluation = self._revalue()
        revaluation.action_post()
        move, reversal = revaluation.move_id, revaluation.reversal_id
        self.assertEqual((move.date, reversal.date, move.state, reversal.state), (LAST, NEXT, "posted", "posted"))
        clearing = move.line_ids.filtered(lambda item: item.account_id == self.rows["clearing"].account_id)
        self.assertEqual((clearing.balance, clearing.amount_currency, clearing.currency_id), (5.0, 0.0, self.foreign))
        gain = move.line_ids.filtered(lambda item: item.account_id == self.company.income_currency_exchange_account_id)
        self.assertEqual(-sum(gain.mapped("balance")), revaluation.difference)
        self.assertEqual(sum((move | reversal).line_ids.mapped("balance")), 0.0)
        self._months()
        facts = self._facts(("kind_id.code", "=", "exchange_difference"), ("day", "=", LAST))
        self.assertEqual(round(sum(facts.mapped("amount")), 2), revaluation.difference)

    def test_the_next_month_end_starts_from_what_was_booked(self):
        self._settle()
        self._revalue().action_post()
        june = self._row(self._revalue(date(2026, 6, 30)), self.rows["clearing"].account_id)
        self.assertEqual((june.booked, june.at_closing, june.difference), (30.0, 40.0, 10.0))

    def test_what_was_paid_out_is_not_open(self):
        settlement = self._settle()
        self._pay_in(10.0, "2026-05-18")
        self.assertTrue(settlement.clearing_line_id.reconciled)
        revaluation = self._revalue()
        clearing = self._row(revaluation, self.rows["clearing"].account_id)
        self.assertFalse(clearing)
        wallet = self._row(revaluation, self.journal.default_account_id)
        self.assertEqual((wallet.balance_currency, wallet.booked, wallet.difference), (10.0, 30.0, 5.0))

    def test_undone_the_day_can_be_revalued_again(self):
        self._settle()
        revaluation = self._revalue()
        revaluation.action_post()
        with self.assertRaises(UserError):
            revaluation.unlink()
        revaluation.action_undo()
        moves = self.env["account.move"].search(revaluation.action_view_moves()["domain"])
        self.assertEqual((len(moves), sum(moves.line_ids.mapped("balance"))), (4, 0.0))
        again = self._revalue()
        self.assertEqual(self._row(again, self.rows["clearing"].account_id).difference, 5.0)
        again.action_post()
        self._months()

    def test_refusals_say_what_to_do(self):
        self._settle()
        revaluation = self._revalue()
        self.company.fiscalyear_lock_date = LAST
        with self.assertRaisesRegex(UserError, "locked"):
            revaluation.action_post()
        self.company.fiscalyear_lock_date = False
        self.company.currency_exchange_journal_id = False
        with self.assertRaisesRegex(UserError, "exchange journal"):
            revaluation.action_post()
        self.assertEqual((revaluation.state, revaluation.move_id.id), ("draft", False))

    # === FOUR POINTS === #

    def _rows(self, *domain):
        return self.env["profit.exchange"].search([("company_id", "=", self.company.id), *domain])

    def assertEqualsLedger(self):
        """What is booked equals the exchange accounts, each for itself."""
        self.env.flush_all()
        accounts = self.company.income_currency_exchange_account_id | self.company.expense_currency_exchange_account_id
        booked = self._rows(("is_booked", "=", True))
        for account in accounts:
            domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
            items = self.env["account.move.line"].search([*domain, ("company_id", "=", self.company.id)])
            rows = booked.filtered(lambda row, account=account: row.ledger_account_id == account)
            self.assertEqual(round(sum(rows.mapped("amount")), 2), -round(sum(items.mapped("balance")), 2))
            self.assertEqual(len(rows.move_line_id), len(rows))

    def test_between_order_and_settlement(self):
        order_line = self._line("MUG", 1, None, self._charge("item", "10.000", currency="KWD"))
        self._import(self._order("A-1", order_line))  # of the 4th of May: 3.00
        lines = ("Order > ItemPrice > Principal", "10.000", {"order": "A-1", "day": 25})  # of the 26th: 3.50
        settlement = self._post("S1", lines, currency="KWD")
        row = self._rows(("settlement_id", "=", settlement.id), ("step", "=", "order_settlement"))
        self.assertEqual((row.before, row.after, row.amount, row.is_booked), (30.0, 35.0, 5.0, False))
        self.assertEqual(row.action_view_entry()["res_id"], settlement.move_ids.id)
        self.assertEqualsLedger()

    def test_between_settlement_and_wallet(self):
        settlement = self._settle()  # booked at 3.00
        self._pay_in(10.0, "2026-05-25")  # received at 3.50
        row = self._rows(("settlement_id", "=", settlement.id), ("step", "=", "settlement_wallet"))
        self.assertEqual((row.before, row.after, row.amount, row.is_booked), (30.0, 35.0, 5.0, True))
        self.assertEqual(row.currency_id, self.foreign)
        self.assertEqualsLedger()

    def test_between_wallet_and_bank(self):
        """10.00 leave the wallet at 3.50; the bank takes them in at 4.00."""
        transit = self.company.transfer_account_id
        bank = self.env["account.journal"].create(
            {
                "name": "Bank",
                "code": "BNX",
                "type": "bank",
                "currency_id": self.foreign.id,
                "company_id": self.company.id,
            }
        )
        lines = self.env["account.bank.statement.line"].create(
            [
                {"journal_id": journal.id, "date": day, "amount": amount, "payment_ref": "transfer"}
                for journal, day, amount in ((self.journal, "2026-05-25", -10.0), (bank, "2026-06-02", 10.0))
            ]
        )
        for line in lines:
            line._seek_for_lines()[1].account_id = transit
        lines.move_id.line_ids.filtered(lambda item: item.account_id == transit).reconcile()
        rows = self._rows(("step", "=", "wallet_bank"))
        self.assertEqual((sum(rows.mapped("amount")), rows.currency_id), (5.0, self.foreign))
        self.assertEqualsLedger()

    def test_at_the_months_end_and_undone(self):
        self._settle()
        revaluation = self._revalue()
        revaluation.action_post()
        rows = self._rows(("step", "=", "unrealised"))
        self.assertEqual(
            round(sum(rows.filtered(lambda row: row.day == LAST).mapped("amount")), 2), revaluation.difference
        )
        self.assertEqual(round(sum(rows.mapped("amount")), 2), 0.0)
        revaluation.action_undo()
        self.assertEqual(len(self._rows(("step", "=", "unrealised"))), 2 * len(rows))
        self.assertEqualsLedger()

    def test_only_accountants_see_and_post_them(self):
        operator = new_test_user(self.env, "exchange_operator", "marketplace.group_operator")
        with self.assertRaises(AccessError):
            self.env["profit.exchange"].with_user(operator).search([("is_booked", "=", True)])
        self._settle()
        accountant = new_test_user(self.env, "exchange_accountant", "marketplace.group_accountant")
        revaluation = (
            self.env["profit.revaluation"].with_user(accountant).create({"company_id": self.company.id, "day": LAST})
        )
        revaluation.action_post()
        self.assertEqual(revaluation.state, "posted")
