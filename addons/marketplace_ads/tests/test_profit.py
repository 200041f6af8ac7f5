"""Charges of advertising in the profit: shared by the reports, equal to the ledger; and compared with the reports."""

from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.marketplace_profit.tests.profit_case import ProfitCase
from odoo.fields import Command
from odoo.tests import tagged

from ..connector import AdDay, AdType

# Settlement lines are dated from the second of May on.
FIRST = date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestAdsProfit(ProfitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Word.create(
            [
                {"provider": "none", "words": words, "kind_id": cls.kinds[code].id}
                for words, code in {"Ads": "ads_other", "Ads > Refund": "ads_other"}.items()
            ]
        )
        cls.ads_account = cls.env["ads.account"].create({"name": "Ads", "company_id": cls.company.id})
        cls.profile = cls.env["ads.profile"].create(
            {
                "name": "Seller",
                "account_id": cls.ads_account.id,
                "shop_id": cls.shop.id,
                "currency_id": cls.shop.currency_id.id,
            }
        )

    def _spend(self, *rows, ad_type="sp"):
        """Import ``(day of May, sku, cost)`` as the report of all of April and May."""
        days = [
            AdDay(AdType(ad_type), "#1", "Lamp", FIRST + timedelta(days=day - 1), Decimal(cost), self.currency, sku)
            for day, sku, cost in rows
        ]
        self.env["ads.cost"]._import(self.profile, ad_type, days, date(2026, 4, 1), date(2026, 5, 31))

    def _charged(self, name, *charges):
        """A posted settlement with ``(day of May, amount)`` charged for advertising."""
        self._import(self._order(f"O-{name}"))
        lines = [("Ads", f"-{amount}", {"day": day - 1}) for day, amount in charges]
        return self._post(name, *self._sale(f"O-{name}"), *lines)

    def _ads(self, *domain):
        return self._facts(("level", "=", "ads"), *domain)

    def _parts(self, facts):
        return sorted((str(fact.day), fact.product_id.default_code or "", fact.amount) for fact in facts)

    @property
    def charges(self):
        self.env.flush_all()
        self.env["ads.invoice"].invalidate_model()
        return self.env["ads.invoice"].search([("company_id", "=", self.company.id)], order="until")

    # === SHARED === #

    def test_a_charge_is_shared_by_the_days_since_the_one_before(self):
        self._spend((2, "MUG", "6.00"), (3, "PEN", "3.00"), (4, "MUG", "1.00"), (9, "PEN", "5.00"))
        self._charged("S1", (4, "10.00"), (10, "5.00"))
        self._months()
        parts = self._ads(("origin", "=", "ads"), ("campaign_id", "!=", False))
        self.assertEqual(
            self._parts(parts),
            [("2026-05-02", "MUG", -6.0), ("2026-05-03", "PEN", -3.0), ("2026-05-04", "MUG", -1.0),
             ("2026-05-09", "PEN", -5.0)],
        )  # fmt: skip
        self.assertEqual(set(parts.mapped("kind_id.code")), {"ads_sp"})
        self.assertEqual(parts.campaign_id.name, "Lamp")
        self.assertEqual(parts.settlement_line_id.mapped("words"), ["Ads", "Ads"])
        self.assertEqual(self._by_kind(self._ads()), {"ads_sp": -15.0})

    def test_an_invoice_that_differs_is_shared_to_the_cent(self):
        self._spend((2, "MUG", "1.00"), (2, "PEN", "1.00"), (3, "PEN", "1.00"))
        self._charged("S1", (4, "10.00"))
        self._months()
        parts = self._ads(("origin", "=", "ads"), ("campaign_id", "!=", False))
        self.assertEqual(sorted(parts.mapped("amount")), [-3.34, -3.33, -3.33])
        self.assertEqual(round(sum(self._ads().mapped("amount")), 2), -10.0)

    def test_days_before_the_month_count_on_its_first(self):
        self._spend((-3, "MUG", "4.00"), (2, "MUG", "1.00"))
        self._charged("S1", (3, "5.00"))
        self._months()
        parts = self._ads(("campaign_id", "!=", False), ("state", "=", "booked"))
        self.assertEqual(self._parts(parts), [("2026-05-01", "MUG", -4.0), ("2026-05-02", "MUG", -1.0)])

    def test_an_unknown_item_keeps_its_campaign_and_no_sku(self):
        self._spend((2, "NEW", "1.00"), (2, "PEN", "1.00"))
        self._charged("S1", (4, "2.00"))
        self._months()
        parts = self._ads(("campaign_id", "!=", False))
        self.assertEqual(self._parts(parts), [("2026-05-02", "", -1.0), ("2026-05-02", "PEN", -1.0)])

    def test_without_reports_the_charge_stays_where_it_is(self):
        self._charged("S1", (4, "2.00"))
        self._months()
        self.assertRecordValues(self._ads(), [{"origin": "settlement", "amount": -2.0, "campaign_id": False}])

    def test_the_facts_are_the_same_each_time_and_new_when_a_day_is_restated(self):
        self._spend((2, "MUG", "1.00"), (2, "PEN", "2.00"), (9, "PEN", "2.00"))
        self._charged("S1", (4, "10.00"))
        months = self._months()
        before = self._rows()
        self.assertFalse(any(months.mapped("is_stale")))
        self._months()
        self.assertEqual(self._rows(), before)
        self._spend((2, "MUG", "2.00"), (2, "PEN", "2.00"), (9, "PEN", "2.00"))
        months.invalidate_recordset()
        self.assertTrue(any(months.mapped("is_stale")))

    def test_what_is_not_charged_yet_is_estimated(self):
        self._spend((2, "MUG", "1.00"), (9, "PEN", "3.00"))
        self._charged("S1", (4, "1.00"))
        self._months()
        estimates = self._ads(("state", "=", "estimated"))
        self.assertEqual(self._parts(estimates), [("2026-05-09", "PEN", -3.0)])
        self._charged("S2", (10, "3.10"))
        self._months()
        self.assertFalse(self._ads(("state", "=", "estimated")))
        self.assertEqual(self._by_kind(self._ads()), {"ads_sp": -4.1})

    def test_bills_of_a_vendor(self):
        vendor = self.env["res.partner"].create({"name": "Search Engine"})
        self.ads_account.partner_id = vendor
        self._spend((2, "MUG", "1.00"), (3, "PEN", "2.00"))
        account = self._create_account("Adverts", "699777", "expense")
        line = {"name": "Clicks", "price_unit": 6.0, "account_id": account.id, "tax_ids": [Command.clear()]}
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "invoice_date": date(2026, 5, 10),
                "date": date(2026, 5, 10),
                "currency_id": self.shop.currency_id.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()
        self._months()
        parts = self._facts(("origin", "=", "ads"), ("campaign_id", "!=", False))
        total = -sum(bill.invoice_line_ids.mapped("balance"))
        self.assertEqual(parts.product_id, self.mug + self.pen)
        self.assertAlmostEqual(sum(parts.mapped("amount")), total, 2)
        (row,) = self.charges
        self.assertEqual((row.spend, row.invoiced, row.difference), (3.0, 6.0, 3.0))
        self.assertEqual(row.action_view_charges()["domain"], [("id", "in", bill.invoice_line_ids.ids)])

    def test_queries_do_not_grow_with_the_reports(self):
        self._charged("S1", (4, "10.00"), (20, "10.00"))
        self._spend((2, "MUG", "1.00"), (9, "MUG", "1.00"))
        month = self._months().filtered(lambda month: month.first == FIRST)
        few = self._count_queries(month)
        self._spend(*[(day, f"SKU{number}", "0.07") for day in range(1, 21) for number in range(30)])
        many = self._count_queries(month)
        self.assertLessEqual(many, few)
        self.assertTied(month)

    def _count_queries(self, month):
        month._rebuild()
        before = self.env.cr.sql_log_count
        month._rebuild()
        return self.env.cr.sql_log_count - before

    # === COMPARED === #

    def test_the_sum_equals_the_invoice(self):
        self._spend((2, "MUG", "6.00"), (3, "PEN", "4.00"))
        self._spend((9, "", "3.00"), ad_type="sb")
        self._charged("S1", (4, "10.00"), (10, "3.20"))
        first, second = self.charges
        self.assertEqual((first.state, first.since, first.until), ("equal", date(2026, 4, 4), date(2026, 5, 4)))
        self.assertEqual((first.spend_sp, first.spend, first.invoiced, first.difference), (10.0, 10.0, 10.0, 0.0))
        self.assertEqual((second.state, second.since, second.spend_sb), ("different", date(2026, 5, 5), 3.0))
        self.assertAlmostEqual(second.difference, 0.2)
        costs = self.env["ads.cost"].search(first.action_view_costs()["domain"])
        self.assertEqual(sum(costs.mapped("cost")), 10.0)
        lines = self.env["marketplace.settlement.line"].search(first.action_view_charges()["domain"])
        self.assertEqual(lines.mapped("amount"), [-10.0])

    def test_a_charge_without_report_and_days_without_charge_are_shown(self):
        self._charged("S1", (4, "10.00"))
        self.assertEqual(self.charges.mapped("state"), ["no_report"])
        self._spend((9, "MUG", "2.00"))
        charged, open_days = self.charges
        self.assertEqual((charged.state, open_days.state), ("no_report", "open"))
        self.assertEqual((open_days.since, open_days.until, open_days.spend), (date(2026, 5, 9), False, 2.0))

    def test_a_credit_belongs_to_the_period_in_which_it_is_given(self):
        self._spend((2, "MUG", "6.00"), (9, "MUG", "4.00"))
        self._import(self._order("O-1"))
        self._post(
            "S1",
            *self._sale("O-1"),
            ("Ads", "-6.00", {"day": 3}),
            ("Ads > Refund", "1.00", {"day": 6}),
            ("Ads", "-5.00", {"day": 11}),
        )
        self.assertEqual(self.charges.mapped("state"), ["equal", "equal"])
        self._months()
        self.assertEqual(round(sum(self._ads().mapped("amount")), 2), -10.0)
