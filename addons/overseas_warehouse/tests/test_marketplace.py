from dataclasses import replace
from unittest.mock import patch

from odoo.addons.marketplace.contract import OrderStatus, Unavailable
from odoo.addons.marketplace.tests.import_case import ADDRESS, ImportCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..conformance.memory import MemoryProvider, MemoryWarehouse
from ..contract import OutboundStatus, WarehouseInfo


@tagged("post_install", "-at_install")
class TestMarketplace(ImportCase):
    """From the marketplace's order to its confirmation, shipped by an overseas warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.overseas_account = cls.env["overseas.account"].create({"name": "Memory", "state": "test"})
        info = WarehouseInfo("MEM-DE", "Memory", "DE")
        cls.overseas = cls.env["overseas.warehouse"]._create_from_infos(cls.overseas_account, [info])
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "DHL Paket",
                "marketplace_carrier_code": "DHL",
                "product_id": cls.env["product.product"].create({"name": "Freight", "type": "service"}).id,
            }
        )
        cls.overseas.service_id = cls.env["overseas.service"].create(
            {"warehouse_id": cls.overseas.id, "code": "STD", "name": "Standard", "carrier_id": cls.carrier.id}
        )
        cls.env["overseas.product"].create(
            {"account_id": cls.overseas_account.id, "product_id": cls.mug.id, "sku": "MUG", "weight_kg": 0.3}
        )
        cls.shop.warehouse_ids = cls.overseas.warehouse_id
        cls.env["stock.quant"]._update_available_quantity(cls.mug, cls.overseas.warehouse_id.lot_stock_id, 10)

    def setUp(self):
        super().setUp()
        self.world = MemoryWarehouse("MEM-DE", {"MUG": (10, 0)})
        self.provider = MemoryProvider(self.world)
        self.startPatcher(
            patch.object(self.env.registry["overseas.account"], "_get_connector", lambda account: self.provider)
        )

    def _import_ready(self):
        """An order whose delivery from the overseas warehouse is ready."""
        self._import(self._order("O1", self._line("MUG", 2, "20.00")))
        order = self._find("O1")
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "assigned")
        return order

    def _exchange(self):
        self.env["overseas.outbound"]._job_exchange(self.overseas_account)

    def test_what_the_warehouse_ships_is_confirmed_to_the_marketplace(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        there = self.world.orders[outbound.reference]
        self.assertEqual((there.order_number, there.address.city), ("O1", "Leeds"))
        self.world.ship(outbound.reference)
        with trap_jobs() as trap:
            self._exchange()
            trap.assert_jobs_count(1, only=self.env["marketplace.shipment"]._job_confirm)
        shipment = order.marketplace_shipment_ids
        self.assertEqual((shipment.state, shipment.tracking), ("pending", outbound.tracking))
        self.assertEqual((shipment.carrier_code, shipment.units), ("DHL", 2))
        self.env["marketplace.shipment"]._job_confirm(self.shop)
        self.assertEqual(shipment.state, "confirmed")
        ((told,),) = self.connector.get_calls("confirm_shipments")
        self.assertEqual([parcel.tracking for parcel in told], [outbound.tracking])

    def _revise(self, units=2, **vals):
        """Import a later revision; its inbox row."""
        self._import(self._order("O1", self._line("MUG", units, f"{units * 10}.00"), revision=2, **vals))
        return self._rows("O1").filtered(lambda row: row.revision == "2")

    def _cancel_at_marketplace(self):
        return self._revise(status=OrderStatus.CANCELLED)

    def test_a_change_of_what_left_over_there_is_for_a_person(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        self.world.ship(outbound.reference)
        self.assertEqual(self._revise(units=3).state, "done")
        self.assertEqual((order.marketplace_hold, order.order_line.product_uom_qty), ("changed", 2))
        self.assertIn(outbound.reference, order.marketplace_hold_note)

    def test_what_the_marketplace_cancels_is_stopped_over_there(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        self.assertEqual(self._cancel_at_marketplace().state, "done")
        self.assertEqual((order.state, outbound.state), ("cancel", "cancelled"))
        self.assertEqual(self.world.outbounds[outbound.reference].status, OutboundStatus.CANCELLED)

    def test_what_left_before_the_marketplace_cancelled_is_for_a_person(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        self.world.ship(outbound.reference)
        self.assertEqual(self._cancel_at_marketplace().state, "done")
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "changed"))
        self.assertIn(outbound.reference, order.marketplace_hold_note)
        self.assertEqual(order.marketplace_status, "cancelled")
        self._exchange()
        self.assertEqual((outbound.state, order.picking_ids.state), ("shipped", "done"))

    def test_what_we_cancelled_at_the_marketplace_but_has_left_is_for_a_person(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        self.world.ship(outbound.reference)
        self.env["marketplace.cancellation"]._cancel(order, "buyer_request")
        self.env["marketplace.cancellation"]._job_confirm(self.shop)
        self.assertEqual(order.marketplace_cancellation_ids.state, "confirmed")
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "changed"))
        self.assertIn(outbound.reference, order.marketplace_hold_note)

    # === CHANGES OF WHAT THE WAREHOUSE HAS === #

    def _give(self):
        """An order that the warehouse was given, and its order there."""
        order = self._import_ready()
        self._exchange()
        return order, order.picking_ids.overseas_outbound_ids

    def _cancel_units(self, order, units):
        self.env["marketplace.cancellation"]._cancel(order, "buyer_request", [("MUG-1", units)])
        self.env["marketplace.cancellation"]._job_confirm(self.shop)

    def _get_open_there(self):
        """``{reference: (units, city)}`` of what the warehouse still means to ship."""
        return {
            reference: (self.world.orders[reference].lines[0].units, self.world.orders[reference].address.city)
            for reference, state in self.world.outbounds.items()
            if state.status is OutboundStatus.ACCEPTED
        }

    def test_units_that_are_cancelled_are_stopped_and_the_rest_is_sent_anew(self):
        order, first = self._give()
        self._cancel_units(order, 1)
        self.assertEqual((first.state, order.marketplace_hold, self._get_open_there()), ("cancelled", False, {}))
        for _run in range(2):
            self._exchange()
        self.assertEqual(self._get_open_there(), {f"{first.reference}-2": (1, "Leeds")})
        self.assertEqual(order.order_line.product_uom_qty, 1)

    def test_a_new_address_is_sent_anew(self):
        order, first = self._give()
        self.assertEqual(self._revise(address=replace(ADDRESS, city="York")).state, "done")
        self.assertEqual((order.partner_shipping_id.city, order.picking_ids.partner_id.city), ("York", "York"))
        self.assertFalse(order.marketplace_hold)
        for _run in range(2):
            self._exchange()
        self.assertEqual(self._get_open_there(), {f"{first.reference}-2": (2, "York")})

    def test_units_cancelled_too_late_are_for_a_person(self):
        order, outbound = self._give()
        self.world.ship(outbound.reference)
        self._cancel_units(order, 1)
        self.assertEqual((order.marketplace_hold, order.order_line.product_uom_qty), ("changed", 2))
        self.assertIn("cancelled units", order.marketplace_hold_note)
        self.assertIn(f"{outbound.reference}: too late", order.marketplace_hold_note)
        self._exchange()
        self.assertEqual((outbound.state, order.picking_ids.state), ("shipped", "done"))

    def test_a_new_address_too_late_is_for_a_person(self):
        order, outbound = self._give()
        self.world.ship(outbound.reference)
        self._revise(address=replace(ADDRESS, city="York"))
        self.assertEqual((order.marketplace_hold, order.picking_ids.partner_id.city), ("changed", "Leeds"))
        self.assertIn("changed the address", order.marketplace_hold_note)
        self.assertIn(f"{outbound.reference}: too late", order.marketplace_hold_note)

    def test_a_person_tries_a_new_address_once_more(self):
        order, first = self._give()
        self.provider._error = Unavailable("no answer")
        self._revise(address=replace(ADDRESS, city="York"))
        self.assertEqual((order.marketplace_hold, order.picking_ids.partner_id.city), ("changed", "Leeds"))
        self.assertIn("Fetch Again", order.marketplace_hold_note)
        self.provider._error = None
        with trap_jobs():
            order.action_marketplace_refetch()
        self.assertEqual((first.state, order.picking_ids.partner_id.city), ("cancelled", "York"))
        order.action_marketplace_release()
        self._exchange()
        self.assertEqual(self._get_open_there(), {f"{first.reference}-2": (2, "York")})

    def test_only_the_delivery_of_cancelled_units_is_stopped(self):
        mugs, pens = self._line("MUG", 2, "20.00"), self._line("PEN", 1, "2.00")
        (order,) = self._import(self._order("O1", mugs, pens))
        mug = order.order_line.filtered(lambda line: line.product_id == self.mug)
        (order.order_line - mug).move_ids.picking_id = order.picking_ids.copy({"move_ids": False})
        order.picking_ids.action_assign()
        self._exchange()
        outbound = mug.move_ids.picking_id.overseas_outbound_ids
        self.assertEqual(outbound.state, "accepted")
        self.env["marketplace.cancellation"]._cancel(order, "buyer_request", [("PEN-1", 1)])
        self.env["marketplace.cancellation"]._job_confirm(self.shop)
        self.assertEqual((outbound.state, order.order_line.mapped("product_uom_qty")), ("accepted", [2, 0]))

    # === WHAT IS KEPT === #

    def test_what_was_sent_is_erased_with_the_buyer(self):
        order = self._import_ready()
        self._exchange()
        outbound = order.picking_ids.overseas_outbound_ids
        self.assertEqual(outbound.payload["address"]["city"], "Leeds")
        self.shop.account_id._erase_orders(order)
        self.assertFalse(outbound.payload)

    def test_a_held_order_waits(self):
        order = self._import_ready()
        reason = order._fields["marketplace_hold"].get_values(self.env)[0]
        order._hold(reason, "Somebody looks at it")
        self._exchange()
        self.assertFalse(order.picking_ids.overseas_outbound_ids)
        order._release(reason)
        self._exchange()
        self.assertEqual(order.picking_ids.overseas_state, "accepted")
