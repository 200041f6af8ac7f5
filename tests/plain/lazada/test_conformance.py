"""The Lazada connector passes the kit that every connector must pass."""

import io
import json
from dataclasses import replace

import pytest
import requests

from addons.marketplace.conformance import ConnectorConformance
from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Capability,
    Money,
    Refund,
    RefundLine,
    Rejected,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_lazada.connector.webhooks import signature
from tests.plain.fake_http import FakeTime
from tests.plain.lazada.finance import document, wire_statements, wire_transactions
from tests.plain.lazada.lazada import KEY, SECRET, Lazada
from tests.plain.lazada.samples import NOW, SHOP, at, exact, filed, item, line_id, local, order, product, return_

CALLBACK = "https://odoo.example/marketplace/webhook/1"
_ORDER_PATHS = ("/orders/get", "/order/get", "/orders/items/get")
_BOOKED = {
    Capability.SHIPMENT_CONFIRMATION: "rts",
    Capability.LABELS: "pack",
    Capability.CANCELLATION: "cancel",
    Capability.REFUND: "refund",
    Capability.STOCK_PUSH: "stock",
}


def wire_orders():
    """Tax, vouchers of both sides, delivery with a subsidy, and a cancellation."""
    dear = item(
        2,
        30.0,
        paid_price=24.5,
        voucher_seller=2.5,
        voucher_platform=3.0,
        tax_amount=1.96,
        shipping_amount=1.49,
        shipping_fee_original=3.99,
        shipping_fee_discount_platform=1.5,
        shipping_fee_discount_seller=1.0,
    )
    return [
        order(1),
        order(2, [dear, item(3)]),
        order(3, [item(1), item(2, status="canceled", reason="Out of stock")]),
        order(4, [item(1, status="canceled")]),
    ]


def wire_returns():
    """One with goods, one of money only."""
    return [return_(1), return_(2, "ONLY_REFUND", amount=150)]


class TestLazada(ConnectorConformance):
    shop_id = SHOP
    webhook_signature = "authorization"

    @pytest.fixture(autouse=True)
    def _platform(self):
        self.time = FakeTime(float(NOW))
        products = [product(1), product(2, SellerSku="REFUSED")]
        money = {
            "statements": [listed for listed, _entries in wire_statements()],
            "transactions": wire_transactions(),
        }
        self.lazada = Lazada(self.time, wire_orders(), wire_returns(), products, page_size=1, **money)

    def make_connector(self, failure=None):
        lazada = self.lazada
        lazada.fail = self._failing(failure)
        lazada.skew = 60 if failure == "clock ahead" else 0
        lazada.lose_next_write = failure == "lost answer"
        return lazada.connect(tokens=None if failure == "not connected" else "")

    def _failing(self, failure):
        played, seen = str(failure).removesuffix(" once"), []

        def fail(path, params):
            if path not in _ORDER_PATHS:
                return None
            seen.append(path)
            if str(failure).endswith(" once") and len(seen) > 1:
                return None
            if played == "token expired":
                return self._expire(params) if seen.count("/orders/get") > 1 else None
            if played == "broken order" and path == "/orders/get" and len(seen) == 1:
                return self._with_broken_order(params)
            return self._failure(played)

        return fail

    def _failure(self, played):
        lazada, ban = self.lazada, "Access denied: This ban will last"
        return {
            "rate limited": lambda: lazada.error("ApiCallLimit", f"{ban} 600 more seconds", "ISP"),
            "throttled": lambda: lazada.error("901", "E901: The request is too frequent"),
            "server error": lambda: lazada.error("ServiceUnavailable", "phone: +6591234567", "ISP"),
            "no connection": lambda: requests.ConnectionError(f"access_token={lazada.access}"),
            "truncated": lambda: (200, {}, io.BytesIO(b'{"data": {"orders": [')),
            "bad credentials": lambda: lazada.error("InvalidAppKey", "The app key is invalid"),
            "bad request": lambda: lazada.error("17", 'Invalid Date Format "phone": "+6591234567"'),
        }.get(played, lambda: None)()

    def _expire(self, params):
        if params["access_token"] != "access-token-0":
            return None
        return self.lazada.error("IllegalAccessToken", "The specified access token is invalid or expired")

    def _with_broken_order(self, params):
        answer = self.lazada._orders_get(params)
        answer["data"]["orders"].append({"updated_at": local(-3_599)})
        return self.lazada.reply(answer)

    # === ORDERS === #

    def raw_orders(self):
        return [filed(received) for received in wire_orders()]

    def damaged_orders(self):
        head, items = order()
        return [
            (filed((head, [])), "items"),
            (filed((head | {"created_at": "yesterday"}, items)), "order.created_at"),
            (filed((head, [item(status=None)])), "items[0].status"),
            (filed((head, [item(price=1.0, item_price="much")])), "items[0].item_price"),
            (filed((head, [item(), item(2, currency="MYR")])), "currency"),
            ({"shop_id": SHOP, "order": head, "items": [item(item_price=20.5)]}, "items[0].item_price"),
        ]

    def order_costing(self, amount, currency):
        head, items = order(9)
        prices = {"item_price": amount, "paid_price": amount, "currency": currency}
        return filed((head | {"price": amount, "voucher": 0}, [items[0] | prices]))

    def unknown_status(self):
        return filed(order(1, [item(status="blessed")])), "blessed"

    def revised_order(self):
        return filed(order()), filed(order(1, [item(status="packed")], updated_at=local(-10)))

    def secrets(self):
        return [SECRET, "access-token-", "refresh-token-", "code-1", "+6591234567"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return self.lazada.presented

    # === WRITES === #

    def writes(self):
        shipments = (self._shipment("P1", "500001"), self._shipment("P2", "599999"))
        cancel = tuple(
            Cancellation(reference, SHOP, order_id, CancelReason.OUT_OF_STOCK)
            for reference, order_id in (("C1", "500001"), ("C2", "nothing"))
        )
        return {
            Capability.SHIPMENT_CONFIRMATION: shipments,
            Capability.LABELS: shipments,
            Capability.CANCELLATION: cancel,
            Capability.REFUND: (self._refund("R1", "800001"), self._refund("R2", "899999")),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 3), StockLevel("REFUSED", 5)),
        }

    def _shipment(self, reference, order_id):
        return Shipment(reference, SHOP, order_id, "LEX", "LEX SG", "", at(0), (ShipmentLine(line_id(1), 1),))

    def _refund(self, reference, return_id):
        lines = (RefundLine(line_id(1), 1, Money.parse("20.00", "SGD", "")),)
        return Refund(reference, SHOP, "500001", lines, "broken", return_id)

    def booked(self, capability):
        return self.lazada.count(_BOOKED[capability])

    def raw_returns(self):
        return [exact({"shop_id": SHOP, "country": "sg", "return": received}) for received in wire_returns()]

    # === MONEY === #

    def settlements(self):
        stated = (("968.38", 5), ("-20.00", 1), ("75.00", 3))
        return [
            (document(*wire), wire[0]["statement_number"], *entry)
            for wire, entry in zip(wire_statements(), stated, strict=True)
        ]

    def damaged_settlements(self):
        whole, (listed, entries) = self.settlements()[0][0], wire_statements()[0]
        place = "transactions[0].data[0]"
        return [
            (replace(whole, content=whole.content[:-90]), "statement.json"),
            (document(listed, [entries[0] | {"amount": "much"}]), f"{place}.amount"),
            (document(listed, [entries[0] | {"transaction_date": "yesterday"}]), f"{place}.transaction_date"),
            (document(listed, [entries[0] | {"amount": "5.00 THB"}]), f"{place}.amount"),
            (document(listed, [entries[2] | {"VAT_in_amount": "0.63"}]), f"{place}.VAT_in_amount"),
            (document(listed | {"created_at": ""}, entries), "statement.created_at"),
            (document(listed, entries[:-1]), "statement.closing_balance"),
            (document(listed | {"payout": "968.39"}, entries), "statement.payout"),
            (document(listed, entries, country="xx"), "country"),
        ]

    def raw_transactions(self):
        return [exact({"shop_id": SHOP, "country": "sg", "transaction": row}) for row in wire_transactions()]

    # === WEBHOOKS AND CONSENT === #

    def webhook(self, about):
        order_id = {"order": "500001", "another order": "500002", "no id": ""}[about]
        data = {"order_status": "pending", "trade_order_id": order_id, "status_update_time": NOW}
        message = {"seller_id": SHOP, "message_type": 0, "data": data, "timestamp": NOW * 1000, "site": "lazada_sg"}
        body = json.dumps(message).encode()
        headers = {"authorization": signature(KEY, SECRET, body)}
        return WebhookRequest("POST", CALLBACK, headers, {}, body, self.now())

    def test_subscribing_again_changes_nothing(self):
        """Lazada has no operation to subscribe: whoever tries is told where to enter the address."""
        for _ in range(2):
            with pytest.raises(Rejected, match=f"enter {CALLBACK} in its App Console"):
                self.make_connector().subscribe_webhooks(CALLBACK)

    def callback(self):
        return {"code": "code-1", "state": "s"}
