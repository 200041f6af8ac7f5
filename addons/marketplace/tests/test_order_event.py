from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import errors

from ..contract import OrderStatus
from ..tools.replay import KINDS, Difference
from .test_reservation import ReservationCase


class EventCase(ReservationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["marketplace.order.event"]
        cls.env.cr.flush()

    def _history(self, order):
        """Kinds and texts of an order's events, oldest first."""
        self.env.cr.flush()
        events = self.Event.search([("order_id", "=", order.id)], order="id")
        return [(event.kind, event.summary) for event in events]

    def _kinds(self, order):
        return [kind for kind, _text in self._history(order)]

    def _assert_replays(self):
        self.assertEqual(self.Event._check_replay(), [])


@tagged("post_install", "-at_install")
class TestHistory(EventCase):
    def test_order_that_is_shipped_and_confirmed(self):
        self.shop.require_tracking = False
        order = self._import_and_reserve(self._order("O1", self._line("MUG", 2, "24.00")))
        self._assert_replays()
        self._ship(order)
        with trap_jobs():
            self.env["marketplace.shipment"]._job_confirm(self.shop)
        mug = f"2 × [MUG] {self.mug.name} (Hamburg)"
        self.assertEqual(
            self._history(order), [("accepted", mug), ("reserved", mug), ("shipped", mug), ("confirmed", "2 units")]
        )
        self._assert_replays()

    def test_short_order_is_held_and_released(self):
        _first, second = self._import_and_reserve(self._rare("O1", 2), self._rare("O2", 4))
        self.assertEqual(self._kinds(second), ["accepted", "reserved", "held"])
        self.assertEqual(self._history(second)[-1], ("held", "Short of Stock"))
        self._assert_replays()
        self._add_stock(self.rare, 3)
        self._reserve()
        self.assertEqual(self._kinds(second), ["accepted", "reserved", "held", "reserved", "released"])
        self._assert_replays()

    def test_pending_order_is_accepted_when_it_is_paid(self):
        order = self._import(self._order("O1", status=OrderStatus.PENDING))
        self.assertEqual(self._kinds(order), ["received"])
        self._assert_replays()
        self._import_and_reserve(self._order("O1", self._line("PEN", 2, "6.00"), revision=2))
        self.assertEqual(self._kinds(order), ["received", "accepted", "reserved"])
        self._assert_replays()

    def test_changed_quantity(self):
        order = self._import_and_reserve(self._order("O1", self._line("MUG", 2, "24.00")))
        self._import_and_reserve(self._order("O1", self._line("MUG", 1, "12.00"), revision=2))
        self.assertEqual(self._kinds(order), ["accepted", "reserved", "unreserved", "revised", "reserved"])
        self._assert_replays()

    def test_cancelled_order_gives_its_units_back(self):
        order = self._import_and_reserve(self._rare("O1", 3))
        self._import(self._rare("O1", 3, revision=2, status=OrderStatus.CANCELLED))
        self.assertEqual(self._kinds(order), ["accepted", "reserved", "unreserved", "cancelled"])
        self._assert_replays()

    def test_order_that_comes_in_cancelled(self):
        order = self._import(self._order("O1", status=OrderStatus.CANCELLED))
        self.assertEqual(self._kinds(order)[-1], "cancelled")
        self._assert_replays()

    def test_person_gives_stock_back_and_takes_it_again(self):
        order = self._import_and_reserve(self._rare("O1", 2))
        order.picking_ids.do_unreserve()
        self._assert_replays()
        order.picking_ids.action_assign()
        self.assertEqual(self._kinds(order), ["accepted", "reserved", "unreserved", "reserved"])
        self._assert_replays()

    def test_person_corrects_what_is_taken(self):
        order = self._import_and_reserve(self._rare("O1", 2))
        order.picking_ids.move_line_ids.quantity = 1
        self._assert_replays()
        self.assertEqual(self._kinds(order), ["accepted", "reserved", "unreserved"])

    def test_part_of_an_order_is_shipped(self):
        order = self._import_and_reserve(self._rare("O1", 3))
        order.picking_ids.move_line_ids.quantity = 1
        with trap_jobs():
            order.picking_ids.move_ids.picked = True
            order.picking_ids._action_done()
        self.assertIn("shipped", self._kinds(order))
        self._assert_replays()
        self._reserve()
        self._assert_replays()

    def test_quantity_corrected_after_shipping(self):
        order = self._import_and_reserve(self._rare("O1", 2))
        self._ship(order)
        order.picking_ids.move_line_ids.quantity = 1
        self._assert_replays()

    def test_goods_that_come_back(self):
        order = self._import_and_reserve(self._rare("O1", 2))
        self._ship(order)
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 1
        picking = wizard._create_return()
        picking.move_ids.picked = True
        with trap_jobs():
            picking._action_done()
        self.assertEqual(self._history(order)[-1][0], "returned")
        self.assertTrue(self._history(order)[-1][1].startswith("1 × "))
        self._assert_replays()

    def test_person_adds_and_removes_a_line(self):
        order = self._import_and_reserve(self._rare("O1", 1))
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.mug.id, "product_uom_qty": 2, "price_unit": 1}
        )
        self._assert_replays()
        line.product_uom_qty = 3
        self._assert_replays()
        self.assertEqual(self._kinds(order).count("revised"), 2)

    def test_units_are_counted_in_the_product_s_own(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_order("O1", [(self.mug, 1, "L1")])
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self.assertTrue(self._history(order)[0][1].startswith("12 × "))
        self._assert_replays()

    def test_orders_of_no_shop_have_no_history(self):
        order = self._create_order("M1", [(self.mug, 2, "L1")], marketplace_ref=False, marketplace_shop_id=False)
        order.action_confirm()
        self.assertEqual(self._history(order), [])
        self._import_and_reserve(self._order("O1"))
        self._assert_replays()

    def test_savepoint_that_is_rolled_back_takes_its_events_along(self):
        order = self._import_and_reserve(self._rare("O1", 1))
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            order._hold("risk", "Seen twice")
            raise ZeroDivisionError
        self.assertEqual(self._kinds(order), ["accepted", "reserved"])


@tagged("post_install", "-at_install")
class TestLog(EventCase):
    def test_check_finds_what_the_log_does_not_know(self):
        order = self._import_and_reserve(self._rare("O1", 2))
        self.env.cr.flush()
        place = (self.rare.id, self.warehouse.id)
        self.env.cr.execute("UPDATE sale_order SET marketplace_hold = 'risk' WHERE id = %s", [order.id])
        self.env.cr.execute(
            "UPDATE stock_move_line SET quantity_product_uom = 1 WHERE move_id IN %s",
            [tuple(order.order_line.move_ids.ids)],
        )
        self.env.cr.execute(
            "UPDATE stock_quant SET reserved_quantity = 5 WHERE product_id = %s AND location_id = %s",
            [self.rare.id, self.stock.id],
        )
        self.assertEqual(
            self.Event._check_replay(),
            [
                Difference(order.id, "hold", None, "", "risk"),
                Difference(order.id, "reserved", place, 2, 1),
                Difference(0, "reserved", place, 2, 5),
            ],
        )
        self.assertEqual(len(self.Event._check_replay(order)), 2)
        self.assertEqual(self.Event._check_replay(self.env["sale.order"]), [])

    def test_one_query_writes_the_events_of_a_batch(self):
        """The importer asks for what many orders want in one query, and writes all of their events in another."""
        for ref, count in (("A", 3), ("B", 12)):
            self._import(*(self._order(f"{ref}{number}") for number in range(count)))
            self.env.cr.flush()
            orders = self.env["sale.order"].search([("marketplace_ref", "=like", f"{ref}%")])
            self.assertEqual(len(orders.marketplace_event_ids), count)
            orders.mapped("marketplace_shop_id.company_id")
            self.Event._note("routed", orders)
            with self.assertQueryCount(2):
                self.env.cr.flush()
        self._assert_replays()

    def test_nobody_rewrites_history(self):
        order = self._import(self._order("O1"))
        self.env.cr.flush()
        event = order.marketplace_event_ids
        for rewrite in (
            lambda: event.write({"kind": "held"}),
            event.unlink,
            lambda: self.Event.create({"order_id": order.id, "kind": "held"}),
            order.unlink,
        ):
            with self.assertRaises(UserError):
                rewrite()

    @mute_logger("odoo.sql_db")
    def test_sql_does_not_rewrite_history_either(self):
        self._import(self._order("O1"))
        self.env.cr.flush()
        for statement in ("UPDATE marketplace_order_event SET kind = 'held'", "DELETE FROM marketplace_order_event"):
            with self.assertRaises(errors.RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_old_history_is_let_go_as_a_whole(self):
        old, mixed = self._import(self._order("O1")), self._import(self._order("O2"))
        self.env.cr.flush()
        self.env.cr.execute(
            """INSERT INTO marketplace_order_event (order_id, shop_id, company_id, kind, at, data)
               SELECT order_id, shop_id, company_id, kind, at - interval '4 years', data FROM marketplace_order_event
                WHERE order_id = %s""",
            [mixed.id],
        )
        with self.subTest("what is young stays"):
            self.Event._gc_events()
            self.assertEqual((len(self._kinds(old)), len(self._kinds(mixed))), (1, 2))
        self._age(old)
        self.Event._gc_events()
        self.assertEqual((len(self._kinds(old)), len(self._kinds(mixed))), (0, 2))

    def _age(self, order):
        self.env.cr.execute("ALTER TABLE marketplace_order_event DISABLE TRIGGER keep")
        self.env.cr.execute(
            "UPDATE marketplace_order_event SET at = at - interval '4 years' WHERE order_id = %s", [order.id]
        )
        self.env.cr.execute("ALTER TABLE marketplace_order_event ENABLE TRIGGER keep")

    def test_kinds_are_those_of_the_replay(self):
        kinds = self.Event._fields["kind"].get_values(self.env)
        self.assertEqual(sorted(kinds), sorted(KINDS))

    def test_who_sees_the_order_sees_its_history(self):
        order = self._import(self._order("O1"))
        self.env.cr.flush()
        groups = "marketplace.group_operator,sales_team.group_sale_salesman_all_leads"
        clerk, stranger = (new_test_user(self.env, login=name, groups=groups) for name in ("clerk", "stranger"))
        self.shop.user_ids = clerk
        self.assertEqual(self.Event.with_user(clerk).search([("order_id", "=", order.id)]).kind, "accepted")
        self.assertFalse(self.Event.with_user(stranger).search([("order_id", "=", order.id)]))
        with self.assertRaises(AccessError):
            self.Event.with_user(new_test_user(self.env, login="nobody")).search([])

    def test_history_page_of_the_order(self):
        order = self._import(self._order("O1"))
        self.env.cr.flush()
        groups = "marketplace.group_manager,sales_team.group_sale_manager"
        manager = new_test_user(self.env, login="manager", groups=groups)
        with Form(order.with_user(manager)) as form:
            self.assertEqual([line["kind"] for line in form.marketplace_event_ids._records], ["accepted"])
