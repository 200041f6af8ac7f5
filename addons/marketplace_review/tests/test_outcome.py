"""What became of orders: found, reported, set by hand."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models.outcome_order import OUTCOMES
from .risk_case import RiskCase


@tagged("post_install", "-at_install")
class TestOutcome(RiskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls._sell(8, days=60, until=40)
        cls.orders.with_context(marketplace_outcome_derived=True).write(
            {"marketplace_outcome": False, "marketplace_outcome_at": False}
        )
        cls.order = cls.orders[0]

    def _derive(self):
        self.env["sale.order"]._derive_outcomes(self.policy)

    def _return(self, order, reason, **vals):
        return self.env["marketplace.return"].create(
            {
                "name": f"RET-{order.id}",
                "order_id": order.id,
                "shop_id": order.marketplace_shop_id.id,
                "kind": "return",
                "state": "received",
                "reason": reason,
                "updated_at": self.now - timedelta(days=3),
                **vals,
            }
        )

    def test_a_pending_order_that_is_cancelled_was_not_paid(self):
        self.order.write({"state": "draft", "marketplace_status": "pending"})
        self.order._action_cancel()
        self.assertEqual(self.order.marketplace_outcome, "cancelled_unpaid")
        self.assertTrue(self.order.marketplace_outcome_at)
        self.assertFalse(self.order.marketplace_outcome_by_hand)

    def test_a_paid_order_that_is_cancelled_tells_nothing(self):
        self.order.marketplace_status = "unshipped"
        self.order._action_cancel()
        self._derive()
        self.assertFalse(self.order.marketplace_outcome)

    def test_returns_tell_who_refused(self):
        refused, lost, disliked = self.orders[:3]
        self._return(refused, "UNDELIVERABLE_REFUSED")
        self._return(lost, "Return to sender")
        self._return(disliked, "Wrong colour")
        self._derive()
        self.assertEqual(refused.marketplace_outcome, "refused")
        self.assertEqual(refused.marketplace_outcome_at, self.now - timedelta(days=3))
        self.assertEqual(lost.marketplace_outcome, "returned_to_sender")
        self.assertEqual(disliked.marketplace_outcome, "good")  # a return alone is no bad outcome

    def test_refunds_tell_of_chargebacks(self):
        self.env["marketplace.refund"].create(
            {"order_id": self.order.id, "reason": "Chargeback", "state": "confirmed", "reference": "CB-1"}
        )
        self._derive()
        self.assertEqual(self.order.marketplace_outcome, "chargeback")

    def test_an_order_is_good_only_after_its_days(self):
        young, open_order = self.orders[1], self.orders[2]
        young.date_order = self.now - timedelta(days=29)
        open_order.marketplace_status = "unshipped"
        self._derive()
        self.assertEqual(self.order.marketplace_outcome, "good")
        self.assertEqual(self.order.marketplace_outcome_at, self.order.date_order + timedelta(days=30))
        self.assertFalse(young.marketplace_outcome)
        self.assertFalse(open_order.marketplace_outcome)

    def test_a_good_order_may_still_go_bad(self):
        self._derive()
        self._return(self.order, "refused by customer")
        self._derive()
        self.assertEqual(self.order.marketplace_outcome, "refused")

    def test_what_a_person_set_stays(self):
        self.order.marketplace_outcome = "good"
        self.assertTrue(self.order.marketplace_outcome_by_hand)
        self.assertTrue(self.order.marketplace_outcome_at)
        self._return(self.order, "refused")
        self._derive()
        self.assertEqual(self.order.marketplace_outcome, "good")
        self.order.marketplace_outcome = False
        self._derive()
        self.assertEqual(self.order.marketplace_outcome, "refused")

    # === REPORTS === #

    def test_a_list_of_chargebacks_is_imported(self):
        when = self.now.replace(microsecond=0) - timedelta(days=5)
        rows = [[order.marketplace_ref, "Charged Back", fields.Datetime.to_string(when)] for order in self.orders[:2]]
        result = self.env["marketplace.outcome"].load(["reference", "outcome", "known_at"], rows)
        self.assertFalse(result["messages"])
        for order in self.orders[:2]:
            self.assertEqual(order.marketplace_outcome, "chargeback")
            self.assertEqual(order.marketplace_outcome_at, when)
            self.assertTrue(order.marketplace_outcome_by_hand)

    def test_an_unknown_number_imports_nothing(self):
        rows = [[self.order.marketplace_ref, "Charged Back"], ["NO-SUCH", "Charged Back"]]
        result = self.env["marketplace.outcome"].load(["reference", "outcome"], rows)
        self.assertIn("NO-SUCH", str(result["messages"]))
        self.assertFalse(result["ids"])

    def test_two_shops_with_one_number_need_the_shop(self):
        shop = self.shop.copy({"external_id": "DE2", "name": "Second"})
        self.orders[1].write({"marketplace_shop_id": shop.id, "marketplace_ref": self.order.marketplace_ref})
        vals = {"reference": self.order.marketplace_ref, "outcome": "chargeback"}
        with self.assertRaises(ValidationError):
            self.env["marketplace.outcome"].create(vals)
        self.env["marketplace.outcome"].create({**vals, "shop_id": shop.id})
        self.assertFalse(self.order.marketplace_outcome)
        self.assertEqual(self.orders[1].marketplace_outcome, "chargeback")

    def test_operators_report_for_their_own_shops(self):
        user = new_test_user(self.env, "outcome-operator", groups="marketplace.group_operator")
        vals = {"reference": self.order.marketplace_ref, "outcome": "chargeback"}
        with self.assertRaises(ValidationError):
            self.env["marketplace.outcome"].with_user(user).create(vals)
        self.shop.user_ids = user
        report = self.env["marketplace.outcome"].with_user(user).create(vals)
        self.assertEqual(report.order_id, self.order)
        self.assertEqual(self.order.marketplace_outcome, "chargeback")
        with self.assertRaises(AccessError):
            report.with_user(user).unlink()

    def test_every_outcome_is_good_or_bad_to_the_score(self):
        for outcome, _label in OUTCOMES:
            self.order.marketplace_outcome = outcome
            facts = self.env["marketplace.risk.facts"]._load_history(self.policy)
            row = facts[facts["order"] == self.order.id].iloc[0]
            self.assertEqual(row["bad"], 0 if outcome == "good" else 1)
