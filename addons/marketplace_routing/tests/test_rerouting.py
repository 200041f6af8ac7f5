from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestRerouting(RoutingCase):
    """Pens are in Leeds and ten in Berlin; what comes out short in one goes to the other."""

    def setUp(self):
        super().setUp()
        self.on_hand = self.env["stock.quant"]._get_available_quantity(self.pen, self.warehouse.lot_stock_id)
        self._create_ruleset(self._ship_from(self.warehouse, self.berlin))

    def _lose(self, units, warehouse=None):
        """Units are gone that the rules have counted, as when another import was faster."""
        place = (warehouse or self.warehouse).lot_stock_id
        self.env["stock.quant"]._update_available_quantity(self.pen, place, -units)

    def _reserve(self, warehouse=None):
        with trap_jobs():
            self.env["marketplace.stock.reserver"]._job_reserve(warehouse or self.warehouse)

    def _import_two(self):
        return self._import(self._order("O1", self._pens(2)), self._order("O2", self._pens(2)))

    def test_goes_where_everything_is(self):
        orders = self._import_two()
        self._lose(self.on_hand - 2)
        self._reserve()
        self.assertEqual(orders.mapped("warehouse_id.name"), ["Leeds", "Berlin"])
        self.assertFalse(orders.filtered("marketplace_hold"))
        self.assertFalse(orders[1].marketplace_event_ids.filtered(lambda event: event.kind == "held"))
        self.assertEqual(orders[1].routing_decision_ids.mapped("warehouse_id.name"), ["Berlin", "Leeds"])
        self._reserve(self.berlin)
        transfers = orders.picking_ids.filtered(lambda picking: picking.state != "cancel")
        self.assertEqual(transfers.mapped("state"), ["assigned", "assigned"])

    def test_is_held_where_nobody_has_it(self):
        orders = self._import_two()
        self._lose(self.on_hand - 2)
        self._lose(9, self.berlin)
        self._reserve()
        self.assertEqual(orders[1].marketplace_hold, "short")
        self.assertEqual(orders[1].warehouse_id, self.warehouse)
        self.env["stock.quant"]._update_available_quantity(self.pen, self.berlin.lot_stock_id, 5)
        self._reserve()
        self.assertEqual((orders[1].marketplace_hold, orders[1].warehouse_id), (False, self.berlin))

    def test_units_promised_to_others_do_not_draw_orders(self):
        order = self._import(self._order("O1", self._pens(2)))
        self._lose(self.on_hand)
        with trap_jobs():
            others = self._import(*(self._order(f"B{number}", self._pens(3)) for number in range(3)))
        self.assertEqual(others.warehouse_id, self.berlin)
        self._reserve()
        self.assertEqual((order.marketplace_hold, order.warehouse_id), ("short", self.warehouse))

    def test_stays_where_somebody_has_sent_it(self):
        order = self._import(self._order("O1", self._pens(2)))
        with trap_jobs():
            order.picking_ids.action_cancel()
            order.warehouse_id = self.paris
            self.env["marketplace.delivery.builder"]._build(order)
        self._reserve(self.paris)
        self.assertEqual((order.marketplace_hold, order.warehouse_id), ("short", self.paris))

    def test_constant_queries(self):
        def look(count):
            with trap_jobs():
                orders = self._import(*(self._order(f"{count}-{number}", self._pens()) for number in range(count)))
            free = self.env["stock.quant"]._get_available_quantity(self.pen, self.warehouse.lot_stock_id)
            self._lose(free)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.env["marketplace.router"]._find_movable(orders), orders)
            queries = self.env.cr.sql_log_count - before
            self._lose(-free)
            return queries

        look(1)
        self.assertEqual(look(4), look(9))
