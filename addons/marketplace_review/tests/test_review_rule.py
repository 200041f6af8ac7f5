from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .review_case import ReviewCase

KINDS = ("address_check", "amount", "price", "quantity", "duplicate", "blacklist", "margin", "forbidden", "unpaid")


@tagged("post_install", "-at_install")
class TestReviewRule(ReviewCase):
    def test_every_kind_has_a_check_an_explanation_and_a_default(self):
        rules = self.Rule.with_context(active_test=False).search([])
        kinds = {kind for kind, _label in self.Rule._fields["kind"].selection}
        for kind in KINDS:
            self.assertTrue(callable(getattr(self.env["marketplace.reviewer"], f"_check_{kind}")))
            self.assertTrue(self.Rule.new({"kind": kind}).explanation)
        self.assertLessEqual(set(KINDS), kinds & set(rules.mapped("kind")))

    def test_the_first_rule_that_fits_the_shop_is_used(self):
        other = self.shop.copy({"external_id": "other"})
        self._create_rule("address_check", sequence=1, shop_ids=[fields.Command.set(other.ids)])
        self._create_rule("address_check", sequence=2, check_phone=False, shop_ids=[fields.Command.set(self.shop.ids)])
        self._create_rule("address_check", sequence=3)
        self._assert_free(self._import(self._order("R-1", address=self._address(phone="000"))))

    def test_a_rule_of_another_company_checks_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._create_rule("address_check", company_id=company.id)
        self._assert_free(self._import(self._order("R-2", address=self._address(phone="000"))))

    def test_a_check_that_fails_loses_neither_orders_nor_other_checks(self):
        failing = self._create_rule("price")
        self._create_rule("address_check")
        model = type(self.env["marketplace.reviewer"])

        def fail(reviewer, cases):
            reviewer.env.cr.execute("SELECT nothing")

        with (
            patch.object(model, "_check_price", fail),
            mute_logger("odoo.sql_db", "odoo.addons.marketplace_review.models.reviewer"),
        ):
            order = self._import(self._order("R-3", address=self._address(phone="000")))
        self._assert_held(order, "address_check")
        self.assertEqual(self._rows("R-3").state, "done")
        self.assertIn("UndefinedColumn", failing.last_error)
        self.assertTrue(failing.last_error_at)
        order.action_marketplace_check()
        self.assertFalse(failing.last_error)

    def test_a_check_that_fails_leaves_its_holds_open(self):
        rule = self._create_rule("address_check")
        order = self._import(self._order("R-4", address=self._address(phone="000")))
        model = type(self.env["marketplace.reviewer"])
        with (
            patch.object(model, "_check_address_check", side_effect=ValueError("broken")),
            mute_logger("odoo.addons.marketplace_review.models.reviewer"),
        ):
            order.action_marketplace_check()
        self._assert_held(order, "address_check")
        self.expected_errors = ["ValueError: broken"]
        self.assertTrue(rule.last_error_at)

    def test_bad_parameters_are_refused(self):
        for vals, message in (
            ({"kind": "amount", "threshold": 0}, "'Threshold' must be more than 0"),
            ({"kind": "quantity", "window_days": -1}, "'Days of History' must be more than 0"),
            ({"kind": "duplicate", "hours": 0}, "'Hours' must be more than 0"),
            ({"kind": "forbidden", "name_score": 1.5}, "between 0 and 1"),
            ({"kind": "address_check", "line_length": -1}, "cannot be negative"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self._create_rule(**vals)

    def test_shops_of_another_company_are_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "another company"):
            self._create_rule("price", company_id=company.id, shop_ids=[fields.Command.set(self.shop.ids)])

    def test_a_negative_fee_or_floor_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            self.shop.fee_fixed = -1
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            self.mug.marketplace_floor_price = -1

    def test_managers_change_rules_and_operators_read_them(self):
        rule = self._create_rule("price")
        operator = new_test_user(self.env, "v2-rule", groups="marketplace.group_operator")
        self.assertEqual(rule.with_user(operator).kind, "price")
        with self.assertRaises(AccessError):
            rule.with_user(operator).active = False
        manager = new_test_user(self.env, "v2-manager", groups="marketplace.group_manager")
        rule.with_user(manager).active = False

    def test_an_operator_checks_orders_of_own_shops(self):
        self._create_rule("margin")
        order = self._import(self._order("R-5"))
        operator = new_test_user(self.env, "v2-check", groups="marketplace.group_operator")
        with self.assertRaises(AccessError):
            order.with_user(operator).action_marketplace_check()
        self.shop.user_ids = operator
        action = order.with_user(operator).action_marketplace_check()
        self.assertEqual(action["params"]["next"]["tag"], "soft_reload")

    def test_queries_do_not_grow_with_the_batch(self):
        for kind in KINDS:
            self._create_rule(kind)
        self.mug.marketplace_floor_price = 50
        self.env["marketplace.forbidden.destination"].create({"country_id": self.env.ref("base.uk").id, "note": "x"})
        orders = [
            self._order(f"N-{number}", address=self._address(phone="000", name=f"Buyer {number}"))
            for number in range(31)
        ]
        sale_orders = self._import(*orders)
        self.assertEqual(set(self._holds(sale_orders).mapped("kind")), {"address_check", "price", "forbidden"})
        few, many = (self._count_queries(batch) for batch in (sale_orders[:1], sale_orders[1:]))
        self.assertLessEqual(many, few + 2)

    def _count_queries(self, orders):
        self.env["marketplace.hold"].search([("order_id", "in", orders.ids)]).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["marketplace.reviewer"]._review(orders)
        self.env.flush_all()
        self.assertEqual(len(self._holds(orders)), 3 * len(orders))
        return self.env.cr.sql_log_count - before
