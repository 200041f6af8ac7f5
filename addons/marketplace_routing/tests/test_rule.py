from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestRule(RoutingCase):
    def _refuse(self, message, **vals):
        """Bad values are refused with a message, when a rule is made and when it is changed, and change nothing."""
        with self.assertRaisesRegex(ValidationError, message):
            self._create_ruleset({"name": "Bad", **vals}, active=False)
        ruleset = self._create_ruleset({"name": "Bad", "note": "before"}, active=False)
        with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
            ruleset.rule_ids.write({**vals, "note": "after"})
        self.assertEqual(ruleset.rule_ids.note, "before")

    def test_postcodes(self):
        self._refuse("Bad: .*19999-10000 are upside down", postcodes="19999-10000")
        self._refuse("Bad: .*100-10000 must have the same length", postcodes="100-10000")
        self._refuse(r"Bad: 1\?5 is not a postcode", postcodes="1?5")

    def test_ranges(self):
        self._refuse("Bad: the weight from 5 kg up to 2 kg is upside down", weight_min=5, weight_max=2)
        self._refuse("Bad: the value from 50 up to 20 is upside down", value_min=50, value_max=20)
        self._refuse("Bad: weights, values and hours cannot be negative", due_hours=-1)

    def test_state_of_another_country(self):
        california = self.env.ref("base.state_us_5")
        self._refuse(
            "Bad: California .* would match nothing",
            country_ids=self.env.ref("base.de").ids,
            state_ids=california.ids,
        )

    def test_marketplace_of_no_shop(self):
        other = next(code for code, _name in self.env["marketplace.routing.rule"]._get_providers() if code != "none")
        self.account.provider = "none"
        self._refuse("Bad: none of its shops is at", shop_ids=self.shop.ids, provider=other)

    def test_warehouses(self):
        self._refuse("Bad: add the warehouses", ship_from="ranked")
        self._refuse("Bad: choose the warehouse", ship_from="warehouse")
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self._refuse("belongs to another company", ship_from="warehouse", warehouse_id=foreign.id)

    def test_fallback_in_a_circle(self):
        ruleset = self._create_ruleset(
            self._ship_from(self.berlin, name="North"), self._ship_from(self.paris, name="South"), active=False
        )
        north, south = ruleset.rule_ids
        north.write({"when_short": "fallback", "fallback_id": south.id})
        with self.assertRaisesRegex(ValidationError, "North → South → North"), self.env.cr.savepoint():
            south.write({"when_short": "fallback", "fallback_id": north.id})
        self.assertEqual(south.when_short, "next")

    def test_fallback_of_another_set_or_without_warehouses(self):
        other = self._create_ruleset(self._ship_from(self.paris), active=False)
        ruleset = self._create_ruleset(self._ship_from(self.berlin), {"note": "only adds"}, active=False)
        for fallback in (other.rule_ids, ruleset.rule_ids[1]):
            with self.assertRaisesRegex(ValidationError, "cannot be its fallback"), self.env.cr.savepoint():
                ruleset.rule_ids[0].write({"when_short": "fallback", "fallback_id": fallback.id})

    def test_warnings(self):
        ruleset = self._create_ruleset(
            self._ship_from(self.berlin, name="All", when_short="wait"),
            self._ship_from(self.paris, name="Late"),
            self._ship_from(self.fulfilment_warehouse, name="Served"),
            self._ship_from(self.paris, name="Forgotten", fallback_only=True),
            active=False,
        )
        by_name = {rule.name: rule.warning for rule in ruleset.rule_ids}
        self.assertFalse(by_name["All"])
        self.assertIn("'All' takes all its orders", by_name["Late"])
        self.assertIn("no rule goes on with it", by_name["Forgotten"])
        self.assertIn("Late: ", ruleset.warning)
        ruleset.rule_ids[0].when_short = "next"
        by_name = {rule.name: rule.warning for rule in ruleset.rule_ids}
        self.assertFalse(by_name["Late"])
        self.assertIn("kept for their marketplace", by_name["Served"])
        ruleset.action_switch_on()

    def test_summary(self):
        product = self.env["product.product"].create({"name": "Freight", "type": "service"})
        carrier = self.env["delivery.carrier"].create({"name": "DHL", "product_id": product.id})
        ruleset = self._create_ruleset(
            {
                "country_ids": self.env.ref("base.de").ids,
                "weight_max": 2,
                "ship_from": "warehouse",
                "warehouse_id": self.berlin.id,
                "carrier_id": carrier.id,
            },
            {"ship_from": "nearest", "split": "short", "stop": True},
            active=False,
        )
        self.assertEqual(
            ruleset.rule_ids.mapped("summary"),
            [
                "Country is Germany and weight up to 2 kg → ship from Berlin, by DHL",
                "Every order → ship from the nearest with stock, split if no warehouse has everything, stop here",
            ],
        )
