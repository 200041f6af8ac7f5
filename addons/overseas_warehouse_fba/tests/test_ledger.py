from dataclasses import replace
from unittest.mock import patch

from odoo.addons.overseas_warehouse.contract import WarehouseInfo
from odoo.exceptions import UserError
from odoo.tests import tagged

from .fba_case import DETAIL, SUMMARY, FbaCase, balance, event, text_of


@tagged("post_install", "-at_install")
class TestLedger(FbaCase):
    def test_the_ledger_begins_with_what_lay_there(self):
        sheet = self._open()
        self.assertEqual((sheet.state, sheet.new_count), ("read", 2))
        self.assertEqual(str(self.warehouse.fba_from), "2026-05-01")
        self.assertEqual(self._rows().mapped("state"), ["opening", "opening"])
        self.assertEqual(self._take().state, "equal")
        self._open()
        self.assertEqual(len(self._rows()), 2)

    def test_events_before_their_beginning_are_refused(self):
        sheet = self._ledger(event(Reason="M"))
        self.assertEqual(sheet.state, "failed")
        self.assertIn("summary view", sheet.message)
        self.assertFalse(self._rows())
        snapshot = self._take()
        self.assertEqual(snapshot.state, "refused")
        self.assertIn("no beginning yet", snapshot.message)

    def test_a_row_is_recorded_once_and_equal_ones_are_different(self):
        self._open()
        lost = event(Reason="M")
        self.assertEqual(self._ledger(lost, lost).new_count, 2)
        self.assertEqual(self._ledger(lost, lost).new_count, 0)
        self.assertEqual(self._ledger(lost, lost, lost).new_count, 1)
        self.assertEqual(len(self._rows(("kind", "=", "lost"))), 3)

    def test_reconciled_units_are_renewed(self):
        self._open()
        self._ledger(event(Reason="M", Unreconciled_Quantity=1))
        self._ledger(event(Reason="M", Reconciled_Quantity=1, Unreconciled_Quantity=0))
        row = self._rows(("kind", "=", "lost"))
        self.assertEqual((row.reconciled, row.unreconciled), (1, 0))

    def test_events_of_the_opening_are_left_out_and_said(self):
        self._open()
        sheet = self._ledger(event(day="04/30/2026", Reason="M"))
        self.assertIn("1 events of days before 2026-05-01", sheet.message)
        self.assertFalse(self._rows(("kind", "=", "lost")))

    def test_what_nobody_can_tell_waits_for_an_answer(self):
        self._open()
        self._ledger(event("Teleports", -2))
        row = self._rows(("kind", "=", "unknown"))
        self.assertEqual((row.state, row.question), ("question", "event type Teleports"))
        line = self._take().line_ids
        self.assertEqual((line.difference, line.explained, line.unexplained), (-2, -2, 0))
        self.assertEqual(line.fba_explanation_ids.cause, "question")
        with self.assertRaisesRegex(UserError, "come in by themselves"):
            line.action_adjust()
        with self.assertRaisesRegex(UserError, "Choose the movement of CUP"):
            row.action_answer()
        row.answer = "found"
        with self.assertRaisesRegex(UserError, "in that direction"):
            row.action_answer()
        row.answer = "lost"
        row.action_answer()
        self.assertEqual(self._take().state, "equal")
        self.assertEqual((row.state, self._units(self.cup)), ("booked", 48))

    def test_a_shipment_that_is_no_sale_is_answered_and_booked(self):
        self._open()
        self._ledger(event("Shipments", -2, Reference_ID="S01"), event("Shipments", -1, Reference_ID="S02"))
        replaced, sold = self._rows(("event_type", "=", "Shipments")).sorted("reference")
        self.assertEqual((replaced.state, replaced.kind), ("order", "sale"))
        replaced.answer = "replacement"
        replaced.action_answer()
        line = self._take().line_ids
        self.assertEqual((replaced.state, replaced.kind, sold.state), ("booked", "replacement", "order"))
        self.assertEqual(replaced.move_id.location_dest_id, self.env.ref("stock.stock_location_customers"))
        self.assertEqual((self._units(self.cup), line.difference, line.explained), (48, -1, -1))

    def test_a_removal_order_that_becomes_known_answers_by_itself(self):
        self._open()
        self._ledger(event("VendorReturns", -3, Reference_ID="REM-1"))
        row = self._rows(("reference", "=", "REM-1"))
        self.assertEqual(row.state, "question")
        self.startPatcher(self._know_removal("REM-1"))
        self._take()
        self.assertEqual((row.kind, row.state), ("removal", "booked"))
        self.assertEqual(self._units(self.cup, self.warehouse.transit_location_id), 3)

    def _know_removal(self, number):
        original = type(self.warehouse)._get_fba_knowledge

        def known(warehouse, references):
            return replace(original(warehouse, references), removals={number: "return"})

        return patch.object(self.env.registry["overseas.warehouse"], "_get_fba_knowledge", known)

    def test_a_row_without_product_waits_and_is_shown(self):
        self._open()
        self._ledger(event(sku="VASE", units=2, Reason="F"))
        row = self._rows(("msku", "=", "VASE"))
        line = self._take().line_ids
        self.assertEqual((row.state, line.sku, line.difference, line.explained), ("open", "VASE", 2, 2))
        vase = self._create_product("VASE")
        self.assertEqual(self._take().state, "equal")
        self.assertEqual((row.state, row.product_id, self._units(vase)), ("booked", vase, 2))


@tagged("post_install", "-at_install")
class TestSheets(FbaCase):
    def test_the_only_warehouse_is_filled_in(self):
        upload = self.env["fba.upload"].with_company(self.warehouse.company_id)
        self.assertEqual(upload.new({}).warehouse_id, self.warehouse)
        infos = [WarehouseInfo("OTHER", "Another Amazon", "FR")]
        other = self.env["overseas.warehouse"]._create_from_infos(self.account, infos)
        self.assertTrue(other.is_fba)
        self.assertFalse(upload.new({}).warehouse_id, "among several a person chooses")

    def test_a_downloaded_report_is_read_with_tabs_or_commas(self):
        sheet = self._upload("balance", text_of(SUMMARY, balance(), balance("PLATE", 20), mark=","))
        self.assertEqual((sheet.state, sheet.record_count), ("read", 2))
        sheet = self._upload("ledger", text_of(DETAIL, event(Reason="M")))
        self.assertEqual((sheet.state, sheet.new_count), ("read", 1))

    def test_another_report_is_refused_with_what_it_lacks(self):
        with self.assertRaisesRegex(UserError, "columns are missing: date"):
            self._upload("ledger", "sku\tprice\nCUP\t3\n")

    def test_a_row_that_cannot_be_read_waits_with_its_text(self):
        self._open()
        sheet = self._ledger(event(units="two", Reason="M"), event(Reason="M"))
        self.assertEqual((sheet.record_count, sheet.fault_count), (1, 1))
        fault = sheet.fault_ids
        self.assertIn("quantity: two", fault.payload)
        self.assertIn("'two' is not a number", fault.reason)
        fault.action_retry()
        self.assertEqual(fault.state, "open")
        fault.payload = fault.payload.replace("two", "-2")
        fault.action_retry()
        self.assertEqual((fault.state, self._rows(("units", "=", -2)).kind), ("read", "lost"))

    def test_an_unreadable_row_waits_once(self):
        self._open()
        self._ledger(event(units="two"))
        self._ledger(event(units="two"), event(units="two"))
        self.assertEqual(self.env["fba.sheet.fault"].search_count([("warehouse_id", "=", self.warehouse.id)]), 2)

    def test_a_row_that_means_nothing_is_dropped(self):
        self._open()
        fault = self._ledger(event(units="two")).fault_ids
        fault.payload = "no column"
        with self.assertRaisesRegex(UserError, "'no column' is no column"):
            fault.action_retry()
        fault.action_drop()
        self.assertEqual(fault.state, "dropped")

    def test_a_negative_balance_is_refused_and_changes_nothing(self):
        sheet = self._open(balance(start=-2), balance("PLATE", 20))
        self.assertIn("negative number of: CUP", sheet.message)
        self.assertFalse(self.warehouse.fba_from or self._rows())

    def test_a_balance_that_does_not_match_the_events_is_said(self):
        self._open()
        self._ledger(event(Reason="M"))
        sheet = self._open(balance(start=50, end=48, day="05/02/2026"), balance("PLATE", 20, day="05/02/2026"))
        self.assertIn("CUP (49 / 48)", sheet.message)
        self.assertNotIn("PLATE", sheet.message)
        self._ledger(event(Reason="M"), event(Reason="M"))
        self.assertFalse(self._open(balance(start=50, end=48, day="05/02/2026")).message)

    def test_a_report_is_asked_for_once_at_a_time(self):
        Sheet = self.env["fba.sheet"]
        first = Sheet._ask_for(self.warehouse, "planning", "2026-05-01", "2026-05-02")
        self.assertEqual(Sheet._ask_for(self.warehouse, "planning", "2026-05-01", "2026-05-03"), first)
