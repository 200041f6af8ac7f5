from datetime import date

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .posting_case import PostingCase


@tagged("post_install", "-at_install")
class TestPosting(PostingCase):
    # === SUMMARY === #

    def test_sales_are_summarised_with_the_taxes_of_their_orders(self):
        tag = self.env["account.account.tag"].create({"name": "BOX 1", "applicability": "taxes"})
        for lines in (self.tax.invoice_repartition_line_ids, self.tax.refund_repartition_line_ids):
            lines.filtered(lambda line: line.repartition_type == "base").tag_ids = tag
        self._import(self._order("A-1", self._line("MUG", 1, "12.00")))
        settlement = self._post("S1", *self._sale("A-1"), ("Reserve > Held", "-1.00"))
        (entry,) = settlement.move_ids
        self.assertEqual(
            self._sums(entry), {"sales": -10.0, "vat": -2.0, "selling": 1.8, "reserve": 1.0, "clearing": 9.2}
        )
        self.assertEqual((entry.state, entry.date, entry.ref), ("posted", date(2026, 5, 2), "S1"))
        sale, tax = entry.line_ids[0], entry.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual((sale.tax_ids, sale.tax_tag_ids), (self.tax._get_included(), tag))
        self.assertEqual((tax.tax_base_amount, tax.account_id), (10.0, self.vat))
        self.assertIn("GB", sale.name)
        self.assertEqual(settlement.clearing_line_id.amount_currency, 9.2)
        # From each amount to its item, and back.
        self.assertEqual(settlement.line_ids[0].move_line_id, sale)
        self.assertEqual(sale.marketplace_line_ids, settlement.line_ids[0])
        self.assertFalse(settlement.line_ids.filtered(lambda line: not line.move_line_id))
        lines = self.env["marketplace.settlement.line"].search(sale.action_view_marketplace_lines()["domain"])
        self.assertEqual(lines, settlement.line_ids[0])
        self.assertEqual(entry.action_view_marketplace_settlement()["res_id"], settlement.id)
        self.assertEqual(self.env["account.move"].search(settlement.action_view_moves()["domain"]), entry)
        items = self.env["account.move.line"].search(settlement.action_view_items()["domain"])
        self.assertEqual(items, entry.line_ids)

    def test_tax_that_the_marketplace_pays_passes_through(self):
        self.mug.taxes_id = False
        self._import(self._order("A-1"))
        settlement = self._post(
            "S1",
            *self._sale("A-1", "10.00", "-1.00"),
            ("Order > ItemPrice > Tax", "2.00", {"order": "A-1"}),
            ("Order > Withheld > Tax", "-2.00", {"order": "A-1"}),
        )
        self.assertEqual(self._sums(settlement.move_ids), {"sales": -10.0, "selling": 1.0, "clearing": 9.0})
        tax = settlement.line_ids[2].move_line_id
        self.assertEqual((tax.account_id, tax.balance), (self.rows["tax"].account_id, -2.0))

    def test_amounts_of_unknown_orders_have_the_taxes_of_the_country(self):
        self.shop.country_id = self.env.ref("base.uk")
        self.rows["sales"].copy({"country_id": self.shop.country_id.id, "tax_ids": self.tax.ids})
        settlement = self._post("S1", *self._sale("NOT-HERE", "12.00", "-2.00"), shop=self.shop.external_id)
        self.assertEqual(self._sums(settlement.move_ids)["sales"], -10.0)

    def test_money_goes_to_its_accounts(self):
        settlement = self._post(
            "S1",
            ("Reserve > Held", "-5.00"),
            ("Reserve > Back", "3.00"),
            ("Money > Deferred", "-7.00"),
            ("Money > Loan", "100.00"),
            ("Money > Card", "20.00"),
            ("Money > Bank", "-60.00"),
            ("Fee > Storage", "-4.00"),
        )
        self.assertEqual(
            self._sums(settlement.move_ids),
            {
                "reserve": 2.0,
                "deferred": 7.0,
                "loan": -100.0,
                "card": -20.0,
                "transfer": 60.0,
                "storage": 4.0,
                "clearing": 47.0,
            },
        )

    def test_an_account_of_one_kind_comes_first(self):
        own = self.rows["reserve"].account_id.copy({"code": "199002"})
        self.env["marketplace.fee.account"].create({"kind_id": self.kinds["storage"].id, "account_id": own.id})
        settlement = self._post("S1", ("Fee > Storage", "-4.00"))
        self.assertEqual(self._sums(settlement.move_ids), {"199002": 4.0, "clearing": -4.0})
        self.assertEqual(settlement.line_ids.move_line_id.fee_kind_id, self.kinds["storage"])

    # === MONTHS, BALANCES === #

    def test_two_months_by_the_carry_over_account(self):
        settlement = self._post(
            "S1", *self._sale("A-1", "100.00", "-15.00"), *self._sale("A-2", "50.00", "-5.00", day=40)
        )
        first, second = settlement.move_ids.sorted("date")
        self.assertEqual((first.date, second.date), (date(2026, 5, 31), date(2026, 6, 10)))
        self.assertEqual(self._sums(first), {"sales": -100.0, "selling": 15.0, "carry_over": 85.0})
        self.assertEqual(self._sums(second)["carry_over"], -85.0)
        self.assertEqual(self._sums(first | second)["clearing"], 130.0)
        carried = (first | second).line_ids.filtered(lambda item: item.account_id == self.rows["carry_over"].account_id)
        self.assertEqual(carried.mapped("reconciled"), [True, True])

    def test_what_is_owed_is_taken_over_by_the_next_settlement(self):
        owed = self._post("S1", ("Fee > Storage", "-40.00"))
        self.assertEqual(owed.clearing_line_id.amount_residual, -40.0)
        following = self._post("S2", ("Balance > Previous", "-40.00"), *self._sale("A-1", "100.00", "-15.00"))
        self.assertTrue(owed.clearing_line_id.reconciled)
        self.assertEqual(self._sums((owed | following).move_ids)["clearing"], 45.0)
        self.assertEqual(following.clearing_line_id.amount_residual, 45.0)

    def test_a_settlement_without_amounts(self):
        settlement = self._post("S1", total="0")
        self.assertFalse(settlement.move_ids)
        settlement.action_reverse()
        self.assertEqual(settlement.state, "ready")

    def test_an_owed_balance_in_foreign_money_leaves_an_exchange_difference(self):
        self._set_foreign("KWD", 3.25)
        owed = self._post("S1", ("Fee > Storage", "-4.000"), currency="KWD")
        self._set_foreign("KWD", 3.5, "2026-06-01")
        following = self._post("S2", ("Balance > Previous", "-4.000", {"day": 40}), currency="KWD", total="-4.000")
        self.assertEqual(owed.clearing_line_id.balance, -13.0)
        self.assertEqual(following.clearing_line_id.balance, -14.0)
        self.assertTrue(owed.clearing_line_id.reconciled)
        difference = owed.clearing_line_id.matched_debit_ids.exchange_move_id
        self.assertEqual(abs(sum(difference.line_ids.filtered(lambda item: item.balance > 0).mapped("balance"))), 1.0)
        for settlement in (following, owed):
            settlement.action_reverse()
        everything = owed.move_ids | following.move_ids | difference | difference.reversal_move_ids
        self.assertEqual(self._sums(everything, "balance"), {})

    def test_foreign_money_at_odoos_rate_or_its_own(self):
        currency = self._set_foreign("KWD", 3.25)
        lines = ("Order > ItemPrice > Principal", "10.005"), ("Fee > Storage", "-3.333"), ("Reserve > Held", "-3.337")
        settlement = self._post("S1", *lines, currency="KWD")
        self.assertEqual(settlement.move_ids.currency_id, currency)
        self.assertEqual(
            self._sums(settlement.move_ids), {"sales": -10.005, "storage": 3.333, "reserve": 3.337, "clearing": 3.335}
        )
        self.assertEqual(
            self._sums(settlement.move_ids, "balance"),
            {"sales": -32.52, "storage": 10.83, "reserve": 10.85, "clearing": 10.84},
        )
        own = self._take(self._document("S2", *lines, currency="KWD"))
        own.own_rate = 3
        own.action_post()
        self.assertEqual(self._sums(own.move_ids, "balance")["clearing"], 10.0)

    def test_a_currency_without_a_rate_is_refused(self):
        self._set_foreign("KWD", 3.25)
        self.env["res.currency.rate"].search([("currency_id.name", "=", "KWD")]).unlink()
        settlement = self._take(self._document("S1", ("Fee > Storage", "-3.333"), currency="KWD"))
        with self.assertRaisesRegex(UserError, "no exchange rate of KWD on 2026-05-02"):
            settlement.action_post()

    # === REFUSALS === #

    def test_what_cannot_be_posted_leaves_nothing(self):
        settlement = self._take(self._document("S1", *self._sale("A-1"), *self._sale("A-2", day=40)))
        self.rows["carry_over"].unlink()
        with self.assertRaisesRegex(UserError, "no account is stated for 'Marketplace Settlements Carried Over'"):
            settlement.action_post()
        self.assertEqual((settlement.state, settlement.move_ids.ids), ("ready", []))
        self.assertFalse(settlement.line_ids.move_line_id)
        unknown = self._take(self._document("S2", ("Order > New", "1.00")))
        with self.assertRaisesRegex(UserError, "S2 is not ready to be posted: Unknown Fees"):
            unknown.action_post()

    def test_locked_periods_are_refused(self):
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        for lock in ("fiscalyear_lock_date", "hard_lock_date"):
            self.company[lock] = "2026-05-31"
            with self.assertRaisesRegex(UserError, "S1 has amounts of 2026-05-02, but the books are locked"):
                settlement.action_post()
            if lock != "hard_lock_date":
                self.company[lock] = False
        self.assertFalse(settlement.move_ids)

    def test_the_tax_lock_counts_where_taxes_are(self):
        self._import(self._order("A-1"))
        plain = self._take(self._document("S1", ("Fee > Storage", "-4.00")))
        taxed = self._take(self._document("S2", *self._sale("A-1")))
        self.company.tax_lock_date = "2026-05-31"
        plain.action_post()
        self.assertEqual(plain.state, "posted")
        with self.assertRaisesRegex(UserError, "locked"):
            taxed.action_post()

    def test_of_several_those_that_can_are_posted(self):
        good, unknown, locked = self._take(
            self._document("S1", *self._sale("A-1", day=40)),
            self._document("S2", ("Order > New", "1.00")),
            self._document("S3", *self._sale("A-1")),
        )
        self.company.fiscalyear_lock_date = "2026-05-31"
        action = (good | unknown | locked).action_post()
        self.assertEqual((good.state, unknown.state, locked.state), ("posted", "unknown", "ready"))
        self.assertIn("S2 is not ready", action["params"]["message"])
        self.assertIn("S3 has amounts of 2026-05-02", locked.message)
        self.assertFalse(unknown.message)
        self.company.fiscalyear_lock_date = False
        locked.action_post()
        self.assertEqual((locked.state, locked.message), ("posted", False))

    def test_amounts_that_cancel_each_other_keep_their_item(self):
        settlement = self._post("S1", ("Fee > Storage", "-4.00"), ("Fee > Storage", "4.00"))
        self.assertEqual(settlement.line_ids.move_line_id.balance, 0.0)
        self.assertFalse(settlement.clearing_line_id)

    def test_operators_do_not_post(self):
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        operator = new_test_user(self.env, "posting_operator", groups="marketplace.group_operator")
        accountant = new_test_user(self.env, "posting_accountant", groups="marketplace.group_accountant")
        for action in ("action_post", "action_reverse", "action_repost"):
            with self.assertRaises(AccessError):
                getattr(settlement.with_user(operator), action)()
        settlement.with_user(accountant).action_post()
        self.assertEqual(settlement.state, "posted")

    # === REVERSAL === #

    def test_reversal_leaves_no_trace_and_reposting_gives_the_same(self):
        self._import(self._order("A-1"))
        settlement = self._post("S1", *self._sale("A-1"), *self._sale("A-2", "33.33", "-5.01", day=40))
        first = settlement.move_ids
        before = self._sums(first)
        settlement.action_reverse()
        self.assertEqual((settlement.state, len(settlement.move_ids), settlement.unexplained), ("ready", 4, 0.0))
        for field in ("balance", "amount_currency"):
            self.assertEqual(self._sums(settlement.move_ids, field), {})
        self.assertFalse(settlement.line_ids.move_line_id)
        self.assertEqual(set((settlement.move_ids - first).mapped("date")), set(first.mapped("date")))
        settlement.action_post()
        again = settlement._get_live_moves()
        self.assertEqual((len(again), self._sums(again)), (2, before))
        settlement.action_repost()
        self.assertEqual((len(settlement.move_ids), self._sums(settlement.move_ids)), (10, before))
        self.assertEqual(settlement.unexplained, 0.0)

    def test_a_locked_month_is_reversed_in_the_first_open_one(self):
        settlement = self._post("S1", *self._sale("A-1"))
        entry = settlement.move_ids
        self.company.fiscalyear_lock_date = "2026-05-31"
        settlement.action_reverse()
        self.assertEqual(self._sums(settlement.move_ids), {})
        self.assertGreater((settlement.move_ids - entry).date, date(2026, 5, 31))
        with self.assertRaisesRegex(UserError, "S1 has amounts of 2026-05-02, but the books are locked"):
            settlement.action_post()

    def test_reposting_takes_new_meanings_over(self):
        settlement = self._post("S1", *self._sale("A-1"))
        word = self.Word.search([("words", "=", "Order > ItemFees > Commission"), ("provider", "=", "none")])
        word.kind_id = self.kinds["storage"]
        settlement.action_repost()
        self.assertEqual(self._sums(settlement.move_ids), {"sales": -12.0, "storage": 1.8, "clearing": 10.2})
        with self.assertRaisesRegex(UserError, "Posted already: S1"):
            self._take(self._document("S1", *self._sale("A-2")))
        ready = self._take(self._document("S2", *self._sale("A-1")))
        with self.assertRaisesRegex(UserError, "nothing to reverse: S2"):
            ready.action_reverse()

    def test_what_was_paid_is_paid_after_reposting(self):
        settlement = self._post("S1", *self._sale("A-1"))
        clearing = self.rows["clearing"].account_id
        bank = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": clearing.id, "balance": -10.2}),
                    Command.create({"account_id": self.rows["transfer"].account_id.id, "balance": 10.2}),
                ]
            }
        )
        bank._post()
        received = bank.line_ids.filtered(lambda item: item.account_id == clearing)
        (received | settlement.clearing_line_id).reconcile()
        before = settlement.clearing_line_id
        settlement.action_repost()
        self.assertNotEqual(settlement.clearing_line_id, before)
        self.assertTrue(settlement.clearing_line_id.reconciled and received.reconciled)
        owed = self._post("S2", ("Fee > Storage", "-40.00"))
        following = self._post("S3", ("Balance > Previous", "-40.00"), *self._sale("A-2"))
        for reposted in (owed, following):
            reposted.action_repost()
            self.assertTrue(owed.clearing_line_id.reconciled)
            self.assertFalse(following.clearing_line_id.reconciled)

    def test_an_entry_taken_back_by_hand_is_seen(self):
        settlement = self._post("S1", *self._sale("A-1"))
        settlement.move_ids.button_draft()
        settlement.invalidate_recordset(["unexplained"])
        self.assertEqual(settlement.unexplained, 20.4)

    # === BY ITSELF === #

    def test_settlements_are_posted_by_themselves_where_wanted(self):
        self.account.settlement_auto_post = True
        with trap_jobs() as trap:
            settlement, unknown = self._take(
                self._document("S1", *self._sale("A-1")), self._document("S2", ("Order > New", "1.00"))
            )
            trap.assert_jobs_count(1, only=settlement._job_post)
            settlement._job_post()
        self.assertEqual((settlement.state, unknown.state), ("posted", "unknown"))
        with trap_jobs() as trap:
            self.Word.search([("words", "=", "Order > New")]).kind_id = self.kinds["service_fee"]
            trap.assert_enqueued_job(unknown._job_post)
            self.company.fiscalyear_lock_date = "2026-05-31"
            unknown._job_post()
        self.assertIn("locked", unknown.message)
        self.assertIn("locked", unknown.activity_ids.note)

    # === SPEED === #

    def test_the_number_of_queries_does_not_grow(self):
        sizes = {"WARM": 1, "SMALL": 10, "LARGE": 1000}
        taken = {
            name: self._take(
                self._document(name, *[line for ref in range(orders) for line in self._sale(f"{name}-{ref}")])
            )
            for name, orders in sizes.items()
        }
        counts = {}
        for name, settlement in taken.items():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            settlement.action_post()
            self.env.flush_all()
            counts[name] = self.cr.sql_log_count - before
        self.assertEqual(counts["SMALL"], counts["LARGE"])
