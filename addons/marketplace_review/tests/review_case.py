"""Imported orders and the holds that the review rules put on them."""

from dataclasses import replace

from odoo.addons.marketplace.tests.import_case import ADDRESS, ImportCase


class ReviewCase(ImportCase):
    """Only the rules, blocks and lists that a test makes are at work."""

    expected_errors: list[str] = []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["marketplace.review.rule"]
        cls.Rule.search([]).active = False
        cls.env["marketplace.blacklist"].search([]).unlink()
        for model in ("marketplace.sanction.list", "marketplace.forbidden.destination"):
            cls.env[model].search([]).active = False

    def tearDown(self):
        """A check that fails lets orders pass, so a test must not pass by it."""
        failed = self.Rule.with_context(active_test=False).search([("last_error", "!=", False)])
        self.assertEqual(failed.mapped("last_error"), self.expected_errors)
        super().tearDown()

    @classmethod
    def _create_rule(cls, kind, **vals):
        return cls.Rule.create({"name": f"Check {kind}", "kind": kind, **vals})

    def _address(self, **changes):
        return replace(ADDRESS, **changes)

    def _holds(self, orders, kind=None):
        domain = [("order_id", "in", orders.ids), *([("kind", "=", kind)] if kind else [])]
        return self.env["marketplace.hold"].search(domain, order="id")

    def _evidence(self, hold):
        return {row["label"]: row["value"] for row in hold.evidence}

    def _assert_held(self, order, kind):
        """The one open hold of an order, which is of this kind."""
        hold = self._holds(order).filtered(lambda hold: hold.state == "open")
        self.assertEqual(hold.mapped("kind"), [kind])
        self.assertEqual(order.marketplace_hold, kind)
        self.assertEqual(hold.note, order.marketplace_hold_note)
        return hold

    def _assert_free(self, order):
        self.assertFalse(order.marketplace_hold, order.marketplace_hold_note)

    def _assert_released_for_good(self, order, kind):
        """What a person lets go is not held again for the same evidence."""
        self._assert_held(order, kind)
        order.action_marketplace_release()
        order.action_marketplace_check()
        self._assert_free(order)
        self.assertEqual(self._holds(order, kind).mapped("state"), ["released"])
