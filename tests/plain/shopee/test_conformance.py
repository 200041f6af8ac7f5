"""The Shopee connector passes the kit that every connector must pass."""

import io
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

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
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_shopee.connector.webhooks import signature
from tests.plain.fake_http import FakeTime
from tests.plain.shopee.payments import (
    adjustment,
    income,
    item_of,
    payout,
    payout_document,
    pending,
    transaction,
    week_document,
)
from tests.plain.shopee.samples import NOW, SHOP, at, escrow, exact, filed, item, offer, order, return_
from tests.plain.shopee.shopee import KEY, Shopee

CALLBACK = "https://odoo.example/marketplace/webhook/1"
_ORDER_PATHS = ("order/get_order_list", "order/get_order_detail", "payment/get_escrow_detail_batch")
_BOOKED = {
    Capability.SHIPMENT_CONFIRMATION: "ship",
    Capability.LABELS: "ship",
    Capability.CANCELLATION: "cancel",
    Capability.REFUND: "refund",
    Capability.STOCK_PUSH: "stock",
    Capability.WEBHOOKS: "subscription",
}


def wire_orders():
    """``[(order, escrow detail)]``: tax, vouchers, shipping, a deal of two lines and a cancellation."""
    taxed = order(2, [item(2, 2, 10.25)], total=24.49)
    deal = order(3, [item(1, price=48.0), item(1, 3, 5.5, promotion_group_id=7, order_item_id=1)], total=60.0)
    return [
        (order(1), None),
        (taxed, escrow(taxed, {}, {"shipping_fee": 2.99, "buyer_tax_amount": 1.0})),
        (
            deal,
            escrow(
                deal,
                {"shopee_shipping_rebate": 1.5},
                {"shipping_fee": 1.99, "seller_voucher": 3.0, "shopee_voucher": -3.49},
            ),
        ),
        (order(4, status="CANCELLED", cancel_reason="Out of Stock"), None),
    ]


def wire_returns():
    """One with goods, one of money only."""
    return [return_(1), return_(2, return_solution=1, needs_logistics=False, refund_amount=1.5)]


def wire_payouts():
    """``[(payout, transactions, escrow details)]``: of two orders, in another currency, and a negative one."""
    two = income("260520000002", [item_of(12.0), item_of(8.0, 2)])
    return [
        (
            payout(1, 30.86),
            [transaction(16.93, "260520000001"), transaction(16.93, "260520000002"), adjustment(-3.0)],
            [income("260520000001"), two],
        ),
        (
            payout(2, 16.93, currency="USD", payout_amount=12.57, exchange_rate="0.742"),
            [transaction(16.93, "260520000003")],
            [income("260520000003")],
        ),
        (payout(3, -594.78), [adjustment(-594.78)], []),
    ]


def wire_incomes():
    """``[(number of the state, income)]``."""
    released = {"released_amount": 16.93, "actual_payout_time": NOW - 86_400, "status": "Released"}
    return [
        (2, pending("260520000004")),
        (2, pending("260520000005", 7.25, description="Adjustment")),
        (0, pending("260520000002", to_release_amount=16.93)),
        (1, pending("260520000001") | released),
    ]


class TestShopee(ConnectorConformance):
    shop_id = SHOP
    since = at(-86_400)
    single_use_refresh = True
    webhook_signature = "authorization"

    @pytest.fixture(autouse=True)
    def _platform(self):
        self.time = FakeTime(float(NOW))
        orders = wire_orders()
        self.shopee = Shopee(
            self.time,
            [received for received, _detail in orders],
            [detail for _received, detail in orders if detail],
            wire_returns(),
            [offer(1), offer(2, (21, 666))],
        )
        self.shopee.cross_border = True
        self.shopee.payouts = [(stated, entries) for stated, entries, _details in wire_payouts()]
        self.shopee.escrows |= {detail["order_sn"]: detail for *_rest, details in wire_payouts() for detail in details}
        self.shopee.incomes = wire_incomes()

    def make_connector(self, failure=None):
        shopee = self.shopee
        shopee.fail = self._failing(failure)
        shopee.skew = 60 if failure == "clock ahead" else 0
        shopee.lose_next_write = failure == "lost answer"
        return shopee.connect(tokens=None if failure == "not connected" else "")

    def _failing(self, failure):
        played, seen = str(failure).removesuffix(" once"), []

        def fail(path, query):
            if path not in _ORDER_PATHS:
                return None
            seen.append(path)
            if str(failure).endswith(" once") and len(seen) > 1:
                return None
            if played == "token expired":
                return self._expire(query) if path == _ORDER_PATHS[0] and query.get("cursor") else None
            if played == "broken order" and path == _ORDER_PATHS[0] and not query.get("cursor"):
                return self._with_broken_order(query)
            return self._failure(played)

        return fail

    def _failure(self, played):
        shopee = self.shopee
        return {
            "rate limited": lambda: shopee.error("error_rate_limit", "Too many requests.", 429, Retry_After=600),
            "throttled": lambda: shopee.error("error_rate_limit", "Too many requests. Please try again later."),
            "server error": lambda: shopee.error("error_server", "for phone: +6591234567", 500),
            "no connection": lambda: requests.ConnectionError(f"access_token={shopee.access}"),
            "truncated": lambda: (200, {}, io.BytesIO(b'{"response": {"order_list": [')),
            "bad credentials": lambda: shopee.error("error_auth", "Invalid partner_id or shopid.", 403),
            "bad request": lambda: shopee.error("error_param", 'Wrong parameters: "phone": "+6591234567"'),
        }.get(played, lambda: None)()

    def _expire(self, query):
        if query["access_token"] != "access-token-0":
            return None
        return self.shopee.error("error_auth", "Invalid access_token.", 403)

    def _with_broken_order(self, query):
        answer = self.shopee._order_get_order_list(query, None)
        answer["response"]["order_list"].append({"order_status": "READY_TO_SHIP"})
        return self.shopee.reply(answer)

    # === ORDERS === #

    def raw_orders(self):
        return [filed(received, detail) for received, detail in wire_orders()]

    def damaged_orders(self):
        return [
            (filed({**order(), "item_list": []}), "order.item_list"),
            (filed({**order(), "create_time": "yesterday"}), "order.create_time"),
            (filed({**order(), "order_status": None}), "order.order_status"),
            (filed({**order(), "total_amount": "much"}), "order.total_amount"),
            (
                filed(order(items=[item(model_quantity_purchased="two")], total=1)),
                "item_list[0].model_quantity_purchased",
            ),
            ({"shop_id": SHOP, "order": {**order(), "total_amount": 20.5}}, "order.total_amount"),
        ]

    def order_costing(self, amount, currency):
        received = order(9, currency=currency)
        received["total_amount"] = received["item_list"][0]["model_discounted_price"] = amount
        return filed(received)

    def unknown_status(self):
        return filed(order(status="TO_BE_BLESSED")), "TO_BE_BLESSED"

    def revised_order(self):
        return filed(order()), filed(order(update_time=NOW - 10, status="PROCESSED"))

    def secrets(self):
        return [KEY, "access-token-", "refresh-token-", "code-1", "+6591234567"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return self.shopee.presented

    # === WRITES === #

    def writes(self):
        shipments = (self._shipment("P1", "260528000001"), self._shipment("P2", "nothing"))
        cancel = [
            Cancellation(reference, SHOP, order_id, CancelReason.OUT_OF_STOCK)
            for reference, order_id in (("C1", "260528000001"), ("C2", "nothing"))
        ]
        refunds = [self._refund("R1", "260529000001"), self._refund("R2", "nothing")]
        return {
            Capability.SHIPMENT_CONFIRMATION: shipments,
            Capability.LABELS: shipments,
            Capability.CANCELLATION: tuple(cancel),
            Capability.REFUND: tuple(refunds),
            Capability.STOCK_PUSH: (StockLevel("SKU-2-21", 3), StockLevel("SKU-2-666", 5)),
        }

    def _shipment(self, reference, order_id):
        lines = (ShipmentLine("1001-2001", 1),)
        return Shipment(reference, SHOP, order_id, "SPX", "SPX Express", "", at(0), lines)

    def _refund(self, reference, return_id):
        lines = (RefundLine("1001-2001", 1, Money.parse("20.0", "SGD", "")),)
        return Refund(reference, SHOP, "260528000001", lines, "broken", return_id)

    def booked(self, capability):
        return self.shopee.count(_BOOKED[capability])

    def raw_returns(self):
        return [exact({"shop_id": SHOP, "return": received}) for received in wire_returns()]

    # === MONEY === #

    def settlements(self):
        counts = (("30.86", 16), ("12.57", 7), ("-594.78", 1))
        return [
            (payout_document(*row), row[0]["encrypted_payout_id"], *count)
            for row, count in zip(wire_payouts(), counts, strict=True)
        ]

    def damaged_settlements(self):
        whole, (stated, entries, details) = self.settlements()[0][0], wire_payouts()[0]
        return [
            (replace(whole, content=whole.content[:-70]), "payout.json"),
            (payout_document(stated | {"payout_amount": "much"}, entries, details), "payout.payout_amount"),
            (payout_document(stated | {"payout_time": "yesterday"}, entries, details), "payout.payout_time"),
            (payout_document(stated, entries[1:], details), "payout.from_amount"),
            (
                payout_document(stated, entries, [income("260520000001", commission_fee=1.21), *details[1:]]),
                "details[0].response[0].escrow_detail.order_income.escrow_amount",
            ),
            (payout_document(stated | {"payout_currency": "Dollar"}, entries, details), "payout.payout_amount"),
            (week_document([{"order_sn": "1", "payout_amount": "x", "escrow_release_time": NOW}]), "payout_amount"),
        ]

    def raw_transactions(self):
        details = {detail["order_sn"]: detail for *_rest, rows in wire_payouts() for detail in rows}
        return [
            exact(
                {"shop_id": SHOP, "region": "SG", "cross_border": True, "status": status, "income": entry}
                | ({"escrow": details[entry["order_sn"]]} if entry["order_sn"] in details else {})
            )
            for status, entry in wire_incomes()
        ]

    # === WEBHOOKS AND CONSENT === #

    def webhook(self, about):
        order_id = {"order": "260528000001", "another order": "260528000002", "no id": ""}[about]
        push = {"shop_id": int(SHOP), "code": 3, "timestamp": NOW, "data": {"ordersn": order_id, "status": "PROCESSED"}}
        body = json.dumps(push).encode()
        headers = {"authorization": signature(KEY, CALLBACK, body)}
        return WebhookRequest("POST", CALLBACK, headers, {}, body, self.now())

    def callback(self):
        return {"code": "code-1", "shop_id": SHOP, "state": "s"}

    def test_the_state_comes_back_with_the_address(self):
        url = self.make_connector().authorization_url("st&te", CALLBACK, "")
        redirect = parse_qs(urlsplit(url).query)["redirect"][0]
        assert parse_qs(urlsplit(redirect).query) == {"state": ["st&te"]}
