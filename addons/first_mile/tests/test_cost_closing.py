from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from .cost_layers_case import CostLayersCase


@tagged("post_install", "-at_install")
class TestCostClosing(CostLayersCase):
    """Journeys of a month whose costs nobody has billed are missing in it."""

    def setUp(self):
        super().setUp()
        self.last_month = self.today + relativedelta(day=1, days=-1)
        self.company.cost_layer_since = self.last_month - timedelta(days=40)
        self.closing = self.env["cost.closing"].create({"day": self.last_month})

    def depart_last_month(self):
        self.depart()
        self.env.flush_all()
        self.shipment._get_departures().move_ids.date = fields.Datetime.to_datetime(self.last_month)

    def item(self):
        self.closing.action_check()
        return self.closing.item_ids.filtered(lambda item: item.kind == "estimate")

    def test_costs_only_estimated_are_missing_with_the_way_to_their_shipments(self):
        self.cost(90)
        self.cost(60, component="duty", name="Customs", currency_id=self.usd.id)
        self.depart_last_month()
        item = self.item()
        self.assertEqual((item.count, item.amount, item.is_blocking), (1, 90 + 48, False))
        self.assertIn("forwarder's", item.advice)
        action = item.action_open()
        closer = new_test_user(
            self.env, "closer", "account.group_account_manager",
            company_id=self.company.id, company_ids=self.company.ids,
        )  # fmt: skip
        shipments = self.env[action["res_model"]].with_user(closer).search(action["domain"])
        self.assertEqual(shipments, self.shipment)
        self.assertEqual(len(Form(shipments).cost_ids), 2, "who closes the month can open what is missing")

    def test_what_is_billed_is_not_missing(self):
        cost = self.cost(90)
        self.depart_last_month()
        bill = self.vendor_bill(100, day=self.last_month)
        cost.bill_line_id = bill.invoice_line_ids
        self.assertFalse(self.item())
        cost.bill_line_id = False
        cost.is_actual = False
        self.assertTrue(self.item())

    def test_what_left_later_or_not_at_all_is_of_another_month(self):
        self.cost(90)
        self.assertFalse(self.item())
        self.depart()
        self.assertFalse(self.item())

    def test_more_shipments_take_no_more_queries(self):
        counts = []
        for count in (1, 4):
            for _each in range(count):
                self.shipment = self.shipment.copy({"line_ids": []})
                self.shipment.carton_ids = [self.carton("1", {self.second: 1})]
                self.cost(90, currency_id=self.usd.id)
                self.depart_last_month()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found, _amount = self.closing._find_estimated_shipments()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(found), 5)
        self.assertLessEqual(counts[1], counts[0], counts)
