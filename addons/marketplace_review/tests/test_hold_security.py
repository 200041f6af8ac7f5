from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestHoldSecurity(HoldCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = ("operator", "warehouse", "buyer", "accountant", "manager")
        cls.users = {role: new_test_user(cls.env, f"hold-{role}", f"marketplace.group_{role}") for role in roles}
        cls.shop.user_ids = cls.users["operator"]
        cls.foreign_shop = cls.shop.copy({"name": "Fake FR", "external_id": "FR1", "user_ids": False})
        cls.foreign_shop.warehouse_ids = cls.warehouse

    def setUp(self):
        super().setUp()
        order = self._orders(1)
        self.own = self._raise(order)
        self.short = self._raise(order, "short", fingerprint="")
        self.foreign = self.own.copy({"shop_id": self.foreign_shop.id, "kind": "margin"})

    def _as(self, role, holds):
        self.env.invalidate_all()
        return holds.with_user(self.users[role])

    def test_operators_see_and_decide_their_shops(self):
        holds = self.own + self.short + self.foreign
        seen = self._as("operator", self.Hold).search([("id", "in", holds.ids)])
        self.assertEqual(set(seen.ids), set((self.own + self.short).ids))
        self._as("operator", self.own).action_release()
        self.assertEqual((self.own.state, self.own.resolved_by_id), ("released", self.users["operator"]))
        for action in ("action_release", "action_take", "action_retry", "action_hold_again", "action_cancel_order"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self._as("operator", self.foreign), action)()

    def test_warehouse_decides_what_is_short(self):
        self.assertTrue(self._as("warehouse", self.own).has_access("read"))
        self._as("warehouse", self.short).action_take()
        self.assertEqual(self.short.user_id, self.users["warehouse"])
        self._as("warehouse", self.short).action_release()
        with self.assertRaises(AccessError):
            self._as("warehouse", self.own).action_release()
        with self.assertRaises(AccessError):
            self._as("warehouse", self.own + self.short).action_release()
        self.assertEqual(self.own.state, "open")

    def test_managers_decide_everything(self):
        self._as("manager", self.own + self.foreign).action_release()
        self.assertEqual((self.own.state, self.foreign.state), ("released", "released"))

    def test_others_look_only(self):
        for role in ("buyer", "accountant"):
            self.assertEqual(self._as(role, self.own).kind, "amount")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.own).action_release()

    def test_nobody_deletes_or_makes_holds(self):
        for role in self.users:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.own).unlink()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.own).copy()

    def test_deadlines_are_for_managers(self):
        term = self.env["marketplace.hold.term"].search([], limit=1)
        with self.assertRaises(AccessError):
            term.with_user(self.users["operator"]).hours = 1
        term.with_user(self.users["manager"]).hours = 1
        self.assertEqual(term.hours, 1)

    def test_operator_corrects_an_address_without_right_to_partners(self):
        order = self._import(self._order("O9", address=None))
        hold = self._as("operator", self.Hold._find_open(order))
        self.assertFalse(order.partner_shipping_id.with_user(self.users["operator"]).has_access("write"))
        action = hold.action_correct_address()
        wizard = hold.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"street": "12 Mill Lane", "city": "Leeds", "country_id": self.env.ref("base.uk").id})
        wizard.action_save()
        self.assertEqual(hold.state, "solved")

    def test_dialogs_do_not_open_foreign_shops(self):
        with self.assertRaises(AccessError):
            self._as("operator", self.foreign).action_correct_address()
        with self.assertRaises(AccessError):
            self.env["marketplace.hold.address"].with_user(self.users["operator"]).create(
                {"hold_id": self.foreign.id, "name": "X"}
            ).action_save()
        with self.assertRaises(AccessError):
            self.env["marketplace.hold.cancel"].with_user(self.users["operator"]).create(
                {"hold_id": self.foreign.id}
            ).action_cancel()
