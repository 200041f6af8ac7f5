from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestRuleset(RoutingCase):
    def test_one_set_is_switched_on(self):
        first = self._create_ruleset(self._ship_from(self.berlin))
        second = self._create_ruleset(self._ship_from(self.paris))
        self.assertEqual((first.state, second.state), ("archived", "active"))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            first.state = "active"
            first.flush_recordset()

    def test_switched_off_nothing_is_decided(self):
        self._create_ruleset(self._ship_from(self.berlin)).action_switch_off()
        self.assertFalse(self._import(self._order("O1", self._pens())).routing_decision_id)

    def test_rules_change_only_in_drafts(self):
        ruleset = self._create_ruleset(self._ship_from(self.berlin))
        with self.assertRaisesRegex(UserError, "Duplicate to Draft"):
            ruleset.rule_ids.name = "Other"
        with self.assertRaisesRegex(UserError, "Duplicate to Draft"):
            ruleset.rule_ids.unlink()
        with self.assertRaisesRegex(UserError, "Duplicate to Draft"):
            self.env["marketplace.routing.rule"].create({"name": "New", "ruleset_id": ruleset.id})
        with self.assertRaisesRegex(UserError, "Duplicate to Draft"):
            ruleset.rule_ids.warehouse_line_ids.warehouse_id = self.paris

    def test_duplicate_has_its_own_fallbacks(self):
        ruleset = self._create_ruleset(self._ship_from(self.berlin), self._ship_from(self.paris), active=False)
        first, second = ruleset.rule_ids
        first.write({"when_short": "fallback", "fallback_id": second.id})
        ruleset.action_switch_on()
        copied = self.Ruleset.browse(ruleset.action_duplicate_to_draft()["res_id"])
        self.assertEqual((copied.state, copied.name), ("draft", "Rules (copy)"))
        self.assertEqual(copied.rule_ids[0].fallback_id, copied.rule_ids[1])
        self.assertEqual(copied.rule_ids[0].when_short, "fallback")
        self.assertEqual(copied.rule_ids[0].warehouse_line_ids.warehouse_id, self.berlin)

    def test_empty_set_and_idle_rules_cannot_be_switched_on(self):
        ruleset = self._create_ruleset(active=False)
        with self.assertRaisesRegex(ValidationError, "has no rules yet"):
            ruleset.action_switch_on()
        idle = self._create_ruleset({"name": "Idle", "value_min": 5}, active=False)
        with self.assertRaisesRegex(ValidationError, "'Idle' does nothing yet"):
            idle.action_switch_on()
        self.assertEqual((ruleset + idle).mapped("state"), ["draft", "draft"])

    def test_hours_of_merging(self):
        ruleset = self._create_ruleset({"name": "Merge", "merge": True}, active=False)
        self.assertEqual((ruleset.merge_hours, ruleset.rule_ids.merge_hours), (48, 48))
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            ruleset.merge_hours = -1

    def test_set_that_decided_orders_stays(self):
        ruleset = self._create_ruleset(self._ship_from(self.berlin))
        self._import(self._order("O1", self._pens()))
        ruleset.action_switch_off()
        with self.assertRaisesRegex(UserError, "Archive it"):
            ruleset.unlink()

    def test_examples_can_be_switched_on_as_they_are(self):
        ruleset = self.Ruleset.browse(self.Ruleset.action_create_examples()["res_id"])
        self.assertEqual(ruleset.state, "draft")
        self.assertFalse(ruleset.warning)
        ruleset.action_switch_on()
        orders = self._import(self._order("O1", self._pens()), self._order("O2", self._lamps()))
        self.assertEqual(orders.mapped("warehouse_id"), self.warehouse + self.paris)
        self.assertIn("France from Paris", ruleset.rule_ids.mapped("name"))

    def test_form_writes_a_set(self):
        with Form(self.Ruleset) as form:
            form.name = "Autumn"
            with form.rule_ids.new() as rule:
                rule.name = "All from Berlin"
                rule.ship_from = "warehouse"
                rule.warehouse_id = self.berlin
        self.assertEqual(form.record.rule_ids.summary, "Every order → ship from Berlin")
