"""The Shopify connector passes the kit that every connector must pass."""

import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest
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
)
from addons.marketplace.transport import MemoryTokenStore
from tests.plain.fake_http import FakeTime, answer
from tests.plain.shopify import payments
from tests.plain.shopify.shop import (
    DOMAIN,
    LOCATION,
    SECRET,
    bag,
    connect,
    data,
    delivery,
    discount,
    failed,
    form_of,
    is_token_call,
    line,
    order,
    page,
    parcel,
    refund,
    refund_line,
    sent,
    signed_callback,
    tax,
    tokens,
    webhook,
)

RETURN = "gid://shopify/Return/5"


class TestShopify(ConnectorConformance):
    shop_id = DOMAIN
    since = datetime(2026, 5, 27, tzinfo=timezone.utc)
    single_use_refresh = True
    webhook_signature = "x-shopify-hmac-sha256"

    @pytest.fixture(autouse=True)
    def _shop(self):
        self.time = FakeTime(1_780_000_000.0)
        self.store = MemoryTokenStore(tokens())
        self.presented, self.calls, self.lost = [], [], False
        self.parcels, self.cancelled, self.refunds, self.quantity = [], [], [], None
        self.subscriptions, self.keys = set(), set()

    def make_connector(self, failure=None):
        self.calls = []
        store = MemoryTokenStore() if failure == "not connected" else self.store
        return connect(lambda request: self._serve(request, failure), self.time, store=store, locations=("70001",))

    def raw_orders(self):
        taxed = line(1, "20.0", 2, discountAllocations=[discount("2.0")], taxLines=[tax("1.64")])
        shipping = delivery("3.8", taxLines=[tax("0.35")])
        cut = [line(1, "30.0", 3, current=2), line(2, "5.0")]
        gone = refund(1, [refund_line(1, 1, "10.0")], "10.0")
        return [
            order(1),
            order(2, "21.8", [taxed], shippingLines=page([shipping])),
            order(3, "35.0", cut, refunds=[gone]),
            order(4, cancelledAt="2026-05-20T10:00:00Z", lines=[line(1, current=0)], refunds=[refund(2)]),
        ]

    def damaged_orders(self):
        return [
            (order(total="12.0"), "totalPriceSet"),
            ({**order(), "lineItems": page([])}, "lineItems"),
            ({**order(), "processedAt": "yesterday"}, "processedAt"),
            (order(lines=[line(originalTotalSet=None)]), "nodes[0].originalTotalSet"),
            (order(lines=[{**line(), "quantity": "two"}]), "nodes[0].quantity"),
        ]

    def order_costing(self, amount, currency):
        return order(1, amount, [line(price=amount, currency=currency)], currency)

    def unknown_status(self):
        return order(displayFulfillmentStatus="LOST_IN_SPACE"), "LOST_IN_SPACE"

    def revised_order(self):
        return order(), order(displayFinancialStatus="PARTIALLY_REFUNDED", updatedAt="2026-05-20T11:00:00Z")

    def secrets(self):
        return [SECRET, "shpat_", "shprt_", "Mustermann", "max@mustermann.example"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return self.presented

    def writes(self):
        shipped_at = datetime(2026, 5, 21, 8, tzinfo=timezone.utc)
        lines = (ShipmentLine("1", 1),)
        money = Money.parse("10.00", "EUR", "amount")
        paid = (RefundLine("1", 1, money),)
        return {
            Capability.SHIPMENT_CONFIRMATION: (
                Shipment("OUT/1", DOMAIN, "1", "DHL", "DHL", "00341", shipped_at, lines),
                Shipment("OUT/2", DOMAIN, "9", "DHL", "DHL", "00342", shipped_at, lines),
            ),
            Capability.CANCELLATION: (
                Cancellation("CAN/1", DOMAIN, "1", CancelReason.OUT_OF_STOCK),
                Cancellation("CAN/2", DOMAIN, "9", CancelReason.OUT_OF_STOCK),
            ),
            Capability.REFUND: (
                Refund("REF/1", DOMAIN, "1", paid, "damaged"),
                Refund("REF/2", DOMAIN, "9", paid, "damaged"),
            ),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 7), StockLevel("SKU-9", 7)),
        }

    def booked(self, capability):
        return len(
            {
                Capability.SHIPMENT_CONFIRMATION: self.parcels,
                Capability.CANCELLATION: self.cancelled,
                Capability.REFUND: self.refunds,
                Capability.STOCK_PUSH: [] if self.quantity is None else [self.quantity],
                Capability.WEBHOOKS: self.subscriptions,
            }[capability]
        )

    def raw_returns(self):
        settled = {
            "id": RETURN,
            "name": "#1001-R1",
            "status": "CLOSED",
            "createdAt": "2026-05-21T10:00:00Z",
            "closedAt": "2026-05-24T10:00:00Z",
            "requestApprovedAt": "2026-05-22T10:00:00Z",
            "decline": None,
            "order": {"id": "gid://shopify/Order/1", "taxesIncluded": True},
            "returnLineItems": page([self._return_line()]),
            "exchangeLineItems": page([]),
            "reverseFulfillmentOrders": page([]),
            "refunds": page([]),
        }
        return [settled, refund(7, [refund_line(restock="RETURN")], order_number=2)]

    def settlements(self):
        (first, some), (second, others) = payments.PAYOUTS.values()
        return [
            (payments.document(first, some, [payments.paid("501", "86.1", "GBP")]), "1", "50.8", 6),
            (payments.document(second, others), "2", "-21.05", 3),
        ]

    def damaged_settlements(self):
        item, some = payments.PAYOUTS["1"]
        whole = payments.document(item, some)
        amount, date = {**some[0], "amount": payments.amount("1O.0")}, {**some[0], "transactionDate": "yesterday"}
        return [
            (replace(whole, content=whole.content[:-60]), "payout-1.json"),
            (payments.document(item, [amount]), "nodes[0].amount"),
            (payments.document(item, [date]), "nodes[0].transactionDate"),
            (payments.document({**item, "net": None}, some), "payout.net"),
            (payments.document({**item, "status": "LOST"}, some), "payout.status"),
            (payments.document(item, [{**some[0], "net": payments.amount("96.0")}]), "nodes[0].net"),
            (payments.document(item, payments.SECOND), "nodes[0].associatedPayout"),
        ]

    def raw_transactions(self):
        return json.loads(json.dumps(payments.WAITING))

    def webhook(self, about):
        if about == "no id":
            return webhook({"name": "#1"}, "orders/updated", self.now())
        number = 1 if about == "order" else 2
        body = {"id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}"}
        return webhook(body, "orders/updated", self.now(), delivery=f"delivery-{number}")

    def callback(self):
        return signed_callback({"code": "code-1", "shop": DOMAIN, "state": "state-of-4711", "timestamp": "1780000000"})

    # === THE MARKETPLACE === #

    def _serve(self, request, failure):
        if is_token_call(request):
            return self._give_tokens(request)
        name, variables = sent(request)
        self.calls.append(name)
        if failure and failure.endswith(" once"):
            failure = failure.removesuffix(" once") if len(self.calls) == 1 else None
        played = self._fail(failure)
        if played:
            return played
        result = getattr(self, f"_{name.lower()}")(variables, request, failure)
        if failure == "lost answer" and name in _WRITES and not self.lost:
            self.lost = True
            return requests.ReadTimeout("no answer")
        return result

    def _give_tokens(self, request):
        form = form_of(request)
        self.presented.append(form.get("refresh_token") or form["code"])
        number = len(self.presented) + 1
        fresh = {"access_token": f"shpat_access-{number}", "refresh_token": f"shprt_refresh-{number}"}
        return answer({**fresh, "expires_in": 3600, "scope": "read_orders"})

    def _fail(self, failure):
        return {
            "rate limited": lambda: answer({"errors": "Too many requests"}, 429, Retry_After=600),
            "throttled": lambda: failed("THROTTLED", "Throttled"),
            "server error": lambda: failed("INTERNAL_SERVER_ERROR", "for max@mustermann.example", 500),
            "no connection": lambda: requests.ConnectionError("X-Shopify-Access-Token: shpat_access-1"),
            "truncated": lambda: answer(json.dumps({"data": {"orders": page([order()])}}).encode()[:-40]),
            "bad credentials": lambda: answer({"errors": "[API] Invalid API key or access token"}, 401),
            "bad request": lambda: failed("undefinedField", 'Field for "email": "max@mustermann.example"'),
        }.get(failure, lambda: None)()

    def _orders(self, variables, request, failure):
        index = int(variables["after"] or 0)
        if failure == "token expired" and index and request.headers["X-Shopify-Access-Token"] == "shpat_access-1":
            return answer({"errors": "[API] Invalid API key or access token"}, 401)
        orders = self.raw_orders()
        nodes = [orders[index]]
        if failure == "broken order" and index == 1:
            nodes.insert(0, {**order(), "id": None})
        following = str(index + 1) if index + 1 < len(orders) else ""
        return data(self.now() - (SKEW if failure == "clock ahead" else 0), orders=page(nodes, following))

    def _order(self, variables, *_):
        found = [item for item in self.raw_orders() if item["id"] == variables["id"]]
        return data(order=found[0] if found else None)

    def _refunds(self, variables, *_):
        (found,) = [item for item in self.raw_orders() if item["id"] == variables["id"]]
        listed = [{**item, "refundLineItems": page(item["refundLineItems"])} for item in found.get("refunds", [])]
        return data(order={"id": found["id"], "taxesIncluded": True, "refunds": listed})

    def _fulfilments(self, variables, *_):
        if variables["id"].endswith("/9"):
            return data(order=None)
        return data(order={"id": variables["id"], "fulfillments": self.parcels})

    def _fulfilmentorders(self, variables, *_):
        item = {"id": "gid://shopify/FulfillmentOrderLineItem/1", "lineItem": {"id": "gid://shopify/LineItem/1"}}
        part = {
            "id": "gid://shopify/FulfillmentOrder/1",
            "status": "OPEN",
            "assignedLocation": {"location": {"id": LOCATION}},
            "supportedActions": [{"action": "CREATE_FULFILLMENT"}],
            "lineItems": page([{**item, "remainingQuantity": 1 - len(self.parcels)}]),
        }
        return data(order={"id": variables["id"], "cancelledAt": None, "fulfillmentOrders": page([part])})

    def _fulfil(self, variables, *_):
        number = variables["fulfillment"]["trackingInfo"]["number"]
        self.parcels.append(parcel(len(self.parcels) + 1, {1: 1}, number))
        return data(fulfillmentCreate={"fulfillment": {"id": "1", "status": "SUCCESS"}, "userErrors": []})

    def _cancellation(self, variables, *_):
        if variables["id"].endswith("/9"):
            return data(order=None)
        done = "2026-05-21T10:00:00Z" if self.cancelled else None
        return data(order={"id": variables["id"], "cancelledAt": done, "cancellation": None})

    def _cancel(self, variables, *_):
        self.cancelled.append(variables)
        return data(orderCancel={"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []})

    def _job(self, *_):
        return data(job={"id": "gid://shopify/Job/1", "done": True})

    def _refundable(self, variables, *_):
        if variables["id"].endswith("/9"):
            return data(order=None)
        payment = {"gateway": "card", "maximumRefundableSet": bag("10.0"), "parentTransaction": None}
        suggested = {"amountSet": bag("10.0"), "suggestedTransactions": [payment]}
        parts = {"totalPriceSet": bag("10.0"), "refunds": list(self.refunds), "fulfillmentOrders": {"nodes": []}}
        return data(order={"id": variables["id"], **parts, "suggestedRefund": suggested})

    def _giverefund(self, variables, *_):
        if variables["key"] not in self.keys:
            self.keys.add(variables["key"])
            self.refunds.append({"id": "gid://shopify/Refund/1", "note": variables["input"]["note"]})
        return data(refundCreate={"refund": {"id": "gid://shopify/Refund/1"}, "userErrors": []})

    def _stock(self, variables, *_):
        counts = [{"name": "available", "quantity": 3 if self.quantity is None else self.quantity}]
        level = {"id": "gid://shopify/InventoryLevel/1", "isActive": True, "quantities": counts}
        item = {"id": "gid://shopify/InventoryItem/1", "tracked": True, "inventoryLevel": level}
        found = [{"id": "1", "sku": "SKU-1", "inventoryItem": item}] if '"SKU-1"' in variables["query"] else []
        return data(productVariants=page(found))

    def _setquantities(self, variables, *_):
        self.quantity = variables["input"]["quantities"][0]["quantity"]
        return data(inventorySetQuantities={"inventoryAdjustmentGroup": {"id": "1"}, "userErrors": []})

    def _changedreturns(self, variables, *_):
        index = int(variables["after"] or 0)
        nodes = [
            {"id": "gid://shopify/Order/1", "updatedAt": "", "returns": page([{"id": RETURN}]), "refunds": []},
            {
                "id": "gid://shopify/Order/2",
                "updatedAt": "",
                "returns": page([]),
                "refunds": [{"id": "gid://shopify/Refund/7", "return": None}],
            },
        ]
        return data(self.now(), orders=page([nodes[index]], "" if index else "1"))

    def _return(self, variables, *_):
        return data(**{"return": self.raw_returns()[0] if variables["id"] == RETURN else None})

    def _refund(self, variables, *_):
        found = self.raw_returns()[1]
        return data(refund={**found, "refundLineItems": page(found["refundLineItems"])})

    def _payouts(self, variables, *_):
        index = int(variables["after"] or 0)
        found = [item for item, _transactions in payments.PAYOUTS.values()]
        following = str(index + 1) if index + 1 < len(found) else ""
        return data(self.now(), shopifyPaymentsAccount={"payouts": page([found[index]], following)})

    def _balancetransactions(self, variables, *_):
        number = variables["query"].partition("payments_transfer_id:")[2]
        found = payments.PAYOUTS[number][1] if number else payments.WAITING
        return data(self.now(), **payments.pages(found)[int(variables["after"] or 0)])

    def _payments(self, variables, *_):
        assert variables["ids"] == ["gid://shopify/OrderTransaction/501"]
        return data(nodes=[payments.paid("501", "86.1", "GBP")])

    def _subscriptions(self, *_):
        nodes = [{"id": topic, "topic": topic, "uri": uri} for topic, uri in sorted(self.subscriptions)]
        return data(webhookSubscriptions=page(nodes))

    def _subscribe(self, variables, *_):
        self.subscriptions.add((variables["topic"], variables["subscription"]["uri"]))
        return data(webhookSubscriptionCreate={"webhookSubscription": {"id": "1"}, "userErrors": []})

    @staticmethod
    def _return_line():
        return {
            "__typename": "ReturnLineItem",
            "id": "gid://shopify/ReturnLineItem/51",
            "quantity": 1,
            "refundedQuantity": 1,
            "returnReasonNote": "",
            "customerNote": None,
            "returnReasonDefinition": {"handle": "size", "name": "Too large"},
            "fulfillmentLineItem": {"lineItem": {"id": "gid://shopify/LineItem/1", "sku": "SKU-1"}},
        }


_WRITES = ("Fulfil", "Cancel", "GiveRefund", "SetQuantities")
