from datetime import date

from odoo.tests import tagged

from .estimate_case import EstimateCase


@tagged("post_install", "-at_install")
class TestEstimateFacts(EstimateCase):
    def _estimated(self):
        return self._facts(("state", "=", "estimated"))

    def test_open_orders_are_facts_that_the_ledger_does_not_have(self):
        (order,) = self._import(self._order("A-1", self._line("MUG", 2, "24.00")))
        self._estimate(order)
        self._months()
        facts = self._estimated()
        self.assertEqual(self._by_kind(facts), {"principal": 20.0, "commission": -3.6})
        self.assertEqual(self._by_kind(facts, "units"), {"principal": 2.0})
        self.assertEqual(
            (facts.order_id, facts.product_id, facts.shop_id, set(facts.mapped("day"))),
            (order, self.mug, self.shop, {date(2026, 5, 4)}),
        )
        self.assertEqual(set(facts.mapped("level")), {"revenue", "selling"})

    def test_they_are_gone_when_the_settlement_is_posted(self):
        (order,) = self._import(self._order("A-1"))
        self._estimate(order)
        settlement = self._take(self._document("S1", *self._sale("A-1", "12.00", "-2.00")))
        months = self._months()
        self.assertEqual(self._by_kind(self._estimated()), {"principal": 10.0, "commission": -1.8})
        settlement.action_post()
        self.assertTrue(months.filtered(lambda month: month.first == date(2026, 5, 1)).is_stale)
        self._months()
        self.assertFalse(self._estimated())
        self.assertEqual(self._by_kind(self._of_settlement(settlement)), {"principal": 10.0, "commission": -2.0})
        settlement.action_reverse()
        self._months()
        self.assertEqual(self._by_kind(self._estimated()), {"principal": 10.0, "commission": -1.8})

    def test_an_invoiced_sale_is_in_the_ledger_its_fees_are_not(self):
        (order,) = self._import(self._order("A-1"))
        self._ship(order)
        self._estimate(order)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-05-20"
        invoice.action_post()
        self._months()
        self.assertEqual(self._by_kind(self._estimated()), {"commission": -1.8})

    def test_freight_is_gone_when_the_carriers_bill_is_posted(self):
        self._create_rate("Parcel", "parcel_freight", per_order=5, currency_id=self.shop.currency_id.id)
        (order,) = self._import(self._order("A-1"))
        self._ship(order)
        self._estimate(order)
        expense = self.rows["fulfilment"].account_id
        self._enter(expense, 4.5, day=date(2026, 5, 19), fee_kind_id=self.kinds["parcel_freight"].id)
        self._months()
        self.assertEqual(self._by_kind(self._estimated())["parcel_freight"], -5.0)
        self._enter(expense, 4.5, day=date(2026, 5, 20), fee_kind_id=self.kinds["parcel_freight"].id)
        self._months()
        self.assertNotIn("parcel_freight", self._by_kind(self._estimated()))

    def test_made_anew_the_rows_are_the_same(self):
        self._estimate(self._import(self._order("A-1"), self._order("A-2")))
        self._months()
        rows = self._rows()
        self._months()
        self.assertTrue(rows)
        self.assertEqual(rows, self._rows())
