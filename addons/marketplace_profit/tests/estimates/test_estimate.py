from datetime import date
from decimal import Decimal

from odoo.addons.marketplace.contract import Money, MoneyState, MoneyTransaction, RawRecord, SettlementLine
from odoo.addons.marketplace_settlement.tests.settlement_case import START
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged

from .estimate_case import EstimateCase


@tagged("post_install", "-at_install")
class TestEstimate(EstimateCase):
    # === AMOUNTS === #

    def test_goods_and_commission_of_an_open_order(self):
        (order,) = self._import(self._order("A-1", self._line("MUG", 2, "24.00"), self._line("PEN", 1, "6.00")))
        estimates = self._estimate(order)
        self.assertEqual(self._amounts(estimates), {"principal": 30.0, "commission": -4.5})
        self.assertEqual(self._amounts(estimates, "amount"), {"principal": 25.0, "commission": -4.5})
        fee = estimates.filtered(lambda row: row.kind_id.code == "commission" and row.product_id == self.mug)
        self.assertEqual(
            (fee.percentage, fee.base_currency, fee.rate_id, fee.source, fee.delivered, fee.day),
            (15.0, 24.0, self.card, "card", False, date(2026, 5, 4)),
        )
        self.assertIn("Card", fee.why)

    def test_shipping_is_shared_over_the_goods(self):
        order = self._order(
            "A-1",
            self._line("MUG", 1, "12.00", self._charge("shipping", "3.00")),
            self._line("PEN", 1, "6.00"),
        )
        estimates = self._estimate(self._import(order))
        shipping = estimates.filtered(lambda row: row.kind_id.code == "shipping_credit")
        self.assertEqual(sorted(shipping.mapped("amount_currency")), [1.0, 2.0])
        self.assertEqual(shipping.product_id, self.mug | self.pen)

    def test_delivered_lines_count_on_the_day_of_delivery(self):
        (order,) = self._import(self._order("A-1"))
        self._ship(order)
        estimates = self._estimate(order)
        self.assertEqual(set(estimates.mapped("day")), {date(2026, 5, 20)})
        self.assertTrue(all(estimates.mapped("delivered")))

    def test_foreign_orders_at_the_rate_of_their_day(self):
        self.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")]).active = True
        currency = self.env["res.currency"].search([("name", "=", "KWD")])
        for day, rate in (("2026-01-01", 2.0), ("2026-05-05", 9.0)):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": day, "inverse_company_rate": rate, "company_id": self.company.id}
            )
        self.mug.taxes_id = False
        line = self._line("MUG", 1, None, self._charge("item", "10.000", currency="KWD"))
        estimates = self._estimate(self._import(self._order("A-1", line)))
        self.assertEqual(self._amounts(estimates), {"principal": 10.0, "commission": -1.5})
        self.assertEqual(self._amounts(estimates, "amount"), {"principal": 20.0, "commission": -3.0})

    def test_size_tiers_go_by_the_package(self):
        currency = self.shop.currency_id.id
        for name, side, fee in (("Small", 20, 2), ("Large", 40, 3)):
            self._create_rate(name, "fba_per_unit", max_longest=side, per_item=fee, currency_id=currency)
        (order,) = self._import(self._order("A-1", self._line("MUG", 2, "24.00")))
        self.assertNotIn("fba_per_unit", self._amounts(self._estimate(order)))  # nobody measured it
        self.mug.write({"package_length": 10, "package_width": 20, "package_height": 5})
        self.assertEqual(self._amounts(self._estimate(order))["fba_per_unit"], -4.0)
        self.mug.package_height = 20.5
        self.assertEqual(self._amounts(self._estimate(order))["fba_per_unit"], -6.0)

    def test_the_carriers_price_comes_before_the_card(self):
        self._create_rate("Parcel", "parcel_freight", per_order=5, currency_id=self.shop.currency_id.id)
        (order,) = self._import(self._order("A-1"))
        self.assertEqual(self._amounts(self._estimate(order))["parcel_freight"], -5.0)
        self._ship(order)
        order.picking_ids.carrier_price = 3.35
        estimates = self._estimate(order)
        self.assertEqual(self._amounts(estimates)["parcel_freight"], -3.35)
        self.assertEqual(
            estimates.filtered(lambda row: row.kind_id.code == "parcel_freight").mapped("source"), ["freight"]
        )

    def test_what_the_marketplace_booked_comes_before_the_card(self):
        (order,) = self._import(self._order("A-1"))
        self._book("T-1", "A-1", ("Order > ItemPrice > Principal", "12.00"), ("Order > ItemFees > Commission", "-2.22"))
        estimates = self._estimate(order)
        self.assertEqual(self._amounts(estimates), {"principal": 12.0, "commission": -2.22})
        self.assertEqual(estimates.filtered(lambda row: row.kind_id.code == "commission").mapped("source"), ["booked"])

    def _book(self, name, order, *lines):
        stated = MoneyTransaction(
            name,
            self.shop.external_id,
            "1",
            MoneyState.DEFERRED,
            "DEFERRED",
            START,
            Money(sum((Decimal(amount) for _words, amount in lines), Decimal()), self.currency, ""),
            tuple(
                SettlementLine(row, tuple(words.split(" > ")), self._money(amount), START, order_id=order, sku="MUG")
                for row, (words, amount) in enumerate(lines, 1)
            ),
        )
        self.connector.parse_transaction = lambda payload: stated
        record = RawRecord("transaction", self.shop.external_id, name, "1", {"id": name}, START)
        self.env["marketplace.transaction"]._take(self.account, self.connector, [record])

    # === LIFE === #

    def test_estimating_twice_changes_nothing(self):
        orders = self._import(self._order("A-1"), self._order("A-2"))
        before = self._estimate(orders)
        self.env.cr.execute("UPDATE profit_estimate SET write_date = '2020-01-01'")
        self.Estimate.invalidate_model()
        after = self._estimate(orders)
        self.assertEqual(after, before)
        self.assertEqual({moment.year for moment in after.mapped("write_date")}, {2020})

    def test_estimates_follow_the_order_until_it_is_settled(self):
        (order,) = self._import(self._order("A-1"))
        estimates = self._estimate(order)
        self.assertFalse(any(estimates.mapped("is_settled")))
        self.card.percentage = 10
        self.assertEqual(self._amounts(self._estimate(order))["commission"], -1.2)
        self._post("S1", *self._sale("A-1", "12.00", "-2.00"))
        self.card.percentage = 20
        self.assertEqual(self._amounts(self._estimate(order))["commission"], -1.2)
        self.assertTrue(all(estimates.mapped("is_settled")))
        self.assertFalse(self.Estimate.search([("order_id", "=", order.id), ("is_settled", "=", False)]))

    def test_of_a_cancelled_order_nothing_is_left_to_come(self):
        (order,) = self._import(self._order("A-1"))
        self.assertTrue(self._estimate(order))
        order._action_cancel()
        self.assertFalse(self._estimate(order))

    def test_a_batch_takes_the_same_queries_as_one(self):
        few = self._import(self._order("A-1"))
        many = self._import(*(self._order(f"B-{number}") for number in range(12)))
        self._estimate(few | many)
        self.env.invalidate_all()
        with self.assertQueryCount(22):
            self.Estimate._estimate(few)
        self.env.invalidate_all()
        with self.assertQueryCount(22):
            self.Estimate._estimate(many)

    def test_the_job_goes_through_all_open_orders(self):
        orders = self._import(*(self._order(f"A-{number}") for number in range(3)))
        with trap_jobs() as trap:
            self.Estimate._cron_estimate()
            self.Estimate._cron_estimate()  # the same jobs
            count = len([job for job in trap.enqueued_jobs if job.args[0] == self.company])
            self.assertEqual(count, 1)
        self.Estimate._job_estimate(self.company)
        self.assertEqual(self.Estimate.search([("order_id", "in", orders.ids)]).order_id, orders)

    def test_operators_see_their_own_shops(self):
        (order,) = self._import(self._order("A-1"))
        estimates = self._estimate(order)
        operator = new_test_user(self.env, "estimate_operator", "marketplace.group_operator")
        domain = [("id", "in", estimates.ids)]
        self.assertFalse(self.Estimate.with_user(operator).search(domain))
        self.shop.user_ids = operator
        self.assertEqual(self.Estimate.with_user(operator).search(domain), estimates)

    def test_the_button_of_an_order(self):
        (order,) = self._import(self._order("A-1"))
        action = order.action_estimate_profit()
        self.assertEqual(len(self.Estimate.search(action["domain"])), 2)
        self.assertEqual(order.profit_estimate_count, 2)
