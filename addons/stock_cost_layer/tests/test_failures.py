from odoo.tests import tagged

from .common import CostCase


@tagged("post_install", "-at_install")
class TestFailuresOfLandedCosts(CostCase):
    """What goes wrong with Odoo's landed costs is right here."""

    def test_late_bill_after_a_sale(self):
        """Freight that comes after a sale is split over what was sold, lies here and travels."""
        receipt = self.buy(10, 5).move_ids
        self.sell(3)
        self.ship(4)
        self.check()
        self.bill(receipt, 100)
        self.check()
        self.assertEqual(self.values(self.hub, self.sea), [15 + 30, 20 + 40])
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 30)

    def test_rounding_remainder(self):
        """100 over three receipts of one piece: 33.33, 33.34, 33.33, and nothing is left."""
        receipts = [self.buy(1, 5).move_ids for _each in range(3)]
        bill = {"component": "duty", "currency": self.company.currency_id, "date": self.today, "source": "Customs"}
        events = self.env["cost.event"]._add_cost([{**bill, "move": move, "amount": 100 / 3} for move in receipts])
        self.assertEqual(round(sum(events.mapped("duty")), 2), 100)
        self.check()
        self.sell(1)
        self.check()
        self.sell(2)
        self.check()
        self.assertEqual(self.balance(self.company.cost_layer_account_id), 0)

    def test_bill_in_a_foreign_currency(self):
        """125 dollars are 100 pounds, 19,000 yen are 100 pounds."""
        receipt = self.buy(10, 5).move_ids
        events = self.bill(receipt, 125, currency=self.usd) + self.bill(receipt, 19000, "duty", currency=self.jpy)
        self.assertEqual([events[0].freight, events[1].duty], [100, 100])
        self.assertEqual(events[1].stated_amount, 19000)
        self.assertEqual(self.values(self.hub), [250])
        self.check()

    def test_no_cost_counts_twice(self):
        receipt = self.buy(10, 5).move_ids
        self.bill(receipt, 20, key="bill 7 line 1")
        self.assertFalse(self.bill(receipt, 20, key="bill 7 line 1"))
        self.bill(receipt, 30, key="bill 8 line 1")
        self.assertEqual(self.values(self.hub), [100])
        self.check()

    def test_cost_of_an_internal_transfer(self):
        """Freight of a transfer is paid by the units that travelled, wherever they are by now."""
        self.buy(10, 5)
        journey = self.ship(4)
        self.land(4)
        self.sell(1, self.uk)
        self.check()
        self.bill(journey, 20)
        self.check()
        self.assertEqual(self.values(self.hub, self.sea, self.uk), [30, 0, 15 + 15])
        costs = self.env["cost.layer"]._get_unit_costs(self.product, self.hub | self.uk)
        self.assertEqual(costs[self.product, self.uk], {"purchase": 5, "freight": 5})
        self.assertEqual(costs[self.product, self.hub], {"purchase": 5})

    def test_dearer_vendor_bill(self):
        """The order said 5, the bill in dollars says 7.50 (6 pounds): the layers follow the bill."""
        line = self.buy(10, 6.25, currency=self.usd)
        self.assertEqual(self.values(self.hub), [50])
        self.sell(4)
        line.order_id.action_create_invoice()
        bill = line.order_id.invoice_ids
        bill.invoice_date = self.today
        bill.invoice_line_ids.price_unit = 7.5
        bill.action_post()
        self.assertEqual(self.values(self.hub), [36])
        self.check()
