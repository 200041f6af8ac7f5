from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError

from .first_mile_case import FirstMileCase


class TestCost(FirstMileCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env.company.currency_id
        cls.yen = cls.env.ref("base.JPY")
        cls.yen.active = True
        cls.env["res.currency.rate"].search([("currency_id", "in", (cls.yen + cls.own).ids)]).unlink()
        cls.env["res.currency.rate"].create({"currency_id": cls.yen.id, "rate": 150, "name": "2020-01-01"})

    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment({self.kettle: 10}, {self.kettle: 5, self.lid: 50}, {self.lid: 100})

    def _create_cost(self, estimate, **values):
        return self.env["first.mile.cost"].create(
            {"shipment_id": self.shipment.id, "name": "Sea", "estimate": estimate, "date": "2026-03-02", **values}
        )

    def _assert_exact(self, cost, field="amount"):
        total = sum(Decimal(str(share[field])) for share in cost.share_ids)
        self.assertEqual(total, Decimal(str(cost[field])))

    def test_each_basis_adds_up_to_the_cost(self):
        self.shipment.line_ids.duty_amount = 7
        for basis, _label in self.env["first.mile.cost"]._fields["basis"].selection[:-1]:
            with self.subTest(basis=basis):
                cost = self._create_cost(100.01, basis=basis)
                cost.action_allocate()
                self.assertEqual(len(cost.share_ids), 4)
                self._assert_exact(cost)
                self._assert_exact(cost, "company_amount")

    def test_cartons_of_the_same_size_bear_the_same(self):
        cost = self._create_cost(90, basis="carton_volume")
        self.shipment.action_allocate_costs()
        by_carton = {}
        for share in cost.share_ids:
            by_carton[share.carton_id.number] = by_carton.get(share.carton_id.number, 0) + share.amount
        self.assertEqual(by_carton, {"1": 30, "2": 30, "3": 30})

    def test_a_foreign_cost_adds_up_in_both_currencies(self):
        cost = self._create_cost(1000, currency_id=self.yen.id)
        cost.action_allocate()
        self.assertEqual(cost.company_amount, self.own.round(1000 / 150))
        self._assert_exact(cost)
        self._assert_exact(cost, "company_amount")
        self.assertTrue(all(share.amount == int(share.amount) for share in cost.share_ids), "no parts of a yen")

    def test_the_bill_replaces_the_estimate(self):
        cost = self._create_cost(90)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.forwarder.id,
                "invoice_date": "2026-04-01",
                "currency_id": self.yen.id,
                "invoice_line_ids": [Command.create({"name": "Sea freight", "price_unit": 14999, "tax_ids": False})],
            }
        )
        cost.bill_line_id = bill.invoice_line_ids
        self.assertEqual((cost.currency_id, cost.amount, cost.is_actual), (self.yen, 14999, True))
        self.assertEqual(cost.company_amount, self.own.round(14999 / 150))
        cost.action_allocate()
        self._assert_exact(cost, "company_amount")
        bill.invoice_line_ids.price_unit = 15000
        self.assertEqual(cost.actual, 15000)

    def test_an_estimate_in_a_currency_without_exchange_rate_is_not_taken_one_to_one(self):
        self.yen.rate_ids.unlink()
        cost = self._create_cost(1000, currency_id=self.yen.id)
        with self.assertRaisesRegex(UserError, "no exchange rate of JPY. Enter one under Accounting"):
            cost.action_allocate()
        self.shipment.currency_id = self.own
        with self.assertRaisesRegex(UserError, "no exchange rate of JPY"):
            self.shipment._get_carriage("freight")
        self.assertEqual(self._create_shipment({self.lid: 1}, currency_id=self.yen.id).line_ids.unit_value, 0)

    def test_a_refund_lowers_the_cost(self):
        refund = self.env["account.move"].create(
            {
                "move_type": "in_refund",
                "partner_id": self.forwarder.id,
                "invoice_date": "2026-04-01",
                "invoice_line_ids": [Command.create({"name": "Duty back", "price_unit": 10.01, "tax_ids": False})],
            }
        )
        cost = self._create_cost(0, component="duty", basis="quantity", bill_line_id=refund.invoice_line_ids.id)
        cost.action_allocate()
        self.assertEqual(cost.amount, -10.01)
        self._assert_exact(cost)
        self._assert_exact(cost, "company_amount")

    def test_by_hand(self):
        cost = self._create_cost(90, basis="hand")
        cost.action_prepare_hand()
        cost.share_ids[0].amount = 80
        with self.assertRaisesRegex(UserError, "add up to 80.0, but the cost is 90.0"):
            cost.action_allocate()
        cost.share_ids[1].amount = 10
        cost.action_allocate()
        self.assertEqual(sorted(cost.share_ids.mapped("company_amount")), [0, 0, 10, 80])

    def test_what_lacks_a_measure_is_named(self):
        self.lid.volume = 0
        with self.assertRaisesRegex(UserError, "Volume of the products is missing in cartons 2, 3"):
            self._create_cost(90, basis="volume").action_allocate()
        self.shipment.carton_ids[0].weight = 0
        with self.assertRaisesRegex(UserError, "Weight is missing in cartons 1"):
            self._create_cost(90, basis="weight").action_allocate()

    def test_nothing_to_bear_the_cost(self):
        self.shipment.carton_ids.unlink()
        with self.assertRaisesRegex(UserError, "no goods to bear"):
            self._create_cost(90).action_allocate()

    def test_more_cartons_take_no_more_queries(self):
        counts = []
        for cartons in (10, 100):
            self.shipment = self._create_shipment(*[{self.kettle: 1}] * cartons)
            cost = self._create_cost(90)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cost.action_allocate()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(cost.share_ids), 100)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)  # inserts go in batches
