from odoo.addons.marketplace.contract import Unavailable
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..contract import InboundStatus, ProviderCapability
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestInbound(OverseasCase):
    def _announce(self, contents=None):
        """A notice that the warehouse has, its goods on their way."""
        inbound = self._create_inbound(contents)
        for line in inbound.carton_ids.line_ids:
            self.env["stock.quant"]._update_available_quantity(
                line.product_id, self.warehouse.transit_location_id, line.units
            )
        inbound.action_announce()
        self._exchange("overseas.inbound")
        return inbound

    def _receive(self, inbound, counts, finished=False):
        self.world.receive(inbound.reference, counts, finished)
        self._exchange("overseas.inbound")

    def test_a_notice_is_announced_carton_by_carton(self):
        inbound = self._announce()
        self.assertEqual((inbound.state, inbound.units, inbound.attempts), ("accepted", 23, 1))
        notice = self.world.notices[inbound.reference]
        self.assertEqual(notice.units, {"CUP": 15, "PLATE": 8})
        self.assertEqual([carton.number for carton in notice.cartons], [1, 2])
        self.assertEqual(inbound.external_id, self.world.inbounds[inbound.reference].external_id)
        sent = inbound.payload
        self.assertEqual((sent["transport"], sent["eta"]), ("sea_lcl", inbound.eta.isoformat()))
        self.assertEqual(sent["cartons"][0]["contents"], [["CUP", 10]])

    def test_announced_twice_changes_nothing_and_says_so(self):
        inbound = self._announce()
        with self.assertRaisesRegex(UserError, "announced already; announcing it again changes nothing"):
            inbound.action_announce()
        self._exchange("overseas.inbound")
        self.assertEqual((inbound.state, list(self.world.inbounds)), ("accepted", [inbound.reference]))

    def test_a_carton_without_weight_is_named(self):
        inbound = self._create_inbound()
        inbound.carton_ids[1].weight_kg = 0
        with self.assertRaisesRegex(ValidationError, r"Carton 2 of .* lacks: Gross Weight"):
            inbound.action_announce()
        self.assertEqual(inbound.state, "draft")

    def test_a_notice_without_cartons_is_refused(self):
        inbound = self.env["overseas.inbound"].create({"warehouse_id": self.warehouse.id})
        with self.assertRaisesRegex(ValidationError, "no cartons"):
            inbound.action_announce()

    def test_a_product_that_nobody_knows_there_is_named(self):
        vase = self.env["product.product"].create({"name": "Vase", "is_storable": True})
        with self.assertRaisesRegex(ValidationError, "does not know: Vase"):
            self._create_inbound([{vase: 1}]).action_announce()

    def test_a_refusal_is_shown_and_can_be_retried(self):
        del self.world.products["PLATE"]
        inbound = self._announce()
        self.assertEqual((inbound.state, inbound.message), ("rejected", "unknown products: PLATE"))
        self.world.products["PLATE"] = None
        inbound.action_retry()
        self._exchange("overseas.inbound")
        self.assertEqual(inbound.state, "accepted")

    def test_goods_depart(self):
        hub = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1).lot_stock_id
        inbound = self._create_inbound()
        inbound.source_location_id = hub
        with self.assertRaisesRegex(UserError, "not enough"):
            inbound.action_depart()
        for product, units in ((self.cup, 15), (self.plate, 8)):
            self.env["stock.quant"]._update_available_quantity(product, hub, units)
        inbound.action_depart()
        self.assertEqual(inbound.departure_id.state, "done")
        self.assertEqual(self._get_units(self.cup, self.warehouse.transit_location_id), 15)
        with self.assertRaisesRegex(UserError, "departed already"):
            inbound.action_depart()

    def test_parts_are_taken_in_as_they_are_counted(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (6, 0)})
        self.assertEqual((inbound.state, inbound.units_received), ("receiving", 6))
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (6, 0))
        self._receive(inbound, {"CUP": (9, 0), "PLATE": (8, 0)}, finished=True)
        self.assertEqual((inbound.state, inbound.units_received), ("received", 23))
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (15, 8))
        self.assertEqual(self._get_units(self.cup, self.warehouse.transit_location_id), 0)
        self.assertEqual(len(inbound.receipt_ids), 2)
        self.assertFalse(inbound.difference_ids)

    def test_a_count_told_twice_is_taken_in_once(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (6, 0)})
        self._exchange("overseas.inbound")
        self.assertEqual((self._get_units(self.cup), len(inbound.receipt_ids)), (6, 1))

    def test_shortage_excess_and_damage_are_typed_differences(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (10, 2), "PLATE": (9, 0)}, finished=True)
        found = {(line.product_id, line.kind): line for line in inbound.difference_ids}
        self.assertEqual(
            {key: line.units for key, line in found.items()},
            {(self.cup, "shortage"): 3, (self.cup, "damage"): 2, (self.plate, "excess"): 1},
        )
        self.assertEqual(found[self.cup, "shortage"].expected_amount, 12)
        self.assertEqual(found[self.cup, "damage"].expected_amount, 8)
        self.assertEqual(self._get_units(self.cup, self.warehouse.quarantine_location_id), 2)
        # The excess was never on its way; the shortage still is.
        self.assertEqual(self._get_units(self.plate, self.warehouse.transit_location_id), 0)
        self.assertEqual(self._get_units(self.cup, self.warehouse.transit_location_id), 3)
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (10, 9))

    def test_a_claim_needs_evidence_and_a_settled_shortage_is_written_off(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (12, 0), "PLATE": (8, 0)}, finished=True)
        shortage = inbound.difference_ids
        self.assertEqual((shortage.deadline - shortage.create_date.date()).days, self.warehouse.claim_days)
        with self.assertRaisesRegex(UserError, "needs evidence"):
            shortage.action_claim()
        shortage.evidence = "Proof of delivery of both cartons"
        shortage.action_claim()
        self.assertEqual(shortage.state, "claimed")
        shortage.settled_amount = 12
        shortage.action_settle()
        shortage.action_settle()
        self.assertEqual(shortage.state, "settled")
        self.assertEqual(self._get_units(self.cup, self.warehouse.transit_location_id), 0)

    def _find_shortage(self):
        """The cups of a notice, of which three are short."""
        inbound = self._announce()
        self._receive(inbound, {"CUP": (12, 0), "PLATE": (8, 0)}, finished=True)
        return inbound, inbound.difference_ids

    def _get_on_their_way(self):
        return self._get_units(self.cup, self.warehouse.transit_location_id)

    def test_what_is_counted_later_is_short_no_longer(self):
        inbound, shortage = self._find_shortage()
        shortage.write({"evidence": "Proof of delivery"})
        shortage.action_claim()
        self._receive(inbound, {"CUP": (2, 0)}, finished=True)
        self.assertEqual((shortage.units, shortage.received, shortage.expected_amount), (1, 14, 4))
        self.assertEqual((shortage.state, inbound.state), ("claimed", "received"))
        self.assertIn("14 units received, a difference of 1", shortage.message_ids[0].body)
        shortage.action_settle()
        self.assertEqual((self._get_units(self.cup), self._get_on_their_way()), (14, 0))

    def test_a_shortage_that_is_counted_as_a_whole_is_settled(self):
        inbound, shortage = self._find_shortage()
        self._receive(inbound, {"CUP": (2, 1)}, finished=True)
        self.assertEqual((shortage.state, shortage.units, shortage.expected_amount), ("settled", 0, 0))
        self.assertEqual((self._get_units(self.cup), self._get_on_their_way()), (14, 0))
        damage = inbound.difference_ids - shortage
        self.assertEqual((damage.kind, damage.units), ("damage", 1))
        self._exchange("overseas.inbound")
        self.assertEqual(inbound.difference_ids, shortage | damage)

    def test_what_was_written_off_and_is_counted_after_all_comes_back_from_there(self):
        inbound, shortage = self._find_shortage()
        shortage.action_accept()
        self._receive(inbound, {"CUP": (3, 0)}, finished=True)
        self.assertEqual((self._get_units(self.cup), self._get_on_their_way()), (15, 0))
        self.assertEqual((shortage.state, shortage.units, shortage.received), ("accepted", 3, 15))
        self.assertIn("15 units received, a difference of 0", shortage.message_ids[0].body)

    def test_after_its_deadline_a_shortage_is_asked_about_no_longer(self):
        inbound, shortage = self._find_shortage()
        self.env.cr.execute("UPDATE overseas_difference SET deadline = deadline - 100 WHERE id = %s", [shortage.id])
        self.env.invalidate_all()
        self._receive(inbound, {"CUP": (3, 0)}, finished=True)
        self.assertEqual((shortage.units, self._get_units(self.cup)), (3, 12))

    def test_a_count_that_went_down_takes_nothing_out(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (6, 0)})
        self._receive(inbound, {"CUP": (-2, 0)})
        self.assertIn("now counts 4 units of", inbound.message)
        self.assertEqual((self._get_units(self.cup), inbound.units_received), (6, 6))

    def test_an_unknown_product_waits_with_a_message(self):
        inbound = self._announce()
        self._receive(inbound, {"CUP": (6, 0), "VASE": (1, 0)})
        self.assertIn("units of VASE", inbound.message)
        self.assertEqual(self._get_units(self.cup), 6)
        vase = self._create_product("VASE")
        self._exchange("overseas.inbound")
        self.assertEqual(self._get_units(vase), 1)

    def test_a_product_tracked_by_lots_gets_the_lot_of_its_notice(self):
        tea = self._create_product("TEA", tracking="lot")
        self.world.products["TEA"] = None
        inbound = self._create_inbound([{tea: 4}])
        inbound.action_announce()
        self._exchange("overseas.inbound")
        self._receive(inbound, {"TEA": (4, 0)}, finished=True)
        quant = self.env["stock.quant"].search([("product_id", "=", tea.id), ("location_id", "=", self.stock.id)])
        self.assertEqual((quant.quantity, quant.lot_id.name), (4, inbound.reference))

    def test_a_notice_is_withdrawn_until_goods_arrive(self):
        inbound = self._announce()
        inbound.action_cancel()
        self.assertEqual(inbound.state, "cancelled")
        self.assertIs(self.world.inbounds[inbound.reference].status, InboundStatus.CANCELLED)
        other = self._announce()
        self.world.receive(other.reference, {"CUP": (1, 0)}, False)
        with self.assertRaisesRegex(UserError, "too late"):
            other.action_cancel()

    def test_a_notice_that_the_warehouse_has_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            self._announce().unlink()

    def test_labels_are_kept_with_the_notice(self):
        inbound = self._announce()
        action = inbound.action_print_labels()
        attachment = self.env["ir.attachment"].search([("res_model", "=", inbound._name), ("res_id", "=", inbound.id)])
        self.assertEqual(attachment.raw, f"labels of {inbound.reference}".encode())
        self.assertIn(f"/web/content/{attachment.id}", action["url"])

    def test_what_the_interface_lacks_is_said(self):
        inbound = self._announce()
        able = self.provider.capabilities
        self.provider.capabilities = able - {ProviderCapability.INBOUND_CANCEL, ProviderCapability.INBOUND_LABELS}
        self.addCleanup(delattr, self.provider, "capabilities")
        with self.assertRaisesRegex(UserError, f"takes no withdrawals.* Withdraw {inbound.reference} there yourself"):
            inbound.action_cancel()
        self.assertEqual(inbound.state, "accepted")
        with self.assertRaisesRegex(UserError, "prints no labels over its interface"):
            inbound.action_print_labels()

    # === ANOTHER DAY === #

    def test_another_day_and_number_are_told(self):
        inbound = self._announce()
        self.assertEqual((inbound.told_eta, inbound.arrival_differs), (inbound.eta, False))
        inbound.write({"eta": "2030-05-09", "tracking": "MSKU7"})
        self.assertTrue(inbound.arrival_differs)
        self._exchange("overseas.inbound")
        there = self.world.notices[inbound.reference]
        self.assertEqual((there.eta, there.tracking), (inbound.eta, "MSKU7"))
        self.assertEqual((inbound.arrival_differs, inbound.arrival_answer), (False, False))

    def test_another_day_waits_for_a_warehouse_that_does_not_answer(self):
        inbound = self._announce()
        inbound.eta = "2030-05-09"
        self.provider._error = Unavailable("no answer")
        self._exchange("overseas.inbound")
        self.assertEqual((inbound.arrival_differs, inbound.arrival_answer), (True, False))
        self.provider._error = None
        self._exchange("overseas.inbound")
        self.assertFalse(inbound.arrival_differs)

    def test_a_warehouse_that_cannot_be_told_is_shown(self):
        inbound = self._announce()
        inbound.eta = "2030-05-09"
        able = self.provider.capabilities
        self.provider.capabilities = able - {ProviderCapability.INBOUND_UPDATE}
        self.addCleanup(delattr, self.provider, "capabilities")
        self._exchange("overseas.inbound")
        self.assertTrue(inbound.arrival_differs)
        self.assertIn("Memory takes no changes", inbound.arrival_answer)
        inbound.action_note_told()
        self.assertEqual((inbound.arrival_differs, inbound.arrival_answer), (False, False))

    def test_a_refused_change_is_shown_until_it_is_another(self):
        inbound = self._announce()
        inbound.eta = "2030-05-09"
        self.world.receive(inbound.reference, {"CUP": (1, 0)}, False)
        self.env["overseas.inbound"]._tell_arrivals(self.account)
        self.assertIn("goods have arrived already. Tell it yourself", inbound.arrival_answer)
        inbound.eta = "2030-05-10"
        self.assertFalse(inbound.arrival_answer)
        self._exchange("overseas.inbound")
        self.assertEqual((inbound.state, inbound.arrival_differs), ("receiving", False))

    def test_queries_do_not_grow_with_the_batch(self):
        counts = []
        for size in (2, 10):
            inbounds = self.env["overseas.inbound"].union(*[self._announce([{self.cup: 3}]) for _ in range(size)])
            for inbound in inbounds:
                self.world.receive(inbound.reference, {"CUP": (2, 0)}, False)
            states = self.provider.fetch_inbounds(list(inbounds))
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            inbounds._apply_states(states)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        # Odoo itself asks a few times for each transfer that it does.
        self.assertLess((counts[1] - counts[0]) / 8, 12)
