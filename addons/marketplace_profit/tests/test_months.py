from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .profit_case import ProfitCase


@tagged("post_install", "-at_install")
class TestMonths(ProfitCase):
    def _may(self):
        self.Month._ensure_months(self.company)
        return self.Month.search([("company_id", "=", self.company.id), ("first", "=", "2026-05-01")])

    def _post_some(self, name, count):
        orders = [self._order(f"{name}-{number}") for number in range(count)]
        self._import(*orders)
        sales = [line for order in orders for line in self._sale(order.external_id, "11.99", "-1.77")]
        refund = ("Order > Refund > Principal", "-3.33", {"order": f"{name}-0", "sku": "MUG"})
        return self._post(name, *sales, refund, ("Fee > Storage", "-4.00"))

    def test_made_anew_the_facts_are_the_same(self):
        self._post_some("S1", 7)
        self._months()
        rows, digest = self._rows(), self._may()._compute_digest()
        self.assertGreater(len(rows), 15)
        self._months()
        self.assertEqual((self._rows(), self._may()._compute_digest()), (rows, digest))

    def test_the_digest_tells_a_changed_fact(self):
        self._post_some("S1", 2)
        self._months()
        month = self._may()
        digest = month._compute_digest()
        self._facts(("origin", "=", "settlement"))[0].write({"amount": 1234.0})
        self.assertNotEqual(month._compute_digest(), digest)
        month.invalidate_recordset()
        self.assertNotEqual(month.difference, 0.0)

    def test_the_number_of_queries_does_not_grow(self):
        self._post_some("S1", 2)
        month = self._may()
        count = self._count_queries(month)
        self._post_some("S2", 40)
        self.assertLessEqual(self._count_queries(month), count)
        self.assertGreater(month.fact_count, 80)

    def _count_queries(self, month):
        """Of making it anew a second time, with no record known."""
        month._rebuild()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        month._rebuild()
        return self.env.cr.sql_log_count - before

    def test_changed_sources_are_noticed(self):
        settlement = self._post_some("S1", 2)
        month = self._may()
        self.assertTrue(month.is_stale)
        month._rebuild()
        changes = [
            lambda: self._enter(self.rows["storage"].account_id, 5),
            lambda: settlement.action_repost(),
            lambda: self.env["profit.result.account"].create(
                {"account_id": self._create_account("Odds", "699002", "expense").id}
            ),
        ]
        for change in changes:
            month.invalidate_recordset()
            self.assertFalse(month.is_stale)
            change()
            month.invalidate_recordset()
            self.assertTrue(month.is_stale)
            month._rebuild()
        self.assertTied(month)

    def test_months_are_made_by_themselves(self):
        self._post_some("S1", 2)
        with self.enter_registry_test_mode():
            self.env.ref("marketplace_profit.cron_refresh").method_direct_trigger()
        month = self._may()
        self.assertFalse(month.is_stale)
        self.assertTrue(month.fact_count)
        self.assertTied(month)

    def test_a_closed_month_stays(self):
        self._post_some("S1", 2)
        month = self._may()
        month._rebuild()
        rows = self._rows()
        month.state = "closed"
        self._enter(self.rows["storage"].account_id, 5)
        with self.assertRaisesRegex(UserError, "closed, so its facts stay"):
            month.action_rebuild()
        with self.enter_registry_test_mode():
            self.env.ref("marketplace_profit.cron_refresh").method_direct_trigger()
        may = [row for row in self._rows() if row["day"].startswith("2026-05")]
        self.assertEqual(may, [row for row in rows if row["day"].startswith("2026-05")])
        self.assertTrue(month.is_stale)

    def test_each_side_drills_to_the_other(self):
        settlement = self._post_some("S1", 2)
        self._months()
        row = self._may().tie_out_ids.filtered(lambda row: row.account_id == self.rows["storage"].account_id)
        items = self.env["account.move.line"].search(row.action_view_items()["domain"])
        facts = self.Entry.search(row.action_view_facts()["domain"])
        self.assertEqual((row.ledger, row.facts, row.difference), (-4.0, -4.0, 0.0))
        self.assertEqual((sum(items.mapped("balance")), sum(facts.mapped("amount"))), (4.0, -4.0))
        self.assertEqual(facts.move_line_id, items)
        self.assertEqual(self.Entry.search(items.action_view_profit()["domain"]), facts)
        self.assertEqual(facts.action_open_source()["res_model"], "marketplace.settlement.line")
        self.assertEqual(facts.action_open_entry()["res_id"], items.move_id.id)
        of_settlement = self.Entry.search(settlement.action_view_profit()["domain"])
        order = of_settlement.order_id[:1]
        self.assertEqual(facts, of_settlement.filtered(lambda fact: fact.kind_id.code == "storage"))
        self.assertTrue(self.Entry.search(order.action_view_profit()["domain"]) < of_settlement)
        self.assertTrue(facts not in self.Entry.search(self.mug.action_view_profit()["domain"]))
        self.assertEqual(of_settlement.filtered("order_id")[0].action_open_order()["res_model"], "sale.order")

    def test_operators_see_the_facts_of_their_shops(self):
        self._post_some("S1", 1)
        self._months()
        user = new_test_user(self.env, "profit_operator", groups="marketplace.group_operator")
        facts = self._facts(("shop_id", "=", self.shop.id))
        self.assertTrue(facts)
        self.assertFalse(self.Entry.with_user(user).search([("id", "in", facts.ids)]))
        self.shop.user_ids += user
        self.assertEqual(self.Entry.with_user(user).search([("id", "in", facts.ids)]), facts)
        with self.assertRaises(AccessError):
            self.Month.with_user(user).search([("first", "=", date(2026, 5, 1))])
        stranger = new_test_user(self.env, "profit_buyer", groups="marketplace.group_buyer")
        with self.assertRaises(AccessError):
            facts.with_user(stranger).mapped("amount")
        with self.assertRaises(AccessError):
            facts.with_user(user).write({"amount": 0})

    def test_accountants_make_months_anew(self):
        self._post_some("S1", 1)
        accountant = new_test_user(self.env, "profit_accountant", groups="marketplace.group_accountant")
        month = self._may().with_user(accountant)
        month.action_rebuild()
        self.assertEqual((month.difference, month.tie_out_ids.mapped("fault")), (0.0, [0.0] * len(month.tie_out_ids)))
