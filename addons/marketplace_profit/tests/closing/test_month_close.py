from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..profit_case import ProfitCase

LAST = date(2026, 5, 31)


@tagged("post_install", "-at_install")
class TestMonthClose(ProfitCase):
    """A month is looked through, closed by a person, and then stays, provably."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cost_layer_method = False
        cls.company.profit_lock = "none"
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.accountant = new_test_user(cls.env, "close.accountant", "marketplace.group_accountant", **values)
        groups = "marketplace.group_manager,marketplace.group_accountant,account.group_account_manager"
        cls.manager = new_test_user(cls.env, "close.manager", groups, **values)

    def setUp(self):
        super().setUp()
        self._import(self._order("C-1"))
        self.settlement = self._post("S1", *self._sale("C-1"), ("Fee > Storage", "-4.00"))
        self._months()
        self.month = self.Month.search([("company_id", "=", self.company.id), ("first", "=", "2026-05-01")])

    def _checks(self):
        """``{kind: state}`` of what is not done."""
        self.month.action_check()
        return {check.kind: check.state for check in self.month.check_ids if check.state != "ok"}

    def _opened(self, kind):
        """The records that the line's button shows."""
        action = self.month.check_ids.filtered(lambda check: check.kind == kind).action_open()
        return self.env[action["res_model"]].search(action["domain"])

    def _close(self, user=None, reason="Known", month=None):
        month = (month or self.month).with_user(user or self.manager)
        month.reason = reason
        month.action_close()
        return month.closing_ids.filtered(lambda closing: not closing.reopened_at)

    # === CHECKLIST === #

    def test_every_check_is_listed_with_what_to_do(self):
        self.month.action_check()
        Check = self.env["profit.month.check"]
        kinds = [kind for kind, _name in Check._fields["kind"]._description_selection(self.env)]
        self.assertEqual(sorted(self.month.check_ids.mapped("kind")), sorted(kinds))
        self.assertEqual(set(Check._get_advice()), set(kinds))
        for check in self.month.check_ids:
            self.assertEqual(bool(check.advice), check.state != "ok", check.kind)
            self.assertEqual(bool(check.count), check.state != "ok", check.kind)

    def test_facts_older_than_their_sources_block(self):
        self._enter(self.rows["storage"].account_id, 5)
        checks = self._checks()
        self.assertEqual((checks["stale"], checks["tie_out"]), ("block", "block"))
        self.assertEqual(self._opened("stale"), self.month)
        self.assertEqual(self._opened("tie_out").account_id, self.rows["storage"].account_id)
        with self.assertRaisesRegex(UserError, "cannot be closed yet(.|\n)*Make Anew"):
            self._close()
        self.month._rebuild()
        self.assertNotIn("stale", self._checks())
        self.assertNotIn("tie_out", self._checks())

    def test_unknown_fees_and_settlements_not_posted_are_named(self):
        waiting = self._take(self._document("S2", ("What > Is > This", "-1.00"), ("Fee > Storage", "-9.00")))
        self.assertEqual({"unknown": "warn", "unposted": "warn"}.items() - self._checks().items(), set())
        self.assertEqual(self._opened("unposted"), waiting)
        self.assertEqual(self._opened("unknown"), waiting.line_ids.filtered(lambda line: not line.kind_id))
        unposted = self.month.check_ids.filtered(lambda check: check.kind == "unposted")
        rate = self.env["res.currency"]._get_conversion_rate(
            waiting.currency_id, self.company.currency_id, self.company, LAST
        )
        self.assertAlmostEqual(unposted.amount, -10 * rate, 1)

    def test_drafts_are_named_with_their_amount(self):
        journal = self.settlement.move_ids.journal_id[:1]
        account = self.rows["storage"].account_id.id
        lines = [Command.create({"account_id": account, "balance": amount}) for amount in (7.5, -7.5)]
        draft = self.env["account.move"].create({"journal_id": journal.id, "date": LAST, "line_ids": lines})
        later = draft.copy({"date": LAST + timedelta(days=1)})
        self.assertEqual(self._checks()["draft"], "warn")
        self.assertIn(draft, self._opened("draft"))
        self.assertNotIn(later, self._opened("draft"))

    def test_bank_transactions_and_late_payouts_are_named(self):
        bank = self.env["account.journal"].create(
            {"name": "Bank", "code": "CLBK", "type": "bank", "company_id": self.company.id}
        )
        self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "date": LAST, "amount": 12, "payment_ref": "Transfer"}
        )
        self.assertEqual(self._checks()["bank"], "warn")
        self.assertEqual(self._opened("bank").mapped("amount"), [12])
        day = self.settlement.clearing_line_id.date
        self.company.profit_clearing_days = (LAST - day).days
        self.assertEqual(self._checks()["clearing"], "warn")
        self.assertEqual(self._opened("clearing"), self.settlement)
        self.company.profit_clearing_days += 1
        self.assertNotIn("clearing", self._checks())

    def test_currencies_without_a_rate_of_the_last_days_are_named(self):
        currency = self.env["res.currency"].create({"name": "XTC", "symbol": "x"})
        rate = {"currency_id": currency.id, "company_id": self.company.root_id.id, "rate": 2}
        rates = self.env["res.currency.rate"].create({**rate, "name": LAST - timedelta(days=8)})
        account = self.rows["storage"].account_id
        self._enter(account, 5, currency_id=currency.id, amount_currency=10)
        self.month._rebuild()
        self.assertEqual(self._checks()["rate"], "warn")
        self.assertIn(currency, self._opened("rate"))
        rates.copy({"name": LAST - timedelta(days=7)})
        self.month.action_check()
        self.assertNotIn(currency, self._opened("rate"))

    def test_foreign_money_is_revalued_at_the_month_s_end(self):
        currency = self.env["res.currency"].create({"name": "XTD", "symbol": "x"})
        rate = {"currency_id": currency.id, "company_id": self.company.root_id.id, "rate": 2}
        self.env["res.currency.rate"].create({**rate, "name": LAST})
        cash = self._create_account("Wallet", "100911", "asset_cash")
        self._enter(cash, 4, other=self.rows["storage"].account_id, currency_id=currency.id, amount_currency=10)
        self.month._rebuild()
        self.assertEqual(self._checks()["revaluation"], "warn")
        self.assertIn(cash, self._opened("revaluation"))
        made = self.env["profit.revaluation"].create({"company_id": self.company.id, "day": LAST})
        self.month.action_check()
        self.assertEqual(self._opened("revaluation"), made)
        check = self.month.check_ids.filtered(lambda check: check.kind == "revaluation")
        self.assertEqual(check.amount, made.difference)

    def test_unattributed_amounts_count_above_the_limit(self):
        account = self._create_account("Odds and ends", "699091", "expense")
        self._enter(account, 5)
        self.month._rebuild()
        self.assertEqual(self._checks()["unattributed"], "warn")
        self.assertEqual(self._opened("unattributed").ledger_account_id, account)
        self.company.profit_unattributed_limit = 5
        self.assertNotIn("unattributed", self._checks())

    def test_open_costs_and_shortages_are_named(self):
        self.company.cost_layer_method = "fifo"
        self.assertEqual(self._checks()["cost_month"], "warn")
        closing = self.env["cost.closing"].create({"company_id": self.company.id, "day": LAST})
        self.month.action_check()
        self.assertEqual(self._opened("cost_month"), closing)

    def test_costs_that_nobody_shared_are_named_until_their_voucher_is_approved(self):
        self.assertEqual(self._checks()["share"], "warn")
        self.assertEqual(self._opened("share").kind_id.mapped("code"), ["storage"])
        share = self.env["profit.share"].create({"company_id": self.company.id, "month": self.month.first})
        self.month.action_check()
        self.assertEqual(self._opened("share"), share)

    def test_estimates_that_are_not_accrued_are_named(self):
        self.assertNotIn("estimate", self._checks())
        self.settlement.action_reverse()
        fact = self._facts(("kind_id.code", "=", "storage"))[:1].copy({"key": "e-test", "state": "estimated"})
        self.assertEqual(self._checks()["estimate"], "warn")
        self.assertEqual(self._opened("estimate"), fact)

    def test_earlier_months_that_are_open_are_named(self):
        self._enter(self.rows["storage"].account_id, 5, day=date(2026, 4, 3))
        earlier = self.Month._ensure_months(self.company).filtered(lambda month: month.first == date(2026, 4, 1))
        self.assertEqual(self._checks()["earlier"], "warn")
        self.assertIn(earlier, self._opened("earlier"))

    # === CLOSING === #

    def test_a_closed_month_has_a_name_a_digest_and_its_closer(self):
        with self.assertRaisesRegex(UserError, "say in the reason"):
            self._close(reason=" ")
        closing = self._close()
        month = self.month
        self.assertEqual((month.state, month.name, month.closed_by), ("closed", "2026-05 · close 1", self.manager))
        self.assertEqual((month.digest, closing.digest), (month._compute_digest(), month.digest))
        self.assertEqual((closing.user_id, closing.reason, closing.amount), (self.manager, "Known", month.fact_total))
        self.assertEqual(closing.fact_count, month.fact_count)
        self.assertIn("Shared costs", closing.open_checks)
        self.assertIn(month.digest, month.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "closed already"):
            self._close_again()

    def _close_again(self):
        self.month.with_user(self.manager).action_close()

    def test_a_closed_month_stays(self):
        self._close()
        with self.assertRaises(UserError):
            self.month._rebuild()
        for values in ({"reason": "Another"}, {"state": "open"}, {"digest": "0"}):
            with self.assertRaisesRegex(UserError, "by their buttons"):
                self.month.with_user(self.manager).write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.month.unlink()
        with self.assertRaises(AccessError):
            self.month.closing_ids.with_user(self.manager).reason = "Another"

    def test_a_month_that_is_not_over_is_not_closed(self):
        today = fields.Date.context_today(self.month)
        self._enter(self.rows["storage"].account_id, 5, day=today)
        months = self.Month._ensure_months(self.company)
        current = months.filtered(lambda month: month.first == today.replace(day=1))
        with self.assertRaisesRegex(UserError, "not over yet"):
            self._close(month=current)

    def test_verifying_finds_the_day_and_kind_that_changed(self):
        self._close()
        month = self.month.with_user(self.accountant)
        self.assertEqual(month.action_verify()["params"]["type"], "success")
        fact = self._facts(("kind_id.code", "=", "storage"))
        fact.amount -= 1
        action = month.action_verify()
        difference = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual((difference.day, difference.kind_id.code), (fact.day, "storage"))
        self.assertEqual((difference.count_then, difference.count_now), (1, 1))
        self.assertAlmostEqual(difference.amount_now - difference.amount_then, -1)
        self.assertEqual(difference.action_open()["res_id"], fact.id)
        self.env.cr.execute("DELETE FROM profit_entry WHERE id = %s", [fact.id])
        month.action_verify()
        self.assertEqual(month.closing_ids.difference_ids.mapped("count_now"), [0])

    def test_an_accountant_closes_without_lock_only(self):
        self.month.lock = "fiscalyear"
        with self.assertRaisesRegex(UserError, "Only accounting managers"), self.env.cr.savepoint():
            self._close(self.accountant)
        self.month.invalidate_recordset()
        self.month.lock = "none"
        self._close(self.accountant)
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_lock_dates_are_set_as_chosen_and_never_back(self):
        self.month.lock = "sale_purchase"
        self.company.sale_lock_date = LAST + timedelta(days=30)
        self._close()
        self.assertEqual(self.company.purchase_lock_date, LAST)
        self.assertEqual(self.company.sale_lock_date, LAST + timedelta(days=30))
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_the_lock_is_proposed_by_the_company(self):
        self.company.profit_lock = "fiscalyear"
        month = self.Month.create({"company_id": self.company.id, "first": "2031-01-01"})
        self.assertEqual(month.lock, "fiscalyear")
        self.month.lock = "fiscalyear"
        self._close()
        self.assertEqual(self.company.fiscalyear_lock_date, LAST)
        with self.assertRaises(UserError):
            self._enter(self.rows["storage"].account_id, 5, day=LAST).date = LAST

    # === REOPENING === #

    def test_only_managers_reopen_with_a_reason_which_is_kept(self):
        first = self._close()
        with self.assertRaisesRegex(AccessError, "Only managers"):
            self.month.with_user(self.accountant).action_reopen()
        month = self.month.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Say first why"):
            month.action_reopen()
        month.reopen_reason = "Bill came late"
        month.action_reopen()
        self.assertEqual((month.state, month.name, month.digest, month.reason), ("open", "2026-05", False, False))
        self.assertEqual((first.reopened_by_id, first.reopen_reason), (self.manager, "Bill came late"))
        self.assertIn("Bill came late", month.message_ids[0].body)
        self._enter(self.rows["storage"].account_id, 5)
        month.action_rebuild()
        second = self._close()
        self.assertEqual((second.number, second.name), (2, "2026-05 · close 2"))
        self.assertNotEqual(second.digest, first.digest)
        self.assertEqual(month.action_verify()["params"]["type"], "success")

    # === PROPOSING === #

    def test_the_month_before_is_proposed_once_to_who_closes_it(self):
        day = fields.Date.context_today(self.month) + relativedelta(day=1, days=-1)
        self._enter(self.rows["storage"].account_id, 5, day=day)
        self.company.cost_layer_user_id = self.manager
        self.Month._cron_propose()
        month = self.Month.search([("company_id", "=", self.company.id), ("last", "=", day)])
        self.assertEqual((month.user_id, month.activity_ids.user_id), (self.manager, self.manager))
        self.assertIn(f"{month.warning_count} open", month.activity_ids.summary)
        self.Month._cron_propose()
        self.assertEqual(len(month.activity_ids), 1)
        month._rebuild()
        self.Month._cron_propose()
        self.assertEqual(len(month.activity_ids), 1)
        self.assertEqual(month.state, "open", "nothing is closed by itself")

    def test_the_checklist_costs_the_same_for_any_number_of_amounts(self):
        self._count_queries()
        few = self._count_queries()
        orders = [self._order(f"Q-{number}") for number in range(30)]
        self._import(*orders)
        self._post("S9", *(line for order in orders for line in self._sale(order.external_id)))
        self.month._rebuild()
        self.assertLessEqual(self._count_queries(), few + 2)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.month.action_check()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
