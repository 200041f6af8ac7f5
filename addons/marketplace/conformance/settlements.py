"""Settlements and transactions, as far as the connector declares them."""

import copy
from datetime import timedelta
from decimal import Decimal

import pytest

from ..contract import Capability, InvalidPayload, MoneyTransaction, Settlement, SettlementDocument
from .hooks import Hooks, connector_with, fetch_all

_UTC = timedelta(0)


class SettlementTests(Hooks):
    """Documents are fetched whole, read the same every time, and add up."""

    def test_pages_lead_to_every_settlement_once(self):
        connector = connector_with(self, Capability.SETTLEMENTS)
        pages, token = [], ""
        while not pages or token:
            pages.append(connector.fetch_settlements([self.shop_id], self.since, token=token))
            token = pages[-1].next_token
            assert len(pages) <= 50
        refs = [ref for page in pages for ref in page.refs]
        assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]
        assert len({ref.external_id for ref in refs}) == len(refs)
        documents = [connector.fetch_settlement(ref.handle) for ref in refs]
        assert all(isinstance(document, SettlementDocument) for document in documents)
        found = [connector.parse_settlement(document).external_id for document in documents]
        assert sorted(found) == sorted(entry[1] for entry in self.settlements())
        for ref, external_id in zip(refs, found, strict=True):
            assert ref.provisional or ref.external_id == external_id

    def test_settlements_add_up(self):
        connector = connector_with(self, Capability.SETTLEMENTS)
        assert any(Decimal(total) < 0 for _document, _id, total, _count in self.settlements())
        for document, external_id, total, count in self.settlements():
            settlement = connector.parse_settlement(document)
            lines = list(settlement.lines)
            assert isinstance(settlement, Settlement)
            assert (settlement.external_id, settlement.total.amount) == (external_id, Decimal(total))
            assert sum(line.amount.amount for line in lines) == settlement.total.amount
            assert len(lines) == count
            assert lines == list(connector.parse_settlement(document).lines)

    def test_lines_are_sound(self):
        connector = connector_with(self, Capability.SETTLEMENTS)
        for document, *_rest in self.settlements():
            settlement = connector.parse_settlement(document)
            rows = []
            for line in settlement.lines:
                rows.append(line.row)
                assert line.words and all(line.words)
                assert line.amount.currency == settlement.total.currency
                assert line.posted_at.utcoffset() == _UTC
                assert line.units >= 0
            assert rows == sorted(set(rows)) and rows[0] >= 1
            times = (settlement.start, settlement.end, settlement.paid_at)
            assert all(time.utcoffset() == _UTC for time in times if time)

    def test_damaged_settlements_are_refused(self):
        connector = connector_with(self, Capability.SETTLEMENTS)
        assert self.damaged_settlements()
        for document, path in self.damaged_settlements():
            with pytest.raises(InvalidPayload) as caught:
                list(connector.parse_settlement(document).lines)
            assert path in caught.value.path

    @pytest.mark.parametrize("content", [b"", b"settlement", b"\xff\xfe\x00", b"{}", b"[]", b"a\tb\n1\t2\n"])
    def test_what_is_no_settlement_is_refused(self, content):
        connector = connector_with(self, Capability.SETTLEMENTS)
        with pytest.raises(InvalidPayload):
            list(connector.parse_settlement(SettlementDocument("file.txt", content)).lines)

    def test_transactions_are_sound(self):
        connector = connector_with(self, Capability.TRANSACTIONS)
        assert self.raw_transactions()
        for payload in self.raw_transactions():
            before = copy.deepcopy(payload)
            parsed = connector.parse_transaction(payload)
            assert isinstance(parsed, MoneyTransaction)
            assert parsed == connector.parse_transaction(payload)
            assert payload == before
            assert sum(line.amount.amount for line in parsed.lines) == parsed.total.amount
            assert parsed.posted_at.utcoffset() == _UTC

    def test_pages_lead_to_every_transaction_once(self):
        connector = connector_with(self, Capability.TRANSACTIONS)
        records, pages = fetch_all(self, connector, "fetch_transactions")
        assert all(record.kind == "transaction" for record in records)
        expected = sorted(connector.parse_transaction(payload).external_id for payload in self.raw_transactions())
        assert sorted(record.external_id for record in records) == expected
        assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]

    @pytest.mark.parametrize("payload", [None, [], "transaction", 7, {}])
    def test_what_is_no_transaction_is_refused(self, payload):
        connector = connector_with(self, Capability.TRANSACTIONS)
        with pytest.raises(InvalidPayload) as caught:
            connector.parse_transaction(payload)
        assert caught.value.path
