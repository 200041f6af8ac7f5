"""Settlements of a marketplace in memory, whose documents are JSON."""

import hashlib
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.marketplace.contract import (
    InvalidPayload,
    Money,
    Settlement,
    SettlementDocument,
    SettlementLine,
    SettlementPage,
    SettlementRef,
    SettlementState,
)
from odoo.addons.marketplace.tests.import_case import ImportCase

START = datetime(2026, 5, 1, tzinfo=timezone.utc)
WORDS = {
    "Order > ItemPrice > Principal": "principal",
    "Order > ItemFees > Commission": "commission",
    "* > Refund > Principal": "income_refund",
    "Reserve > Held": "reserve_current",
}


class SettlementCase(ImportCase):
    """The fake marketplace gives settlements; its words for goods, commission, refunds and reserves are known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Settlement = cls.env["marketplace.settlement"]
        cls.Word = cls.env["marketplace.fee.word"]
        cls.kinds = {kind.code: kind for kind in cls.env["marketplace.fee.kind"].search([])}
        cls.Word.create(
            [{"provider": "none", "words": words, "kind_id": cls.kinds[code].id} for words, code in WORDS.items()]
        )

    def setUp(self):
        super().setUp()
        self.offered = {}
        self.connector.fetch_settlements = self._fetch_settlements
        self.connector.fetch_settlement = lambda handle: self.offered[handle["id"]]
        self.connector.parse_settlement = parse
        self.patch(type(self.account), "_build_connector", lambda account: self.connector)

    def _fetch_settlements(self, shop_ids, since, until=None, token=""):
        refs = tuple(
            SettlementRef(name, self.shop.external_id, hashlib.md5(document.content).hexdigest(), {"id": name})
            for name, document in self.offered.items()
        )
        return SettlementPage(refs, complete_until=START + timedelta(days=20))

    def _document(self, name, *lines, total=None, **values):
        """A document with lines of ``(words, amount)``, or of that and further values."""
        lines = [{"words": words, "amount": amount, **(rest[0] if rest else {})} for words, amount, *rest in lines]
        stated = total or str(sum(Decimal(line["amount"]) for line in lines))
        content = {"id": name, "total": stated, "currency": self.currency, "lines": lines, **values}
        return SettlementDocument(f"{name}.json", json.dumps(content).encode())

    def _offer(self, name, *lines, **values):
        document = self._document(name, *lines, **values)
        self.offered[name] = document
        return document

    def _take(self, *documents):
        """Settlements of documents that a person uploads."""
        return self.Settlement.concat(*(self.Settlement._upload(self.account, document) for document in documents))

    def _sale(self, order, goods="12.00", commission="-1.80", **values):
        values = {"order": order, "sku": "MUG", "units": 1, **values}
        return [
            ("Order > ItemPrice > Principal", goods, values),
            ("Order > ItemFees > Commission", commission, values),
        ]


def parse(document):
    """What a connector does, for the JSON of :meth:`SettlementCase._document`."""
    try:
        content = json.loads(document.content)
    except ValueError:
        raise InvalidPayload("document", "not JSON") from None
    currency = content["currency"]
    return Settlement(
        external_id=content["id"],
        shop_id=content.get("shop", ""),
        state=SettlementState(content.get("state", "closed")),
        total=Money.parse(content["total"], currency, "total"),
        start=START,
        end=START + timedelta(days=14),
        paid_at=START + timedelta(days=16),
        lines=_parse_lines(content["lines"], currency),
        reference=content.get("reference", ""),
    )


def _parse_lines(lines, currency):
    for row, line in enumerate(lines, 1):
        original = line.get("original")
        yield SettlementLine(
            row=row,
            words=tuple(line["words"].split(" > ")),
            amount=Money.parse(line["amount"], currency, f"lines[{row}].amount"),
            posted_at=START + timedelta(days=line.get("day", 1)),
            market=line.get("market", ""),
            order_id=line.get("order", ""),
            order_line_id=line.get("item", ""),
            sku=line.get("sku", ""),
            units=line.get("units", 0),
            original=Money.parse(original[0], original[1], "original") if original else None,
        )
