"""Scores at import, holds, reasons in words."""

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .risk_case import RiskCase


@tagged("post_install", "-at_install")
class TestRiskScore(RiskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(240)
        cls.policy._job_train()
        cls.champion = cls.Model._get_champion(cls.env.company)

    def test_a_risky_order_is_held_and_a_usual_one_is_not(self):
        dear, cheap = self._import(self._dear("R1"), self._order("R2"))
        self.assertGreater(dear.risk_score, 40)
        self.assertLess(cheap.risk_score, 15)
        self.assertEqual((dear.marketplace_hold, dear.risk_level), ("risk_score", "high"))
        self.assertFalse(cheap.marketplace_hold)
        self.assertEqual(dear.risk_model_id, self.champion)
        hold = dear.marketplace_hold_ids
        self.assertIn(f"{dear.risk_score:.1f}", hold.note)
        self.assertTrue(any("Amount" in row["label"] and "usually" in row["value"] for row in hold.evidence))

    def test_reasons_name_the_amount_first(self):
        order = self._import(self._dear("R3"))
        first = order.risk_reasons[0]
        self.assertIn(first["name"], ("value", "value_ratio", "unit_value", "largest_share"))
        self.assertGreater(first["effect"], 0)
        html = str(order.risk_reason_html)
        self.assertIn("o_risk_up", html)
        self.assertIn("Amount", html)

    def test_nothing_is_held_when_the_settings_say_so(self):
        self.policy.hold = False
        order = self._import(self._dear("R4"))
        self.assertGreater(order.risk_score, 40)
        self.assertFalse(order.marketplace_hold)

    def test_without_a_model_only_rules_run(self):
        self.champion.state = "retired"
        order = self._import(self._dear("R5"))
        self.assertFalse(order.risk_model_id)
        self.assertFalse(order.risk_level)
        self.assertFalse(order.risk_reason_html)
        self.assertFalse(order.marketplace_hold)

    def test_an_unreadable_model_stops_no_order(self):
        self.champion.sudo().sealed = "gAAAA-broken"
        order = self._import(self._dear("R6"))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", False))
        self.assertEqual(self.champion.state, "failed")

    def test_what_a_person_released_is_not_held_again_by_tomorrows_model(self):
        order = self._import(self._dear("R7"))
        with trap_jobs():
            order.action_marketplace_release()
            order.risk_model_id = False  # so that it is scored anew
            self.env["marketplace.reviewer"]._review(order)
        self.assertEqual(order.risk_model_id, self.champion)
        self.assertFalse(order.marketplace_hold)

    def test_orders_that_the_marketplace_ships_are_not_scored(self):
        order = self._import(self._marketplace_order("R8", self._line("MUG", 1, "400.00")))
        self.assertFalse(order.risk_model_id)

    def test_the_same_key_counts_the_past_of_a_buyer(self):
        facts = self.env["marketplace.risk.facts"]
        first, second = self._import(self._order("R9"), self._order("R10", buyer=self._order("R9").buyer))
        table = facts._load_around(second, self.now)
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(
            set(table["buyer"][table["order"].isin((first + second).ids)]), {first.partner_id.marketplace_key}
        )

    def test_no_name_street_or_contact_is_among_the_facts(self):
        order = self._import(self._order("R11"))
        table = self.env["marketplace.risk.facts"]._load_around(order, self.now)
        text = table.to_csv()
        for personal in ("Ada", "Byron", "Mill Lane", "0113", "+44113"):
            self.assertNotIn(personal, text)

    def test_queries_do_not_grow_with_the_orders(self):
        few = self._import(*(self._dear(f"F{number}") for number in range(3)))
        many = self._import(*(self._dear(f"M{number}") for number in range(12)))

        def count(orders):
            (few + many).write({"risk_model_id": False})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["marketplace.reviewer"]._review(orders)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(few)
        of_few = count(few)
        self.assertLessEqual(count(many), of_few)
        self.assertTrue(all(order.risk_model_id for order in many))
