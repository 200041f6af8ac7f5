from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestDecision(RoutingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls._create_ruleset(
            {"name": "Only Paris Knows", "product_ids": cls.lamp.ids, "note": "Fragile"},
            cls._ship_from(cls.paris, cls.berlin, cls.warehouse, cls.fulfilment_warehouse, name="Ranked"),
            cls._ship_from(cls.warehouse, name="Too Late"),
        )

    def _decide(self, *lines, **vals):
        return self._import(self._order("O1", *lines, **vals)).routing_decision_id

    def test_explanation_names_the_rule_and_what_was_rejected(self):
        decision = self._decide(self._pens(3))
        self.assertEqual(decision.rule_id.name, "Ranked")
        self.assertEqual(decision.summary, "Berlin, decided by Ranked")
        text = str(decision.order_id.routing_explanation)
        for words in (
            "Ranked</strong>",
            "Short: 0 of 3 [PEN] PEN",
            "Later in the list of the rule",
            "Kept for the marketplace that ships from it",
            "Only Paris Knows does not apply: other products",
            "an earlier rule had decided",
            "United Kingdom LS1 4AP",
            "1.5 kg",
        ):
            self.assertIn(words, text)

    def test_inputs_are_kept_as_they_were(self):
        decision = self._decide(self._pens(3))
        self._import(self._order("O2", self._pens(5)))
        names, rows = decision._prepare_stock_table()
        product, wanted, units = rows[0]
        self.assertEqual((product, wanted), ("[PEN] PEN", 3))
        self.assertEqual(dict(zip(names, units, strict=True))["Berlin"], 10)
        self.assertEqual(dict(zip(names, units, strict=True))["Leeds"], 1000)

    def test_values(self):
        decision = self._decide(self._pens(3), self._lamps())
        self.assertRecordValues(
            decision,
            [
                {
                    "order_id": decision.order_id.id,
                    "ruleset_id": self.ruleset.id,
                    "warehouse_id": self.warehouse.id,
                    "rule_id": False,
                    "parcel_count": 1,
                    "waits": True,
                    "promise": "unknown",
                    "note": "Fragile",
                }
            ],
        )
        self.assertEqual(decision.trail["applied"][1], [self.ruleset.rule_ids[1].id, "cannot_ship"])
        self.assertIn("waits for stock: 0 of 1 [LAMP] LAMP", str(decision.explanation))

    def test_cheapest_without_rates_says_so(self):
        self._create_ruleset({"name": "Cheap", "ship_from": "cheapest"})
        decision = self._decide(self._pens())
        self.assertEqual(decision.warehouse_id, self.warehouse)
        self.assertIn("no carrier has a rate, so the nearest ships", str(decision.explanation))
        self.assertIn("No carrier has a rate: there are no rate tables.", str(decision.explanation))

    def test_planned_parcels(self):
        """They name their decision, and have what the standard way of creating records would have computed."""
        product = self.env["product.product"].create({"name": "Freight", "type": "service"})
        zone = {
            "name": "World",
            "everywhere": True,
            "rate_ids": [Command.create({"weight_from": 0, "weight_to": 30, "price": 4.2})],
        }
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "Post",
                "product_id": product.id,
                "delivery_type": "rate_table",
                "rate_currency_id": self.env.company.currency_id.id,
                "freight_zone_ids": [Command.create(zone)],
            }
        )
        self._create_ruleset({"ship_from": "nearest", "carrier_id": carrier.id, "split": "short"})
        decision = self._decide(self._pens(3), self._lamps())
        order = decision.order_id
        parcels = self.env["marketplace.routing.parcel"].search([("order_id", "=", order.id)])
        self.assertEqual(parcels.picking_id, order.picking_ids)
        self.assertEqual(
            sorted((parcel.warehouse_id.name, parcel.weight, parcel.estimated_freight) for parcel in parcels),
            [("Leeds", 1.5, 4.2), ("Paris", 0.5, 4.2)],
        )
        self.assertEqual((order.routing_freight_estimate, parcels.carrier_id), (8.4, carrier))
        names = ("country_id", "tracking", "difference", "difference_percent")
        stored = parcels.read(names)
        for name in names:
            self.env.add_to_compute(parcels._fields[name], parcels)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(parcels.read(names), stored)

    def test_words_are_the_reader_s(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        decision = self._decide(self._pens(3))
        self.assertIn("排在规则列表的后面", str(decision.with_context(lang="zh_CN").explanation))

    def test_postcode_is_erased_with_the_buyer(self):
        decision = self._decide(self._pens())
        self.assertEqual(decision.inputs["postcode"], "LS1 4AP")
        self.account._erase_orders(decision.order_id)
        self.assertNotIn("postcode", decision.inputs)

    # === SECURITY === #

    def test_operators_see_decisions_of_their_shops(self):
        decision = self._decide(self._pens())
        other = new_test_user(self.env, "other-operator", "marketplace.group_operator")
        own = new_test_user(self.env, "own-operator", "marketplace.group_operator")
        self.shop.user_ids = own
        Decision = self.env["marketplace.routing.decision"]
        self.assertFalse(Decision.with_user(other).search([]))
        self.assertEqual(Decision.with_user(own).search([]), decision)
        self.assertIn("Ranked", str(decision.order_id.with_user(own).routing_explanation))
        with self.assertRaises(AccessError):
            decision.with_user(own).note = "mine"

    def test_only_managers_write_rules(self):
        buyer = new_test_user(self.env, "routing-warehouse", "marketplace.group_warehouse")
        self.assertTrue(self.ruleset.with_user(buyer).name)
        with self.assertRaises(AccessError):
            self.ruleset.with_user(buyer).action_switch_off()
        manager = new_test_user(self.env, "routing-manager", "marketplace.group_manager")
        self.ruleset.with_user(manager).action_switch_off()
        self.assertEqual(self.ruleset.state, "archived")

    def test_other_companies_see_nothing(self):
        self._decide(self._pens())
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env, "foreign", "marketplace.group_manager", company_id=company.id, company_ids=company.ids
        )
        for model in ("ruleset", "rule", "rule.warehouse", "decision"):
            self.assertFalse(self.env[f"marketplace.routing.{model}"].with_user(user).search([]), model)
