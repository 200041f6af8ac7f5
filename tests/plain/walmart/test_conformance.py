"""The Walmart connector passes the kit that every connector must pass."""

import copy
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
import requests

from addons.marketplace.conformance import SKEW, ConnectorConformance
from addons.marketplace.contract import Capability, ShipmentLine, StockLevel, WebhookRequest
from addons.marketplace_walmart.connector import HEADER
from tests.plain.fake_http import FakeTime, answer
from tests.plain.walmart.play import TYPES, cancellation, level_answer, received, refund, shipment, wfs
from tests.plain.walmart.recon import Reports, amount, document, reports, summary, zipped
from tests.plain.walmart.walmart import (
    CREDENTIALS,
    NOW,
    SHOP,
    Walmart,
    charge,
    connect,
    line,
    one,
    order,
    refusal,
    status,
    wire,
)

FAILURES = {
    "rate limited": lambda: refusal("RATE_LIMIT", "slow down", 429, Retry_After=600),
    "throttled": lambda: refusal("RATE_LIMIT", "slow down", 429),
    "server error": lambda: refusal("INTERNAL", "for 3A26A451ED43434D@relay.walmart.com", 500),
    "no connection": lambda: requests.ConnectionError("WM_SEC.ACCESS_TOKEN: eyJ.walmart.0"),
    "truncated": lambda: answer(json.dumps({"list": {"elements": {"order": [order()]}}}).encode()[:-40]),
    "bad credentials": lambda: refusal("UNAUTHORIZED", "the token is not valid", 401),
    "bad request": lambda: refusal("INVALID", 'bad "address1": "6600 gazebo drive"'),
}


class Account(Walmart):
    """A seller's account that remembers what was done to it."""

    def __init__(self, time, orders, returns):
        super().__init__(time)
        self.orders = {entry["purchaseOrderId"]: copy.deepcopy(entry) for entry in orders}
        self.returns = {entry["returnOrderId"]: entry for entry in returns}
        self.failure = None
        self.failed = self.expired = self.lost = False
        self.booked, self.levels, self.hooks, self.acknowledged = [], {}, [], set()

    def handlers(self):
        return {
            "orders.list": self._list,
            "orders.get": self._get,
            "orders.acknowledge": self._write(self._acknowledge),
            "orders.ship": self._write(self._ship),
            "orders.cancel": self._write(self._cancel),
            "orders.refund": self._write(self._refund),
            "returns.list": self._list_returns,
            "inventory.put": self._write(self._put),
            "inventory.wfs": wfs(),
            "webhooks.types": lambda *_args: answer(TYPES),
            "webhooks.list": lambda *_args: answer({"events": [{"event": self.hooks}]}),
            "webhooks.create": self._subscribe,
            **Reports().handlers(),
        }

    def before(self, operation, query):
        if self.failure == "token expired" and operation == "orders.list" and "soIndex" in query:
            if not self.expired:
                self.access = "another"
            self.expired = True

    # --- orders ---

    def _order_call(self, serve):
        name = (self.failure or "").removesuffix(" once")
        if name in FAILURES and (name == self.failure or not self.failed):
            self.failed = True
            return FAILURES[name]()
        return serve()

    def _list(self, query, _body):
        found = list(self.orders.values()) if query.get("shipNodeType", "SellerFulfilled") == "SellerFulfilled" else []
        if self.failure == "broken order" and found:
            found.insert(1, {key: value for key, value in order(9).items() if key != "purchaseOrderId"})
            self.check = False
        position = int(query.get("soIndex") or 0)
        meta = {"totalCount": len(found), "limit": 1}
        if position + 1 < len(found):
            meta["nextCursor"] = f"?limit=1&soIndex={position + 1}"
        page = [wire(entry) for entry in found[position : position + 1]]
        return self._order_call(lambda: answer({"list": {"meta": meta, "elements": {"order": page}}}))

    def _get(self, _query, _body, number):
        if number not in self.orders:
            return refusal("NOT_FOUND", "no such order", 404)
        return self._order_call(lambda: one(self.orders[number]))

    def _list_returns(self, query, _body):
        found = [entry for number, entry in self.returns.items() if query.get("returnOrderId") in (None, number)]
        position = int(query.get("cursor") or 0)
        cursor = f"?cursor={position + 1}" if position + 1 < len(found) else ""
        meta = {"totalCount": len(found), "limit": 1, "nextCursor": cursor}
        return answer({"meta": meta, "returnOrders": [wire(entry) for entry in found[position : position + 1]]})

    # --- writes ---

    def _write(self, carry_out):
        def serve(query, body, *ids):
            played = carry_out(query, body, *ids)
            if self.failure == "lost answer" and not self.lost:
                self.lost = True
                return requests.ReadTimeout("no answer")
            return played

        return serve

    def _acknowledge(self, _query, _body, number):
        if number not in self.orders:
            return refusal("NOT_FOUND", "no such order", 404)
        for entry in self.orders[number]["orderLines"]["orderLine"]:
            for known in entry["orderLineStatuses"]["orderLineStatus"]:
                known["status"] = "Acknowledged" if known["status"] == "Created" else known["status"]
        self.acknowledged.add(number)
        return one(self.orders[number])

    def _move(self, number, entries, word):
        lines = {entry["lineNumber"]: entry for entry in self.orders[number]["orderLines"]["orderLine"]}
        for entry in entries:
            wanted = entry["orderLineStatuses"]["orderLineStatus"][0]
            units = int(wanted["statusQuantity"]["amount"])
            statuses = lines[entry["lineNumber"]]["orderLineStatuses"]["orderLineStatus"]
            left = next(known for known in statuses if known["status"] in ("Created", "Acknowledged"))
            left["statusQuantity"]["amount"] = str(int(left["statusQuantity"]["amount"]) - units)
            statuses[:] = [known for known in statuses if known["statusQuantity"]["amount"] != "0"] + [
                {**wanted, "status": word}
            ]
        return one(self.orders[number])

    def _ship(self, _query, body, number):
        self.booked.append(Capability.SHIPMENT_CONFIRMATION)
        return self._move(number, body["orderShipment"]["orderLines"]["orderLine"], "Shipped")

    def _cancel(self, _query, body, number):
        self.booked.append(Capability.CANCELLATION)
        return self._move(number, body["orderCancellation"]["orderLines"]["orderLine"], "Cancelled")

    def _refund(self, _query, body, number):
        self.booked.append(Capability.REFUND)
        lines = {entry["lineNumber"]: entry for entry in self.orders[number]["orderLines"]["orderLine"]}
        for entry in body["orderRefund"]["orderLines"]["orderLine"]:
            lines[entry["lineNumber"]]["refund"] = entry["refunds"]["refund"][0]
        return one(self.orders[number])

    def _put(self, query, body):
        if body["sku"] == "NONE":
            return refusal("NOT_FOUND", "no such item", 404)
        self.levels[query["sku"]] = body["quantity"]["amount"]
        return level_answer(body["sku"], body["quantity"]["amount"])

    def _subscribe(self, _query, body):
        self.hooks += [{**entry, "subscriptionId": f"s{number}"} for number, entry in enumerate(body["events"])]
        return answer({})


class TestWalmart(ConnectorConformance):
    shop_id = SHOP
    webhook_signature = HEADER.lower()

    @pytest.fixture(autouse=True)
    def _marketplace(self):
        self.time = FakeTime(NOW)
        self.market = Account(self.time, self.raw_orders(), self.raw_returns())
        self.store = self.market.store()

    def make_connector(self, failure=None):
        self.market.failure = failure
        self.market.failed = self.market.expired = False
        self.market.check = not failure
        self.market.skew = -SKEW if failure == "clock ahead" else 0
        return connect(self.market, store=self.store)

    def raw_orders(self):
        charges = [
            charge("20.00", "1.65"),
            charge("5.00", "0.41", "SHIPPING", "Shipping"),
            charge("-2.00", name="SubscriptionDiscount"),
        ]
        mixed = line(quantity=3, statuses=[status("Cancelled", 1), status("Created", 2)])
        return [
            order(1, [line(statuses=[status("Created")])]),
            order(2, [line(charges=charges)]),
            order(3, [mixed, line(2)]),
            order(4, [line(statuses=[status("Cancelled")])]),
            order(5, [line(statuses=[status("Shipped", 1, "1Z9")])]),
        ]

    def damaged_orders(self):
        return [
            ({**order(), "orderLines": {"orderLine": []}}, "orderLines.orderLine"),
            ({**order(), "orderDate": "yesterday"}, "orderDate"),
            (order(lines=[line(charges=[charge("a lot")])]), "charges.charge[0].chargeAmount"),
            (order(lines=[line(statuses=[status("Shipped", 9)])]), "orderLineStatuses"),
        ]

    def order_costing(self, amount, currency):
        return order(lines=[line(charges=[charge(amount, currency=currency)])])

    def unknown_status(self):
        return order(lines=[line(statuses=[status("Teleported")])]), "Teleported"

    def revised_order(self):
        later = line(statuses=[status("Shipped", 1, "1Z1")])
        return order(), order(lines=[{**later, "statusDate": later["statusDate"] + 60000}])

    def secrets(self):
        return [CREDENTIALS.client_secret, CREDENTIALS.webhook_secret, "eyJ.walmart", "3A26A451ED", "gazebo", "Ashley"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return self.market.presented

    def writes(self):
        unknown = order(9)["purchaseOrderId"]
        return {
            Capability.ACKNOWLEDGEMENT: (order(1)["purchaseOrderId"], unknown),
            Capability.SHIPMENT_CONFIRMATION: (shipment((1, 1), number=1), shipment((1, 1), number=9)),
            Capability.CANCELLATION: (
                cancellation(order_id=order(2)["purchaseOrderId"], lines=(ShipmentLine("1", 1),)),
                cancellation(reference="C2", order_id=unknown),
            ),
            Capability.REFUND: (
                refund(order_id=order(5)["purchaseOrderId"]),
                refund(reference="R2", order_id=unknown),
            ),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 7), StockLevel("NONE", 7)),
        }

    def booked(self, capability):
        kept = {
            Capability.WEBHOOKS: self.market.hooks,
            Capability.STOCK_PUSH: self.market.levels,
            Capability.ACKNOWLEDGEMENT: self.market.acknowledged,
        }
        return len(kept[capability]) if capability in kept else self.market.booked.count(capability)

    def raw_returns(self):
        return [exact(received(1)), exact(received(2, status="DELIVERED"))]

    def settlements(self):
        stated = (("2026-05-15", "1013.85", 7), ("2026-05-24", "-30.00", 3))
        return [(document(rows), *entry) for rows, entry in zip(reports().values(), stated, strict=True)]

    def damaged_settlements(self):
        whole, (head, *rows) = self.settlements()[0][0], reports()["05152026"]
        return [
            (replace(whole, content=whole.content[:-90]), "row 10"),
            (replace(whole, content=zipped(whole.content)[:-90]), "document"),
            (document([head, *rows[:2], amount("much", "Product tax")]), "row 6 Amount"),
            (document([head, amount("1.00", "Product Price", day=32)]), "row 4 Transaction Posted Timestamp"),
            (document([head, amount("1.00", "Product Price", **{"Ship Qty": "1.5"})]), "row 4 Ship Qty"),
            (document([{**head, "Period End Date": "in May"}, *rows]), "row 3 Period End Date"),
            (document([{**head, "Total Payable": ""}, *rows]), "row 3 Total Payable"),
            (document([{**head, "Currency": "dollars"}, *rows]), "row 3 Total Payable"),
            (document([*rows]), "row 3 Total Payable"),
            (document([head, summary(16, 24, "1.00")]), "row 4 Transaction Type"),
            (document([head, amount("1.00", "", "", "")]), "row 4 Transaction Type"),
            (document([]), "document"),
            (document([head], columns=("Transaction Type", "Amount")), "row 1"),
        ]

    def webhook(self, about):
        number = {"order": order(1)["purchaseOrderId"], "another order": order(2)["purchaseOrderId"]}.get(about)
        source = {"eventType": "PO_CREATED", "eventTime": "2026-05-28T00:00:00Z", "eventId": f"e-{number}"}
        payload = {"partnerId": SHOP, **({"purchaseOrderId": number} if number else {})}
        body = json.dumps({"source": source, "payload": payload}).encode()
        signature = hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {HEADER.lower(): signature, "content-type": "application/json"}
        return WebhookRequest("POST", "https://shop.example/hook", headers, {}, body, self.now())


def exact(value):
    return json.loads(json.dumps(value), parse_float=str)
