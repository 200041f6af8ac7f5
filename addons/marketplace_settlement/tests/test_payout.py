"""Transfers on bank accounts are matched with settlements."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .posting_case import PostingCase


@tagged("post_install", "-at_install")
class TestPayout(PostingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Payout = cls.env["marketplace.payout"]
        cls.home = cls.company.currency_id
        cls.journal = cls._create_journal("WAL", False)

    @classmethod
    def _create_journal(cls, code, currency):
        values = {"name": code, "code": code, "type": "bank", "company_id": cls.company.id}
        return cls.env["account.journal"].create({**values, "currency_id": currency and currency.id})

    def _settle(self, name, amount, **values):
        return self._post(name, *self._sale(f"O-{name}", amount)[:1], **values)

    def _receive(self, amount, text="", day="2026-05-18", journal=None, **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.journal).id,
                "date": day,
                "amount": amount,
                "payment_ref": text or "transfer",
                **values,
            }
        )

    def _propose(self, *lines):
        self.Payout.action_propose()
        return [self.Payout.search([("statement_line_id", "=", line.id)]) for line in lines]

    def _cost(self, line, code):
        account = self.rows["other"].account_id
        name = self.kinds[code].name
        items = line.move_id.line_ids.filtered(lambda item: item.account_id == account and item.name == name)
        return sum(items.mapped("balance"))

    def test_a_payout_less_the_fee_of_the_wallet(self):
        settlement = self._settle("S-1001", "100.00")
        line = self._receive(99.0, "payout S-1001")
        (payout,) = self._propose(line)
        self.assertEqual((payout.settlement_ids, payout.fee, payout.margin), (settlement, 1.0, 0.0))
        self.assertEqual(payout.reasons, "less a fee, reference in the text")
        payout.action_accept()
        self.assertTrue(payout.is_matched)
        self.assertTrue(settlement.clearing_line_id.reconciled)
        self.assertEqual(self._cost(line, "wallet_fee"), 1.0)
        self.assertEqual(sum(line.move_id.line_ids.mapped("balance")), 0.0)
        self.assertFalse(line._seek_for_lines()[1])

    def test_undo_opens_both(self):
        settlement = self._settle("S-1001", "100.00")
        line = self._receive(100.0)
        (payout,) = self._propose(line)
        payout.action_accept()
        with self.assertRaisesRegex(UserError, "matched already"):
            payout.action_accept()
        payout.action_undo()
        self.assertFalse(payout.is_matched)
        self.assertFalse(settlement.clearing_line_id.reconciled)
        self.assertTrue(line._seek_for_lines()[1])
        payout.action_accept()
        self.assertTrue(settlement.clearing_line_id.reconciled)

    def test_one_transfer_of_several_settlements(self):
        settlements = (
            self._settle("S-1001", "10.00") | self._settle("S-1002", "20.00") | self._settle("S-1003", "33.00")
        )
        line = self._receive(43.0)
        (payout,) = self._propose(line)
        self.assertEqual(payout.settlement_ids, settlements[0] | settlements[2])
        payout.action_accept()
        self.assertEqual(settlements.mapped("clearing_line_id.reconciled"), [True, False, True])

    def test_one_settlement_in_several_transfers(self):
        settlement = self._settle("S-1001", "100.00")
        first, second = self._receive(60.0), self._receive(40.0, day="2026-05-19")
        payouts = self._propose(first, second)
        self.assertEqual([payout.is_part for payout in payouts], [True, True])
        payouts[0].action_accept()
        self.assertEqual(settlement.clearing_line_id.amount_residual_currency, 40.0)
        payouts[1].is_part = False
        payouts[1].action_accept()
        self.assertTrue(settlement.clearing_line_id.reconciled)

    def test_the_margin_of_an_exchange_is_an_item_of_its_own(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CNY")])
        currency.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "company_id": self.company.id, "name": "2026-01-01", "rate": 7.2}
        )
        settlement = self._settle("S-1001", "100.00")
        line = self._receive(712.8, "S-1001", journal=self._create_journal("CNY", currency), bank_fee=3.6)
        (payout,) = self._propose(line)
        self.assertEqual((payout.settlement_ids, payout.fee, payout.margin), (settlement, 3.6, 3.6))
        payout.action_accept()
        self.assertTrue(settlement.clearing_line_id.reconciled)
        self.assertEqual((self._cost(line, "wallet_fee"), self._cost(line, "fx_margin")), (0.5, 0.5))

    def test_what_a_person_chooses_stays(self):
        self._settle("S-1001", "100.00")
        other = self._settle("S-1002", "150.00")
        line = self._receive(100.0)
        (payout,) = self._propose(line)
        payout.write({"settlement_ids": other.ids, "is_part": True, "is_chosen": True})
        (again,) = self._propose(line)
        self.assertEqual((again, again.settlement_ids), (payout, other))
        payout.action_accept()
        self.assertEqual(other.clearing_line_id.amount_residual_currency, 50.0)

    def test_what_cannot_be_is_refused(self):
        settlement = self._settle("S-1001", "100.00")
        line = self._receive(120.0)
        (payout,) = self._propose(line)
        self.assertFalse(payout.settlement_ids)
        payout.settlement_ids = settlement
        with self.assertRaisesRegex(UserError, "no payout of these settlements"):
            payout.action_accept()
        self.assertTrue(line._seek_for_lines()[1])

    def test_a_reversed_settlement_is_open_again(self):
        settlement = self._settle("S-1001", "100.00")
        line = self._receive(100.0)
        (payout,) = self._propose(line)
        payout.action_accept()
        payout.action_undo()
        settlement.action_reverse()
        with self.assertRaises(UserError):
            payout.action_accept()
        settlement.action_post()
        payout.action_accept()
        self.assertTrue(settlement.clearing_line_id.reconciled)

    def test_what_the_marketplace_owes_by_month(self):
        sale = self._sale("O-1", "100.00", "-20.00")
        self._post("S-1001", *sale, ("Reserve > Held", "-30.00"))
        line = self._receive(49.0, "S-1001", day="2026-06-02")
        (payout,) = self._propose(line)
        payout.action_accept()
        self._post("S-1002", ("Reserve > Back", "30.00"))
        rows = self.env["marketplace.receivable"].search([("account_id", "=", self.account.id)], order="month")
        self.assertRecordValues(
            rows,
            [
                {"opening": 0, "income": 100, "fees": -20, "transfers": 0, "closing": 80, "shop_id": False},
                {"opening": 80, "income": 0, "fees": 0, "transfers": -50, "closing": 30, "shop_id": False},
            ],
        )
        owed = sum(self.Settlement.search([("state", "=", "posted")]).mapped("clearing_line_id.amount_residual"))
        self.assertEqual(owed, 30.0)

    def test_who_may_match(self):
        self._settle("S-1001", "100.00")
        line = self._receive(100.0)
        groups = {"clerk": "marketplace.group_operator", "accountant": "marketplace.group_accountant"}
        users = {name: new_test_user(self.env, name, groups=group) for name, group in groups.items()}
        with self.assertRaises(AccessError):
            self.Payout.with_user(users["clerk"]).action_propose()
        self.Payout.with_user(users["accountant"]).action_propose()
        payout = self.Payout.with_user(users["accountant"]).search([("statement_line_id", "=", line.id)])
        payout.action_accept()
        self.assertTrue(payout.is_matched)
