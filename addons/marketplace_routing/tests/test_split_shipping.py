from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestSplitShipping(RoutingCase):
    """An order that a rule has split, from the import to its confirmations."""

    def setUp(self):
        super().setUp()
        self.shop.require_tracking = False
        self._create_ruleset({"ship_from": "nearest", "split": "short"})
        vals = self._order("O1", self._line("MUG", 2, "20.00"), self._lamps())
        self.jobs = self._run_import(self._receive(vals))
        self.order = self._find("O1")

    def _transfer(self, warehouse):
        return self.order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == warehouse)

    def _reserve_all(self):
        for warehouse in (self.warehouse, self.paris):
            self.env["marketplace.stock.reserver"]._job_reserve(warehouse)

    def _leave(self, warehouse):
        """Finish the transfer of a warehouse."""
        transfer = self._transfer(warehouse)
        transfer.move_ids.picked = True
        with trap_jobs():
            transfer._action_done()
        return transfer

    def test_stock_is_reserved_in_both_warehouses(self):
        queued = {job.args[0] for job in self.jobs if job.func.__name__ == "_job_reserve"}
        self.assertEqual(queued, {self.warehouse, self.paris})
        self._reserve_all()
        self.assertEqual(self.order.picking_ids.mapped("state"), ["assigned", "assigned"])
        self.assertFalse(self.order.marketplace_hold)

    def test_each_transfer_is_confirmed_with_its_own_lines(self):
        self._reserve_all()
        first = self._leave(self.paris)
        self._send()
        [sent] = self._get_sent()
        self.assertEqual([(line.order_line_id, line.quantity) for line in sent.lines], [("LAMP-1", 1)])
        self.assertEqual(self.order.delivery_status, "partial")
        second = self._leave(self.warehouse)
        self._send()
        _first, sent = self._get_sent()
        self.assertEqual([(line.order_line_id, line.quantity) for line in sent.lines], [("MUG-1", 2)])
        self.assertEqual(self.order.marketplace_shipment_ids.picking_id, first | second)
        self.assertEqual(self.order.marketplace_shipment_state, "confirmed")

    def _send(self):
        with trap_jobs():
            self.env["marketplace.shipment"]._job_confirm(self.shop)

    def _get_sent(self):
        return [sent for (shipments,) in self.connector.get_calls("confirm_shipments") for sent in shipments]

    def test_order_routed_again_gives_its_stock_back(self):
        self._reserve_all()
        self.Ruleset.search([("state", "=", "active")]).action_switch_off()
        self._create_ruleset({"ship_from": "warehouse", "warehouse_id": self.warehouse.id, "when_short": "wait"})
        with trap_jobs():
            self.order.action_route_again()
        self.assertEqual(self._transfers(self.order), {"Leeds": ["MUG", "LAMP"]})
        self._reserve_all()
        self.assertEqual(self.order.marketplace_hold, "short")
        quants = self.env["stock.quant"].search([("product_id", "=", self.lamp.id), ("quantity", ">", 0)])
        self.assertEqual(sum(quants.mapped("reserved_quantity")), 0)
