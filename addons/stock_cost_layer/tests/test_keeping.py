from datetime import timedelta
from unittest.mock import patch

import psycopg2
from dateutil.relativedelta import relativedelta
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CostCase


@tagged("post_install", "-at_install")
class TestKeeping(CostCase):
    """The log and closed months never change."""

    def setUp(self):
        super().setUp()
        self.receipt = self.buy(10, 5).move_ids
        self.event = self.env["cost.event"].search([("move_id", "=", self.receipt.id)])
        self.last_month = self.today + relativedelta(day=1, days=-1)

    def refused(self, query):
        with (
            self.assertRaisesRegex(psycopg2.Error, "never changed"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query)

    def test_events_are_never_changed(self):
        with self.assertRaisesRegex(UserError, "never changed"):
            self.event.quantity = 3
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.event.unlink()
        with self.assertRaisesRegex(UserError, "stock moves and bills only"):
            self.event.create({"kind": "gain"})
        self.env.flush_all()
        self.refused("UPDATE cost_event SET quantity = 3")
        self.refused("DELETE FROM cost_event")

    def early(self):
        """A receipt of two months ago, so that last month has stock."""
        day = self.last_month - timedelta(days=35)
        values = {"kind": "receipt", "day": day, "product_id": self.second.id, "quantity": 4, "purchase": 8}
        return self.env["cost.event"]._append(
            [{**values, "freight": 2, "place_id": self.hub.view_location_id.id, "source": "Early"}]
        )

    def test_a_closed_month_never_changes(self):
        self.early()
        snapshot = self.env["cost.snapshot"].create({"day": self.last_month})
        self.assertEqual(snapshot.line_ids.mapped("value"), [10])
        late = self.early()
        self.assertEqual(late.day, self.last_month + timedelta(days=1))
        self.assertLess(late.stated_day, late.day)
        self.assertEqual(snapshot.value, 10)
        with self.assertRaisesRegex(UserError, "never changed"):
            snapshot.day = self.today
        with self.assertRaisesRegex(UserError, "never deleted"):
            snapshot.unlink()
        self.env.flush_all()
        self.refused("DELETE FROM cost_snapshot_line")
        self.check(self.product)

    def test_a_bill_that_is_older_than_its_goods_waits_for_them(self):
        """Freight is billed before the ship arrives: a month that ends between them can be closed without it."""
        event = self.bill(self.receipt, 20, date=self.last_month)
        self.assertEqual((event.stated_day, event.day), (self.last_month, self.event.day))
        snapshot = self.env["cost.snapshot"].create({"day": self.last_month})
        self.assertFalse(snapshot.line_ids)
        self.check()

    def test_what_is_read_and_written_does_not_grow_with_the_past(self):
        """A sale after fifty reads and writes what one after ten does; a late bill, what its receipt reached."""
        place = {"product_id": self.second.id, "place_id": self.hub.view_location_id.id}
        sale = {**place, "kind": "sale", "quantity": 1}
        receipt = {**place, "kind": "receipt", "quantity": 100, "purchase": 100}
        old = self.event._append([receipt])
        sizes = []

        def note(model, company, before, after):
            pairs = zip(before, after, strict=True)
            changed = sum(there.get(key) != row for there, now in pairs for key, row in now.items())
            sizes.append((sum(map(len, before)), changed))
            return write(model, company, before, after)

        nodes = type(self.env["cost.node"])
        write = nodes._write_rows
        with patch.object(nodes, "_write_rows", note):
            self.event._append([sale] * 10)
            self.event._append([sale])
            self.event._append([sale] * 40)
            self.event._append([sale])
            self.assertEqual(sizes[1], sizes[3])
            new = self.event._append([{**receipt, "freight": 1}])
            cost = {**place, "kind": "cost", "freight": 52}
            self.event._append([{**cost, "origin_id": new.id}])
            self.assertEqual(sizes[-1], (6, 1), "two lots of two nodes, a place and a month; one lot is dearer")
            self.event._append([{**cost, "origin_id": old.id}])
            self.assertEqual(sizes[-1][1], 53, "52 sales and what is left of the lot")
        self.check(self.product)

    def test_months_that_cannot_be_closed(self):
        for day, message in (
            (self.last_month - timedelta(days=1), "last day"),
            (self.today + relativedelta(day=31), "not over"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.env["cost.snapshot"].create({"day": day})

    def test_monthly_average_is_settled_when_the_month_is_closed(self):
        self.company.cost_layer_method = "monthly"
        place = {"place_id": self.hub.view_location_id.id, "product_id": self.second.id, "day": self.last_month}
        receipt = {**place, "kind": "receipt", "quantity": 10}
        self.env["cost.event"]._append(
            [
                {**receipt, "freight": 10},
                {**place, "kind": "sale", "quantity": 5},
                {**receipt, "freight": 30},
            ]
        )
        self.check(self.product)
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 5)
        self.env["cost.snapshot"].create({"day": self.last_month})
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 10)
        self.check(self.product)

    def test_bill_of_a_locked_period_is_posted_in_the_open_one(self):
        receipt = self.early()
        self.company.fiscalyear_lock_date = self.last_month
        values = {"kind": "cost", "day": self.last_month - timedelta(days=9), "freight": 20, "origin_id": receipt.id}
        event = receipt._append([{**values, "product_id": self.second.id, "place_id": receipt.place_id.id}])
        self.assertEqual(event.day, self.last_month + timedelta(days=1))
        self.assertEqual(event.posting_ids.account_move_id.date, event.day)
        self.check(self.product)

    def test_bill_of_goods_that_did_not_move(self):
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 1,
                "location_id": self.suppliers.id,
                "location_dest_id": self.hub.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "validate it and enter the cost again"):
            self.bill(move, 5)
        with self.assertRaisesRegex(ValidationError, "no cost component"):
            self.bill(self.receipt, 5, "bribe")

    def test_layers_are_not_switched_off(self):
        with self.assertRaisesRegex(ValidationError, "another method"):
            self.company.cost_layer_method = False
        with self.assertRaisesRegex(ValidationError, "three different accounts"):
            self.company.cost_layer_account_id = self.company.cost_layer_expense_account_id
