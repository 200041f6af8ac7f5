from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo.addons.marketplace.contract import (
    InvalidPayload,
    Money,
    MoneyState,
    MoneyTransaction,
    Page,
    RawRecord,
    SettlementLine,
    Unavailable,
)
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .settlement_case import START, SettlementCase


@tagged("post_install", "-at_install")
class TestTransaction(SettlementCase):
    def setUp(self):
        super().setUp()
        self.stated, self.pages = {}, []
        self.connector.fetch_transactions = self._fetch_page
        self.connector.parse_transaction = self._parse
        self.Transaction = self.env["marketplace.transaction"]

    def _fetch_page(self, shop_ids, since, until=None, token=""):
        place = int(token or 0)
        records, more = self.pages[place], place + 1 < len(self.pages)
        return Page(tuple(records), str(place + 1) if more else "", None if more else START + timedelta(days=3))

    def _parse(self, payload):
        if payload["id"] not in self.stated:
            raise InvalidPayload("id", "cannot be read")
        return self.stated[payload["id"]]

    def _state(self, name, order, goods="10.00", state=MoneyState.DEFERRED, revision="1", **values):
        """A raw record of a transaction with goods and a commission of a tenth."""
        fee = str(-Decimal(goods) / 10)
        lines = tuple(
            SettlementLine(row, words, self._money(amount), START, order_id=order, sku="MUG", units=1)
            for row, (words, amount) in enumerate(
                ((("Order", "ItemPrice", "Principal"), goods), (("Order", "ItemFees", "Commission"), fee)), 1
            )
        )
        total = self._money(str(Decimal(goods) + Decimal(fee)))
        self.stated[name] = MoneyTransaction(
            name, self.shop.external_id, revision, state, state.value.upper(), START, total, lines, **values
        )
        return RawRecord("transaction", self.shop.external_id, name, revision, {"id": name}, START)

    def _fetch(self, *pages):
        self.pages = pages
        self.account._job_transactions()
        return self.Transaction.search([("account_id", "=", self.account.id)], order="external_id")

    def _states(self):
        return {entry.external_id: entry.state for entry in self.Transaction.search([])}

    def test_money_to_come_is_known(self):
        free = START + timedelta(days=9)
        first, second = self._fetch(
            [self._state("T1", "A-1", matures_at=free, reason="DD7")],
            [self._state("T2", "A-2", "20.00", state=MoneyState.RELEASED)],
        )
        self.assertEqual((first.state, first.reason, first.total, first.order_ref), ("deferred", "DD7", 9.0, "A-1"))
        self.assertEqual(first.matures_at.date(), free.date())
        self.assertEqual(first.line_ids.mapped("kind_id.code"), ["principal", "commission"])
        self.assertEqual((second.state, second.shop_id, second.total), ("released", self.shop, 18.0))
        self.assertEqual(self.account.transaction_cursor.day, 4)

    def test_what_is_released_counts_once(self):
        self._fetch([self._state("T1", "A-1")])
        released = [
            self._state("T1", "A-1", state=MoneyState.RELEASED, revision="2"),
            self._state("T2", "A-1", state=MoneyState.RELEASED, releases="T1"),
        ]
        self._fetch(released)
        self.assertEqual(self._states(), {"T1": "replaced", "T2": "released"})
        self._fetch([replace(released[0], revision="3")])
        self.assertEqual(self._states(), {"T1": "replaced", "T2": "released"})

    def test_settlements_end_the_waiting(self):
        self._fetch(
            [
                self._state("T1", "A-1"),
                self._state("T2", "A-2", settlement_id="S1"),
                self._state("T3", "A-3"),
                self._state("T4", "", settlement_id="S9"),
            ]
        )
        self._take(self._document("S1", *self._sale("A-1")))
        self.assertEqual(self._states(), {"T1": "settled", "T2": "settled", "T3": "deferred", "T4": "deferred"})
        self._fetch([self._state("T5", "A-1", revision="2")])
        self.assertEqual(self._states()["T5"], "settled")

    def test_the_same_again_changes_nothing(self):
        record = self._state("T1", "A-1")
        transaction = self._fetch([record, record])
        lines = transaction.line_ids
        self.assertEqual((self._fetch([record]), transaction.line_ids), (transaction, lines))
        self._state("T1", "A-1", "30.00")
        self._fetch([replace(record, revision="2")])
        self.assertEqual((transaction.total, len(transaction.line_ids)), (27.0, 2))

    def test_what_cannot_be_read_waits_with_its_payload(self):
        record = self._state("T1", "A-1")
        stated = self.stated.pop("T1")
        transaction = self._fetch([record, self._state("T2", "A-2")])[0]
        self.assertEqual((transaction.state, transaction.payload), ("failed", {"id": "T1"}))
        self.assertIn("cannot be read", transaction.message)
        self.stated["T1"] = stated
        with trap_jobs() as trap:
            transaction.action_retry()
            trap.assert_jobs_count(1)
        self._fetch([record])
        self.assertEqual((transaction.state, transaction.message, transaction.payload), ("deferred", False, False))

    def test_unknown_words_are_queued_before_the_settlement(self):
        record = self._state("T1", "A-1")
        line = replace(self.stated["T1"].lines[0], words=("Order", "New"), amount=Money(Decimal(1), "EUR", "1"))
        self.stated["T1"] = replace(self.stated["T1"], lines=(line,))
        self._fetch([record])
        self.assertTrue(self.Word.search([("words", "=", "Order > New"), ("kind_id", "=", False)]))

    def test_a_marketplace_that_does_not_answer(self):
        def fail(*args, **kwargs):
            raise Unavailable("gone")

        self.connector.fetch_transactions = fail
        with trap_jobs() as trap:
            self.account._job_transactions()
            trap.assert_jobs_count(1)
        self.assertFalse(self.account.transaction_cursor)
