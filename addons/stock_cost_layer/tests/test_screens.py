from odoo.tests import Form, new_test_user, tagged

from .common import CostCase


@tagged("post_install", "-at_install")
class TestScreens(CostCase):
    def setUp(self):
        super().setUp()
        self.first = self.buy(10, 5).move_ids
        self.buy(10, 7)
        self.sell(10)

    def compare(self, second):
        with Form(self.env["cost.bridge"]) as form:
            form.second = second
        bridge = form.record
        bridge.action_compare()
        return bridge

    def test_bridge_between_methods(self):
        bridge = self.compare("moving")
        (line,) = bridge.line_ids
        self.assertEqual((line.first_value, line.second_value, line.difference), (70, 60, -10))
        self.assertEqual((line.first_sold, line.second_sold), (50, 60))
        self.assertEqual((line.purchase_effect, line.capitalised_effect), (-10, 0))
        self.assertIn(self.hub.name, line.reason)
        self.assertEqual(bridge.display_name, "First In First Out → Moving Average")
        self.assertEqual(bridge.difference, -10)

    def test_bridge_to_odoo(self):
        """Odoo has the average and no freight: 60 against 70 + 5; both count what travels."""
        self.ship(3)
        self.bill(self.first, 5)
        self.bill(self.env["stock.move"].search([("product_id", "=", self.product.id), ("is_in", "=", True)])[-1], 5)
        (line,) = self.compare("ledger").line_ids
        self.assertEqual(line.second_value, 60)
        self.assertEqual(line.difference, round(line.second_value - line.first_value, 2))
        self.assertEqual((line.capitalised_effect, line.units_effect, line.purchase_effect), (-5, 0, -10))

    def test_why_this_cost(self):
        """From the goods in the UK back to the receipt, with the freight of both."""
        journey = self.ship(4)
        self.land(4)
        self.bill(journey, 8)
        action = self.layers(self.uk).action_why()
        events = self.env["cost.event"].search(action["domain"])
        self.assertEqual(sorted(events.mapped("kind")), ["cost", "receipt", "transfer", "transfer"])

    def test_an_accountant_reads_and_a_clerk_does_not(self):
        accountant = new_test_user(
            self.env,
            "costs",
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        clerk = new_test_user(
            self.env, "nocosts", "stock.group_stock_user", company_id=self.company.id, company_ids=self.company.ids
        )
        self.assertTrue(self.env["cost.layer"].with_user(accountant).search([]))
        self.assertFalse(self.env["cost.event"].with_user(clerk).has_access("read"))
        self.assertFalse(self.env["cost.event"].with_user(accountant).has_access("write"))

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "other", "account.group_account_readonly", company_id=other.id, company_ids=other.ids
        )
        env = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        self.assertFalse(env["cost.layer"].search([]))
        self.assertFalse(env["cost.event"].search([]))
