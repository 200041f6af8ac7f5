from dataclasses import replace
from datetime import timedelta
from random import Random

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from .import_case import ORDERED_AT, ImportCase


class ReservationCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rare = cls._create_product("RARE", 3, taxes_id=cls.tax.ids)
        cls._create_listing("RARE", cls.rare)
        cls.lot = cls._create_product("LOT", tracking="lot")
        cls._create_listing("LOT", cls.lot)

    def _rare(self, ref, quantity, **vals):
        return self._order(ref, self._line("RARE", quantity, f"{quantity}0.00"), **vals)

    def _add_stock(self, product, quantity, location=None, **vals):
        self.env["stock.quant"]._update_available_quantity(product, location or self.stock, quantity, **vals)

    def _assert_reserved_is_reserved(self):
        """What move lines reserve is what quants say is reserved, place by place."""
        self.env.flush_all()
        key = "product_id, location_id, COALESCE(lot_id, 0), COALESCE(package_id, 0), COALESCE(owner_id, 0)"
        self.env.cr.execute(
            f"""SELECT {key}, sum(quantity_product_uom) FROM stock_move_line
                 WHERE state IN ('assigned', 'partially_available') GROUP BY 1, 2, 3, 4, 5"""
        )
        by_lines = {row[:-1]: float(row[-1]) for row in self.env.cr.fetchall()}
        self.env.cr.execute(
            f"""SELECT {key}, sum(reserved_quantity) FROM stock_quant
                 GROUP BY 1, 2, 3, 4, 5 HAVING sum(reserved_quantity) <> 0"""
        )
        self.assertEqual({row[:-1]: float(row[-1]) for row in self.env.cr.fetchall()}, by_lines)
        self.env.cr.execute("SELECT count(*) FROM stock_quant WHERE reserved_quantity > quantity AND quantity > 0")
        self.assertEqual(self.env.cr.fetchone(), (0,))


@tagged("post_install", "-at_install")
class TestShortage(ReservationCase):
    def test_last_unit_goes_to_one_order_only(self):
        orders = self._import_and_reserve(*(self._rare(f"O{number}", 1) for number in range(5)))
        self.assertEqual(orders.mapped("marketplace_hold"), [False, False, False, "short", "short"])
        self.assertEqual(sum(orders.picking_ids.move_ids.mapped("quantity")), 3)
        self._assert_reserved_is_reserved()

    def test_partial_stock_is_kept_for_the_order_that_waits(self):
        first, second = self._import_and_reserve(self._rare("O1", 2), self._rare("O2", 4))
        self.assertEqual((first.picking_ids.state, first.marketplace_hold), ("assigned", False))
        move = second.picking_ids.move_ids
        self.assertEqual((move.state, move.quantity, second.marketplace_hold), ("partially_available", 1.0, "short"))
        self.assertIn("3 of 4 missing", second.marketplace_hold_note)
        self.assertTrue(second.marketplace_hold_at)
        self._assert_reserved_is_reserved()

    def test_order_without_any_stock_is_held(self):
        order = self._import_and_reserve(self._order("O1", self._line("LOT", 1, "5.00")))
        self.assertEqual((order.picking_ids.state, order.marketplace_hold), ("confirmed", "short"))
        self.assertIn("1 of 1 missing", order.marketplace_hold_note)

    def test_order_short_of_one_line_is_held_as_a_whole(self):
        order = self._import_and_reserve(
            self._order("O1", self._line("MUG", 1, "12.00"), self._line("RARE", 9, "9.00"))
        )
        self.assertEqual(order.marketplace_hold, "short")
        self.assertEqual(order.picking_ids.move_ids.sorted("id").mapped("quantity"), [1.0, 3.0])

    def test_stock_that_arrives_releases(self):
        _first, second = self._import_and_reserve(self._rare("O1", 2), self._rare("O2", 4))
        self._add_stock(self.rare, 2)
        self._reserve()
        self.assertEqual((second.picking_ids.move_ids.quantity, second.marketplace_hold), (3.0, "short"))
        self._add_stock(self.rare, 1)
        self._reserve()
        self.assertEqual((second.picking_ids.state, second.marketplace_hold), ("assigned", False))
        self.assertFalse(second.marketplace_hold_note)
        self._assert_reserved_is_reserved()

    def test_stock_that_odoo_gave_away_by_itself_releases(self):
        """A counted or received unit goes to whoever waits, without us; the next reservation sees it."""
        _first, second = self._import_and_reserve(self._rare("O1", 3), self._rare("O2", 1))
        self._add_stock(self.rare, 1)
        second.picking_ids.action_assign()
        self.assertEqual((second.picking_ids.state, second.marketplace_hold), ("assigned", "short"))
        self._reserve()
        self.assertFalse(second.marketplace_hold)

    def test_reserving_again_changes_nothing(self):
        orders = self._import_and_reserve(self._rare("O1", 2), self._rare("O2", 4))
        lines = orders.picking_ids.move_line_ids.ids
        self._reserve()
        self.assertEqual(orders.picking_ids.move_line_ids.ids, lines)
        self.assertEqual(orders.mapped("marketplace_hold"), [False, "short"])
        self._assert_reserved_is_reserved()

    def test_another_hold_stays_when_stock_is_there(self):
        order = self._import_and_reserve(self._rare("O1", 1, cancel_request="Bought twice"))
        self.assertEqual((order.picking_ids.state, order.marketplace_hold), ("assigned", "cancel_request"))

    def test_most_urgent_order_first(self):
        soon = replace(self._rare("O1", 1).ship_by, end=ORDERED_AT + timedelta(hours=8))
        late, urgent = self._import_and_reserve(self._rare("O1", 3), self._rare("O2", 3, ship_by=soon))
        self.assertEqual((late.marketplace_hold, urgent.marketplace_hold), ("short", False))

    def test_schedule_queues_warehouses_with_held_orders(self):
        Reserver = self.env["marketplace.stock.reserver"]
        self._import_and_reserve(self._rare("O1", 4), self._order("O2"))
        with trap_jobs() as trap:
            Reserver._cron_reserve()
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(Reserver._job_reserve, args=(self.warehouse,))

    def test_schedule_queues_orders_that_nobody_tried_to_reserve(self):
        Reserver = self.env["marketplace.stock.reserver"]
        self._import(self._order("O1"))
        with trap_jobs() as trap:
            Reserver._cron_reserve()
            trap.assert_enqueued_job(Reserver._job_reserve, args=(self.warehouse,))
        Reserver._job_reserve(self.warehouse)
        with trap_jobs() as trap:
            Reserver._cron_reserve()
            trap.assert_jobs_count(0)

    def test_orders_do_not_rely_on_a_job_that_may_have_begun(self):
        first, second = self._import(self._order("O1")), self._import(self._order("O2"))
        with trap_jobs() as trap:
            first._enqueue_reservation()
            second._enqueue_reservation()
            self.assertEqual(len({job.identity_key for job in trap.enqueued_jobs}), 2)

    def test_person_tries_again(self):
        order = self._import_and_reserve(self._rare("O1", 4))
        self.assertEqual(order.action_marketplace_reserve()["tag"], "display_notification")
        self._add_stock(self.rare, 1)
        self.assertIs(order.action_marketplace_reserve(), True)
        self.assertEqual((order.picking_ids.state, order.marketplace_hold), ("assigned", False))

    def test_person_releases_a_hold_that_is_no_shortage(self):
        order = self._import_and_reserve(self._rare("O1", 1, cancel_request="Bought twice"))
        order.action_marketplace_release()
        self.assertFalse(order.marketplace_hold)

    def test_stock_of_other_warehouses_is_not_taken(self):
        other = self.env["stock.warehouse"].create({"name": "Bremen", "code": "BRE"})
        self._add_stock(self.rare, 10, other.lot_stock_id)
        order = self._import_and_reserve(self._rare("O1", 4))
        self.assertEqual(order.picking_ids.move_line_ids.location_id, self.stock)
        self.assertEqual(order.marketplace_hold, "short")

    def test_standard_way_still_sees_what_is_taken(self):
        self._import_and_reserve(self._rare("O1", 2))
        manual = self._create_order("M1", [(self.rare, 2, "L1")], marketplace_ref=False, marketplace_shop_id=False)
        manual.action_confirm()
        self.assertEqual(manual.picking_ids.move_ids.quantity, 1)
        self._assert_reserved_is_reserved()


@tagged("post_install", "-at_install")
class TestAsStandard(ReservationCase):
    """The bulk reservation against Odoo's own on the same stock and orders, column by column."""

    TABLES = ("stock_move", "stock_move_line", "stock_picking", "stock_quant", "sale_order", "sale_order_line")
    PASSING = {"id", "create_date", "write_date", "create_uid", "write_uid", "marketplace_hold_at"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shelves = cls.env["stock.location"].create(
            [{"name": f"Shelf {n}", "usage": "internal", "location_id": cls.stock.id} for n in range(3)]
        )
        cls.lifo = cls._create_product("LIFO", categ_id=cls._create_category("lifo").id)
        cls.closest = cls._create_product("CLOSEST", categ_id=cls._create_category("closest").id)
        cls.plain = [cls._create_product(f"P{n}") for n in range(6)]
        cls.products = [cls.lifo, cls.closest, cls.lot, *cls.plain]
        for product in cls.products:
            if product != cls.lot:
                cls._create_listing(product.default_code, product)

    @classmethod
    def _create_category(cls, method):
        strategy = cls.env.ref(f"stock.removal_{method}")
        return cls.env["product.category"].create({"name": method, "removal_strategy_id": strategy.id})

    def _snapshot(self):
        """Stored columns of everything a reservation touches, without what tells two runs apart."""
        self.env.flush_all()
        result = {}
        for table in self.TABLES:
            self.env.cr.execute(f"SELECT * FROM {table}")
            columns = [column.name for column in self.env.cr.description]
            rows = [dict(zip(columns, row, strict=True)) for row in self.env.cr.fetchall()]
            kept = [{c: value for c, value in row.items() if c not in self.PASSING} for row in rows]
            result[table] = sorted(map(repr, kept))
        return result

    def _try(self, reserve):
        """What ``reserve()`` leaves behind; all of it is undone."""
        with freeze_time("2026-05-05 08:00:00"), self.env.cr.savepoint() as savepoint:
            reserve()
            result = self._snapshot()
            savepoint.rollback()
        self.env.invalidate_all()
        return result

    def _standard(self, moves, orders):
        moves.sorted(lambda move: (-int(move.priority), move.date_deadline, move.id))._action_assign()
        self.env["marketplace.stock.reserver"]._hold_short(self.warehouse, orders)

    def _assert_same(self, orders):
        self.env.flush_all()
        moves = orders.picking_ids.move_ids
        bulk, standard = self._try(self._reserve), self._try(lambda: self._standard(moves, orders))
        for table in self.TABLES:
            with self.subTest(table=table):
                self.assertEqual(bulk[table], standard[table])
        return bulk

    def _fill(self, random):
        """Stock in several places, packages and lots, some of another owner, so that orders take from several."""
        owner = self.env["res.partner"].create({"name": "Consignor"})
        for product in self.products:
            for _count in range(random.randint(0, 5)):
                vals = {}
                if product == self.lot:
                    vals["lot_id"] = self.env["stock.lot"].create(
                        {"name": str(random.random()), "product_id": product.id}
                    )
                if random.random() < 0.2:
                    vals["package_id"] = self.env["stock.package"].create({})
                if random.random() < 0.1:
                    vals["owner_id"] = owner
                in_date = ORDERED_AT.replace(tzinfo=None) - timedelta(days=random.randint(0, 30))
                self._add_stock(product, random.randint(1, 6), random.choice(self.shelves), in_date=in_date, **vals)

    def test_random_orders(self):
        for seed in range(4):
            random = Random(seed)
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._fill(random)
                orders = self._import(
                    *(
                        self._order(
                            f"R{number}",
                            *(
                                self._line(product.default_code, random.randint(1, 4), "8.40", number=f"L{index}")
                                for index, product in enumerate(random.sample(self.products, random.randint(1, 3)))
                            ),
                        )
                        for number in range(12)
                    )
                )
                self.assertEqual(len(orders), 12)
                self._assert_same(orders)
                self._reserve()
                self._assert_reserved_is_reserved()
                savepoint.rollback()
            self.env.invalidate_all()

    def test_top_up_of_a_partly_reserved_order(self):
        self._add_stock(self.plain[0], 2, self.shelves[0])
        order = self._import_and_reserve(self._order("O1", self._line("P0", 6, "6.00")))
        self.assertEqual(order.picking_ids.move_ids.quantity, 2)
        for shelf in self.shelves[:2]:
            self._add_stock(self.plain[0], 2, shelf)
        self._assert_same(order)
        self._reserve()
        taken = [(line.location_id, line.quantity) for line in order.picking_ids.move_line_ids.sorted("id")]
        self.assertEqual(taken, [(self.shelves[0], 4.0), (self.shelves[1], 2.0)])
        self.assertEqual((order.picking_ids.state, order.marketplace_hold), ("assigned", False))
        self._assert_reserved_is_reserved()

    def test_package_that_leaves_whole_is_kept(self):
        package = self.env["stock.package"].create({})
        self._add_stock(self.plain[0], 2, self.shelves[0], package_id=package)
        order = self._import(self._order("O1", self._line("P0", 2, "6.00")))
        self._assert_same(order)
        self._reserve()
        self.assertEqual(order.picking_ids.move_line_ids.result_package_id, package)

    def test_last_in_first_out_is_kept(self):
        for day, shelf in enumerate(self.shelves):
            self._add_stock(self.lifo, 1, shelf, in_date=ORDERED_AT.replace(tzinfo=None) + timedelta(days=day))
        order = self._import(self._order("O1", self._line("LIFO", 1, "5.00")))
        self._assert_same(order)
        self._reserve()
        self.assertEqual(order.picking_ids.move_line_ids.location_id, self.shelves[-1])

    def test_first_in_first_out_over_shelves(self):
        for day, shelf in enumerate(self.shelves):
            self._add_stock(self.plain[0], 2, shelf, in_date=ORDERED_AT.replace(tzinfo=None) - timedelta(days=day))
        order = self._import(self._order("O1", self._line("P0", 3, "6.00")))
        self._assert_same(order)
        self._reserve()
        taken = {line.location_id: line.quantity for line in order.picking_ids.move_line_ids}
        self.assertEqual(taken, {self.shelves[2]: 2.0, self.shelves[1]: 1.0})

    def test_lots_are_reserved_by_the_standard_way(self):
        lots = self.env["stock.lot"].create([{"name": f"L{n}", "product_id": self.lot.id} for n in range(2)])
        for lot in lots:
            self._add_stock(self.lot, 2, lot_id=lot)
        order = self._import(self._order("O1", self._line("LOT", 3, "6.00"), self._line("MUG", 1, "12.00")))
        self._assert_same(order)
        self._reserve()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, lots)

    def test_negative_stock_is_left_to_the_standard_way(self):
        self._add_stock(self.plain[0], -2, self.shelves[0])
        self._add_stock(self.plain[0], 5, self.shelves[1])
        order = self._import(self._order("O1", self._line("P0", 4, "8.00")))
        self._assert_same(order)
