from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector import FileProvider
from .file_case import FileCase


@tagged("post_install", "-at_install")
class TestFiles(FileCase):
    """From the delivery to the sheet for the warehouse, and from its sheet to the delivery that is done."""

    def _give(self, units=2):
        picking = self._create_delivery(units)
        self._exchange("overseas.outbound")
        return picking, picking.overseas_outbound_ids

    def test_orders_out_tracking_in_delivery_done(self):
        picking, outbound = self._give()
        (file,) = self._find("out", "orders")
        (row,) = self._read(file)
        self.assertEqual((row["reference"], row["warehouse"], row["service"]), (outbound.reference, "HAM", "DHL"))
        self.assertEqual((row["sku"], row["units"], row["city"]), ("CUP", 2, "Bonn"))
        self.assertEqual((outbound.state, file.state, self.account.csv_waiting_count), ("accepted", "new", 1))
        with trap_jobs() as trap:
            self._upload("shipments", "Order No.,Tracking,Carrier,Ship date", f"{outbound.reference},T1,DHL,2026-03-05")
            trap.perform_enqueued_jobs()
        self.assertEqual((picking.state, picking.carrier_tracking_ref, outbound.carrier_name), ("done", "T1", "DHL"))
        with trap_jobs():
            _picking, other = self._give()
            self._upload("shipments", "Order No.,Tracking", f"{other.reference},T2")
        self.assertEqual(self._find("in", "shipments").mapped("state"), ["in_use", "done"])

    def test_an_order_is_written_once(self):
        _picking, outbound = self._give()
        outbound.write({"state": "pending", "next_try_at": False})
        self._exchange("overseas.outbound")
        self.assertEqual((outbound.state, len(self._find("out", "orders"))), ("accepted", 1))

    def test_a_service_that_the_account_lost_says_what_to_do(self):
        self.account.csv_service_ids.code = "AIR"
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        self.assertRegex(picking.overseas_outbound_ids.message, "does not ship by DHL. Choose another service")

    def test_handing_over_is_noted(self):
        self._give()
        file = self._find("out", "orders")
        action = file.action_download()
        self.assertEqual(action["url"], f"/web/content/overseas.file/{file.id}/content/{file.name}?download=true")
        self.assertEqual((file.state, file.handed_over_by_id), ("handed_over", self.env.user))
        self.assertEqual(self.account.csv_waiting_count, 0)

    def test_addresses_are_forgotten_and_orders_are_not(self):
        _picking, outbound = self._give()
        file = self._find("out", "orders")
        file.action_download()
        self.account.retention_days = 60
        file.handed_over_at = fields.Datetime.now() - timedelta(days=59)
        self.account._job_erase_recipients(self.account)
        self.assertTrue(file.content)
        file.handed_over_at = fields.Datetime.now() - timedelta(days=61)
        self.account._job_erase_recipients(self.account)
        self.assertFalse(file.content)
        with self.assertRaisesRegex(UserError, "addresses in .* were deleted"):
            file.action_download()
        outbound.write({"state": "pending", "next_try_at": False})
        self._exchange("overseas.outbound")
        self.assertEqual(self._find("out", "orders"), file)
        found = self.env["overseas.file"].search([("number_text", "ilike", outbound.reference[-6:])])
        self.assertIn(file, found)

    def test_goods_are_announced_and_counted(self):
        inbound = self._create_inbound()
        with trap_jobs() as trap:
            inbound.action_announce()
            trap.perform_enqueued_jobs()
        (row,) = self._read(self._find("out", "notices"))
        self.assertEqual((row["reference"], row["sku"], row["units"]), (inbound.reference, "CUP", 10))
        headings = "ASN,SKU,Received (good),Damaged,Finished,Receipt"
        with trap_jobs() as trap:
            self._upload("receipts", headings, f"{inbound.reference},CUP,6,1,no,R1")
            trap.perform_enqueued_jobs()
        self.assertEqual((inbound.state, inbound.units_received), ("receiving", 7))
        with trap_jobs() as trap:
            self._upload("receipts", headings, f"{inbound.reference},CUP,2,0,yes,R2")
            trap.perform_enqueued_jobs()
        self.assertEqual((inbound.state, inbound.units_received), ("received", 9))
        self.assertEqual(
            {(difference.kind, difference.units) for difference in inbound.difference_ids},
            {("damage", 1), ("shortage", 1)},
        )

    def test_goods_that_are_received_twice_are_refused_with_what_to_do(self):
        inbound = self._create_inbound()
        with trap_jobs() as trap:
            inbound.action_announce()
            trap.perform_enqueued_jobs()
        headings, line = "ASN,SKU,Received (good),Damaged,Finished,Receipt", f"{inbound.reference},CUP,8,1,yes,R1"
        with trap_jobs() as trap:
            self._upload("receipts", headings, line)
            trap.perform_enqueued_jobs()
        self.assertEqual((inbound.state, inbound.units_received), ("received", 9))
        files = self._find("in", "receipts")
        told = f"Remove these lines.*\n{inbound.reference}: 16 units of .*Cup, after 8"
        with self.assertRaisesRegex(UserError, told):
            self._upload("receipts", headings, line, line.replace("R1", "R2"))
        self.assertEqual((self._find("in", "receipts"), inbound.units_received), (files, 9))

    def test_a_delivery_in_a_file_is_stopped_by_a_person(self):
        picking, outbound = self._give()
        with self.assertRaisesRegex(UserError, "Ask the warehouse to stop it"):
            picking.action_cancel()
        with trap_jobs() as trap:
            self._upload("shipments", "Order No.,Status", f"{outbound.reference},cancelled")
            trap.perform_enqueued_jobs()
        picking.action_cancel()
        self.assertEqual((outbound.state, picking.state), ("cancelled", "cancel"))

    def test_a_notice_in_a_file_is_not_withdrawn(self):
        inbound = self._create_inbound()
        with trap_jobs() as trap:
            inbound.action_announce()
            trap.perform_enqueued_jobs()
        with self.assertRaisesRegex(UserError, "finished with 0 units"):
            inbound.action_cancel()

    def test_a_report_that_became_unreadable_waits_for_a_person(self):
        with trap_jobs():
            file = self._upload("stock", "warehouse,SKU,available", "HAM,CUP,7")
        file.content = "bm9uc2Vuc2U="  # nonsense
        self.env["overseas.snapshot"]._job_take(self.warehouse)
        self.assertEqual((file.state, self.account.health), ("rejected", "failing"))
        self.assertIn("is missing", file.message)
        with trap_jobs() as trap:
            file.action_take_again()
            trap.assert_jobs_count(1)
        self.assertEqual((file.state, file.message), ("in_use", False))

    def test_the_account_says_what_it_lacks(self):
        self.assertIsInstance(self.account._get_connector(), FileProvider)
        self.account.csv_place_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no warehouses yet"):
            self.account._get_connector()

    def test_queries_do_not_grow_with_the_orders(self):
        counts = []
        for size in (2, 10):
            for _number in range(size):
                self._create_delivery()
            self.env["overseas.outbound"]._collect(self.account)
            waiting = self.env["overseas.outbound"].search([("state", "=", "pending")])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            handles = [record._get_handle() for record in waiting]
            self.account._get_connector().fetch_outbounds(handles)
            waiting._send_now(self.account)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(waiting.mapped("state")), {"accepted"})
        self.assertLessEqual(counts[1], counts[0] + 2)
