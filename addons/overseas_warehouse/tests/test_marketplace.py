from unittest.mock import patch

from odoo.addons.marketplace.contract import OrderStatus
from odoo.addons.marketplace.tests.import_case import ImportCase
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
        provider = MemoryProvider(self.world)
        self.startPatcher(
            patch.object(self.env.registry["overseas.account"], "_get_connector", lambda account: provider)
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
