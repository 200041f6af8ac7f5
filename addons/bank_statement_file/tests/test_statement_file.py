"""Files of banks become transactions of a journal, once."""

import base64

from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

HEAD = "Date,Description,Credit,Debit,Currency,Reference,Counterparty,Fee,Transaction ID,Balance\n"
MAY = (
    "2026-05-04,Payout,1010.00,,USD,S-77,AMAZON,,A1,1110.00\n"
    "2026-05-05,Bank fee,,10.00,USD,,,10.00,A2,1100.00\n"
    "2026-05-05,Bank fee,,10.00,USD,,,10.00,A3,1090.00\n"
)
JUNE = "2026-06-01,Payout,5.00,,USD,S-78,AMAZON,,A4,1095.00\n"


@tagged("post_install", "-at_install")
class TestStatementFile(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create({"name": "Wallet", "type": "bank", "code": "WAL"})
        cls.journal.currency_id = cls.env.ref("base.USD")
        cls.env.ref("base.EUR").active = True

    def prepare(self, *texts, journal=None, **values):
        attachments = self.env["ir.attachment"].create(
            [
                {"name": f"statement{number}.csv", "datas": base64.b64encode(text.encode())}
                for number, text in enumerate(texts, 1)
            ]
        )
        return self.env["bank.statement.upload"].create(
            {"journal_id": (journal or self.journal).id, "attachment_ids": attachments.ids, **values}
        )

    def upload(self, *texts, **values):
        before = self.env["bank.statement.file"].search([])
        self.prepare(*texts, **values).action_import()
        return (self.env["bank.statement.file"].search([]) - before).sorted("id")

    def lines(self):
        return self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)])

    def test_transactions_are_posted_with_what_the_bank_said(self):
        file = self.upload(HEAD + MAY)
        self.assertRecordValues(
            file.line_ids.sorted("internal_index"),
            [
                {"payment_ref": "Payout", "amount": 1010, "ref": "S-77", "partner_name": "AMAZON", "bank_fee": 0},
                {"payment_ref": "Bank fee", "amount": -10, "ref": False, "partner_name": False, "bank_fee": 10},
                {"payment_ref": "Bank fee", "amount": -10, "ref": False, "partner_name": False, "bank_fee": 10},
            ],
        )
        self.assertEqual(set(file.line_ids.mapped("state")), {"posted"})
        self.assertEqual(file.line_ids.sorted("internal_index")[0].transaction_details["Credit"], "1010.00")
        self.assertEqual(base64.b64decode(file.content).decode(), HEAD + MAY)
        self.assertRecordValues(
            file,
            [
                {
                    "origin": "Bank: columns for in and out",
                    "date_start": fields.Date.to_date("2026-05-04"),
                    "date_end": fields.Date.to_date("2026-05-05"),
                    "line_count": 3,
                    "total": 990,
                }
            ],
        )

    def test_the_newest_first_is_turned_and_the_balance_runs(self):
        rows = MAY.splitlines(keepends=True)
        # The two fees of a day stand in one order whichever way the file runs: equal days keep the file's order.
        file = self.upload(HEAD + "".join(reversed(rows)))
        lines = file.line_ids.sorted("internal_index")
        self.assertEqual(lines.mapped("running_balance"), [1110, 1100, 1090])
        statement = lines.statement_id
        self.assertRecordValues(statement, [{"balance_start": 100, "balance_end_real": 1090, "is_complete": True}])

    def test_known_transactions_are_skipped_and_counted(self):
        self.upload(HEAD + MAY)
        second = self.upload(HEAD + MAY + JUNE)
        self.assertRecordValues(second, [{"line_count": 1, "known_count": 3, "total": 5}])
        self.assertRecordValues(
            second.line_ids.statement_id, [{"balance_start": 1090, "balance_end_real": 1095, "is_complete": True}]
        )
        self.assertTrue(second.line_ids.statement_id.is_valid)
        again = self.upload(HEAD + MAY + JUNE)
        self.assertRecordValues(again, [{"line_count": 0, "known_count": 4, "total": 0}])
        self.assertEqual(len(self.lines()), 4)

    def test_overlapping_files_at_once(self):
        first, second = self.upload(HEAD + MAY, HEAD + MAY + JUNE)
        self.assertEqual((first.line_count, second.line_count, second.known_count), (3, 1, 3))

    def test_a_gap_filled_later_makes_no_wrong_balance(self):
        rows = MAY.splitlines(keepends=True)
        self.upload(HEAD + rows[2])
        file = self.upload(HEAD + MAY)
        self.assertEqual((file.line_count, file.known_count), (2, 1))
        self.assertFalse(file.line_ids.statement_id)

    def test_what_will_be_imported_is_shown_before(self):
        upload = self.prepare(HEAD + MAY, HEAD + MAY + JUNE)
        upload.action_check()
        self.assertRecordValues(
            upload.file_ids.sorted("id"),
            [
                {"line_count": 3, "known_count": 0, "total": 990, "opening": 100, "closing": 1090},
                {"line_count": 1, "known_count": 3, "total": 5, "opening": 100, "closing": 1095},
            ],
        )
        self.assertEqual(set(upload.file_ids.mapped("balance")), {"checked"})
        self.assertFalse(self.lines())

    def test_another_currency_is_refused_and_of_a_mixed_file_left_out(self):
        with self.assertRaisesRegex(UserError, "it is in EUR, the journal Wallet in USD"):
            self.upload(HEAD + MAY.replace("USD", "EUR"))
        mixed = MAY + "2026-05-06,Payout,7.00,,EUR,S-79,AMAZON,,A9,7.00\n"
        file = self.upload(HEAD + mixed)
        self.assertEqual((file.line_count, file.other_count), (3, 1))

    def test_one_bad_file_and_nothing_is_imported(self):
        broken = HEAD + MAY.replace("1100.00", "1101.00")
        with self.assertRaisesRegex(UserError, r"statement2.csv was not imported, at row \d: the balance"):
            self.upload(HEAD + MAY, broken)
        with self.assertRaisesRegex(UserError, "at row 2: 1.001 is no amount in USD"):
            self.upload(HEAD + "2026-05-04,Payout,1.001,,USD,,,,Z1,\n")
        with self.assertRaisesRegex(UserError, "at headings: no layout fits"):
            self.upload("Colour,Size\nred,1\n")
        self.assertFalse(self.lines())
        self.assertFalse(self.env["bank.statement.file"].search([("journal_id", "=", self.journal.id)]))

    def test_a_closed_period_takes_nothing(self):
        self.env.company.fiscalyear_lock_date = "2026-05-31"
        with self.assertRaisesRegex(UserError, "Nothing was imported: the transactions of 05/04/2026 are in a period"):
            self.upload(HEAD + MAY + JUNE)
        self.assertFalse(self.lines())
        self.assertEqual(self.upload(HEAD + JUNE).line_count, 1)

    def test_the_other_currency_of_a_transaction(self):
        layout = self.env["bank.statement.layout"].search([("name", "=", "Airwallex")])
        head = "Time,Financial Transaction Type,Wallet Currency,Target Amount,Target Currency,Conversion Rate,"
        text = f"{head}Credit Net Amount,Debit Net Amount\n2026-05-04,PAYOUT,USD,92.00,EUR,0.92,,100.00\n"
        line = self.upload(text, layout_id=layout.id).line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "amount": -100,
                    "amount_currency": -92,
                    "foreign_currency_id": self.env.ref("base.EUR").id,
                    "bank_rate": 0.92,
                }
            ],
        )

    def test_a_statement_of_another_account_is_refused(self):
        ofx = (
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD"
            "<BANKACCTFROM><BANKID>1<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>"
            "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260505<TRNAMT>12.00<FITID>F-1<NAME>AMAZON</STMTTRN>"
            "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
        )
        self.journal.set_bank_account("DE99 0000")
        with self.assertRaisesRegex(UserError, "it is of 12345678, the journal of DE990000"):
            self.upload(ofx)
        self.journal.set_bank_account("DE00 1234 5678")
        self.assertEqual(self.upload(ofx).line_ids.payment_ref, "AMAZON")

    def test_who_may_import(self):
        reader = new_test_user(self.env, "reader", groups="account.group_account_readonly")
        with self.assertRaises(AccessError):
            self.env["bank.statement.upload"].with_user(reader).create({"journal_id": self.journal.id})
        for group in ("account.group_account_basic", "account.group_account_manager", "marketplace.group_accountant"):
            clerk = new_test_user(self.env, group, groups=group)
            upload = self.env["bank.statement.upload"].with_user(clerk).create({"journal_id": self.journal.id})
            content = base64.b64encode((HEAD + JUNE.replace("A4", group)).encode())
            upload.attachment_ids = (
                self.env["ir.attachment"]
                .with_user(clerk)
                .create({"name": "june.csv", "datas": content, "res_model": upload._name, "res_id": upload.id})
            )
            upload.action_check()
            self.assertEqual(upload.file_ids.line_count, 1)
            upload.action_import()
        self.assertEqual(len(self.lines()), 3)

    def test_the_queries_do_not_grow_with_the_files_known_rows(self):
        rows = [f"2026-05-04,Payout {n},1.00,,USD,S-{n},AMAZON,,B{n},\n" for n in range(60)]
        self.upload(HEAD + "".join(rows))
        self.env.invalidate_all()
        layouts = self.env["bank.statement.layout"]._get_layouts(self.env.company)
        reading = self.env["bank.statement.file"]._read_file(
            self.journal, "again.csv", (HEAD + "".join(rows)).encode(), layouts
        )
        with self.assertQueryCount(1):
            (new,) = self.env["bank.statement.file"]._find_new(self.journal, [reading])
        self.assertEqual(new, [[]])
