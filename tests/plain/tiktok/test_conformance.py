"""The TikTok Shop connector passes the kit that every connector must pass."""

import json
from dataclasses import replace

import pytest
import requests

from addons.marketplace.conformance import SKEW, ConnectorConformance
from addons.marketplace.contract import Capability, ShipmentLine, StockLevel, WebhookRequest
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_tiktok.connector import webhook_signature
from tests.plain.fake_http import FakeTime, answer
from tests.plain.tiktok.finance import FINANCE, Finance, document, statement, transaction, unsettled
from tests.plain.tiktok.play import EVRI, cancellation, product, received, refund, shipment, sku
from tests.plain.tiktok.tiktok import (
    APP_KEY,
    APP_SECRET,
    CODE,
    NOW,
    SHOP,
    TikTok,
    connect,
    item,
    order,
    refusal,
    shop,
    success,
)

ORDER_CALLS = ("orders.search", "orders.detail")
FAILURES = {
    "rate limited": lambda: refusal(36009002, "slow down", 429, Retry_After=600),
    "throttled": lambda: refusal(36009002, "Too many requests"),
    "server error": lambda: answer({"code": 1, "message": "for v2b2V5@chat.seller.tiktok.com"}, 500),
    "no connection": lambda: requests.ConnectionError("x-tts-access-token: TTP_access_0"),
    "truncated": lambda: answer(json.dumps({"code": 0, "data": {"orders": [order()]}}).encode()[:-40]),
    "bad credentials": lambda: refusal(106001, "the signature is not valid", 401),
    "bad request": lambda: refusal(98001004, 'bad "phone_number": "David Kong"'),
}


def wire_statements():
    """``[(statement, transactions, payment)]``: paid, converted for the payment, and one that the seller owes."""
    reserve = {"type": "RESERVE", "reserve_amount": "-3.00", "reserve_status": "COLLECTED", "settlement_amount": "0"}
    penalty = {"type": "PLATFORM_PENALTY", "adjustment_id": "77", "adjustment_amount": "-20.00"}
    return [
        statement(1, [transaction(1), transaction(2, **reserve)]),
        statement(2, [transaction(3)], currency="USD"),
        statement(3, [transaction(4, **penalty, settlement_amount="-20.00")], payment_status="PROCESSING"),
    ]


def wire_unsettled():
    """An order on its way, and an adjustment."""
    return [
        unsettled(1),
        unsettled(2, type="REBATE", est_settlement_amount="2.50", est_adjustment_amount="2.50", adjustment_id="78"),
    ]


class Shop(TikTok):
    """A shop that remembers what was done to it."""

    def __init__(self, time, orders, returns):
        super().__init__(time)
        self.orders = {entry["id"]: entry for entry in orders}
        self.returns = {entry["return_id"]: entry for entry in returns}
        self.failure = None
        self.cancelled, self.refunds, self.levels, self.hooks = [], {}, {}, {}
        self.booked = []
        self.finance = Finance(wire_statements(), wire_unsettled())
        self.failed = self.expired = self.lost = False

    def handlers(self):
        return {
            "orders.search": self._search,
            "orders.detail": self._detail,
            "returns.search": self._search_returns,
            "returns.create": self._write(self._refund),
            "cancellations.search": self._search_cancellations,
            "cancellations.create": self._write(self._cancel),
            "logistics.providers": lambda *_args: success({"shipping_providers": [EVRI]}),
            "packages.mark_shipped": self._write(self._mark),
            "packages.ship": self._write(self._book),
            "packages.detail": lambda *_args: success({"package_id": "11", "tracking_number": "TT1"}),
            "packages.documents": lambda *_args: success({"doc_url": "https://files.example/11.pdf"}),
            "products.search": lambda *_args: success({"products": [product(sku(1))], "next_page_token": ""}),
            "fbt.warehouses": lambda *_args: success(),
            "products.inventory": self._write(self._set),
            **{operation: getattr(self.finance, verb) for operation, verb in FINANCE.items()},
            "events.list": lambda *_args: success({"webhooks": list(self.hooks.values())}),
            "events.update": self._subscribe,
        }

    def before(self, operation, query):
        if self.failure == "token expired" and operation == "orders.search" and query.get("page_token"):
            if not self.expired:
                self.access = "another"
            self.expired = True

    # --- orders ---

    def _order_call(self, serve):
        name = (self.failure or "").removesuffix(" once")
        if name in FAILURES and (name == self.failure or not self.failed):
            self.failed = True
            self.check_shapes = False
            return FAILURES[name]()
        return serve()

    def _search(self, query, _body):
        found = list(self.orders.values())
        if self.failure == "broken order":
            found.insert(1, {key: value for key, value in order(9).items() if key != "id"})
        position = int(query.get("page_token") or 0)
        following = str(position + 1) if position + 1 < len(found) else ""
        return self._order_call(
            lambda: success({"orders": [found[position]], "next_page_token": following, "total_count": len(found)})
        )

    def _detail(self, query, _body):
        found = [self.orders[number] for number in query["ids"].split(",") if number in self.orders]
        return self._order_call(lambda: success({"orders": found}))

    # --- returns ---

    def _search_returns(self, query, body):
        found = [entry for number, entry in self.returns.items() if number in body.get("return_ids", [number])]
        position = int(query.get("page_token") or 0)
        following = str(position + 1) if position + 1 < len(found) else ""
        return success({"return_orders": found[position : position + 1], "next_page_token": following})

    def _search_cancellations(self, _query, body):
        wanted = body.get("order_ids", [])
        found = [entry for entry in self.cancelled if entry["order_id"] in wanted]
        return success({"cancellations": found, "next_page_token": ""})

    # --- writes ---

    def _write(self, carry_out):
        def serve(query, body, *ids):
            played = carry_out(query, body, *ids)
            if self.failure == "lost answer" and not self.lost:
                self.lost = True
                return requests.ReadTimeout("no answer")
            return played

        return serve

    def _mark(self, _query, body, number):
        units = [unit for unit in self.orders[number]["line_items"] if unit["id"] in body["order_line_item_ids"]]
        for unit in units:
            unit.update(tracking_number=body["tracking_number"], package_id="77", display_status="IN_TRANSIT")
        self.booked.append(Capability.SHIPMENT_CONFIRMATION)
        return success({"package_id": "77"})

    def _book(self, _query, _body, package):
        for entry in self.orders.values():
            for unit in entry["line_items"]:
                if unit.get("package_id") == package:
                    unit.update(package_status="PROCESSING", tracking_number="TT1")
        self.booked.append(Capability.LABELS)
        return success()

    def _cancel(self, _query, body):
        if body["order_id"] not in self.orders:
            return refusal(25001001, "invalid order status")
        units = [{"order_line_item_id": unit} for unit in body.get("order_line_item_ids", [])]
        self.cancelled.append(
            {
                "cancel_id": f"40353185040866041{len(self.cancelled):02}",
                "cancel_status": "CANCELLATION_REQUEST_SUCCESS",
                "role": "SELLER",
                "order_id": body["order_id"],
                "cancel_line_items": units,
            }
        )
        self.booked.append(Capability.CANCELLATION)
        return success({"cancel_id": "1", "cancel_status": "CANCELLATION_REQUEST_SUCCESS"})

    def _refund(self, query, body):
        if body["order_id"] not in self.orders:
            return refusal(25001001, "invalid order")
        key = query["idempotency_key"]
        if key not in self.refunds:
            self.booked.append(Capability.REFUND)
        number = self.refunds.setdefault(key, f"40353185040866099{len(self.refunds):02}")
        return success({"return_id": number, "return_status": "RETURN_OR_REFUND_REQUEST_SUCCESS"})

    def _set(self, _query, body, _product):
        for entry in body["skus"]:
            self.levels[entry["id"]] = entry["inventory"][0]["quantity"]
        return success()

    def _subscribe(self, _query, body):
        self.hooks[body["event_type"]] = {**body, "create_time": 1, "update_time": 1}
        return success()


class TestTikTok(ConnectorConformance):
    shop_id = SHOP
    single_use_refresh = True
    webhook_signature = "authorization"

    @pytest.fixture(autouse=True)
    def _marketplace(self):
        self.time = FakeTime(NOW)
        self.market = Shop(self.time, self.raw_orders(), self.raw_returns())
        self.store = self.market.store()

    def make_connector(self, failure=None):
        self.market.failure = failure
        self.market.failed = self.market.expired = False
        self.market.skew = -SKEW if failure == "clock ahead" else 0
        return connect(self.market, store=MemoryTokenStore() if failure == "not connected" else self.store)

    def raw_orders(self):
        tax = [{"tax_amount": "1.65", "tax_rate": "0.0825", "tax_type": "SALES_TAX"}]
        taxed = {"original_shipping_fee": "5.00", "product_tax": "1.65", "shipping_fee_tax": "0.41", "tax": "2.06"}
        vouchers = {
            "original_shipping_fee": "4.99",
            "shipping_fee_platform_discount": "3.99",
            "seller_discount": "2.00",
            "platform_discount": "1.50",
            "total_amount": "17.50",
        }
        booked = item(4, package_id="11", package_status="TO_FULFILL")
        return [
            order(1),
            order(2, [item(2, "20.00", "2.00", "1.50")], vouchers),
            order(
                3, [item(3, "20.00", currency="USD", item_tax=tax)], {**taxed, "total_amount": "27.06"}, currency="USD"
            ),
            order(4, [booked], shipping_type="TIKTOK"),
            order(5, [item(5), item(6, status="CANCELLED")], {"total_amount": "20.00"}),
            order(6, status="CANCELLED"),
        ]

    def damaged_orders(self):
        return [
            ({**order(), "line_items": []}, "line_items"),
            ({**order(), "create_time": "yesterday"}, "create_time"),
            (order(payment={"total_amount": "a lot"}), "payment.total_amount"),
            (order(items=[{**item(1), "seller_discount": 1.5}]), "line_items[0].seller_discount"),
        ]

    def order_costing(self, amount, currency):
        return order(items=[item(1, amount, currency=currency)], payment={"total_amount": amount}, currency=currency)

    def unknown_status(self):
        return order(status="TELEPORTED"), "TELEPORTED"

    def revised_order(self):
        later = order(1, status="IN_TRANSIT")
        return order(1), {**later, "update_time": later["update_time"] + 60}

    def secrets(self):
        return [APP_SECRET, "TTP_access", "TTP_refresh", CODE, "v2b2V5@", "David Kong", "High Street"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return self.market.presented

    def writes(self):
        unknown = order(9)["id"]
        lines = (ShipmentLine(item(2)["id"], 1),)
        return {
            Capability.SHIPMENT_CONFIRMATION: (shipment(item(1), number=1), shipment(item(9), number=9)),
            Capability.LABELS: (
                shipment(item(4), number=4, reference="OUT/4", tracking=""),
                shipment(item(9), number=9, reference="OUT/9", tracking=""),
            ),
            Capability.CANCELLATION: (
                cancellation(order_id=order(2)["id"], lines=lines),
                cancellation(reference="C2", order_id=unknown),
            ),
            Capability.REFUND: (refund(), refund(reference="R2", order_id=unknown)),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 7), StockLevel("SKU-NONE", 7)),
        }

    def booked(self, capability):
        if capability is Capability.WEBHOOKS:
            return len(self.market.hooks)
        if capability is Capability.STOCK_PUSH:
            return len(self.market.levels)
        return self.market.booked.count(capability)

    def raw_returns(self):
        return [received(), {**received("", "BUYER_SHIPPED_ITEM"), "return_id": "4035318504086604112"}]

    def settlements(self):
        stated = (("14.00", 7), ("17.00", 6), ("-20.00", 1))
        return [(document(*wire), wire[0]["id"], *entry) for wire, entry in zip(wire_statements(), stated, strict=True)]

    def damaged_settlements(self):
        whole, (listed, entries, payment) = self.settlements()[0][0], wire_statements()[0]
        first = entries[0]
        fees = {"fee_tax_breakdown": {"fee": {"referral_fee_amount": "-1.19", "transaction_fee_amount": "-0.30"}}}
        place = "pages[0].transactions[0]"
        return [
            (replace(whole, content=whole.content[:-90]), "statement.json"),
            (document(listed, [{**first, "revenue_amount": "much"}], payment), f"{place}.revenue_amount"),
            (document({**listed, "statement_time": "yesterday"}, entries, payment), "statement.statement_time"),
            (document(listed, [{**first, **fees}], payment), f"{place}.fee_tax_amount"),
            (document(listed, [{**first, "settlement_amount": "16.99"}], payment), f"{place}.settlement_amount"),
        ]

    def raw_transactions(self):
        return [{**entry, "shop_id": SHOP, "seen_at": int(NOW)} for entry in wire_unsettled()]

    def webhook(self, about):
        number = {"order": order(1)["id"], "another order": order(2)["id"], "no id": ""}[about]
        data = {"order_status": "UNPAID", "update_time": int(self.now()), **({"order_id": number} if number else {})}
        body = json.dumps({"type": 1, "shop_id": SHOP, "timestamp": int(self.now()), "data": data}).encode()
        headers = {"authorization": webhook_signature(APP_KEY, APP_SECRET, body), "content-type": "application/json"}
        return WebhookRequest("POST", "https://shop.example/hook", headers, {}, body, self.now())

    def callback(self):
        return {"code": CODE, "app_key": APP_KEY, "locale": "en", "shop_region": shop()["region"]}
