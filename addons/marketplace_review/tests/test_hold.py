from datetime import timedelta

from odoo import fields
from odoo.addons.marketplace.contract import Window
from odoo.addons.marketplace.tests.import_case import ORDERED_AT
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestRaise(HoldCase):
    def test_hold_says_what_and_why(self):
        order = self._orders(1)
        hold = self._raise(order, evidence=(("Usual", "12.00"), ("Here", "120.00")))
        self.assertEqual((hold.order_id, hold.shop_id, hold.company_id), (order, self.shop, self.shop.company_id))
        self.assertEqual((hold.reference, hold.amount, hold.state), ("O0", order.amount_total, "open"))
        self.assertEqual(hold.ship_by, order.marketplace_ship_by)
        self.assertEqual(hold.evidence, [{"label": "Usual", "value": "12.00"}, {"label": "Here", "value": "120.00"}])
        self.assertIn("120.00", hold.evidence_html)
        self.assertEqual(self._shown(order), ("amount", "Ten times the usual"))
        self.assertEqual(order.marketplace_hold_at, hold.raised_at)

    def test_evidence_is_shown_as_text(self):
        hold = self._raise(self._orders(1), evidence=(("Name", "<script>alert(1)</script>"),))
        self.assertIn("&lt;script&gt;", hold.evidence_html)

    def test_amount_is_in_the_currency_of_the_company(self):
        foreign = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        foreign.active = True
        foreign.rate_ids.unlink()
        self.env["res.currency.rate"].create({"currency_id": foreign.id, "name": "2020-01-01", "rate": 150})
        line = self._line("MUG", 1, None, self._charge("item", "1500", currency="JPY"))
        order = self._import(self._order("YEN", line))
        hold = self._raise(order)
        self.assertEqual((order.currency_id, order.amount_total), (foreign, 1500))
        self.assertAlmostEqual(hold.amount, 10)

    def test_the_same_kind_is_one_hold_with_the_newest_evidence(self):
        order = self._orders(1)
        first = self._raise(order)
        second = self._raise(order, note="Twenty times", fingerprint="twenty")
        self.assertEqual((first, first.note, first.fingerprint), (second, "Twenty times", "twenty"))
        self.assertEqual(self._shown(order), ("amount", "Twenty times"))

    def test_the_most_urgent_of_several_is_shown(self):
        order = self._orders(1)
        for kind, shown in (
            ("short", "short"),
            ("margin", "margin"),
            ("forbidden", "forbidden"),
            ("unpaid", "forbidden"),
        ):
            self._raise(order, kind, note=kind)
            self.assertEqual(self._shown(order), (shown, shown))
        for kind, shown in (("forbidden", "margin"), ("margin", "unpaid"), ("unpaid", "short"), ("short", False)):
            self.Hold._solve(order, kind)
            self.assertEqual(order.marketplace_hold, shown)
        self.assertFalse(order.marketplace_hold_note)
        self.assertFalse(order.marketplace_hold_at)

    def test_what_a_person_released_is_not_raised_again_for_the_same_evidence(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.action_release()
        self.assertFalse(self._raise(order))
        self.assertFalse(order.marketplace_hold)
        again = self._raise(order, note="Worse", fingerprint="hundred")
        self.assertEqual((again.state, self._shown(order)), ("open", ("amount", "Worse")))

    def test_what_was_solved_is_raised_again(self):
        order = self._orders(1)
        self._raise(order)
        self.Hold._solve(order, "amount")
        self.assertEqual(self._raise(order).state, "open")

    def test_without_a_fingerprint_it_is_raised_each_time(self):
        order = self._orders(1)
        self._raise(order, fingerprint="").action_release()
        self.assertEqual(self._raise(order, fingerprint="").state, "open")

    def test_nothing_found_raises_nothing(self):
        self.assertFalse(self.Hold._raise([]))

    def test_queries_do_not_grow_with_the_orders(self):
        orders = self._orders(42)
        counts = []
        for part in (orders[:2], orders[2:12], orders[12:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._raise(part)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 2, counts)

    def test_ending_queries_do_not_grow_with_the_orders(self):
        orders = self._orders(42)
        self._raise(orders)
        counts = []
        for part in (orders[:2], orders[2:12], orders[12:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Hold._solve(part)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 2, counts)
        self.assertEqual(set(orders.mapped("marketplace_hold")), {False})


@tagged("post_install", "-at_install")
class TestDeadline(HoldCase):
    def setUp(self):
        super().setUp()
        self.term = self.env["marketplace.hold.term"].search([("kind", "=", "amount")])
        self.term.write({"hours": 10, "margin_hours": 3})

    def _deadline(self, hours_to_ship):
        window = Window(end=ORDERED_AT + timedelta(hours=hours_to_ship))
        with freeze_time(ORDERED_AT.replace(tzinfo=None)):
            hold = self._raise(self._import(self._order(f"S{hours_to_ship}", ship_by=window)))
        return (hold.deadline - ORDERED_AT.replace(tzinfo=None)) / timedelta(hours=1)

    def test_hours_of_the_kind(self):
        self.assertEqual(self._deadline(48), 10)

    def test_never_later_than_the_order_needs_to_be_packed(self):
        self.assertEqual(self._deadline(8), 5)

    def test_order_that_is_late_already_is_overdue_at_once(self):
        self.assertEqual(self._deadline(2), -1)

    def test_kind_without_a_term_has_a_day(self):
        self.term.unlink()
        self.assertEqual(self._deadline(48), 24)

    def test_senseless_terms_are_refused(self):
        for vals in ({"hours": 0}, {"hours": -1}, {"margin_hours": -1}):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.term.write(vals)

    def test_urgency(self):
        hold = self._raise(self._orders(1))
        for hours, urgency in ((-1, "overdue"), (5, "today"), (30, False)):
            hold.deadline = fields.Datetime.now() + timedelta(hours=hours)
            self.assertEqual(hold.urgency, urgency)
        hold.deadline = fields.Datetime.now() - timedelta(hours=1)
        hold.action_release()
        self.assertFalse(hold.urgency)

    def test_order_of_the_desk(self):
        """What is due in the same hours comes by the money at stake; what is due earlier comes first."""
        orders = self._import(
            *(self._order(f"M{amount}", self._line("MUG", 1, f"{amount}.00")) for amount in (10, 30, 20))
        )
        small, large, middle = (self._raise(order) for order in orders)
        noon = ORDERED_AT.replace(hour=12, tzinfo=None)
        morning = noon - timedelta(hours=3, minutes=45)
        small.deadline, middle.deadline, large.deadline = morning, noon, noon + timedelta(hours=3)
        self.assertEqual(self.Hold.search([("order_id", "in", orders.ids)]), small + large + middle)


@tagged("post_install", "-at_install")
class TestOwner(HoldCase):
    def test_operator_with_the_fewest_open_holds(self):
        users = self.env["res.users"].concat(
            *(new_test_user(self.env, f"desk-{name}", "marketplace.group_operator") for name in ("ann", "bob"))
        )
        self.shop.user_ids = users
        orders = self._orders(5)
        holds = self._raise(orders[:3])
        self.assertEqual(holds.mapped("user_id"), users)
        self.assertEqual(sorted(len(holds.filtered(lambda h, u=u: h.user_id == u)) for u in users), [1, 2])
        busy = max(users, key=lambda user: len(holds.filtered(lambda h, u=user: h.user_id == u)))
        self.assertEqual(self._raise(orders[3]).user_id, users - busy)

    def test_nobody_without_operators(self):
        hold = self._raise(self._orders(1))
        self.assertFalse(hold.user_id)
        hold.action_take()
        self.assertEqual(hold.user_id, self.env.user)


@tagged("post_install", "-at_install")
class TestDecide(HoldCase):
    def test_release_is_kept_with_the_note(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.resolution = "Regular customer"
        hold.raised_at -= timedelta(hours=3)
        hold.action_release()
        self.assertEqual(
            (hold.state, hold.resolved_by_id, hold.resolution), ("released", self.env.user, "Regular customer")
        )
        self.assertAlmostEqual(hold.hours_to_clear, 3, 1)
        self.assertFalse(order.marketplace_hold)

    def test_hold_again(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.action_release()
        hold.action_hold_again()
        self.assertEqual((hold.state, hold.resolved_at, order.marketplace_hold), ("open", False, "amount"))

    def test_what_has_left_is_not_held_again(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.action_release()
        self._ship(order)
        with self.assertRaisesRegex(UserError, "has left"):
            hold.action_hold_again()
        self.assertEqual(hold.state, "released")

    def test_cancelled_order_is_not_held_again(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.action_release()
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "cancelled"):
            hold.action_hold_again()

    def test_what_is_held_anew_is_not_held_twice(self):
        order = self._orders(1)
        old = self._raise(order)
        old.action_release()
        self._raise(order, fingerprint="other")
        with self.assertRaisesRegex(UserError, "already held"):
            old.action_hold_again()

    def test_release_of_several_at_once(self):
        orders = self._orders(3)
        holds = self._raise(orders)
        holds.action_release()
        self.assertEqual(set(holds.mapped("state")), {"released"})
        self.assertEqual(set(orders.mapped("marketplace_hold")), {False})

    def test_cancelling_an_order_ends_its_holds(self):
        order = self._orders(1)
        holds = self._raise(order) + self._raise(order, "margin")
        order._action_cancel()
        self.assertEqual(holds.mapped("state"), ["cancelled", "cancelled"])
        self.assertFalse(order.marketplace_hold)

    def test_median_of_the_hours_to_clear(self):
        orders = self._orders(4)
        holds = self._raise(orders)
        for hold, hours in zip(holds[:3], (1, 2, 30), strict=True):
            hold.raised_at -= timedelta(hours=hours)
        holds[:3].action_release()
        groups = self.Hold._read_group([("id", "in", holds.ids)], ["kind"], ["hours_to_clear:median", "__count"])
        ((kind, median, count),) = groups
        self.assertEqual((kind, round(median), count), ("amount", 2, 4))
        self.assertFalse(self.Hold._read_group([("id", "in", holds[3].ids)], [], ["hours_to_clear:median"])[0][0])

    def test_order_buttons_release_all_but_what_is_short(self):
        order = self._orders(1)
        self._raise(order), self._raise(order, "margin"), self._raise(order, "short", fingerprint="")
        order.action_marketplace_release()
        self.assertEqual(self._kinds(order), ["short"])
        self.assertEqual(self.Hold.search([("order_id", "=", order.id), ("kind", "=", "margin")]).state, "released")
