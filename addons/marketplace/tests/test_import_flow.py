from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..contract import OrderStatus, RawRecord
from .import_case import ADDRESS, ORDERED_AT, ImportCase


@tagged("post_install", "-at_install")
class TestImportFlow(ImportCase):
    def test_order_is_confirmed_with_what_was_promised(self):
        order = self._import(
            self._order("O1", self._line("MUG", 2, "24.00"), self._line("PEN", 5, "10.00"), service_level="Standard")
        )
        self.assertRecordValues(
            order,
            [
                {
                    "state": "sale",
                    "date_order": ORDERED_AT.replace(tzinfo=None),
                    "origin": "O1",
                    "client_order_ref": "O1",
                    "warehouse_id": self.warehouse.id,
                    "company_id": self.shop.company_id.id,
                    "marketplace_shop_id": self.shop.id,
                    "marketplace_status": "unshipped",
                    "marketplace_fulfilment": "merchant",
                    "marketplace_revision": "1",
                    "marketplace_ship_by": (ORDERED_AT + timedelta(days=2)).replace(tzinfo=None),
                    "marketplace_service_level": "Standard",
                    "marketplace_hold": False,
                    "invoice_status": "to invoice",
                }
            ],
        )
        picking = order.picking_ids
        self.assertEqual((picking.picking_type_id, picking.partner_id), (self.warehouse.out_type_id, order.partner_id))
        self.assertEqual(picking.date_deadline, order.marketplace_ship_by)
        self.assertRecordValues(
            picking.move_ids.sorted("id"),
            [
                {"product_id": self.mug.id, "product_uom_qty": 2, "quantity": 0, "state": "confirmed"},
                {"product_id": self.pen.id, "product_uom_qty": 5, "quantity": 0, "state": "confirmed"},
            ],
        )
        self.assertEqual(self._rows("O1").order_id, order)

    def test_import_queues_one_reservation_per_warehouse(self):
        jobs = self._run_import(self._receive(self._order("O1"), self._order("O2"), self._marketplace_order("O3")))
        self.assertEqual([(job.func.__name__, job.args) for job in jobs], [("_job_reserve", (self.warehouse,))])

    def test_numbers_are_taken_in_sequence_and_not_again(self):
        orders = self._import(*(self._order(f"O{number}") for number in range(5)))
        numbers = [int("".join(filter(str.isdecimal, name))) for name in orders.mapped("name")]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 5)))
        following = self.env["sale.order"].create({"partner_id": orders[0].partner_id.id})
        self.assertEqual(int("".join(filter(str.isdecimal, following.name))), numbers[-1] + 1)

    def test_receiving_the_same_payload_again_changes_nothing(self):
        order = self._import(self._order("O1"))
        order.flush_recordset()
        before = order.write_date, order.order_line.ids, order.picking_ids.ids
        self.assertFalse(self._receive(self._order("O1")))
        self._rows("O1").state = "new"
        self._run_import(self._rows("O1"))
        self.assertEqual(self._find("O1"), order)
        self.assertEqual((order.order_line.ids, order.picking_ids.ids), before[1:])
        self.assertEqual(self._rows("O1").state, "done")

    def test_newest_revision_of_a_batch_wins_whatever_the_order(self):
        revisions = [self._order("O1", self._line("MUG", n, f"{n}2.00"), revision=n) for n in (2, 3, 1)]
        order = self._import(*revisions)[0]
        self.assertEqual(order.amount_total, 32.0)
        self.assertEqual(sum(order.order_line.mapped("product_uom_qty")), 3)
        self.assertEqual(
            {row.revision: row.state for row in self._rows("O1")}, {"1": "superseded", "2": "superseded", "3": "done"}
        )

    def test_older_revision_that_comes_later_is_passed_over(self):
        order = self._import(self._order("O1", self._line("MUG", 3, "36.00"), revision=5))
        self._import(self._order("O1", self._line("MUG", 1, "12.00"), revision=4))
        self.assertEqual(self._summary(order), [("MUG", 3, 12.0)])
        self.assertEqual(order.marketplace_revision, "5")
        self.assertEqual(self._rows("O1").mapped("state"), ["done", "superseded"])

    def test_newer_revision_replaces_one_that_waits(self):
        self._import(self._order("O1", self._line("CUP", 1, "12.00")))
        order = self._import(self._order("O1", self._line("MUG", 1, "12.00"), revision=2))
        self.assertEqual(self._summary(order), [("MUG", 1, 12.0)])
        self.assertEqual(self._rows("O1").mapped("state"), ["superseded", "done"])

    def test_rows_of_unknown_shops_are_not_filed(self):
        record = replace(self.connector.add_order(self._order("O1")), shop_id="elsewhere")
        self.assertFalse(self.Inbox._receive(self.shop, [record]))

    def test_same_number_in_two_shops_is_two_orders(self):
        other = self.shop.copy({"external_id": "FR1", "name": "Fake FR", "warehouse_ids": self.warehouse.ids})
        self.env["marketplace.listing"].create({"shop_id": other.id, "sku": "MUG", "product_id": self.mug.id})
        record = self.connector.add_order(self._order("O1"))
        rows = self.Inbox._receive(self.shop | other, [record, replace(record, shop_id="FR1")])
        self._run_import(rows)
        self.assertEqual(self._find("O1").marketplace_shop_id, self.shop | other)

    def test_cancelled_order_comes_in_cancelled(self):
        order = self._import(self._order("O1", status=OrderStatus.CANCELLED))
        self.assertEqual((order.state, order.marketplace_hold, len(order.picking_ids)), ("cancel", False, 0))

    def test_pending_order_is_a_quotation_until_it_is_released(self):
        pending = self._order("O1", self._line("MUG", 2, None), status=OrderStatus.PENDING, total=None, address=None)
        order = self._import(pending)
        name = order.name
        self.assertEqual((order.state, len(order.picking_ids), order.marketplace_hold), ("draft", 0, False))
        self._import(self._order("O1", self._line("MUG", 2, "24.00"), revision=2))
        self.assertEqual((order.state, order.name, order.amount_total), ("sale", name, 24.0))
        self.assertEqual(order.partner_shipping_id.street, "12 Mill Lane")
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 2)

    def test_unfulfillable_and_cancel_request_are_held(self):
        unfulfillable, request = self._import(
            self._order("O1", status=OrderStatus.UNFULFILLABLE), self._order("O2", cancel_request="Bought twice")
        )
        self.assertEqual(unfulfillable.marketplace_hold, "unfulfillable")
        self.assertEqual(request.marketplace_hold, "cancel_request")
        self.assertIn("Bought twice", request.marketplace_hold_note)

    def test_partly_shipped_order_leaves_only_the_rest_to_ship(self):
        line = self._line("MUG", 3, "36.00", quantity_shipped=1)
        order = self._import(self._order("O1", line, status=OrderStatus.PARTIALLY_SHIPPED))
        self.assertEqual(sorted(order.order_line.mapped("qty_delivered")), [0.0, 1.0])
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 2)
        self.assertEqual(order.amount_total, 36.0)

    def test_order_shipped_before_it_came_makes_no_transfer(self):
        line = self._line("MUG", 3, "36.00", quantity_shipped=3)
        order = self._import(self._order("O1", line, status=OrderStatus.SHIPPED))
        self.assertFalse(order.picking_ids)
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_to_invoice), (3.0, 3.0))

    def test_no_message_per_order(self):
        messages = self.env["mail.message"].search_count([])
        orders = self._import_and_reserve(*(self._order(f"O{number}") for number in range(5)))
        self.assertEqual(orders.picking_ids.mapped("state"), ["assigned"] * 5)
        self.env.flush_all()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        self.assertEqual(orders.message_follower_ids, self.env["mail.followers"])


@tagged("post_install", "-at_install")
class TestImportProblems(ImportCase):
    def _assert_waits(self, ref, code, key):
        row = self._rows(ref)
        self.assertFalse(self._find(ref))
        self.assertEqual((row.state, row.reason_code, row.reason_key), ("waiting", code, key))
        self.assertTrue(row.message and row.advice)
        return row

    def _retry(self, rows):
        with trap_jobs() as trap:
            rows.action_retry()
            trap.perform_enqueued_jobs()

    def test_unknown_sku_waits_and_comes_in_when_the_listing_is_matched(self):
        self._import(self._order("O1", self._line("CUP", 1, "5.00"), self._line("MUG", 1, "12.00")), self._order("O2"))
        self.assertEqual(self._find("O2").state, "sale")
        self._assert_waits("O1", "unknown_sku", "CUP")
        listing = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id), ("sku", "=", "CUP")])
        self.assertEqual((listing.state, listing.title), ("unmapped", "A CUP"))
        with trap_jobs() as trap:
            listing.product_id = self._create_product("CUP", 5, taxes_id=self.tax.ids)
            trap.perform_enqueued_jobs()
        self.assertEqual(self._summary(self._find("O1")), [("CUP", 1, 5.0), ("MUG", 1, 12.0)])
        self.assertEqual(self._rows("O1").state, "done")
        self.assertFalse(self._rows("O1").message)

    def test_order_with_two_unknown_skus_waits_for_both(self):
        self._import(self._order("O1", self._line("CUP", 1, "5.00"), self._line("JUG", 1, "7.00")))
        self._assert_waits("O1", "unknown_sku", "CUP\nJUG")
        listings = self.env["marketplace.listing"].search([("sku", "in", ["CUP", "JUG"])], order="sku")
        for listing, found in zip(listings, (False, True), strict=True):
            with trap_jobs() as trap:
                listing.product_id = self._create_product(listing.sku, 5)
                trap.perform_enqueued_jobs()
            self.assertEqual(bool(self._find("O1")), found)

    def test_matching_one_sku_leaves_rows_of_another_alone(self):
        self._import(self._order("O1", self._line("CUP", 1, "5.00")), self._order("O2", self._line("JUG", 1, "5.00")))
        with trap_jobs() as trap:
            self.env["marketplace.listing"].search([("sku", "=", "CUP")]).product_id = self.mug
            trap.assert_jobs_count(1)
            self.assertEqual(trap.enqueued_jobs[0].recordset, self._rows("O1"))
        self.assertEqual(self._rows("O2").state, "waiting")

    def test_inactive_currency_waits_until_it_is_activated(self):
        krona = self.env.ref("base.SEK")
        krona.active = False
        line = self._line("MUG", 1, None, self._charge("item", "12.00", currency="SEK"))
        self._import(self._order("O1", line))
        row = self._assert_waits("O1", "currency", "SEK")
        krona.active = True
        self._retry(row)
        self.assertEqual((self._find("O1").currency_id, self._find("O1").amount_total), (krona, 12.0))

    def test_unknown_country_waits_until_it_exists(self):
        self._import(self._order("O1", address=replace(ADDRESS, country_code="QZ")))
        row = self._assert_waits("O1", "country", "QZ")
        country = self.env["res.country"].create({"name": "Qz", "code": "QZ"})
        self._retry(row)
        self.assertEqual(self._find("O1").partner_shipping_id.country_id, country)

    def test_marketplace_order_waits_for_the_marketplace_warehouse(self):
        self.shop.fulfilment_warehouse_id = False
        self._import(self._marketplace_order("O1"))
        row = self._assert_waits("O1", "warehouse", "")
        self.shop.fulfilment_warehouse_id = self.fulfilment_warehouse
        self._retry(row)
        self.assertEqual(self._find("O1").warehouse_id, self.fulfilment_warehouse)

    def test_one_bad_payload_does_not_stop_the_other_99(self):
        records = [self.connector.add_order(self._order(f"O{number}")) for number in range(99)]
        bad = RawRecord("order", self.shop.external_id, "BAD", "1", {"id": "BAD"}, ORDERED_AT)
        rows = self.Inbox._receive(self.shop, [*records[:50], bad, *records[50:]])
        self._run_import(rows)
        self.assertEqual(len(self.Inbox.search([("id", "in", rows.ids), ("state", "=", "done")]).order_id), 99)
        self.assertEqual((self._rows("BAD").state, self._rows("BAD").reason_code), ("failed", "invalid"))
        self.assertEqual(self._rows("BAD").attempts, 1)

    def test_batch_that_is_refused_comes_in_one_by_one(self):
        group = self._create_tax("Grouped", 0, amount_type="group", children_tax_ids=self.tax.ids)
        self._create_listing("CUP", self._create_product("CUP", 5, taxes_id=group.ids))
        orders = self._import(self._order("O1"), self._order("O2", self._line("CUP", 1, "5.00")), self._order("O3"))
        self.assertEqual(orders.mapped("marketplace_ref"), ["O1", "O3"])
        self.assertEqual(orders.picking_ids.mapped("state"), ["confirmed", "confirmed"])
        row = self._rows("O2")
        self.assertEqual((row.state, row.reason_code), ("failed", "refused"))
        self.assertIn("Grouped", row.message)

    def test_total_that_odoo_computes_otherwise_is_refused(self):
        Importer = type(self.env["marketplace.order.importer"])
        prepare = Importer._prepare_line_vals

        def prepare_dearer(importer, batch, shop, order, planned, *args):
            vals = prepare(importer, batch, shop, order, planned, *args)
            return {**vals, "price_unit": vals["price_unit"] + 0.01} if order.external_id == "O2" else vals

        with patch.object(Importer, "_prepare_line_vals", prepare_dearer):
            orders = self._import(self._order("O1"), self._order("O2"), self._order("O3"))
        self.assertEqual(orders.mapped("marketplace_ref"), ["O1", "O3"])
        self.assertIn("12.01", self._rows("O2").message)

    def test_order_written_by_another_importer_meanwhile_is_tried_again(self):
        self._import(self._order("O1"))
        rows = self._receive(self._order("O1", revision=2))
        Importer = type(self.env["marketplace.order.importer"])
        # This importer's snapshot is older than the other's commit, so it cannot see the order.
        with (
            patch.object(Importer, "_find_orders", lambda importer, latest: {}),
            mute_logger("odoo.sql_db"),
            self.assertRaises(RetryableJobError),
        ):
            self._run_import(rows)
        self.assertEqual(len(self._find("O1")), 1)

    def test_damaged_row_is_not_retried(self):
        row = self.Inbox._receive_broken(self.shop, [("orders[3]", "no number", {"x": 1})])
        with trap_jobs() as trap:
            row.action_retry()
            trap.assert_jobs_count(0)
        self.assertEqual((row.state, row.payload), ("failed", {"x": 1}))

    def test_job_takes_only_rows_that_are_still_new(self):
        rows = self._receive(self._order("O1"), self._order("O2"))
        self._rows("O1").state = "failed"
        with trap_jobs():
            rows._job_import()
        self.assertFalse(self._find("O1"))
        self.assertTrue(self._find("O2"))

    def test_forgotten_rows_are_queued_again(self):
        rows = self._receive(self._order("O1"), self._order("O2"))
        self.env.cr.execute(
            "UPDATE marketplace_inbox SET received_at = received_at - interval '10 min' WHERE id = %s", rows[:1].ids
        )
        self.env.invalidate_all()
        with trap_jobs() as trap:
            self.Inbox._cron_import()
            self.assertEqual([job.recordset for job in trap.enqueued_jobs], [rows[:1]])


@tagged("post_install", "-at_install")
class TestImportCost(ImportCase):
    def _count_queries(self, prefix, count):
        orders = [
            self._order(f"{prefix}{number}", self._line("MUG", 1, "12.00"), self._line("PEN", 2, "4.00"))
            for number in range(count)
        ]
        rows = self._receive(*orders)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._run_import(rows)
        self._reserve()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_of_a_batch(self):
        self._count_queries("W", 3)
        fifty = self._count_queries("A", 50)
        hundred = self._count_queries("B", 100)
        self.assertEqual(self.env["sale.order"].search_count([("marketplace_shop_id", "=", self.shop.id)]), 153)
        self.assertLessEqual((hundred - fifty) / 50, 2, f"{fifty} queries for 50 orders, {hundred} for 100")
        self.assertLessEqual(hundred, 600)

    def test_queries_of_marketplace_orders(self):
        def count(prefix, number):
            rows = self._receive(*(self._marketplace_order(f"{prefix}{index}") for index in range(number)))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_import(rows)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count("W", 3)
        fifty, hundred = count("A", 50), count("B", 100)
        self.assertLessEqual((hundred - fifty) / 50, 2, f"{fifty} queries for 50 orders, {hundred} for 100")
