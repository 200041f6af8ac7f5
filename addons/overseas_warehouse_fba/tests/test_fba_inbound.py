from unittest.mock import patch

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tests import tagged

from ..connector import Journey
from .fba_inbound_case import FbaTrainingCase


@tagged("post_install", "-at_install")
class TestFbaInbound(FbaTrainingCase):
    def _announce(self, contents=None, **vals):
        contents = contents or [{self.kettle: 12}, {self.kettle: 12}, {self.mug: 5, self.kettle: 1}]
        notice = self._create_notice(contents, **vals)
        self._run_jobs(notice.action_announce)
        return notice, notice.fba_inbound_id

    def _arrange(self, inbound):
        """Take proposals until nothing is asked any more."""
        for _choice in range(10):
            if inbound.state != "choice":
                return
            self._run_jobs(inbound.action_take_proposals)

    # === CHOICES === #

    def test_a_person_chooses_the_placement_and_the_cheapest_is_proposed(self):
        notice, inbound = self._announce()
        self.assertEqual((notice.state, inbound.state, inbound.stage), ("pending", "choice", "placement"))
        options = inbound.open_option_ids
        self.assertEqual(set(options.mapped("kind")), {"placement"})
        self.assertEqual(len(options), 2)
        proposed = options.filtered("is_proposed")
        self.assertEqual(proposed.cost, min(options.mapped("cost")))
        dear = options - proposed
        self.assertIn("GBP", dear.fees)
        self.assertGreater(dear.cost, 0)
        self._run_jobs(dear.action_choose)
        self.assertEqual(inbound.placement_cost, dear.cost)
        self.assertEqual(set(inbound.open_option_ids.mapped("kind")), {"transport"})
        with self.assertRaisesRegex(UserError, "does not stand any more"):
            proposed.action_choose()
        self._arrange(inbound)
        self.assertEqual((inbound.state, len(inbound.shipment_ids)), ("arranged", 1))

    def test_proposals_are_taken_by_themselves_but_not_the_placement(self):
        _notice, inbound = self._announce(fba_take_proposals=True)
        self.assertEqual(inbound.open_option_ids.mapped("kind"), ["placement", "placement"])
        self._run_jobs(inbound.action_take_proposals)
        self.assertEqual((inbound.state, inbound.stage), ("arranged", "arranged"))
        chosen = inbound.option_ids.filtered("is_chosen")
        self.assertEqual(
            sorted(chosen.mapped("kind")), ["placement", "transport", "transport", "window", "window"]
        )

    # === THE WHOLE WAY === #

    def test_goods_are_divided_into_shipments_with_their_cartons(self):
        notice, inbound = self._announce()
        cartons = notice.carton_ids
        self._arrange(inbound)
        self.assertEqual(inbound.state, "arranged")
        self.assertFalse(inbound.message)
        self.assertEqual(set(inbound.step_ids.mapped("state")), {"done"})
        self.assertTrue(all(inbound.step_ids.mapped("done_at")))
        shipments = inbound.shipment_ids
        self.assertEqual(len(shipments), 2)
        self.assertEqual(shipments.notice_id, inbound.notice_ids)
        self.assertEqual(set(inbound.notice_ids.mapped("state")), {"accepted"})
        self.assertEqual(inbound.notice_ids.carton_ids, cartons)
        self.assertEqual(shipments.box_ids.carton_id, cartons)
        self.assertEqual(inbound.units, 30)
        for shipment in shipments:
            self.assertEqual(shipment.notice_id.external_id, shipment.confirmation)
            self.assertEqual(shipment.box_ids.carton_id, shipment.notice_id.carton_ids)
            self.assertTrue(all(box.name.startswith(shipment.confirmation) for box in shipment.box_ids))
            self.assertTrue(all(box.carton_id.label == box.name for box in shipment.box_ids))

    def test_labels_are_kept_as_files(self):
        _notice, inbound = self._announce()
        with self.assertRaisesRegex(UserError, "when the plan .* is arranged"):
            inbound.notice_ids.action_print_labels()
        self._arrange(inbound)
        shipment = inbound.shipment_ids[0]
        action = shipment.notice_id.action_print_labels()
        self.assertEqual(action["url"], f"/web/content/{shipment.label_id.id}?download=true")
        self.assertTrue(shipment.label_id.raw.startswith(b"%PDF"))
        self.assertEqual(shipment.label_id.res_id, shipment.notice_id.id)
        inbound.action_print_item_labels()
        files = self.env["ir.attachment"].search([("res_model", "=", "fba.inbound"), ("res_id", "=", inbound.id)])
        self.assertTrue(files.raw.startswith(b"%PDF"))

    def test_received_units_and_shortages_come_as_receipts_and_differences(self):
        notice, inbound = self._announce([{self.kettle: 12}])
        self._arrange(inbound)
        shipment = inbound.shipment_ids
        with self.assertRaisesRegex(UserError, "no tracking number"):
            shipment.action_send_tracking()
        shipment.box_ids.tracking = "1Z0001"
        self._run_jobs(shipment.action_send_tracking)
        self.assertEqual((shipment.tracking_state, notice.tracking), ("sent", "1Z0001"))
        self.simulator.tick(everything=True)
        self.env["overseas.inbound"]._job_exchange(self.account)
        self.assertEqual((notice.state, notice.status_text), ("received", "CLOSED"))
        self.assertEqual((notice.units, notice.units_received), (12, 11))
        difference = notice.difference_ids
        self.assertEqual((difference.kind, difference.units, difference.product_id), ("shortage", 1, self.kettle))
        moves = notice.receipt_ids.picking_id.move_ids
        self.assertEqual((moves.state, moves.quantity), ("done", 11))
        self.env["overseas.inbound"]._job_exchange(self.account)
        self.assertEqual(len(notice.receipt_ids), 1)

    def test_the_ledger_tells_damaged_units_and_books_none_twice(self):
        notice, inbound = self._announce([{self.kettle: 12}])
        self._arrange(inbound)
        shipment = inbound.shipment_ids
        self.warehouse.fba_from = shipment.create_date.date()
        facts = self.warehouse._get_fba_knowledge({shipment.confirmation}).shipments[shipment.confirmation]
        self.assertEqual(facts.expected, {self.kettle.default_code: 12})
        shipment.box_ids.tracking = "1Z0001"
        self._run_jobs(shipment.action_send_tracking)
        self.simulator.tick(everything=True)
        self.env["overseas.inbound"]._job_exchange(self.account)
        self.assertEqual((notice.state, notice.units_received), ("receiving", 0), "the ledger has not counted yet")
        Snapshot = self.env["overseas.snapshot"]
        self.assertEqual(Snapshot._compare_ledger(self.warehouse).state, "equal")
        self.env.cr.execute("UPDATE overseas_snapshot SET taken_at = taken_at - interval '1 hour'")
        self.env.invalidate_all()
        rows = self._create_rows(shipment, available=10, defective=1)
        self.env["fba.ledger.row"]._book(self.warehouse)
        self.assertEqual(Snapshot._compare_ledger(self.warehouse).state, "equal")
        self.assertEqual(set(rows.mapped("state")), {"booked"})
        self.assertEqual(rows.move_id, notice.receipt_ids.picking_id.move_ids, "the receipt's own moves")
        line = notice.receipt_ids.line_ids
        self.assertEqual((line.sellable, line.damaged), (10, 1))
        self.env["overseas.inbound"]._job_exchange(self.account)
        self.assertEqual((notice.state, len(notice.receipt_ids)), ("received", 1))
        self.assertEqual(
            sorted((one.kind, one.units) for one in notice.difference_ids), [("damage", 1), ("shortage", 1)]
        )

    def _create_rows(self, shipment, **units):
        return self.env["fba.ledger.row"].create(
            [
                {
                    "warehouse_id": self.warehouse.id,
                    "key": f"K-{attribute}",
                    "event_key": f"E-{attribute}",
                    "day": shipment.create_date.date(),
                    "fnsku": "X0001",
                    "msku": self.kettle.default_code,
                    "product_id": self.kettle.id,
                    "reference": shipment.confirmation,
                    "units": count,
                    "kind": "receipt",
                    "attribute": attribute,
                    "state": "open",
                }
                for attribute, count in units.items()
            ]
        )

    # === INTERRUPTIONS === #

    def test_a_lost_answer_at_any_step_starts_nothing_twice(self):
        lost = set()
        calls = self._lose_answers(lost)
        _notice, inbound = self._announce(fba_take_proposals=True)
        self._arrange(inbound)
        self.assertEqual(inbound.state, "arranged")
        undisturbed = len(calls)
        self.assertGreaterEqual(undisturbed, len(Journey.STEPS))
        calls.clear()
        lost.update(range(1, 200, 2))
        _notice, inbound = self._announce(fba_take_proposals=True)
        self._arrange(inbound)
        self.assertEqual((inbound.state, len(inbound.shipment_ids)), ("arranged", 2))
        self.assertEqual(len(self.simulator.store.documents("inbound_plan", "eu")), 2)
        confirmations = [call for call in calls if call.endswith("/confirmation")]
        self.assertEqual(len(confirmations), len(set(confirmations)))

    def test_a_restart_at_any_step_goes_on(self):
        """Every job runs in a new process that has nothing but the database."""
        notice = self._create_notice([{self.kettle: 12}], fba_take_proposals=True)
        notice.action_announce()
        inbound = notice.fba_inbound_id
        stages = []
        for _job in range(100):
            self.env.flush_all()
            self.env.invalidate_all()
            if inbound.state == "choice":
                inbound.action_take_proposals()
            inbound._job_step()
            stages.append(inbound.journey["step"])
            self.simulator.tick()
            if inbound.state == "arranged":
                break
        self.assertEqual(inbound.state, "arranged")
        self.assertEqual(stages, sorted(stages))
        self.assertEqual(len(self.simulator.store.documents("inbound_plan", "eu")), 1)

    def test_a_job_whose_state_was_lost_finds_what_it_did(self):
        """The process dies after Amazon's answer, before anything is stored: at every step."""
        notice = self._create_notice([{self.kettle: 12}], fba_take_proposals=True)
        notice.action_announce()
        inbound = notice.fba_inbound_id
        for _job in range(100):
            if inbound.state == "choice":
                inbound.action_take_proposals()
            with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
                inbound._job_step()
                raise ZeroDivisionError
            self.env.invalidate_all()
            inbound._job_step()
            if inbound.state == "arranged":
                break
        self.assertEqual((inbound.state, inbound.message), ("arranged", False))
        self.assertEqual(len(self.simulator.store.documents("inbound_plan", "eu")), 1)

    def test_a_job_that_meets_another_comes_again(self):
        """The other may have queued none after itself, as it found this one waiting."""
        notice = self._create_notice([{self.kettle: 12}])
        notice.action_announce()
        inbound = notice.fba_inbound_id
        locked = patch.object(self.env.registry["fba.inbound"], "lock_for_update", side_effect=LockError("held"))
        with locked, self.assertRaises(RetryableJobError):
            inbound._job_step()
        self.assertEqual(inbound.state, "running")
        self.assertFalse(inbound.plan_number)

    # === TROUBLE === #

    def test_what_amazon_refuses_waits_visibly_and_is_retried(self):
        unknown = self._create_product("NO-SUCH-SKU")
        notice, inbound = self._announce([{unknown: 3}])
        self.assertEqual((inbound.state, notice.state), ("failed", "rejected"))
        self.assertIn("NO-SUCH-SKU", inbound.message)
        self.assertEqual(inbound.step_ids.filtered(lambda step: step.state == "failed").name, "create_plan")
        self.assertTrue(inbound.activity_ids)
        notice.carton_ids.line_ids.product_id = self.kettle
        self._run_jobs(notice.action_retry)
        self.assertEqual((inbound.state, inbound.open_option_ids.mapped("kind")), ("choice", ["placement"]))

    def test_an_incomplete_sender_is_named_before_anything_is_sent(self):
        self.sender.write({"phone": False, "zip": False})
        notice = self._create_notice([{self.kettle: 3}])
        with self.assertRaisesRegex(ValidationError, "lacks: Zip, Phone"):
            notice.action_announce()

    def test_a_withdrawn_plan_leaves_goods_that_are_announced_anew(self):
        notice, first = self._announce()
        with self.assertRaisesRegex(UserError, "Withdraw the plan"):
            notice.action_cancel()
        self._run_jobs(first.action_withdraw)
        self.assertEqual((first.state, notice.state, bool(notice.fba_inbound_id)), ("cancelled", "draft", False))
        statuses = {plan["name"]: plan["status"] for plan in self.simulator.store.documents("inbound_plan", "eu")}
        self.assertEqual(statuses, {first.reference: "VOIDED"})
        self._run_jobs(notice.action_announce)
        second = notice.fba_inbound_id
        self.assertEqual((second.reference, second.state), (f"{first.reference}-2", "choice"))

    def test_an_account_without_authorisation_waits_and_goes_on(self):
        right = self.seller._get_secrets()["refresh_token"]
        self.seller.amazon_refresh_token = "wrong"
        _notice, inbound = self._announce()
        self.assertTrue(self.account.needs_authorisation)
        self.assertEqual((inbound.state, bool(inbound.message)), ("running", True))
        self.seller.amazon_refresh_token = right
        self._run_jobs(self.account._resume)
        self.assertEqual((inbound.state, inbound.stage), ("choice", "placement"))
