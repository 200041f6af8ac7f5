from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..contract import Restock, Return, ReturnKind, ReturnLine, ReturnStatus
from .import_case import ORDERED_AT
from .split_case import SplitCase


@tagged("post_install", "-at_install")
class TestSplitReservation(SplitCase):
    def test_one_transfer_per_warehouse(self):
        order = self._import(self._split_order("O1"))
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(self._transfer(order, self.bremen).move_ids.product_id, self.lamp)
        self.assertEqual(self._transfer(order, self.warehouse).move_ids.product_id, self.rare)

    def test_import_queues_both_warehouses(self):
        jobs = self._run_import(self._receive(self._split_order("O1"), self._order("O2")))
        queued = [job.args[0] for job in jobs if job.func.__name__ == "_job_reserve"]
        self.assertEqual(sorted(queued, key=lambda w: w.id), [self.warehouse, self.bremen])

    def test_warehouse_that_nobody_tried_yet_holds_nothing(self):
        order = self._import(self._split_order("O1"))
        self._reserve_in(self.warehouse)
        self.assertEqual(self._transfer(order, self.warehouse).state, "assigned")
        self.assertEqual(self._transfer(order, self.bremen).state, "confirmed")
        self.assertFalse(order.marketplace_hold)
        self._reserve_in(self.bremen)
        self.assertEqual(order.picking_ids.mapped("state"), ["assigned", "assigned"])
        self.assertFalse(order.marketplace_hold)

    def test_note_names_what_is_missing_in_this_warehouse(self):
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.warehouse, self.bremen)
        self.assertEqual(order.marketplace_hold, "short")
        self.assertIn("1 of 4 missing", order.marketplace_hold_note)
        self.assertNotIn("RARE", order.marketplace_hold_note)

    def test_stock_in_one_warehouse_does_not_release_what_the_other_lacks(self):
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.bremen)
        self._reserve_in(self.warehouse)
        self.assertEqual((self._transfer(order, self.warehouse).state, order.marketplace_hold), ("assigned", "short"))
        self._add_units(self.lamp, self.bremen, 1)
        self._reserve_in(self.bremen)
        self.assertFalse(order.marketplace_hold)

    def test_short_in_both_is_released_when_both_have_stock(self):
        order = self._import(self._split_order("O1", lamps=4, rare=4))
        self._reserve_in(self.warehouse, self.bremen)
        self._add_units(self.rare, self.warehouse, 1)
        self._reserve_in(self.warehouse)
        self.assertEqual(order.marketplace_hold, "short")
        self._add_units(self.lamp, self.bremen, 1)
        self._reserve_in(self.bremen)
        self.assertFalse(order.marketplace_hold)

    def test_warehouse_takes_nothing_of_the_other(self):
        self._add_units(self.lamp, self.warehouse, 5)
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.warehouse, self.bremen)
        self.assertEqual(self._transfer(order, self.bremen).move_ids.quantity, 3)
        self.assertEqual(self._transfer(order, self.bremen).move_line_ids.location_id, self.bremen.lot_stock_id)

    def test_person_tries_all_warehouses_again(self):
        order = self._import(self._split_order("O1", lamps=4, rare=4))
        self._reserve_in(self.warehouse, self.bremen)
        self._add_units(self.rare, self.warehouse, 1)
        self._add_units(self.lamp, self.bremen, 1)
        self.assertIs(order.action_marketplace_reserve(), True)
        self.assertEqual(order.picking_ids.mapped("state"), ["assigned", "assigned"])

    def test_schedule_queues_every_warehouse_of_a_held_order_and_none_once_all_is_reserved(self):
        Reserver = self.env["marketplace.stock.reserver"]
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.warehouse, self.bremen)
        with trap_jobs() as trap:
            Reserver._cron_reserve()
            self.assertEqual({job.args[0] for job in trap.enqueued_jobs}, {self.warehouse, self.bremen})
        self._add_units(self.lamp, self.bremen, 1)
        self._reserve_in(self.bremen)
        self.assertFalse(order.marketplace_hold)
        with trap_jobs() as trap:
            Reserver._cron_reserve()
            trap.assert_jobs_count(0)

    def test_order_whose_short_transfer_is_cancelled_is_released(self):
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.warehouse, self.bremen)
        self._transfer(order, self.bremen).action_cancel()
        with trap_jobs() as trap:
            self.env["marketplace.stock.reserver"]._cron_reserve()
            trap.assert_enqueued_job(self.env["marketplace.stock.reserver"]._job_reserve, args=(self.warehouse,))
        self._reserve_in(self.warehouse)
        self.assertFalse(order.marketplace_hold)

    def test_held_order_without_a_transfer_is_released_in_its_own_warehouse(self):
        order = self._import(self._split_order("O1", lamps=4))
        self._reserve_in(self.warehouse, self.bremen)
        order.picking_ids.action_cancel()
        self._reserve_in(self.warehouse)
        self.assertFalse(order.marketplace_hold)

    def test_queries_do_not_grow_with_the_batch(self):
        def reserve(prefix, count):
            self._import(*(self._split_order(f"{prefix}{number}") for number in range(count)))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._reserve_in(self.warehouse, self.bremen)
            return self.env.cr.sql_log_count - before

        for warehouse, product in ((self.warehouse, self.rare), (self.bremen, self.lamp)):
            self._add_units(product, warehouse, 100)
        reserve("W", 2)
        few, many = reserve("A", 3), reserve("B", 24)
        self.assertLessEqual(many, few + 3)


@tagged("post_install", "-at_install")
class TestSplitShipping(SplitCase):
    def _ship_from(self, order, warehouse):
        transfer = self._transfer(order, warehouse)
        transfer.move_ids.picked = True
        with trap_jobs():
            transfer._action_done()
        return transfer

    def _ready(self, ref="O1"):
        self.shop.require_tracking = False
        order = self._import(self._split_order(ref))
        self._reserve_in(self.warehouse, self.bremen)
        return order

    def test_each_transfer_is_confirmed_with_its_own_lines(self):
        order = self._ready()
        first = self._ship_from(order, self.bremen)
        self.assertEqual(order.marketplace_shipment_ids.picking_id, first)
        self.assertEqual(order.marketplace_shipment_ids.lines, [{"order_line_id": "LAMP-1", "quantity": 1}])
        second = self._ship_from(order, self.warehouse)
        rest = order.marketplace_shipment_ids.filtered(lambda shipment: shipment.picking_id == second)
        self.assertEqual(rest.lines, [{"order_line_id": "RARE-1", "quantity": 1}])
        self.assertEqual(len(set(order.marketplace_shipment_ids.mapped("reference"))), 2)

    def test_order_is_to_be_shipped_until_its_last_transfer_left(self):
        order = self._ready()
        to_ship = self.env["sale.order"]._get_marketplace_to_ship_domain()
        self.assertEqual(order.filtered_domain(to_ship), order)
        self._ship_from(order, self.bremen)
        self.env.flush_all()
        self.assertEqual(order.search([("id", "=", order.id), *to_ship]), order)
        self.assertEqual(self.shop.to_ship_count, 1)
        self._ship_from(order, self.warehouse)
        self.assertFalse(order.search([("id", "=", order.id), *to_ship]))

    def test_each_transfer_has_its_own_label(self):
        order = self._ready()
        Parcel = self.env["marketplace.parcel"]
        vals_list = [vals for transfer in order.picking_ids for vals in Parcel._prepare_picking_vals_list(transfer)]
        refs = [vals["lines"][0]["order_line_id"] for vals in vals_list]
        self.assertEqual(sorted(refs), ["LAMP-1", "RARE-1"])
        self.assertEqual(len({vals["reference"] for vals in vals_list}), 2)

    def test_returned_goods_go_back_to_the_warehouse_they_left(self):
        order = self._ready()
        for warehouse in (self.warehouse, self.bremen):
            self._ship_from(order, warehouse)
        lines = tuple(
            ReturnLine(f"R-{sku}", f"{sku}-1", sku, 1, reason="Broken", restock=Restock.SELLABLE, amount=None)
            for sku in ("RARE", "LAMP")
        )
        self.Inbox._receive(self.shop, [self.connector.add_return(self._return(lines))])._job_import()
        record = self.env["marketplace.return"].search([("name", "=", "R1")])
        record.action_create_transfer()
        places = {move.product_id: move.location_dest_id for move in record.picking_ids.move_ids}
        self.assertEqual(places, {self.rare: self.stock, self.lamp: self.bremen.lot_stock_id})

    def _return(self, lines):
        return Return(
            external_id="R1",
            shop_id=self.shop.external_id,
            order_id="O1",
            revision="1",
            kind=ReturnKind.RETURN,
            status=ReturnStatus.REQUESTED,
            status_text="WAITING_SELLER",
            created_at=ORDERED_AT,
            updated_at=ORDERED_AT,
            lines=lines,
        )


@tagged("post_install", "-at_install")
class TestSplitStock(SplitCase):
    def test_pending_units_are_taken_off_where_their_line_ships(self):
        order = self._create_order("P1", [(self.rare, 1, "L1"), (self.lamp, 2, "L2")])
        order.order_line[1].warehouse_id = self.bremen
        rows = self.env["marketplace.stock.publisher"]._compute_available(
            self.rare | self.lamp, self.warehouse | self.bremen
        )
        available = {(product_id, warehouse_id): units for product_id, warehouse_id, units in rows}
        self.assertEqual(available[self.rare.id, self.warehouse.id], 2)
        self.assertEqual(available[self.lamp.id, self.bremen.id], 1)
        self.assertNotIn((self.lamp.id, self.warehouse.id), available)
