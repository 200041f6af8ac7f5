from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .estimate_case import EstimateCase

MAY, LAST, NEXT = date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestAccrual(EstimateCase):
    def _deliver(self, *refs, **values):
        orders = self._import(*(self._order(ref, **values) for ref in refs))
        self._ship(orders)
        self._estimate(orders)
        return orders

    def _accrue(self, first=MAY):
        return self.env["profit.accrual"].create({"company_id": self.company.id, "first": first})

    def _month_facts(self, first, state="booked"):
        last = LAST if first == MAY else date(2026, 6, 30)
        return self._facts(
            ("day", ">=", first), ("day", "<=", last), ("state", "=", state), ("origin", "=", "estimate")
        )

    def test_one_entry_at_the_months_end_and_its_reversal_on_the_next_day(self):
        self._deliver("A-1", "A-2")
        accrual = self._accrue()
        self.assertEqual((accrual.order_count, accrual.amount, accrual.state), (2, 16.4, "draft"))
        accrual.action_post()
        move, reversal = accrual.move_id, accrual.reversal_id
        self.assertEqual((move.date, move.state, reversal.date, reversal.state), (LAST, "posted", NEXT, "posted"))
        self.assertEqual(self._sums(move), {"sales": -20.0, "selling": 3.6, "deferred": 16.4})
        self.assertEqual(self._sums(reversal), {"sales": 20.0, "selling": -3.6, "deferred": -16.4})
        self.assertEqual(reversal.reversed_entry_id, move)
        fees = move.line_ids.filtered(lambda item: item.fee_kind_id.code == "commission")
        self.assertEqual(fees.balance, 3.6)
        self.assertFalse(move.line_ids.tax_ids)

    def test_the_accrual_is_shared_over_what_was_estimated(self):
        orders = self._deliver("A-1", "A-2")
        self._accrue().action_post()
        self._months()
        facts = self._month_facts(MAY)
        self.assertEqual(self._by_kind(facts), {"principal": 20.0, "commission": -3.6})
        self.assertEqual((facts.order_id, facts.product_id, len(facts)), (orders, self.mug, 4))
        self.assertEqual(self._by_kind(self._month_facts(NEXT)), {"principal": -20.0, "commission": 3.6})
        # Not settled yet, they are estimated once more, against the reversal.
        self.assertFalse(self._month_facts(MAY, "estimated"))
        self.assertEqual(self._by_kind(self._month_facts(NEXT, "estimated")), {"principal": 20.0, "commission": -3.6})

    def test_the_next_month_has_the_difference_to_the_settlement_only(self):
        self._deliver("A-1")
        self._accrue().action_post()
        settlement = self._take(self._document("S1", *self._sale("A-1", "12.00", "-2.00", day=40)))
        settlement.action_post()
        self._months()
        june = self._facts(("day", ">=", NEXT), ("day", "<=", date(2026, 6, 30)))
        self.assertEqual(self._by_kind(june), {"commission": -0.2})

    def test_what_was_settled_at_the_months_end_is_not_accrued(self):
        self._deliver("A-1", "A-2")
        self._post("S1", *self._sale("A-1"))
        self._post("S2", *self._sale("A-2", day=40))  # in June
        self.assertEqual(self._accrue().line_ids.order_id.mapped("marketplace_ref"), ["A-2"])

    def test_what_was_not_delivered_is_not_accrued(self):
        self._estimate(self._import(self._order("A-1")))
        accrual = self._accrue()
        self.assertFalse(accrual.line_ids)
        with self.assertRaisesRegex(UserError, "nothing is to be accrued"):
            accrual.action_post()
        self.assertFalse(self._accrue_before_delivery())

    def _accrue_before_delivery(self):
        self._deliver("B-1")
        return self._accrue(date(2026, 4, 1)).line_ids

    def test_in_the_money_of_the_order(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")])
        currency.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2026-01-01", "inverse_company_rate": 3, "company_id": self.company.id}
        )
        self.mug.taxes_id = False
        line = self._line("MUG", 1, None, self._charge("item", "10.000", currency="KWD"))
        orders = self._import(self._order("A-1", line), self._order("A-2"))
        self._ship(orders)
        self._estimate(orders)
        accrual = self._accrue()
        accrual.action_post()
        items = accrual.move_id.line_ids.filtered(lambda item: item.currency_id == currency)
        self.assertEqual(self._sums_of(items, "amount_currency"), {"sales": -10.0, "selling": 1.5, "deferred": 8.5})
        self.assertEqual(self._sums_of(items, "balance"), {"sales": -30.0, "selling": 4.5, "deferred": 25.5})
        self._months()

    def _sums_of(self, items, field):
        return {self.roles[item.account_id]: round(item[field], 3) for item in items}

    def test_undone_the_month_can_be_accrued_again(self):
        self._deliver("A-1")
        accrual = self._accrue()
        accrual.action_post()
        with self.assertRaises(UserError):
            accrual.action_post()
        with self.assertRaises(UserError):
            accrual.unlink()
        accrual.action_undo()
        self.assertEqual(accrual.state, "undone")
        moves = self.env["account.move"].search(accrual.action_view_moves()["domain"])
        self.assertEqual((len(moves), self._sums(moves)), (4, {}))
        self._months()
        self.assertEqual(self._by_kind(self._month_facts(MAY, "estimated")), {"principal": 10.0, "commission": -1.8})
        again = self._accrue()
        again.action_post()
        self._months()
        self.assertEqual(self._by_kind(self._month_facts(MAY)), {"principal": 10.0, "commission": -1.8})

    def test_locked_books_refuse_it_with_the_reason(self):
        self._deliver("A-1")
        accrual = self._accrue()
        self.company.fiscalyear_lock_date = LAST
        with self.assertRaisesRegex(UserError, "locked"):
            accrual.action_post()
        self.assertEqual((accrual.state, accrual.move_id.id), ("draft", False))

    def test_a_closed_month_refuses_it_with_the_reason(self):
        self._deliver("A-1")
        accrual = self._accrue()
        self._months().filtered(lambda month: month.first == MAY).state = "closed"
        with self.assertRaisesRegex(UserError, "closed"):
            accrual.action_post()
        self.assertEqual((accrual.state, accrual.move_id.id), ("draft", False))

    def test_more_orders_take_the_same_queries(self):
        counts = []
        for number, first in ((1, MAY), (8, MAY)):
            self._deliver(*(f"{number}-{index}" for index in range(number)))
            accrual = self._accrue(first)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            accrual.action_post()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            accrual.action_undo()
        self.assertLessEqual(counts[1], counts[0])

    def test_who_may_accrue(self):
        self._deliver("A-1")
        operator = new_test_user(self.env, "accrual_operator", "marketplace.group_operator")
        with self.assertRaises(AccessError):
            self.env["profit.accrual"].with_user(operator).create({"company_id": self.company.id, "first": MAY})
        accountant = new_test_user(self.env, "accrual_accountant", "marketplace.group_accountant")
        accrual = self.env["profit.accrual"].with_user(accountant).create({"company_id": self.company.id, "first": MAY})
        accrual.action_post()
        self.assertEqual(accrual.state, "posted")
