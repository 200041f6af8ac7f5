from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .share_case import MAY, ShareCase


@tagged("post_install", "-at_install")
class TestShare(ShareCase):
    """Vouchers: what they share, who approves them, how they are taken back."""

    # === SHARING === #

    def test_a_charge_of_a_shop_goes_to_its_skus_by_sales(self):
        month = self._sell_in_both_shops()
        before = {fact.key: fact.amount for fact in self._facts()}
        share = self._share()
        self.assertEqual(self._parts(share, "subscription"), {("DE1", "MUG"): -3.0, ("DE1", "PEN"): -1.0})
        source = self._source(share, "subscription")
        self.assertEqual((source.driver, source.part_count, source.fact_count), ("sales", 2, 1))
        self.assertEqual(source.rule_id, self.env.ref("marketplace_profit.share_rule_shop"))
        self.assertEqual(share.line_ids.mapped("percentage"), [75.0, 25.0])
        self.assertEqual((share.amount_shared, share.state), (-4.0, "draft"))
        # A draft is in no profit; an approved voucher is, and totals stay as they were.
        self.assertFalse(self._facts(("origin", "=", "share")))
        self._approve(share)
        facts = self._facts(("origin", "=", "share"))
        self.assertEqual(sorted(facts.mapped("amount")), [-3.0, -1.0, 4.0])
        self.assertEqual(sum(facts.mapped("amount_currency")), 0)
        self.assertEqual(facts.ledger_account_id, source.ledger_account_id)
        self.assertEqual(facts.kind_id.code, "subscription")
        self.assertEqual({fact._get_source() for fact in facts}, {share})
        self.assertTied(month)
        self.assertLessEqual(before.items(), {fact.key: fact.amount for fact in self._facts()}.items())

    def test_facts_are_the_same_after_each_rebuild(self):
        month = self._sell_in_both_shops()
        self._approve(self._share())
        rows = self._rows()
        month._rebuild()
        self.assertEqual(self._rows(), rows)

    def test_a_cost_of_the_company_goes_to_all_shops(self):
        self._sell_in_both_shops()
        account = self._create_account("Wages", "699001", "expense")
        self.env["profit.result.account"].create(
            {"company_id": self.company.id, "account_id": account.id, "kind_id": self.kinds["salaries"].id}
        )
        self._enter(account, 10.0)
        self._make_month()
        share = self._share()
        self.assertEqual(
            self._parts(share, "salaries"), {("DE1", "MUG"): -5.0, ("DE1", "PEN"): -1.67, ("FR1", "MUG"): -3.33}
        )
        self._approve(share)
        self.assertFalse(
            self._facts(("ledger_account_id", "=", account.id), ("product_id", "=", False)).filtered(
                lambda fact: fact.origin == "share" and fact.amount < 0
            )
        )
        self.assertEqual(round(sum(self._facts(("ledger_account_id", "=", account.id)).mapped("amount")), 2), -10.0)

    def test_a_driver_of_zero_is_named_and_nothing_is_lost(self):
        self._sell("DE", self.shop, self._principal("30.00"), ("Fee > Storage", "-7.00"))
        month = self._make_month()
        share = self._share()
        source = self._source(share, "storage")
        self.assertFalse(source.is_shared)
        self.assertIn("Volume × Days", source.problem)
        self.assertIn("Fake DE", source.problem)
        self.assertEqual((share.amount_left, share.line_count), (-7.0, 0))
        with self.assertRaisesRegex(UserError, "nothing is shared"):
            share.action_submit()
        self.assertTied(month)

    def test_a_kind_without_a_driver_says_so(self):
        self._sell("DE", self.shop, self._principal("30.00"), ("Order > ItemFees > Commission", "-7.00"))
        self._make_month()
        self.assertIn("names no driver", self._source(self._share(), "commission").problem)

    def test_a_cost_without_a_rule_stays(self):
        self.Rule.search([]).active = False
        self._sell_in_both_shops()
        source = self._source(self._share(), "subscription")
        self.assertFalse(source.rule_id)
        self.assertIn("No rule", source.problem)

    def test_costs_open_their_facts_and_parts(self):
        self._sell_in_both_shops()
        share = self._share()
        source = self._source(share, "subscription")
        facts = self.Entry.search(source.action_open_facts()["domain"])
        self.assertEqual((len(facts), facts.amount), (1, -4.0))
        lines = self.env["profit.share.line"].search(share.action_open_lines()["domain"])
        self.assertEqual(lines, share.line_ids)

    # === APPROVAL === #

    def test_a_second_person_approves(self):
        self._sell_in_both_shops()
        share = self._share()
        with self.assertRaisesRegex(UserError, "another person"):
            share.action_approve()
        share.action_submit()
        with self.assertRaisesRegex(UserError, "second person"):
            share.action_approve()
        share.with_user(self.second).action_approve()
        self.assertEqual((share.state, share.approved_by_id), ("approved", self.second))
        with self.assertRaisesRegex(UserError, "not approved"):
            share.action_compute()
        with self.assertRaisesRegex(UserError, "Reverse"):
            share.unlink()

    def test_one_person_approves_where_the_company_says_so(self):
        self.company.profit_four_eyes = False
        self._sell_in_both_shops()
        share = self._share()
        share.action_approve()
        self.assertEqual(share.state, "approved")

    def test_a_month_is_shared_once(self):
        self._sell_in_both_shops()
        self._share()
        with self.assertRaisesRegex(Exception, "shared already|profit_share_month_uniq"), self.env.cr.savepoint():
            self._share(date(2026, 5, 31))
            self.env.flush_all()

    # === CHANGES === #

    def test_drafts_follow_the_costs_approved_ones_say_so(self):
        month = self._sell_in_both_shops()
        share = self._share()
        self._sell("DE2", self.shop, ("Fee > Subscription", "-2.00"))
        self._make_month()
        self.assertEqual(self._parts(share, "subscription"), {("DE1", "MUG"): -4.5, ("DE1", "PEN"): -1.5})
        month.invalidate_recordset()
        self.assertEqual((month.share_state, share.is_outdated), ("draft", False))

        share.action_submit()
        self._sell("DE3", self.shop, ("Fee > Subscription", "-1.00"))
        with self.assertRaisesRegex(UserError, "have changed"):
            share.with_user(self.second).action_approve()
        share.action_compute()
        self._approve(share)
        month.invalidate_recordset()
        self.assertEqual(month.share_state, "approved")

        self._sell("DE4", self.shop, ("Fee > Subscription", "-1.00"))
        self._make_month()
        self.env.invalidate_all()
        self.assertEqual((share.is_outdated, month.share_state), (True, "outdated"))
        self.assertEqual(sum(self._parts(share, "subscription").values()), -7.0)

    def test_the_month_opens_its_voucher(self):
        month = self._sell_in_both_shops()
        share = self.Share.browse(month.action_share_costs()["res_id"])
        self.assertEqual((share.month, share.line_count), (MAY, 2))
        month.invalidate_recordset()
        self.assertEqual(month.action_share_costs()["res_id"], share.id)

    # === REVERSAL === #

    def test_a_reversal_wants_a_reason_and_leaves_nothing(self):
        month = self._sell_in_both_shops()
        share = self._share()
        self._approve(share)
        with self.assertRaisesRegex(UserError, "reason"):
            share.action_reverse()
        share.reason = "Wrong driver"
        share.action_reverse()
        self.assertEqual(share.state, "reversed")
        self.assertFalse(self._facts(("origin", "=", "share")))
        self.assertTied(month)
        self.assertEqual(self._share().state, "draft")  # The month can be shared again.

    def test_a_closed_month_keeps_its_parts_and_a_red_voucher_takes_them_back(self):
        month = self._sell_in_both_shops()
        share = self._share()
        self._approve(share)
        kept = self._facts(("origin", "=", "share")).mapped("amount")
        month.state = "closed"
        share.reason = "Wrong driver"
        share.action_reverse()
        red = share.reversal_ids
        self.assertEqual((red.color, red.state, red.month), ("red", "approved", date(2026, 6, 1)))
        self.assertEqual(self._parts(red, "subscription"), {("DE1", "MUG"): 3.0, ("DE1", "PEN"): 1.0})
        facts = self._facts(("origin", "=", "share"))
        self.assertEqual(facts.filtered(lambda fact: fact.day.month == 5).mapped("amount"), kept)
        back = facts.filtered(lambda fact: fact.day.month == 6)
        self.assertEqual(sorted(back.mapped("amount")), [-4.0, 1.0, 3.0])
        by_sku = {}
        for fact in facts:
            by_sku[fact.product_id] = by_sku.get(fact.product_id, 0) + fact.amount
        self.assertEqual(set(by_sku.values()), {0.0})
        # The month that is opened again is made with the same parts.
        month.state = "open"
        month._rebuild()
        self.assertEqual(self._facts(("origin", "=", "share"), ("day", "<", "2026-06-01")).mapped("amount"), kept)
        self.assertTied(self.Month.search([("company_id", "=", self.company.id)]))

    def test_nothing_is_approved_in_a_closed_month(self):
        month = self._sell_in_both_shops()
        share = self._share()
        share.action_submit()
        month.state = "closed"
        with self.assertRaisesRegex(UserError, "closed"):
            share.with_user(self.second).action_approve()

    # === SIZE === #

    def test_queries_do_not_grow_with_skus_and_costs(self):
        counts = []
        for size in (2, 30):
            products = [self._create_product(f"S{size}-{number}") for number in range(size)]
            self.env["marketplace.listing"].create(
                [
                    {"shop_id": self.shop.id, "sku": product.default_code, "product_id": product.id}
                    for product in products
                ]
            )
            lines = [self._principal("5.00", product.default_code) for product in products]
            lines += [("Fee > Subscription", "-3.00"), ("Fee > Low Stock", "-1.00")]
            self._sell(f"M{size}", self.shop, *lines)
            self._make_month()
            share = self.Share.search([]) or self._share()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            share._compute_shares()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(share.line_ids), 2 * 32)
        self.assertLessEqual(counts[1], counts[0] + 2)


@tagged("post_install", "-at_install")
class TestShareRule(ShareCase):
    """Which rule shares what, by what and to whom."""

    def _rule(self, **values):
        return self.Rule.create({"name": "Own", "sequence": 1, "company_id": self.company.id, **values})

    def test_the_first_rule_that_covers_a_cost_shares_it(self):
        self._sell_in_both_shops()
        self._rule(kind_ids=self.kinds["storage"].ids, driver="evenly")
        rule = self._rule(kind_ids=self.kinds["subscription"].ids, driver="units")
        share = self._share()
        self.assertEqual(self._source(share, "subscription").rule_id, rule)
        self.assertEqual(self._parts(share, "subscription"), {("DE1", "MUG"): -1.5, ("DE1", "PEN"): -2.5})

    def test_rules_of_other_shops_accounts_and_levels_do_not_count(self):
        self._sell_in_both_shops()
        self._rule(source_shop_ids=self.france.ids, driver="evenly")
        self._rule(ledger_account_ids=self.vat.ids, driver="evenly")
        self._rule(level="company", driver="evenly")
        source = self._source(self._share(), "subscription")
        self.assertEqual(source.rule_id, self.env.ref("marketplace_profit.share_rule_shop"))
        rule = self._rule(ledger_account_ids=source.ledger_account_id.ids, driver="evenly")
        share = self.Share.search([])
        share.action_compute()
        self.assertEqual(self._source(share, "subscription").rule_id, rule)
        self.assertEqual(self._parts(share, "subscription"), {("DE1", "MUG"): -2.0, ("DE1", "PEN"): -2.0})

    def test_only_to_some_categories_shops_and_countries(self):
        self._sell_in_both_shops()
        category = self.env["product.category"].create({"name": "Pens"})
        self.pen.categ_id = self.env["product.category"].create({"name": "Blue", "parent_id": category.id})
        rule = self._rule(kind_ids=self.kinds["subscription"].ids, driver="sales", category_ids=category.ids)
        share = self._share()
        self.assertEqual(self._parts(share, "subscription"), {("DE1", "PEN"): -4.0})
        rule.write({"category_ids": False, "shop_ids": self.france.ids})
        share.action_compute()
        self.assertFalse(self._source(share, "subscription").is_shared)  # DE's cost cannot go to FR by sales.
        self.shop.country_id = self.env.ref("base.de")
        rule.write({"shop_ids": False, "country_ids": self.shop.country_id.ids})
        share.action_compute()
        self.assertEqual(sum(self._parts(share, "subscription").values()), -4.0)

    def test_fixed_percentages(self):
        self._sell_in_both_shops()
        with self.assertRaisesRegex(ValidationError, "100"), self.env.cr.savepoint():
            self._rule(
                driver="percentage", target="shop", part_ids=[(0, 0, {"shop_id": self.shop.id, "percentage": 99})]
            )
        with self.assertRaisesRegex(ValidationError, "SKU of each"), self.env.cr.savepoint():
            self._rule(driver="percentage", part_ids=[(0, 0, {"shop_id": self.shop.id, "percentage": 100})])
        self._rule(
            driver="percentage",
            target="shop",
            part_ids=[
                (0, 0, {"shop_id": self.shop.id, "percentage": 66.6667}),
                (0, 0, {"shop_id": self.france.id, "percentage": 33.3333}),
            ],
        )
        share = self._share()
        self.assertEqual(self._parts(share, "subscription"), {("DE1", ""): -2.67, ("FR1", ""): -1.33})
        self._approve(share)
        facts = self._facts(("origin", "=", "share"))
        self.assertEqual({fact.shop_id: fact.account_id for fact in facts}, dict.fromkeys(facts.shop_id, self.account))

    def test_order_lines_have_no_stock(self):
        with self.assertRaisesRegex(ValidationError, "order lines"):
            self._rule(driver="volume_days", target="order_line")

    def test_costs_of_an_account_are_shared_to_its_shops(self):
        self._sell("DE", self.shop, self._principal("30.00"))
        self._sell("FR", self.france, self._principal("10.00"))
        self._post("ALL", ("Fee > Subscription", "-4.00"))
        self._make_month()
        self._rule(kind_ids=self.kinds["subscription"].ids, driver="sales", target="shop")
        share = self._share()
        self.assertFalse(self._source(share, "subscription").shop_id)
        self.assertEqual(self._parts(share, "subscription"), {("DE1", ""): -3.0, ("FR1", ""): -1.0})
