from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .cost_layers_case import CostLayersCase


@tagged("post_install", "-at_install")
class TestCostLayers(CostLayersCase):
    """What a shipment costs ends in the layers of the units that travelled with it."""

    def logged(self, cost, component="freight"):
        events = self.env["cost.event"].search([("key", "=like", f"first.mile.cost/{cost.id}/%")])
        return round(sum(events.mapped(component)), 2)

    def test_an_estimate_waits_for_the_departure_and_then_travels(self):
        cost = self.cost(90)
        cost.action_allocate()
        self.assertEqual((cost.layer_amount, self.logged(cost)), (0, 0))
        self.depart()
        self.assertEqual((cost.layer_amount, self.logged(cost)), (90, 90))
        # Eight kettles of 24 units bear 30; the two that stay in the hub bear nothing.
        self.assertEqual(self.values(self.sea, self.hub), [8 * 5 + 30, 2 * 5])

    def test_dividing_again_changes_nothing(self):
        self.depart()
        cost = self.cost(90)
        cost.action_allocate()
        events = self.env["cost.event"].search_count([])
        cost.action_allocate()
        self.shipment.action_allocate_costs()
        self.assertEqual(self.env["cost.event"].search_count([]), events)
        self.check()

    def test_a_late_bill_in_dollars_goes_to_sold_stock_and_transit(self):
        """The estimate said 90; 150 dollars are 120 pounds: only 30 more, 10 of them for the kettles."""
        cost = self.cost(90)
        cost.action_allocate()
        self.depart()
        arrival = self.shipment._get_open_transfers(departing=False)
        move = arrival.move_ids.filtered(lambda move: move.product_id == self.product)
        move.write({"quantity": 4, "picked": True})
        arrival.with_context(skip_backorder=True).button_validate()
        self.check()
        self.sell(1, self.uk)
        self.check()
        before = self.balance(self.sales)
        bill = self.vendor_bill(150, self.usd)
        cost.bill_line_id = bill.invoice_line_ids
        self.assertEqual(self.logged(cost), 90, "a draft that nobody divided is not counted")
        bill.action_post()
        self.check()
        self.assertEqual((cost.layer_amount, self.logged(cost)), (120, 120))
        self.assertEqual(self.balance(self.sales) - before, 1.25)
        self.assertEqual(self.values(self.sea, self.uk), [4 * 10, 3 * 10])

    def test_the_rate_that_a_person_enters_on_the_bill_counts(self):
        """The day's rate makes 120 pounds of 150 dollars; the bank took 125, and so does the bill."""
        self.depart()
        cost = self.cost()
        bill = self.vendor_bill(150, self.usd)
        bill.invoice_currency_rate = 1.2
        cost.bill_line_id = bill.invoice_line_ids
        cost.action_allocate()
        bill.action_post()
        self.check()
        self.assertEqual((cost.company_amount, cost.layer_amount, self.logged(cost)), (125, 125, 125))

    def test_two_bills_in_foreign_currencies_add_up(self):
        self.depart()
        self.receive()
        self.sell(3, self.uk)
        freight, duty = self.cost(), self.cost(component="duty", name="Customs")
        for cost, amount, currency in ((freight, 333.33, self.usd), (duty, 19001, self.jpy)):
            bill = self.vendor_bill(amount, currency)
            cost.bill_line_id = bill.invoice_line_ids
            cost.action_allocate()
            bill.action_post()
            self.check()
        self.assertEqual((freight.company_amount, duty.company_amount), (266.66, 100.01))
        self.assertEqual((self.logged(freight), self.logged(duty, "duty")), (266.66, 100.01))
        events = self.env["cost.event"].search([("key", "=like", f"first.mile.cost/{duty.id}/%")])
        self.assertEqual((events.stated_currency_id, sum(events.mapped("stated_amount"))), (self.jpy, 19001))

    def test_a_bill_line_for_two_shipments_is_divided_to_the_cent(self):
        """100.01 dollars are 80.01 pounds, for two cartons and for one of the same size."""
        self.depart()
        first, cost = self.shipment, self.cost(50)
        cost.action_allocate()
        self.shipment = first.copy({"line_ids": []})
        self.shipment.carton_ids = [self.carton("1", {self.product: 2})]
        self.depart()
        costs = cost + self.cost(30)
        bill = self.vendor_bill(100.01, self.usd)
        wizard = {"cost_ids": costs.ids, "bill_line_id": bill.invoice_line_ids.id, "basis": "volume"}
        self.env["first.mile.bill.division"].create(wizard).action_divide()
        self.assertEqual(costs.mapped("actual"), [66.67, 33.34])
        self.assertEqual(round(sum(costs.mapped("company_amount")), 2), bill.invoice_line_ids.balance)
        self.assertEqual(self.logged(costs[0]), costs[0].company_amount, "it had been divided before")
        costs.action_allocate()
        bill.action_post()
        self.check()
        self.assertEqual(round(sum(costs.mapped("layer_amount")), 2), 80.01)
        self.assertEqual(self.balance(self.clearing), 0)

    def test_parts_that_are_not_the_bill_line_stop_the_posting(self):
        self.depart()
        bill = self.vendor_bill(100)
        line = {"bill_line_id": bill.invoice_line_ids.id, "basis": "quantity"}
        costs = self.cost(**line, bill_part=60) + self.cost(**line, bill_part=30, name="Air")
        with self.assertRaisesRegex(UserError, "'Freight' is 100.0 GBP, but .* bear 90.0 of it. Correct their parts"):
            bill.action_post()
        self.assertEqual(bill.state, "draft")
        costs[1].bill_part = 40
        bill.action_post()
        costs.action_allocate()
        self.check()
        self.assertEqual((self.logged(costs[0]), self.logged(costs[1])), (60, 40))
        self.cost(**line, bill_part=1)
        with self.assertRaisesRegex(UserError, "bear 101.0 of it"):
            costs[0].action_allocate()

    def test_a_correction_sends_the_difference_only(self):
        self.depart()
        cost = self.cost(90)
        cost.action_allocate()
        for estimate in (100, 99.99, 100):
            cost.estimate = estimate
            cost.action_allocate()
            self.check()
            self.assertEqual(self.logged(cost), estimate)
        cost.component = "insurance"
        cost.action_allocate()
        self.check()
        self.assertEqual((self.logged(cost), self.logged(cost, "insurance")), (0, 100))
        cost.unlink()
        self.check()
        self.assertEqual(self.values(self.sea), [40])

    def test_a_cancelled_bill_leaves_the_estimate(self):
        self.depart()
        cost = self.cost(90)
        bill = self.vendor_bill(130)
        cost.bill_line_id = bill.invoice_line_ids
        cost.action_allocate()
        bill.action_post()
        self.assertEqual(self.logged(cost), 130)
        bill.button_draft()
        bill.button_cancel()
        self.check()
        self.assertEqual((self.logged(cost), cost.is_actual), (90, False))

    def test_a_refund_of_duty(self):
        self.depart()
        duty = self.cost(50, component="duty")
        duty.action_allocate()
        refund = self.vendor_bill(12.34, kind="in_refund")
        back = self.cost(component="duty", name="Duty back", bill_line_id=refund.invoice_line_ids.id)
        back.action_allocate()
        self.check()
        self.assertEqual(self.logged(duty, "duty") + self.logged(back, "duty"), 37.66)

    def test_a_bill_of_a_closed_period_counts_in_the_open_one_and_says_so(self):
        self.depart()
        earlier = self.today - timedelta(days=3)
        for locked, said in ((False, False), (self.today - timedelta(days=1), True)):
            with self.subTest(locked=locked):
                self.company.fiscalyear_lock_date = locked
                cost = self.cost(bill_line_id=self.vendor_bill(60, day=earlier).invoice_line_ids.id)
                cost.action_allocate()
                self.check()
                event = self.env["cost.event"].search([("key", "=like", f"first.mile.cost/{cost.id}/%")])
                self.assertEqual((set(event.mapped("stated_day")), set(event.mapped("day"))), ({earlier}, {self.today}))
                told = "".join(filter(None, self.shipment.message_ids.mapped("body")))
                self.assertEqual(f"is of {earlier}, a closed period. It counts on {self.today}." in told, said)
                self.assertEqual(self.logged(cost), 60)

    def test_a_new_estimate_of_duty_replaces_the_old_one(self):
        self.depart()
        self.shipment._set_estimate("duty", "Duty", "quantity", 24, self.company.currency_id)
        self.shipment.cost_ids.action_allocate()
        self.shipment._set_estimate("duty", "Duty", "quantity", 48, self.company.currency_id)
        self.check()
        self.assertEqual(self.values(self.sea), [40 + 16])

    def test_a_bill_that_cannot_be_divided_waits_with_a_message(self):
        self.depart()
        cost = self.cost(90, basis="hand")
        cost.action_prepare_hand()
        cost.share_ids[0].amount = 90
        cost.action_allocate()
        bill = self.vendor_bill(100)
        cost.bill_line_id = bill.invoice_line_ids
        bill.action_post()
        self.assertIn("add up to 90.0, but the cost is 100.0", self.shipment.activity_ids.summary)
        self.assertEqual(self.logged(cost), 90)
        cost.share_ids[0].amount = 100
        cost.action_allocate()
        self.check()
        self.assertEqual(self.logged(cost), 100)

    def test_lost_cartons_take_their_cost_to_cost_of_sales(self):
        cost = self.cost(90)
        cost.action_allocate()
        self.depart()
        self.shipment.carton_ids[0].action_lose()
        self.check()
        # Six of eight kettles, which bear 30 together.
        self.assertEqual(self.balance(self.sales), 22.5)
        self.assertEqual(self.values(self.sea), [10 + 7.5])

    def test_goods_under_way_when_layers_start_bear_their_costs(self):
        self.depart()
        self.start_anew("fifo")
        cost = self.cost(90)
        cost.action_allocate()
        self.check()
        self.assertEqual(cost.layer_amount, 90)
        # A third of the units are kettles, which cost 5 each.
        self.assertEqual(self.values(self.sea), [8 * 5 + 30])

    def test_goods_that_came_before_there_were_layers_are_named(self):
        self.depart()
        self.receive()
        self.start_anew("fifo")
        cost = self.cost(60)
        cost.action_allocate()
        self.check()
        self.assertEqual((sum(cost.share_ids.mapped("company_amount")), cost.layer_amount), (60, 0))
        self.assertIn("arrived before cost layers were set up", self.shipment.message_ids[0].body)

    def test_more_cartons_take_no_more_queries(self):
        counts = []
        for cartons in (2, 8, 32):
            self.shipment = self.shipment.copy({"line_ids": []})
            self.shipment.carton_ids = [self.carton(str(number), {self.second: 0.25}) for number in range(cartons)]
            self.depart()
            cost = self.cost(90)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cost.action_allocate()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2, counts)
