from dataclasses import replace
from datetime import timedelta

from odoo import fields
from odoo.addons.marketplace.contract import Buyer
from odoo.addons.marketplace.tests.import_case import ORDERED_AT
from odoo.tests import freeze_time, tagged

from .review_case import ReviewCase


@tagged("post_install", "-at_install")
@freeze_time("2026-05-05 12:00:00")
class TestReviewAmounts(ReviewCase):
    def _import_history(self, count=20, amount="12.00", units=1):
        self._import(
            *(self._order(f"H-{amount}-{number}", self._line("MUG", units, amount)) for number in range(count))
        )

    # === UNUSUAL PRICE AND QUANTITY === #

    def test_a_price_far_from_the_usual(self):
        self._create_rule("amount")
        self._import_history()
        low, usual = self._import(
            self._order("P-1", self._line("MUG", 1, "1.20")), self._order("P-2", self._line("MUG", 1, "13.00"))
        )
        hold = self._assert_held(low, "amount")
        evidence = self._evidence(hold)
        self.assertIn("1.00", evidence[self.mug.display_name])
        self.assertIn("10.00", evidence["Usual"])
        self.assertIn("20", evidence["Usual"])
        self._assert_free(usual)
        self._assert_released_for_good(low, "amount")

    def test_too_little_history_says_nothing(self):
        self._create_rule("amount")
        self._create_rule("quantity", threshold=8, least_spread=1)
        self._import_history(19)
        self._assert_free(self._import(self._order("P-3", self._line("MUG", 100, "1.20"))))

    def test_history_of_another_shop_or_time_does_not_count(self):
        self._create_rule("amount", window_days=30)
        self._import_history()
        self.env["sale.order"].search([("marketplace_shop_id", "=", self.shop.id)]).date_order = "2026-03-01"
        self._assert_free(self._import(self._order("P-4", self._line("MUG", 1, "1.20"))))

    def test_many_more_units_than_usual(self):
        self._create_rule("quantity", threshold=8, least_spread=1)
        self._import_history()
        many, some = self._import(
            self._order("Q-1", self._line("MUG", 12, "144.00")), self._order("Q-2", self._line("MUG", 4, "48.00"))
        )
        evidence = self._evidence(self._assert_held(many, "quantity"))
        self.assertEqual(evidence[self.mug.display_name], "12")
        self.assertEqual(evidence["Not held"], "from 0 to 9")
        self._assert_free(some)

    def test_a_corrected_quantity_solves_it(self):
        self._create_rule("quantity", threshold=8, least_spread=1)
        self._import_history()
        order = self._import(self._order("Q-3", self._line("MUG", 12, "144.00")))
        self._import(self._order("Q-3", self._line("MUG", 2, "24.00"), revision=2))
        self.assertEqual(self._holds(order).mapped("state"), ["solved"])
        self._assert_free(order)

    def test_a_price_shared_over_two_lines_is_one_price(self):
        self._create_rule("amount")
        self._import_history()
        self._assert_free(self._import(self._order("P-5", self._line("MUG", 3, "35.99"))))

    # === FLOOR === #

    def test_a_price_below_the_floor_of_the_product(self):
        self._create_rule("price")
        self.mug.marketplace_floor_price = 9.5
        below, above = self._import(
            self._order("F-1", self._line("MUG", 2, "21.60")), self._order("F-2", self._line("MUG", 2, "24.00"))
        )
        evidence = self._evidence(self._assert_held(below, "price"))
        self.assertIn("9.00", evidence[self.mug.display_name])
        self.assertIn("9.50", evidence["Lowest price"])
        self.assertIn("0.50", evidence["Short by"])
        self._assert_free(above)
        self._assert_released_for_good(below, "price")

    def test_the_floor_of_the_listing_comes_first(self):
        self._create_rule("price")
        self.mug.marketplace_floor_price = 9.5
        listing = self.env["marketplace.listing"].search([("sku", "=", "MUG"), ("shop_id", "=", self.shop.id)])
        listing.floor_price = 5
        self._assert_free(self._import(self._order("F-3", self._line("MUG", 2, "22.00"))))
        listing.floor_price = 11
        self._assert_held(self._import(self._order("F-4", self._line("MUG", 2, "24.00"))), "price")

    # === MARGIN === #

    def test_an_order_that_loses_money(self):
        self._create_rule("margin")
        self.shop.write({"fee_percent": 15, "fee_fixed": 0.3})
        self.mug.standard_price, self.pen.standard_price = 9.0, 1.0
        loss, gain = self._import(self._order("M-1"), self._order("M-2", self._line("PEN", 1, "12.00")))
        evidence = self._evidence(self._assert_held(loss, "margin"))
        self.assertIn("10.00", evidence["Revenue without tax"])
        self.assertIn("-9.00", evidence["Cost of the goods"].replace("\N{NON-BREAKING HYPHEN}", "-").replace("﻿", ""))
        self.assertIn("2.10", evidence["Fees of the marketplace (estimate)"])
        self.assertIn("1.10", evidence["Margin"])
        self._assert_free(gain)
        self._assert_released_for_good(loss, "margin")

    def test_the_least_margin_is_a_part_of_the_revenue(self):
        self._create_rule("margin", least_margin=50)
        self.shop.fee_percent = 0
        self.mug.standard_price = 5.5
        self._assert_held(self._import(self._order("M-3")), "margin")

    def test_a_lower_cost_solves_it(self):
        self._create_rule("margin")
        self.shop.fee_percent = 0
        self.mug.standard_price = 11
        order = self._import(self._order("M-4"))
        self.mug.standard_price = 8
        order.action_marketplace_check()
        self.assertEqual(self._holds(order).mapped("state"), ["solved"])

    def test_a_kit_costs_what_its_components_cost(self):
        if "mrp.bom" not in self.env:
            self.skipTest("Kits need the manufacturing app")
        lid = self._create_product("LID", 10)
        self.mug.standard_price, self.pen.standard_price, lid.standard_price = 0, 2, 0.5
        inner = self._create_product("SET", 0)
        make_kit = self.env["mrp.bom"].create
        for kit, parts in ((inner, [(self.pen, 2), (lid, 4)]), (self.mug, [(inner, 3)])):
            lines = [fields.Command.create({"product_id": part.id, "product_qty": units}) for part, units in parts]
            make_kit(
                {
                    "product_tmpl_id": kit.product_tmpl_id.id,
                    "type": "phantom",
                    "product_qty": 2 if kit == inner else 1,
                    "bom_line_ids": lines,
                }
            )
        order = self._import(self._order("M-5"))
        costs = self.env["marketplace.reviewer"]._get_unit_costs(order)
        self.assertAlmostEqual(costs[self.env.company, self.mug], 9)

    # === REPLACEMENTS === #

    def _replacement(self, ref, units=1, **vals):
        vals = {"is_replacement": True, "replaces": "D-1", **vals}
        return replace(self._order(ref, self._line("MUG", units, ""), **vals), total=None)

    def test_a_replacement_is_not_held_for_being_free_or_like_its_order(self):
        for kind in ("amount", "price", "margin", "duplicate"):
            self._create_rule(kind)
        self.mug.product_tmpl_id.marketplace_floor_price = 5
        self.mug.standard_price = 4
        self._import_history()
        buyer = Buyer(key="one")
        self._import(self._order("D-1", buyer=buyer))
        later = {"buyer": buyer, "ordered_at": ORDERED_AT + timedelta(hours=3)}
        again, free = self._import(
            self._replacement("R-1", **later), replace(self._replacement("R-2"), is_replacement=False)
        )
        self._assert_free(again)
        self.assertEqual(set(self._holds(free).mapped("kind")), {"amount", "price", "margin"})

    def test_a_replacement_of_many_units_is_held_as_any_order(self):
        self._create_rule("quantity", threshold=8, least_spread=1)
        self._import_history()
        self._assert_held(self._import(self._replacement("R-3", units=12)), "quantity")

    def test_replacements_teach_nothing_about_what_is_usual(self):
        self._create_rule("quantity", threshold=8, least_spread=1)
        self._import(*(self._replacement(f"R-{number}") for number in range(20)))
        self._assert_free(self._import(self._order("Q-4", self._line("MUG", 100, "1200.00"))))

    def test_what_is_known_as_replacement_later_is_let_go(self):
        self._create_rule("duplicate")
        buyer = Buyer(key="two")
        later = {"buyer": buyer, "ordered_at": ORDERED_AT + timedelta(hours=3)}
        self._import(self._order("D-1", buyer=buyer))
        order = self._import(self._order("R-4", **later))
        self._assert_held(order, "duplicate")
        self._import(self._order("R-4", revision=2, is_replacement=True, replaces="D-1", **later))
        self.assertEqual(self._holds(order).mapped("state"), ["solved"])
        self._assert_free(order)

    # === DUPLICATES AND UNPAID === #

    def test_the_later_of_two_like_orders(self):
        self._create_rule("duplicate")
        buyer = Buyer(key="one")
        first, second, other = self._import(
            self._order("D-1", buyer=buyer),
            self._order("D-2", buyer=buyer, ordered_at=ORDERED_AT + timedelta(hours=3)),
            self._order("D-3", self._line("PEN", 1, "12.00"), buyer=buyer),
        )
        hold = self._assert_held(second, "duplicate")
        self.assertIn("D-1", hold.note)
        self.assertIn("D-1", self._evidence(hold)["Earlier order"])
        self._assert_free(first)
        self._assert_free(other)
        self._assert_released_for_good(second, "duplicate")

    def test_two_shops_are_compared_by_recipient_and_address(self):
        rule = self._create_rule("duplicate")
        self._import(self._order("D-4", address=self._address(street="12, Mill Ln.")))
        later = ORDERED_AT + timedelta(hours=1)
        account = self.account.copy({"name": "Second", "state": "disabled"})
        shop = self.shop.copy({"account_id": account.id, "external_id": "second", "name": "Second"})
        order = self._import(self._order("D-5", ordered_at=later))
        order.marketplace_shop_id = shop
        order.partner_id.marketplace_key = f"{account.id}:b:else"
        self.env["marketplace.reviewer"]._review(order)
        self._assert_held(order, "duplicate")
        rule.across_shops = False
        order.action_marketplace_check()
        self._assert_free(order)

    def test_the_duplicate_of_a_cancelled_order_is_free(self):
        self._create_rule("duplicate")
        buyer = Buyer(key="two")
        first = self._import(self._order("D-6", buyer=buyer))
        second = self._import(self._order("D-7", buyer=buyer, ordered_at=ORDERED_AT + timedelta(hours=3)))
        self._assert_held(second, "duplicate")
        first._action_cancel()
        second.action_marketplace_check()
        self._assert_free(second)

    def test_unpaid_for_long(self):
        self._create_rule("unpaid", hours=24)
        order = self._order("U-1")
        pending = replace(order, status=type(order.status).PENDING)
        sale_order = self._import(pending)
        self.env["marketplace.reviewer"]._cron_unpaid()
        evidence = self._evidence(self._assert_held(sale_order, "unpaid"))
        self.assertEqual(evidence["Waiting for"], "26 hours")
        self._import(self._order("U-1", revision=2))
        self.assertEqual(self._holds(sale_order).mapped("state"), ["solved"])
        self._assert_free(sale_order)

    def test_pending_for_a_short_time_is_free(self):
        self._create_rule("unpaid", hours=72)
        order = self._order("U-2")
        sale_order = self._import(replace(order, status=type(order.status).PENDING))
        self.env["marketplace.reviewer"]._cron_unpaid()
        self._assert_free(sale_order)
