from dataclasses import replace

from odoo.tests import tagged

from ..contract import Grade, ReturnedLine, ReturnStatus
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestReturns(OverseasCase):
    def setUp(self):
        super().setUp()
        self._stock(self.cup, 50)
        self.picking = self._create_delivery(units=3)
        self._exchange("overseas.outbound")
        self.outbound = self.picking.overseas_outbound_ids
        self.world.ship(self.outbound.reference)
        self._exchange("overseas.outbound")
        self.world.bring_back(self.outbound.reference)
        (self.back,) = self.world.returns

    def _keep(self, **changes):
        return self.env["overseas.return"]._keep(self.account, [replace(self.back, **changes)])

    def test_what_came_back_is_in_stock_again(self):
        record = self._keep()
        self.assertEqual((record.state, record.outbound_id), ("done", self.outbound))
        self.assertEqual(record.picking_id.move_ids.origin_returned_move_id, self.picking.move_ids)
        self.assertEqual(self._get_units(self.cup), 50)

    def test_damaged_units_go_to_quarantine(self):
        lines = (ReturnedLine("CUP", 2, Grade.SELLABLE), ReturnedLine("CUP", 1, Grade.DAMAGED))
        self._keep(lines=lines, outbound=self.outbound.external_id)
        self.assertEqual(self._get_units(self.cup), 49)
        self.assertEqual(self._get_units(self.cup, self.warehouse.quarantine_location_id), 1)

    def test_a_parcel_that_came_back_is_of_the_order_that_it_left_with(self):
        """Where the warehouse names no order."""
        record = self._keep(outbound="", tracking=self.outbound.tracking)
        self.assertEqual((record.state, record.outbound_id), ("done", self.outbound))
        self.assertEqual(record.picking_id.move_ids.origin_returned_move_id, self.picking.move_ids)

    def test_a_parcel_that_nobody_or_more_than_one_order_left_with_has_no_order(self):
        record = self._keep(outbound="", tracking="BACK1")
        self.assertEqual((record.state, record.outbound_id.id), ("done", False))
        other = self._create_delivery(units=1)
        self._exchange("overseas.outbound")
        other.overseas_outbound_ids.tracking = self.outbound.tracking
        record = self._keep(external_id="OTHER", outbound="", tracking=self.outbound.tracking)
        self.assertFalse(record.outbound_id)

    def test_it_is_taken_in_once_and_only_when_judged(self):
        record = self._keep(status=ReturnStatus.RECEIVED)
        self.assertEqual((record.state, self._get_units(self.cup)), ("open", 47))
        self._keep()
        self.assertEqual((record.state, self._get_units(self.cup)), ("done", 50))
        self._keep()
        self.assertEqual(self._get_units(self.cup), 50)

    def test_an_unknown_product_waits_for_a_person(self):
        record = self._keep(lines=(ReturnedLine("VASE", 1, Grade.SELLABLE),))
        self.assertEqual((record.state, record.picking_id.id), ("blocked", False))
        vase = self._create_product("VASE")
        record.action_retry()
        self.assertEqual((record.state, self._get_units(vase)), ("done", 1))

    def test_the_stock_check_knows_what_came_back(self):
        lines = [self._line("CUP", 50)]
        check = self.env["overseas.snapshot"]
        before = check._compare(self.warehouse, lines, self.world.events).line_ids
        self.assertEqual((before.difference, before.unexplained), (3, 0))
        self._keep()
        self.assertEqual(check._compare(self.warehouse, lines, self.world.events).state, "equal")

    def test_the_job_brings_it_in(self):
        self.world.returns = [replace(self.back, updated_at=self.back.updated_at.replace(year=2099))]
        self.env["overseas.return"]._job_fetch(self.account)
        self.assertEqual(self._get_units(self.cup), 50)
