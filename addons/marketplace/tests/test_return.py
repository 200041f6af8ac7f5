from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..contract import Page, Restock, Return, ReturnKind, ReturnLine, ReturnStatus, Unavailable
from .import_case import ORDERED_AT, ImportCase

REQUESTED_AT = ORDERED_AT + timedelta(days=5)


class ReturnCase(ImportCase):
    def _return_line(self, sku="MUG", quantity=1, amount="12.00", **vals):
        values = {"reason": "Broken", "restock": Restock.SELLABLE, **vals}
        amount = amount and self._money(amount)
        return ReturnLine(f"RL-{sku}", f"{sku}-1", sku, quantity, amount=amount, **values)

    def _return(self, number="R1", ref="O1", *lines, revision=1, **vals):
        """A return that the seller must answer; later revisions changed an hour later each."""
        record = Return(
            external_id=number,
            shop_id=self.shop.external_id,
            order_id=ref,
            revision=str(revision),
            kind=ReturnKind.RETURN,
            status=ReturnStatus.REQUESTED,
            status_text="WAITING_SELLER",
            created_at=REQUESTED_AT,
            updated_at=REQUESTED_AT + timedelta(hours=revision),
            lines=lines or (self._return_line(),),
            refund=self._money("12.00"),
            reason="Broken",
            note="It arrived in pieces",
            answer_by=REQUESTED_AT + timedelta(days=2),
        )
        return replace(record, **vals)

    def _receive_returns(self, *returns):
        return self.Inbox._receive(self.shop, [self.connector.add_return(record) for record in returns])

    def _import_returns(self, *returns):
        """Receive and import; the returns in the order of ``returns``, without those that are none."""
        rows = self._receive_returns(*returns)
        with trap_jobs():
            rows._job_import()
        return self.env["marketplace.return"].concat(*(self._find_return(record.external_id) for record in returns))

    def _find_return(self, number):
        return self.env["marketplace.return"].search([("name", "=", number)])

    def _shipped(self, ref, *lines):
        order = self._import(self._order(ref, *lines))
        self._ship(order)
        return order


@tagged("post_install", "-at_install")
class TestReturnImport(ReturnCase):
    def test_values(self):
        order = self._import(self._order("O1"))
        record = self._import_returns(self._return(tracking="RT1", carrier="DHL"))
        self.assertRecordValues(
            record,
            [
                {
                    "name": "R1",
                    "order_id": order.id,
                    "shop_id": self.shop.id,
                    "company_id": self.shop.company_id.id,
                    "kind": "return",
                    "state": "requested",
                    "status_text": "WAITING_SELLER",
                    "reason": "Broken",
                    "note": "It arrived in pieces",
                    "refund_amount": 12.0,
                    "refund_text": "12.00",
                    "currency_id": order.currency_id.id,
                    "carrier": "DHL",
                    "tracking": "RT1",
                    "answer_by": fields.Datetime.to_datetime("2026-05-11 10:00:00"),
                }
            ],
        )
        self.assertRecordValues(
            record.line_ids,
            [
                {
                    "order_line_id": order.order_line.id,
                    "product_id": self.mug.id,
                    "quantity": 1,
                    "reason": "Broken",
                    "amount": 12.0,
                    "amount_text": "12.00",
                    "restock": "sellable",
                }
            ],
        )
        self.assertEqual((self._rows("R1").state, self._rows("R1").order_id), ("done", order))
        self.assertEqual(order.marketplace_return_count, 1)

    def test_unknown_status_is_kept(self):
        self._import(self._order("O1"))
        record = self._import_returns(self._return(status=ReturnStatus.UNKNOWN, status_text="IN_LIMBO"))
        self.assertRecordValues(record, [{"state": "unknown", "status_text": "IN_LIMBO"}])

    def test_nothing_decided_yet(self):
        self._import(self._order("O1"))
        line = self._return_line(amount=None, restock=Restock.UNKNOWN)
        record = self._import_returns(self._return("R1", "O1", line, refund=None, answer_by=None))
        self.assertRecordValues(record, [{"refund_amount": 0.0, "refund_text": False, "answer_by": False}])
        self.assertRecordValues(record.line_ids, [{"amount_text": False, "restock": "unknown"}])

    def test_money_of_no_line(self):
        self._import(self._order("O1"))
        line = replace(self._return_line("POST", 0, "3.00"), order_line_id="")
        record = self._import_returns(self._return("R1", "O1", self._return_line(), line))
        self.assertEqual(record.line_ids.mapped("product_id"), self.mug)
        self.assertEqual(record.line_ids.mapped("amount_text"), ["12.00", "3.00"])

    def test_later_revision_updates_and_an_older_one_does_not(self):
        self._import(self._order("O1"))
        record = self._import_returns(self._return())
        line = record.line_ids
        self._import_returns(self._return(revision=3, status=ReturnStatus.IN_TRANSIT, tracking="RT1"))
        self.assertRecordValues(record, [{"state": "in_transit", "tracking": "RT1", "revision": "3"}])
        self.assertEqual(record.line_ids, line, "the same lines are left alone")
        self._import_returns(self._return(revision=2, status=ReturnStatus.APPROVED))
        self.assertEqual((record.state, self._rows("R1").mapped("state")), ("in_transit", ["done"] * 3))
        self._import_returns(self._return("R1", "O1", self._return_line(quantity=1, amount="6.00"), revision=4))
        self.assertEqual(record.line_ids.mapped("amount_text"), ["6.00"])

    def test_received_twice_is_one_return(self):
        self._import(self._order("O1"))
        self._import_returns(self._return())
        self.assertFalse(self._receive_returns(self._return()))
        self.assertEqual(len(self._find_return("R1")), 1)

    def test_created_by_another_job_at_the_same_moment(self):
        self._import(self._order("O1"))
        self._import_returns(self._return())
        rows = self._receive_returns(self._return(revision=2))
        importer = self.env.registry["marketplace.return.importer"]
        with (
            patch.object(importer, "_find_returns", lambda *args: {}),
            mute_logger("odoo.sql_db"),
            self.assertRaises(RetryableJobError),
        ):
            rows._job_import()
        self.assertEqual(rows.state, "new")

    def test_newest_of_a_batch_wins(self):
        self._import(self._order("O1"))
        self._import_returns(self._return(), self._return(revision=2, status=ReturnStatus.APPROVED))
        self.assertEqual(self._find_return("R1").state, "approved")
        self.assertEqual(self._rows("R1").mapped("state"), ["superseded", "done"])

    def test_waits_for_its_order_and_comes_in_with_it(self):
        self.assertFalse(self._import_returns(self._return()))
        row = self._rows("R1")
        self.assertRecordValues(row, [{"state": "waiting", "reason_code": "unknown_order", "reason_key": "O1"}])
        self.assertIn("O1", row.message)
        jobs = self._run_import(self._receive(self._order("O1")))
        (job,) = [job for job in jobs if job.recordset == row]
        with trap_jobs():
            job.perform()
        self.assertEqual((row.state, self._find_return("R1").order_id), ("done", self._find("O1")))

    def test_unknown_currency_waits(self):
        self._import(self._order("O1"))
        self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CLP")]).active = False
        self.assertFalse(self._import_returns(self._return(refund=self._money("12", "CLP"))))
        self.assertEqual(self._rows("R1").reason_code, "currency")

    def test_one_that_cannot_be_read_does_not_stop_the_others(self):
        self._import(self._order("O1"))
        rows = self._receive_returns(self._return("R1"), self._return("R2"))
        del self.connector.return_records["R1", "1"]
        with trap_jobs():
            rows._job_import()
        self.assertEqual(rows.mapped("state"), ["failed", "done"])

    def test_queries_do_not_grow_with_the_batch(self):
        orders = [self._order(f"O{number}") for number in range(100)]
        self._import(*orders)
        rows = self._receive_returns(*(self._return(f"R{number}", f"O{number}") for number in range(100)))
        self.env.flush_all()
        self.env.invalidate_all()
        with trap_jobs(), self.assertQueryCount(40):
            self.env["marketplace.return.importer"].with_context(tracking_disable=True)._import_rows(rows)
            self.env.flush_all()
        self.assertEqual(set(rows.mapped("state")), {"done"})


@tagged("post_install", "-at_install")
class TestReturnFetch(ReturnCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time((REQUESTED_AT + timedelta(days=1)).replace(tzinfo=None)))
        self.env["marketplace.account"].search([("id", "!=", self.account.id)]).state = "disabled"
        self.shop.write({"order_cursor": fields.Datetime.now(), "return_cursor": REQUESTED_AT.replace(tzinfo=None)})
        self._import(self._order("O1"))

    def _fetch(self):
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_fetch()
            (job,) = [job for job in trap.enqueued_jobs if job.recordset.object == "returns"]
        with trap_jobs() as trap:
            job.recordset._job_run()
            return job.recordset, list(trap.enqueued_jobs)

    def test_own_cursor(self):
        until = REQUESTED_AT + timedelta(hours=20)
        self.connector.return_pages = {"": Page((self.connector.add_return(self._return()),), "", until)}
        order_cursor, last_fetch_at = self.shop.order_cursor, self.shop.last_fetch_at
        fetch, jobs = self._fetch()
        self.assertEqual((fetch.state, fetch.new_count), ("done", 1))
        self.assertEqual(self.shop.return_cursor, until.replace(tzinfo=None))
        self.assertEqual((self.shop.order_cursor, self.shop.last_fetch_at), (order_cursor, last_fetch_at))
        since = REQUESTED_AT - timedelta(minutes=5)
        self.assertEqual(self.connector.get_calls("fetch_returns"), [(["DE1"], since, None, "")])
        with trap_jobs():
            jobs[0].perform()
        self.assertEqual(self._find_return("R1").state, "requested")

    def test_failure_names_returns(self):
        self.connector.errors["fetch_returns"] = [Unavailable("503")]
        self._fetch()
        self.assertEqual(self.account.last_error_verb, "Fetch returns of Fake")

    def test_range_fetched_again_by_hand(self):
        start = REQUESTED_AT.replace(tzinfo=None)
        span = {"date_from": start, "date_to": start + timedelta(hours=9)}
        wizard = self.env["marketplace.fetch.again"].create({"shop_ids": self.shop.ids, "object": "returns", **span})
        self.connector.return_pages = {"": Page((self.connector.add_return(self._return()),), "", REQUESTED_AT)}
        with trap_jobs():
            fetch = self.env["marketplace.fetch"].browse(wizard.action_fetch()["res_id"])
            fetch._job_run()
        self.assertRecordValues(fetch, [{"object": "returns", "kind": "manual", "state": "done", "new_count": 1}])
        self.assertEqual(self.shop.return_cursor, start, "only the regular fetch moves it")
        self.connector.capabilities = {c for c in self.connector.capabilities if c.value != "returns"}
        with self.assertRaises(UserError):
            wizard.action_fetch()

    def test_marketplace_without_returns(self):
        self.connector.capabilities = {c for c in self.connector.capabilities if c.value != "returns"}
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_fetch()
            self.assertEqual([job.recordset.object for job in trap.enqueued_jobs], ["orders"])


@tagged("post_install", "-at_install")
class TestReturnTransfer(ReturnCase):
    def setUp(self):
        super().setUp()
        self.order = self._shipped("O1", self._line("MUG", 3, "36.00"), self._line("PEN", 1, "2.00"))
        self.delivery = self.order.picking_ids

    def _transfer(self, *lines):
        record = self._import_returns(self._return("R1", "O1", *lines, status=ReturnStatus.APPROVED, tracking="RT1"))
        action = record.action_create_transfer()
        picking = self.env["stock.picking"].browse(action["res_id"])
        self.assertEqual(record.picking_ids, picking)
        return record, picking

    def _finish(self, picking):
        picking.move_ids.picked = True
        with trap_jobs():
            picking._action_done()

    def test_transfer_of_the_returned_units(self):
        record, picking = self._transfer(self._return_line(quantity=2))
        self.assertRecordValues(
            picking.move_ids,
            [
                {
                    "product_id": self.mug.id,
                    "product_uom_qty": 2,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                    "origin_returned_move_id": self.delivery.move_ids.filtered(lambda m: m.product_id == self.mug).id,
                }
            ],
        )
        self.assertEqual((picking.return_id, picking.carrier_tracking_ref), (self.delivery, "RT1"))
        self.assertFalse(record.received_at)
        self._finish(picking)
        self.assertTrue(record.received_at)
        self.assertEqual(self.order.order_line[:1].qty_delivered, 1)
        with self.assertRaises(UserError):
            record._create_transfers()

    def test_pressed_twice_opens_the_same(self):
        record, picking = self._transfer(self._return_line(quantity=2))
        self.assertEqual(record.action_create_transfer()["res_id"], picking.id)

    def test_no_more_than_was_delivered_and_is_not_back(self):
        _record, first = self._transfer(self._return_line(quantity=2))
        self._finish(first)
        other = self._import_returns(self._return("R2", "O1", self._return_line(quantity=3)))
        other.action_create_transfer()
        self.assertEqual(other.picking_ids.move_ids.product_uom_qty, 1)

    def test_goods_that_cannot_be_sold(self):
        lines = (self._return_line(quantity=1), self._return_line("PEN", 1, "2.00", restock=Restock.UNSELLABLE))
        _record, picking = self._transfer(*lines)
        usage = {move.product_id: move.location_dest_id.usage for move in picking.move_ids}
        self.assertEqual(usage, {self.mug: "internal", self.pen: "inventory"})
        before = self.pen.qty_available
        self._finish(picking)
        self.assertEqual((self.pen.qty_available, self.mug.qty_available), (before, 998))

    def test_place_for_returns(self):
        place = self.env["stock.location"].create(
            {"name": "Returns", "location_id": self.warehouse.view_location_id.id}
        )
        self.shop.return_location_id = place
        lines = (
            self._return_line(quantity=1, restock=Restock.UNKNOWN),
            self._return_line("PEN", 1, "2.00", restock=Restock.UNSELLABLE),
        )
        _record, picking = self._transfer(*lines)
        self.assertEqual(picking.move_ids.location_dest_id, place)
        self._finish(picking)
        self.assertEqual(self.mug.with_context(location=place.id).qty_available, 1)

    def test_money_only_has_no_transfer(self):
        record = self._import_returns(self._return("R1", "O1", self._return_line(restock=Restock.NONE)))
        with self.assertRaises(UserError):
            record.action_create_transfer()

    def test_several_lines_of_one_item(self):
        """10.00 over three units makes two lines of the order for one of the marketplace."""
        order = self._shipped("O2", self._line("MUG", 3, "10.00"))
        self.assertEqual(len(order.order_line), 2)
        record = self._import_returns(self._return("R2", "O2", self._return_line(quantity=3)))
        record.action_create_transfer()
        self.assertEqual(sum(record.picking_ids.move_ids.mapped("product_uom_qty")), 3)

    def test_return_is_not_confirmed_as_a_shipment(self):
        count = len(self.order.marketplace_shipment_ids)
        _record, picking = self._transfer(self._return_line(quantity=2))
        self._finish(picking)
        self.assertEqual(len(self.order.marketplace_shipment_ids), count)


@tagged("post_install", "-at_install")
class TestReturnRoles(ReturnCase):
    def test_who_sees_and_handles_returns(self):
        self._shipped("O1")
        record = self._import_returns(self._return())
        operator = new_test_user(self.env, "return_operator", groups="marketplace.group_operator")
        self.assertFalse(record.with_user(operator).has_access("read"))
        self.shop.user_ids = operator
        self.assertTrue(record.with_user(operator).has_access("write"))
        warehouse = new_test_user(self.env, "return_warehouse", groups="marketplace.group_warehouse")
        record.with_user(warehouse).action_create_transfer()
        self.assertEqual(len(record.picking_ids), 1)
        buyer = new_test_user(self.env, "return_buyer", groups="marketplace.group_buyer")
        self.assertTrue(record.with_user(buyer).line_ids.has_access("read"))
        with self.assertRaises(AccessError):
            record.with_user(buyer).write({"reason": "Mine"})

    def test_another_company_sees_none_of_it(self):
        self._import(self._order("O1"))
        record = self._import_returns(self._return())
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "return_stranger",
            "marketplace.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for records in (record, record.line_ids):
            self.assertFalse(records.with_user(stranger).has_access("read"))

    def test_overdue_answer(self):
        self._import(self._order("O1"))
        record = self._import_returns(self._return())
        with freeze_time("2026-05-11 09:00:00"):
            self.assertFalse(record.answer_late)
        record.invalidate_recordset(["answer_late"])
        with freeze_time("2026-05-11 11:00:00"):
            self.assertTrue(record.answer_late)
        self.assertEqual(self.shop.return_count, 1)
