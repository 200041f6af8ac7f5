"""The eBay connector passes the kit that every connector must pass."""

import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

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
from tests.plain.ebay import ebay, money, notices
from tests.plain.ebay.ebay import errors
from tests.plain.ebay.samples import GB, amount, line, order, return_summary
from tests.plain.fake_http import FakeTime, answer

ORDERS = "/sell/fulfillment/v1/order"


class TestEbay(ConnectorConformance):
    shop_id = GB
    webhook_signature = "x-ebay-signature"

    @pytest.fixture(autouse=True)
    def _marketplace(self):
        self.time = FakeTime(ebay.NOW)
        returns = [return_summary(1), return_summary(2, 2, "CLOSED")]
        self.ebay = ebay.Ebay(self.raw_orders(), returns, self.time)
        self.ebay.stock = {"CB-01-NAT": []}
        self.ebay.payouts = [item for item, _transactions in money.PAYOUTS.values()]
        self.ebay.transactions = list(money.ALL)

    def make_connector(self, failure=None):
        self.ebay.before, self.ebay.skew, self.ebay.lose = None, 0, False
        if failure == "lost answer":
            self.ebay.lose = True
        elif failure == "clock ahead":
            self.ebay.skew = SKEW
        elif failure == "broken order":
            self.ebay.orders[""] = {**order(9), "orderId": ""}
        elif failure == "token expired":
            self.ebay.before = self._expire_second_page()
        elif failure and failure != "not connected":
            self.ebay.before = self._failing(failure)
        return ebay.connect(self.ebay, connected=failure != "not connected")

    # === ORDERS === #

    def raw_orders(self):
        discounted = line(
            1, "20.00", 2, shipping="3.80", total="21.80", discountedLineItemCost=amount("18.00"),
            appliedPromotions=[{"promotionId": "1", "discountAmount": amount("2.00")}],
        )  # fmt: skip
        tax = {"taxType": "STATE_SALES_TAX", "amount": amount("0.83", "USD")}
        taxed = line(
            1, "10.00", currency="USD", total="10.83", taxes=[tax], ebayCollectAndRemitTaxes=[tax],
            listingMarketplaceId=GB,
        )  # fmt: skip
        return [
            order(1),
            order(2, [discounted, line(2)]),
            order(3, [taxed], currency="USD"),
            order(4, cancelStatus={"cancelState": "CANCELED", "cancelRequests": []}),
        ]

    def damaged_orders(self):
        return [
            (order(1, total="12.00"), "pricingSummary.total"),
            (order(1, [line(total="12.00")]), "lineItems[0].total"),
            ({**order(), "lineItems": []}, "lineItems"),
            ({**order(), "creationDate": "yesterday"}, "creationDate"),
            (order(1, [{**line(), "quantity": "two"}]), "lineItems[0].quantity"),
        ]

    def order_costing(self, value, currency):
        return order(1, [line(1, value, currency=currency, total=value)], value, currency)

    def unknown_status(self):
        return order(1, orderFulfillmentStatus="LOST_AT_SEA"), "LOST_AT_SEA"

    def revised_order(self):
        changed = {"lastModifiedDate": "2026-05-21T10:00:00.000Z", "orderFulfillmentStatus": "FULFILLED"}
        return order(1), {**order(1), **changed}

    def secrets(self):
        credentials = ebay.CREDENTIALS
        return [credentials.client_secret, credentials.signing_key, ebay.REFRESH, "v^1.1#", "Mustermann"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return [form["refresh_token"] for form in self.ebay.forms if form["grant_type"] == "refresh_token"]

    # === FAILURES === #

    def _failing(self, failure):
        kind, once = failure.removesuffix(" once"), failure.endswith(" once")

        def serve(request):
            if ORDERS not in request.url:
                return None
            if once:
                self.ebay.before = None
            played = {
                "rate limited": errors(2001, "too many requests", 429, Retry_After=600),
                "throttled": errors(2001, "too many requests", 429),
                "server error": errors(30500, "for buyer@example.com", 500),
                "no connection": requests.ConnectionError("Authorization: Bearer v^1.1#access"),
                "truncated": answer(json.dumps({"orders": [order()]}).encode()[:-40]),
                "bad credentials": errors(1002, "Missing access token", 401),
                "bad request": errors(30700, "Invalid filter", 400),
            }[kind]
            if isinstance(played, Exception):
                raise played
            return played

        return serve

    def _expire_second_page(self):
        seen = []

        def serve(request):
            if ORDERS not in request.url:
                return None
            if "offset=0" in request.url:
                seen.append(request.headers["Authorization"])
            elif request.headers["Authorization"] in seen:
                return errors(1001, "Invalid access token. Check the value of the Authorization header", 401)
            return None

        return serve

    # === WRITES === #

    def writes(self):
        moment = datetime(2026, 5, 21, 9, tzinfo=timezone.utc)
        good, bad = order(1)["orderId"], ebay.NO_SUCH
        item = line()["lineItemId"]
        shipment = Shipment(
            "WH/OUT/1", GB, good, "RoyalMail", "Royal Mail", "AB123456789GB", moment, (ShipmentLine(item, 1),)
        )
        cancellation = Cancellation("C1", GB, good, CancelReason.OUT_OF_STOCK)
        refund = Refund("R1", GB, good, (RefundLine(item, 0, Money(Decimal("2.50"), "GBP", "2.50")),), "damaged")
        return {
            Capability.SHIPMENT_CONFIRMATION: (shipment, replace(shipment, reference="WH/OUT/2", order_id=bad)),
            Capability.CANCELLATION: (cancellation, replace(cancellation, reference="C2", order_id=bad)),
            Capability.REFUND: (refund, replace(refund, reference="R2", order_id=bad)),
            Capability.STOCK_PUSH: (StockLevel("CB-01-NAT", 5), StockLevel("NO-SUCH", 5)),
        }

    def booked(self, capability):
        return {
            Capability.SHIPMENT_CONFIRMATION: sum(map(len, self.ebay.parcels.values())),
            Capability.CANCELLATION: len(self.ebay.cancellations),
            Capability.REFUND: len(self.ebay.refunds),
            Capability.STOCK_PUSH: sum(map(len, self.ebay.stock.values())),
            Capability.WEBHOOKS: len(self.ebay.subscriptions) + len(self.ebay.destinations),
        }[capability]

    # === RETURNS, WEBHOOKS, AUTHORISATION === #

    def raw_returns(self):
        items = [{"lineItemId": line()["lineItemId"], "legacyItemId": line()["legacyItemId"], "sku": line()["sku"]}]
        known = {"lineItems": items, "marketplaceId": GB}
        both = [{**items[0], "lineItemId": entry["lineItemId"], "legacyItemId": entry["legacyItemId"],
                 "sku": entry["sku"]} for entry in (line(1), line(2))]  # fmt: skip
        returns = [
            {"summary": return_summary(1), "order": known},
            {"summary": return_summary(2, 2, "CLOSED"), "order": {"lineItems": both, "marketplaceId": GB}},
        ]
        return json.loads(json.dumps(returns), parse_float=str)

    def settlements(self):
        (first, some), (second, others) = money.PAYOUTS.values()
        return [(money.document(first, some), "1", "8.56", 11), (money.document(second, others), "2", "-2.50", 2)]

    def damaged_settlements(self):
        item, some = money.PAYOUTS["1"]
        whole = money.document(item, some)

        def damaged(**fields):
            return money.document(item, [{**some[0], **fields}])

        return [
            (replace(whole, content=whole.content[:-60]), "payout-1.json"),
            (damaged(amount=amount("3O.10")), "transactions[0].amount"),
            (damaged(transactionDate="yesterday"), "transactions[0].transactionDate"),
            (damaged(bookingEntry="BOTH"), "transactions[0].bookingEntry"),
            (damaged(amount=amount("30.00")), "transactions[0].totalFeeBasisAmount"),
            (damaged(totalFeeAmount=amount("4.80")), "transactions[0].totalFeeAmount"),
            (damaged(amount=amount("30.10", "EUR")), "transactions[0].amount"),
            (damaged(payoutId="2"), "transactions[0].payoutId"),
            (money.document({**item, "amount": None}, some), "payouts[0].amount"),
            (money.document({**item, "payoutStatus": "LOST"}, some), "payouts[0].payoutStatus"),
        ]

    def raw_transactions(self):
        return json.loads(json.dumps(money.ALL))

    def webhook(self, about):
        orders = {"order": order(1), "another order": order(2)}
        number = 2 if about == "another order" else 1
        data = {"order": {"orderId": orders[about]["orderId"]}} if about in orders else {"order": {}}
        return notices.signed(notices.notification("ORDER_CONFIRMATION", data, number), self.time.now)

    def callback(self):
        return {"code": "v^1.1#code", "expires_in": "299", "state": "s"}
