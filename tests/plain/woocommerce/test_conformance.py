"""The WooCommerce connector passes the kit that every connector must pass."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import requests

from addons.marketplace.conformance import SKEW, ConnectorConformance
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
from tests.plain.fake_http import answer
from tests.plain.woocommerce.shop import (
    CREDENTIALS,
    SHOP_ID,
    Shop,
    line,
    order,
    product,
    refund,
    refusal,
    sign_webhook,
)


class TestWooCommerce(ConnectorConformance):
    shop_id = SHOP_ID
    tokens_expire = False
    webhook_signature = "x-wc-webhook-signature"

    def setup_method(self):
        self.shop = Shop(self.raw_orders(), [product(1), product(2)], page_size=1)
        self.shop.orders[702]["refunds"] = [{"id": 801}]
        self.shop.orders[703]["refunds"] = [{"id": 802}]
        self.shop.refunds = {702: [refund(1)], 703: [refund(2)]}

    def make_connector(self, failure=None):
        calls = []
        if failure == "clock ahead":
            self.shop.behind = SKEW
        if failure == "broken order":
            self.shop.orders[700] = {"date_modified_gmt": "2026-05-20T09:00:00", "line_items": []}

        def serve(request):
            calls.append(request)
            written = sum(call.method != "GET" for call in calls)
            played = failure.removesuffix(" once") if failure and len(calls) == 1 else failure
            if played in _FAILURES:
                return _FAILURES[played]()
            result = self.shop.serve(request)
            lost = failure == "lost answer" and request.method != "GET" and written == 1
            return requests.ReadTimeout(f"for {CREDENTIALS.consumer_key}") if lost else result

        return self.shop.connect(serve)

    def raw_orders(self):
        coupon = line(price="20.00", tax="3.80", total="18.00", total_tax="3.42")
        shipping = {"id": 401, "method_title": "DHL", "total": "3.80", "total_tax": "0.72", "taxes": []}
        return [
            order(1),
            order(2, "25.94", [coupon], shipping_lines=[shipping]),
            order(3, lines=[line(price="11.90", sku="", quantity="2")], refunds=[]),
            order(4, status="cancelled"),
        ]

    def damaged_orders(self):
        return [
            (order(total="12,00"), "total"),
            (order(lines=[{**line(), "quantity": "two"}]), "line_items[0].quantity"),
            (order(lines=[{**line(), "id": None}]), "line_items[0].id"),
            ({**order(), "currency": ""}, "currency"),
            ({**order(), "line_items": "none"}, "line_items"),
            ({**order(), "date_created_gmt": "yesterday"}, "date_created_gmt"),
        ]

    def order_costing(self, amount, currency):
        return order(total=amount, lines=[line(price=amount, tax="0")], currency=currency)

    def unknown_status(self):
        return order(status="in-der-packerei"), "in-der-packerei"

    def revised_order(self):
        return order(), {**order(status="completed"), "date_modified_gmt": "2026-05-20T11:00:00"}

    def secrets(self):
        return [
            CREDENTIALS.consumer_key,
            CREDENTIALS.consumer_secret,
            CREDENTIALS.webhook_secret,
            "Erika@example.com",
            "Heidestraße",
        ]

    def waited(self):
        return sum(self.shop.time.waits)

    def now(self):
        return self.shop.time.now

    def writes(self):
        shipment = {
            "shop_id": SHOP_ID,
            "carrier_code": "DHL",
            "carrier_name": "DHL",
            "tracking": "00341",
            "shipped_at": datetime(2026, 5, 21, 8, tzinfo=timezone.utc),
            "lines": (ShipmentLine("301", 1),),
        }
        back = (RefundLine("301", 1, Money(Decimal("11.90"), "EUR", "11.90")),)
        return {
            Capability.SHIPMENT_CONFIRMATION: (
                Shipment("WH/OUT/1", order_id="701", **shipment),
                Shipment("WH/OUT/2", order_id="799", **shipment),
            ),
            Capability.CANCELLATION: (
                Cancellation("C1", SHOP_ID, "701", CancelReason.OUT_OF_STOCK),
                Cancellation("C2", SHOP_ID, "799", CancelReason.OUT_OF_STOCK),
            ),
            Capability.REFUND: (
                Refund("R1", SHOP_ID, "701", back, "damaged"),
                Refund("R2", SHOP_ID, "799", back, "damaged"),
            ),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 7), StockLevel("SKU-9", 7)),
        }

    def booked(self, capability):
        shop = self.shop
        return {
            Capability.SHIPMENT_CONFIRMATION: len(shop.notes.get(701, [])),
            Capability.CANCELLATION: [shop.orders[701]["status"]].count("cancelled"),
            Capability.REFUND: len(shop.refunds.get(701, [])),
            Capability.STOCK_PUSH: [entry["stock_quantity"] for entry in shop.products.values()].count(7),
            Capability.WEBHOOKS: len(shop.webhooks),
        }[capability]

    def raw_returns(self):
        return [
            {"order_id": "702", "currency": "EUR", "refund": refund(1)},
            {"order_id": "703", "currency": "EUR", "refund": refund(2)},
        ]

    def webhook(self, about):
        orders = self.raw_orders()
        body = {"order": orders[0], "another order": orders[1], "no id": {**orders[0], "id": None}}[about]
        raw = json.dumps(body).encode()
        headers = {
            "x-wc-webhook-topic": "order.updated",
            "x-wc-webhook-signature": sign_webhook(raw),
            "x-wc-webhook-delivery-id": "d41d8cd98f00b204e9800998ecf8427e",
        }
        return WebhookRequest("POST", "https://odoo.example/hook", headers, {}, raw, self.now())


_FAILURES = {
    "rate limited": lambda: answer({"code": "too_many", "message": "slow down"}, 429, Retry_After=600),
    "throttled": lambda: answer(b"<html>Too many requests</html>", 429),
    "server error": lambda: answer(b"<html>There has been a critical error: Erika@example.com</html>", 500),
    "no connection": lambda: requests.ConnectionError(f"consumer_secret={CREDENTIALS.consumer_secret}"),
    "truncated": lambda: answer(json.dumps([order()]).encode()[:-40]),
    "bad credentials": lambda: refusal(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "bad request": lambda: refusal(400, "rest_invalid_param", 'Invalid parameter(s): "email": "Erika@example.com"'),
}
