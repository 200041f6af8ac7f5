from odoo.tests import Form, tagged

from .. import post_init_hook, uninstall_hook
from .hold_case import HoldCase

# What the board reads of every card.
CARD = {
    "reference": {},
    "amount": {},
    "note": {},
    "kind": {},
    "state": {},
    "way_out": {},
    "urgency": {},
    "deadline": {},
    "currency_id": {"fields": {"display_name": {}}},
    "shop_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
}
KINDS = ("amount", "margin", "price", "quantity", "forbidden", "duplicate")


@tagged("post_install", "-at_install")
class TestDesk(HoldCase):
    def _open_board(self, domain):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = self.Hold.web_read_group(
            domain, ["kind"], ["amount:sum"], auto_unfold=True, unfold_read_specification=CARD
        )
        return result["groups"], self.env.cr.sql_log_count - before

    def test_board_opens_with_one_query_per_column(self):
        self.shop.user_ids = self.env.user
        orders = self._orders(12)
        for kind in KINDS:
            self._raise(orders, kind)
        self._open_board([("order_id", "in", orders.ids)])  # what is kept from call to call
        counts = {}
        for columns in (2, 4, 6):
            domain = [("order_id", "in", orders.ids), ("kind", "in", KINDS[:columns])]
            groups, counts[columns] = self._open_board(domain)
            self.assertEqual([len(group["__records"]) for group in groups], [12] * columns)
        self.assertEqual((counts[4] - counts[2], counts[6] - counts[4]), (2, 2), counts)
        self.assertLessEqual(counts[6], 6 + 8, counts)

    def test_cards_do_not_cost_queries(self):
        orders = self._orders(30)
        self._raise(orders)
        self._open_board([("order_id", "in", orders[:2].ids)])
        _groups, few = self._open_board([("order_id", "in", orders[:2].ids)])
        _groups, many = self._open_board([("order_id", "in", orders.ids)])
        self.assertEqual(many, few)

    def test_list_does_not_cost_queries_per_row(self):
        orders = self._orders(30)
        self._raise(orders)
        counts = []
        for part in (orders[:2], orders[:2], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Hold.web_search_read([("order_id", "in", part.ids)], CARD)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])

    def test_form_opens_for_orders_and_for_the_inbox(self):
        order = self._orders(1)
        form = Form(self._raise(order))
        self.assertEqual((form.partner_id, len(form.order_line_ids)), (order.partner_id, 1))
        self._import(self._order("U1", self._line("STRANGE", 1, "5.00")))
        self.assertEqual(Form(self.Hold.search([("reference", "=", "U1")])).way_out, "match")

    def test_cards_of_the_shops_count_and_open_the_desk(self):
        order = self._orders(1)
        self._raise(order), self._raise(order, "margin")
        self._import(self._order("U1", self._line("STRANGE", 1, "5.00")))
        self.assertEqual(self.shop.held_count, 3)
        action = self.shop.action_view_held()
        self.assertEqual((action["res_model"], action["id"]), ("marketplace.hold", self._action("desk").id))
        self.assertEqual(self.Hold.search_count([*action["domain"], ("state", "=", "open")]), 3)

    def _action(self, name):
        return self.env.ref(f"marketplace_review.action_{name}")

    def test_menu_stands_in_for_the_list_of_held_orders(self):
        self.assertEqual(self.env.ref("marketplace_review.menu_desk").action, self._action("desk"))
        shown = self.env["ir.ui.menu"].load_menus(False)
        self.assertIn(self.env.ref("marketplace_review.menu_desk").id, shown)
        self.assertNotIn(self.env.ref("marketplace.menu_orders_held").id, shown)

    def test_everything_of_the_desk_is_found_by_the_filters(self):
        holds = self._raise(self._orders(2))
        overdue = [("state", "=", "open"), ("deadline", "<", "now"), ("id", "in", holds.ids)]
        self.assertEqual(self.Hold.search_count(overdue), 2)


@tagged("post_install", "-at_install")
class TestInstall(HoldCase):
    def test_holds_of_the_core_get_records(self):
        orders = self._orders(2)
        vals = {
            "marketplace_hold": "risk",
            "marketplace_hold_note": "Careful",
            "marketplace_hold_at": "2026-05-01 08:00:00",
        }
        orders[0].write(vals)
        self._import(self._order("U1", self._line("STRANGE", 1, "5.00")))
        self.Hold.search([]).unlink()
        post_init_hook(self.env)
        hold = self.Hold._find_open(orders)
        self.assertEqual((hold.order_id, hold.kind, hold.note), (orders[0], "risk", "Careful"))
        self.assertEqual(str(hold.raised_at), "2026-05-01 08:00:00")
        self.assertEqual(orders[0].marketplace_hold_at, hold.raised_at)
        self.assertEqual(self.Hold.search([("reference", "=", "U1")]).kind, "unmapped")

    def test_uninstalling_leaves_what_the_core_knows(self):
        both, own = self._orders(2)
        self._raise(both, "short", note="One missing")
        self._raise(both + own)
        self.assertEqual((both.marketplace_hold, own.marketplace_hold), ("amount", "amount"))
        uninstall_hook(self.env)
        self.assertEqual(self._shown(both), ("short", "One missing"))
        self.assertEqual((*self._shown(own), own.marketplace_hold_at), (False, False, False))
