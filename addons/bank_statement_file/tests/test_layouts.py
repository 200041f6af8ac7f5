"""The layouts that come with the addon."""

from odoo.addons.bank_statement_file.statements import read_statements
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

AIRWALLEX = """Time,Type,Financial Transaction Type,Transaction Id,Description,Wallet Currency,Target Currency,\
Target Amount,Conversion Rate,Mature Date,Amount,Fee,Debit Net Amount,Credit Net Amount,Account Balance,\
Available Balance,Created At,Request Id,Reference,Note to Self
2026-05-06T22:41:36+0800,DEPOSIT,DEPOSIT,t-1,Payout,USD,,,,,"4,420.00",,,"4,420.00","4,420.00","4,420.00",\
2026-05-06T22:40:11+0800,,S-77,
2026-05-07T09:00:00+0800,PAYOUT,PAYOUT,t-2,To bank,USD,CNY,"7,100.00",7.1,,1000.00,1.00,"1,001.00",,"3,419.00",,\
2026-05-07T09:00:00+0800,,,June
"""
PAYONEER = """Transaction Date,Time,Time Zone,Transaction ID,Description,Credit Amount,Debit Amount,Currency,\
Transfer Amount,Transfer Amount Currency,Status,Running Balance,Additional Description,Store Name,Source,Target,\
Reference ID
05/31/2026,10:00,UTC,9001,Payment from eBay,"1,200.50",,USD,,,Completed,"1,200.50",P 6001,,eBay,USD balance,
06/01/2026,10:00,UTC,9002,Withdrawal,,"200.50",USD,1420.00,CNY,Completed,1000.00,,,USD balance,Bank,W-7
06/02/2026,10:00,UTC,9003,Payment from eBay,5.00,,USD,,,Pending,1005.00,P 6002,,eBay,USD balance,
"""
WISE = """TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Exchange From,\
Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,Total fees
TRANSFER-1,08-05-2026,1500.00,GBP,Received money,S-77,1500.00,,,,Amazon,,,,0.00
TRANSFER-2,09-05-2026,-10.50,GBP,Sent money,,1489.50,,,,,Ann,GB00,,0.50
"""
WORLDFIRST = """交易时间,交易单号,交易类型,交易对方,币种,收/支,交易金额,手续费,状态
2026-05-06 10:00:00,W1,收款,AMAZON,USD,收入,100.00,0.30,成功
2026-05-07 10:00:00,W2,提现,本人,USD,支出,50.00,,处理中
"""
BANK = "交易日,交易时间,支出,收入,余额,交易类型,交易备注\n20260506,10:00:00,,710.00,810.00,汇入,结汇\n"


@tagged("post_install", "-at_install")
class TestLayouts(TransactionCase):
    def _read_text(self, text):
        layouts = self.env["bank.statement.layout"]._get_layouts(self.env.company)
        origin, (statement,) = read_statements(text.encode(), layouts)
        return origin, statement

    def test_airwallex(self):
        origin, statement = self._read_text(AIRWALLEX)
        self.assertEqual((origin, statement.currency, str(statement.closing)), ("Airwallex", "USD", "3419.00"))
        deposit, payout = statement.transactions
        self.assertEqual((str(deposit.amount), deposit.reference, deposit.external_id), ("4420.00", "S-77", "t-1"))
        self.assertEqual((str(payout.amount), str(payout.fee), payout.foreign[0]), ("-1001.00", "1.00", "CNY"))
        self.assertEqual((payout.description, str(payout.day), str(payout.rate)), ("To bank June", "2026-05-07", "7.1"))

    def test_payoneer(self):
        origin, statement = self._read_text(PAYONEER)
        self.assertEqual((origin, statement.left_out, str(statement.closing)), ("Payoneer", 1, "1000.00"))
        payment, withdrawal = statement.transactions
        self.assertEqual((payment.description, str(payment.day)), ("Payment from eBay P 6001", "2026-05-31"))
        self.assertEqual((str(withdrawal.amount), withdrawal.reference), ("-200.50", "W-7"))

    def test_wise(self):
        origin, statement = self._read_text(WISE)
        self.assertEqual((origin, str(statement.opening), str(statement.closing)), ("Wise", "0.00", "1489.50"))
        self.assertEqual([line.counterparty for line in statement.transactions], ["Amazon", "Ann"])

    def test_a_wallet_of_china(self):
        origin, statement = self._read_text(WORLDFIRST)
        self.assertEqual((origin, statement.left_out), ("WorldFirst 万里汇", 1))
        self.assertEqual((str(statement.total), str(statement.transactions[0].fee)), ("100.00", "0.30"))

    def test_a_bank_of_china(self):
        origin, statement = self._read_text(BANK)
        self.assertEqual((origin, str(statement.opening)), ("Bank: columns for in and out", "100.00"))
        self.assertEqual(str(statement.transactions[0].day), "2026-05-06")

    def test_what_a_layout_needs(self):
        day = Command.create({"name": "D", "meaning": "date"})
        income = Command.create({"name": "I", "meaning": "income"})
        with self.assertRaisesRegex(ValidationError, "what came in and"):
            self.env["bank.statement.layout"].create({"name": "Half", "column_ids": [day, income]})
        amount = Command.create({"name": "A", "meaning": "amount"})
        with self.assertRaisesRegex(ValidationError, "which column is the status"):
            self.env["bank.statement.layout"].create(
                {"name": "No status", "column_ids": [day, amount], "done_words": "Done"}
            )
