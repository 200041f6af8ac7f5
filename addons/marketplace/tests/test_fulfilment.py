from dataclasses import replace
from datetime import timedelta

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..contract import OrderStatus, Package
from .import_case import ORDERED_AT, ImportCase


@tagged("post_install", "-at_install")
class TestFulfilmentTransfer(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for product in cls.mug | cls.pen:
            cls.env["stock.quant"]._update_available_quantity(product, cls.fulfilment_warehouse.lot_stock_id, 100)

    def _transfer(self):
        return self.env["marketplace.fulfilment.transfer"]._job_transfer(self.env.company)

    def _stock_of(self, product):
        return product.with_context(warehouse_id=self.fulfilment_warehouse.id).qty_available

    def _shipped_on(self, ref, day, *lines):
        package = Package(f"P-{ref}", {}, shipped_at=ORDERED_AT + timedelta(days=day))
        return self._marketplace_order(ref, *lines, packages=(package,))

    def test_no_move_per_order(self):
        moves = self.env["stock.move"].search_count([])
        orders = self._import(*(self._marketplace_order(f"O{number}") for number in range(10)))
        self.assertEqual(orders.mapped("state"), ["sale"] * 10)
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [1.0] * 10)
        self.assertEqual(orders.warehouse_id, self.fulfilment_warehouse)
        self.assertEqual(self.env["stock.move"].search_count([]), moves)

    def test_one_transfer_per_day_and_one_move_per_product(self):
        orders = self._import(
            self._shipped_on("O1", 0, self._line("MUG", 2, "24.00"), self._line("PEN", 1, "2.00")),
            self._shipped_on("O2", 0, self._line("MUG", 3, "36.00")),
            self._shipped_on("O3", 1, self._line("MUG", 4, "48.00")),
        )
        pickings = self._transfer()
        self.assertEqual(pickings.mapped("state"), ["done", "done"])
        self.assertEqual([(p.origin[-10:], p.picking_type_id) for p in pickings.sorted("origin")], [
            ("2026-05-04", self.fulfilment_warehouse.out_type_id), ("2026-05-05", self.fulfilment_warehouse.out_type_id)
        ])  # fmt: skip
        units = {
            (move.picking_id.origin[-10:], move.product_id.default_code): move.quantity for move in pickings.move_ids
        }
        self.assertEqual(units, {("2026-05-04", "MUG"): 5.0, ("2026-05-04", "PEN"): 1.0, ("2026-05-05", "MUG"): 4.0})
        taken = orders.order_line.mapped(lambda line: (line.product_id.default_code, line.marketplace_move_id.quantity))
        self.assertEqual(taken, [("MUG", 5.0), ("PEN", 1.0), ("MUG", 5.0), ("MUG", 4.0)], "each order knows its move")
        self.assertEqual((self._stock_of(self.mug), self._stock_of(self.pen)), (91, 99))

    def test_second_run_moves_nothing(self):
        self._import(self._marketplace_order("O1"))
        self.assertEqual(len(self._transfer()), 1)
        self.assertFalse(self._transfer())
        self.assertEqual(self._stock_of(self.mug), 99)

    def test_later_shipments_move_only_what_is_new(self):
        line = self._line("MUG", 3, "36.00")
        self._import(self._marketplace_order("O1", replace(line, quantity_shipped=1), shipped=False))
        self._transfer()
        self._import(self._marketplace_order("O1", replace(line, quantity_shipped=3), shipped=False, revision=2))
        self.assertEqual(self._transfer().move_ids.quantity, 2)
        self.assertEqual(self._stock_of(self.mug), 97)

    def test_what_is_not_shipped_stays(self):
        self._import(self._marketplace_order("O1", shipped=False), self._order("O2"))
        self.assertFalse(self._transfer())
        self.assertEqual(self._stock_of(self.mug), 100)

    def test_what_was_shipped_before_the_stock_was_counted_is_not_moved(self):
        self.shop.stock_from = (ORDERED_AT + timedelta(hours=12)).replace(tzinfo=None)
        orders = self._import(
            self._shipped_on("O1", 0, self._line("MUG", 2, "24.00")),
            self._shipped_on("O2", 1, self._line("MUG", 3, "36.00")),
        )
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [2.0, 3.0])
        self.assertEqual(self._transfer().move_ids.quantity, 3)
        self.assertEqual(self._stock_of(self.mug), 97)

    def test_own_order_shipped_before_it_came_leaves_our_stock_once(self):
        line = self._line("MUG", 2, "24.00", quantity_shipped=2)
        order = self._import(self._order("O1", line, status=OrderStatus.SHIPPED))
        self.assertEqual((order.order_line.qty_delivered, len(order.picking_ids)), (2.0, 0))
        self.assertEqual(self._transfer().location_id, self.stock)
        self.assertFalse(self._transfer())
        self.assertEqual(self.mug.with_context(warehouse_id=self.warehouse.id).qty_available, 998)

    def test_more_shipped_than_counted_shows_as_negative(self):
        self._import(self._marketplace_order("O1", self._line("MUG", 120, "1200.00")))
        self._transfer()
        self.assertEqual(self._stock_of(self.mug), -20)

    def test_orders_are_delivered_but_not_by_these_moves(self):
        order = self._import(self._marketplace_order("O1", self._line("MUG", 2, "24.00")))
        self._transfer()
        self.assertEqual((order.order_line.qty_delivered, len(order.order_line.move_ids)), (2.0, 0))
        self.assertFalse(self.env["marketplace.shipment"].search([("order_id", "=", order.id)]))

    def test_schedule_queues_one_job_per_company_with_something_to_move(self):
        Transfer = self.env["marketplace.fulfilment.transfer"]
        with trap_jobs() as trap:
            Transfer._cron_transfer()
            trap.assert_jobs_count(0)
        self._import(self._marketplace_order("O1"), self._marketplace_order("O2"))
        with trap_jobs() as trap:
            Transfer._cron_transfer()
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(Transfer._job_transfer, args=(self.env.company,))
