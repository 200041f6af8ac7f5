import base64
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ...engine.voucher_file import read_rows
from .book_case import DAY, BookCase


@tagged("post_install", "-at_install")
class TestVouchers(BookCase):
    """Posted entries become files for other accounting software, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layouts = {
            name: cls.env.ref(f"marketplace_profit.layout_{name}") for name in ("kis", "cloud", "u8", "tplus", "xero")
        }
        for layout in cls.layouts.values():
            layout.has_own_codes = True
        cls.layout = cls.layouts["kis"]
        cls.accountant = new_test_user(
            cls.env,
            "voucher.accountant",
            "marketplace.group_accountant",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _wizard(self, layout=None, user=None, **values):
        values = {
            "layout_id": (layout or self.layout).id,
            "company_id": self.company.id,
            "date_from": DAY.replace(day=1),
            "date_to": DAY,
            **values,
        }
        return self.env["profit.voucher.export.wizard"].with_user(user or self.env.user).create(values)

    def _export(self, *args, **values):
        action = self._wizard(*args, **values).action_export()
        return self.env["profit.voucher.export"].browse(action["res_id"])

    def _cells(self, export):
        """Rows of the file as dictionaries by what the columns show."""
        layout = export.layout_id._get_layout()
        rows = read_rows(base64.b64decode(export.file), layout)
        sources = [column.source for column in layout.columns]
        return [dict(zip(sources, row + [""] * (len(sources) - len(row)), strict=True)) for row in rows]

    def test_the_file_of_each_layout_says_what_the_ledger_says(self):
        rate = {"currency_id": self.dollar.id, "amount_currency": 1000}
        sale = self._entry((self.receivable, 7123.45, rate), (self.income, -7123.45), ref="S-1")
        fee = self._entry((self.cost, 0.1), (self.cost, 0.2), (self.receivable, -0.3))
        for name, layout in self.layouts.items():
            with self.subTest(name):
                export = self._export(layout)
                cells = self._cells(export)
                self.assertEqual((export.voucher_count, export.line_count, len(cells)), (2, 5, 5))
                self.assertEqual((export.debit, export.credit), (7123.75, 7123.75))
                content = base64.b64decode(export.file)
                self.assertEqual(export.digest, hashlib.sha256(content).hexdigest())
                codes = ["112201", "600101", "660101", "660101", "112201"]
                self.assertEqual([row["account_code"] for row in cells], codes)
                amounts = [
                    Decimal(row["amount"])
                    if name == "xero"
                    else Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
                    for row in cells
                ]
                wanted = [Decimal(str(item.balance)) for item in (sale | fee).line_ids.sorted("move_id, id")]
                self.assertEqual(sorted(amounts), sorted(wanted))
                self.assertEqual(sum(amounts), 0)

    def test_foreign_lines_state_currency_amount_and_booked_rate(self):
        rate = {"currency_id": self.dollar.id, "amount_currency": 1000}
        self._entry((self.receivable, 7123.45, rate), (self.income, -7123.45))
        dollar, yuan = self._cells(self._export())
        self.assertEqual((dollar["currency"], yuan["currency"], yuan["currency_name"]), ("USD", "RMB", "人民币"))
        self.assertEqual((Decimal(dollar["amount_currency"]), Decimal(dollar["rate"])), (1000, Decimal("7.12345")))
        self.assertEqual((Decimal(yuan["amount_currency"]), Decimal(yuan["rate"])), (Decimal("7123.45"), 1))

    def test_names_are_in_chinese_and_english(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.income.with_context(lang="zh_CN").name = "主营业务收入"
        self._sale()
        names = [row["account_name"] for row in self._cells(self._export())]
        self.assertEqual(names, ["Receivable", "主营业务收入 / Product Sales"])
        self.layout.is_bilingual = False
        self.assertIn("Product Sales", self._cells(self._export(again=True, reason="one language"))[1]["account_name"])

    def test_summaries_say_the_kind_of_amount_in_both_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        kind = self.env["marketplace.fee.kind"].search([("code", "=", "commission")])
        kind.with_context(lang="zh_CN").name = "佣金"
        self._entry((self.cost, 5, {"fee_kind_id": kind.id}), (self.receivable, -5, {"name": "Payout"}), ref="S-9")
        summaries = [row["summary"] for row in self._cells(self._export())]
        self.assertEqual(summaries, [f"佣金 / {kind.name} · S-9", "Payout · S-9"])

    def test_codes_there_replace_those_here(self):
        partner = self.env["res.partner"].create({"name": "Amazon", "ref": "A1"})
        owed = self._create_account("Customers", "112299", "asset_receivable", reconcile=True)
        department = self.env["account.analytic.account"].create(
            {"name": "Team 1", "plan_id": self.env["account.analytic.plan"].create({"name": "Teams"}).id}
        )
        codes = [
            {"account_id": self.income.id, "code": "6001.01", "name": "Sales abroad"},
            {"journal_id": self.journal.id, "code": "转"},
            {"partner_id": partner.id, "code": "C-007"},
            {"analytic_account_id": department.id, "code": "D1"},
        ]
        layout = self.layouts["u8"]
        self.env["profit.voucher.code"].create([{"layout_id": layout.id, **values} for values in codes])
        self._entry(
            (owed, 5, {"partner_id": partner.id}),
            (self.income, -5, {"analytic_distribution": {str(department.id): 100}}),
        )
        first, second = self._cells(self._export(layout))
        self.assertEqual((first["customer"], first["word"], first["department"]), ("C-007", "转", ""))
        self.assertEqual((second["account_code"], second["customer"], second["department"]), ("6001.01", "", "D1"))

    def test_a_company_s_own_code_goes_before_one_for_all(self):
        Code = self.env["profit.voucher.code"]
        row = {"layout_id": self.layout.id, "account_id": self.income.id}
        Code.create([{**row, "code": "1", "company_id": self.company.id}, {**row, "code": "2", "company_id": False}])
        self._sale()
        self.assertEqual(self._cells(self._export())[1]["account_code"], "1")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            Code.create({**row, "code": "3", "company_id": False})

    def test_accounts_without_a_code_are_listed_and_get_rows_to_fill_in(self):
        self.layout.has_own_codes = False
        self._sale()
        wizard = self._wizard()
        self.assertEqual(wizard.unmapped_ids, self.receivable | self.income)
        with self.assertRaisesRegex(UserError, "600101 Product Sales"):
            wizard.action_export()
        rows = self.env["profit.voucher.code"].search(wizard.action_add_codes()["domain"])
        self.assertEqual(rows.account_id, wizard.unmapped_ids)
        self.assertEqual(self.env["profit.voucher.code"].search(wizard.action_add_codes()["domain"]), rows)
        self.assertTrue(self._wizard().unmapped_ids, "empty codes are none")
        for row in rows:
            row.code = f"X{row.account_id.code}"
        self.assertEqual([row["account_code"] for row in self._cells(self._export())], ["X112201", "X600101"])

    def test_an_entry_goes_into_one_file_of_a_software(self):
        first = self._sale()
        export = self._export()
        self.assertEqual((first.voucher_ids.export_id, first.voucher_count), (export, 1))
        with self.assertRaisesRegex(UserError, "in files already"):
            self._export()
        second = self._sale()
        self.assertEqual(self._export().voucher_ids.move_id, second)
        self.assertEqual(self._export(self.layouts["xero"]).voucher_ids.move_id, first | second)

    def test_numbers_go_on_within_month_and_word(self):
        self._sale()
        self._sale()
        self.assertEqual(self._export().voucher_ids.mapped("number"), [1, 2])
        late = self._sale(day=DAY - timedelta(days=9))
        other = self._sale(day=DAY + timedelta(days=1))
        vouchers = self._export(date_to=DAY + timedelta(days=9)).voucher_ids
        numbers = {voucher.move_id: (voucher.month, voucher.number) for voucher in vouchers}
        self.assertEqual(numbers, {late: (date(2026, 4, 1), 3), other: (date(2026, 5, 1), 1)})

    def test_again_needs_a_reason_and_keeps_the_numbers(self):
        self._sale()
        self._sale()
        before = {voucher.move_id: voucher.number for voucher in self._export().voucher_ids}
        late = self._sale(day=DAY - timedelta(days=9))
        with self.assertRaisesRegex(UserError, "Say why"):
            self._export(again=True)
        export = self._export(again=True, reason="Wrong account set")
        numbers = {voucher.move_id: voucher.number for voucher in export.voucher_ids}
        self.assertEqual((numbers, export.reason), ({**before, late: 3}, "Wrong account set"))

    def test_a_withdrawn_file_frees_its_entries_and_numbers(self):
        self._sale()
        export = self._export(user=self.accountant).with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "Say first why"):
            export.action_withdraw()
        export.void_reason = "Never imported"
        export.action_withdraw()
        self.assertEqual((export.state, export.voucher_ids.mapped("is_valid")), ("void", [False]))
        self.assertEqual(self._export().voucher_ids.number, 1)

    def test_an_export_stays_as_it_was_made(self):
        self._sale()
        export = self._export(user=self.accountant).with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "stays as it was made"):
            export.debit = 1
        with self.assertRaises(AccessError):
            export.unlink()
        with self.assertRaisesRegex(UserError, "kept as evidence"):
            export.sudo().unlink()

    def test_drafts_stop_the_export_unless_they_are_left_out(self):
        posted, draft = self._sale(), self._sale(post=False)
        wizard = self._wizard()
        self.assertEqual(wizard.draft_count, 1)
        self.assertEqual(self.env["account.move"].search(wizard.action_open_drafts()["domain"]), draft)
        with self.assertRaisesRegex(UserError, "1 entries of the period are not posted"):
            wizard.action_export()
        self.assertEqual(self._export(skip_drafts=True).voucher_ids.move_id, posted)

    def test_other_journals_periods_and_companies_stay_out(self):
        self._sale(day=DAY + timedelta(days=1))
        other = self.journal.copy({"code": "OTHV"})
        with self.assertRaisesRegex(UserError, "no posted entries"):
            self._export()
        self._sale()
        with self.assertRaisesRegex(UserError, "no posted entries"):
            self._export(journal_ids=other.ids)
        with self.assertRaisesRegex(UserError, "ends before"):
            self._export(date_to=DAY - timedelta(days=90))

    def test_entries_changed_since_the_export_are_found(self):
        kept, changed = self._sale(), self._sale()
        export = self._export()
        export.action_compare()
        self.assertEqual(export.changed_count, 0)
        changed.button_draft()
        debit, credit = changed.line_ids.sorted("balance", reverse=True)
        changed.line_ids = [Command.update(debit.id, {"balance": 101}), Command.update(credit.id, {"balance": -101})]
        changed.action_post()
        export.with_user(self.accountant).action_compare()
        self.assertEqual(export.voucher_ids.filtered("is_changed").move_id, changed)
        self.assertEqual(export.changed_count, 1)
        self.assertFalse(kept.voucher_ids.is_changed)

    def test_totals_are_shown_before_the_file_is_made(self):
        self._sale(100.1)
        self._sale(0.2)
        wizard = self._wizard(user=self.accountant)
        self.assertEqual((wizard.entry_count, wizard.debit, wizard.credit), (2, 100.3, 100.3))

    def test_an_encoding_without_the_characters_is_refused_and_nothing_is_kept(self):
        layout = self.layouts["u8"].copy()
        self.assertEqual((layout.name, len(layout.column_ids)), (f"{self.layouts['u8'].name} (copy)", 23))
        self._sale(ref="\ud7ff")
        self.patch(type(layout), "_get_layout", _latin(type(layout)._get_layout))
        with self.assertRaises(UserError) as caught:
            self._export(layout)
        self.assertIn("encoding has no character", str(caught.exception))
        self.assertFalse(self.env["profit.voucher.export"].search([("layout_id", "=", layout.id)]))

    def test_a_layout_without_amounts_is_refused(self):
        with self.assertRaisesRegex(UserError, "a column of account codes"):
            self.layout.column_ids.filtered(lambda column: column.source == "debit").unlink()
            self.layout._check_columns()

    def test_queries_do_not_grow_with_the_entries(self):
        for _number in range(3):
            self._sale()
        few = self._count_queries()
        for _number in range(30):
            self._sale()
        self.assertLessEqual(self._count_queries(), few + 2)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = self._wizard(again=True, reason="Once more")
        before = self.env.cr.sql_log_count
        wizard.action_export()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


def _latin(get_layout):
    """An encoding that the screens do not offer."""

    def get(self):
        return replace(get_layout(self), encoding="latin-1")

    return get
