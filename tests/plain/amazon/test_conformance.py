"""The Amazon connector passes the kit that every connector must pass."""

import json
from datetime import datetime, timezone

import requests

from addons.marketplace.conformance import SKEW, ConnectorConformance
from addons.marketplace.contract import Capability, SettlementDocument, Shipment, ShipmentLine, StockLevel
from tests.plain.amazon.amazon import (
    CREDENTIALS,
    DE,
    Amazon,
    breakdown,
    connect,
    errors,
    item,
    last_path,
    order,
    page,
    parts,
)
from tests.plain.amazon.settlement_files import OTHER, document, line, sale
from tests.plain.amazon.transaction_samples import listed, transactions
from tests.plain.fake_http import FakeTime, answer


class TestAmazon(ConnectorConformance):
    shop_id = DE

    def setup_method(self):
        self.time = FakeTime(1_780_000_000.0)
        self.parcels, self.quantities, self.token_requests = {}, {}, []

    def make_connector(self, failure=None):
        lenient = failure in ("truncated", "broken order", "rate limited", "throttled", "server error")
        amazon = Amazon(handler=None, check_answers=not lenient)
        amazon.token_requests = self.token_requests
        amazon.play = lambda request: self._serve(request, failure, amazon)
        return connect(amazon, self.time)[0]

    def raw_orders(self):
        parts_ = [
            breakdown("ITEM", "20.00"),
            breakdown("SHIPPING", "3.80"),
            breakdown("DISCOUNT", "-2.00", ITEM="-2.00"),
            breakdown("TAX", "3.48", ITEM="3.19", SHIPPING="0.61", DISCOUNT="-0.32"),
        ]
        cancelled = {"cancellationExecution": {"cancelledBy": "BUYER", "cancelReason": "CHANGED_MIND"}}
        half = {"quantityFulfilled": 1, "quantityUnfulfilled": 0}
        return [
            order(1),
            order(2, total="21.80", items=[item(total="21.80", breakdowns=parts_)]),
            order(3, items=[item(quantity=2, cancellation=cancelled, fulfillment=half)]),
            order(4, status="CANCELLED"),
        ]

    def damaged_orders(self):
        return [
            (order(total="12.00", items=[item()]), "proceeds.grandTotal"),
            ({**order(), "orderItems": []}, "orderItems"),
            ({**order(), "createdTime": "yesterday"}, "createdTime"),
            ({**order(), "fulfillment": {"fulfillmentStatus": "SHIPPED"}}, "fulfillment.fulfilledBy"),
        ]

    def order_costing(self, amount, currency):
        return order(total=amount, currency=currency)

    def unknown_status(self):
        return order(status="LOST_IN_SPACE"), "LOST_IN_SPACE"

    def revised_order(self):
        return order(), {**order(status="SHIPPED"), "lastUpdatedTime": "2026-05-20T11:00:00Z"}

    def secrets(self):
        return [CREDENTIALS.client_secret, CREDENTIALS.refresh_token, "Atza|", "ABC123@", "Mustermann"]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now

    def refreshes(self):
        return [form["refresh_token"] for form in self.token_requests]

    def writes(self):
        shipment = {
            "reference": "WH/OUT/00001",
            "shop_id": DE,
            "order_id": "302-0000000-0000001",
            "carrier_code": "DHL",
            "carrier_name": "DHL",
            "tracking": "00341",
            "shipped_at": datetime(2026, 5, 21, 8, tzinfo=timezone.utc),
            "lines": (ShipmentLine("90000000000001", 1),),
        }
        elsewhere = {**shipment, "reference": "WH/OUT/00002", "order_id": "302-0000000-0000009"}
        return {
            Capability.SHIPMENT_CONFIRMATION: (Shipment(**shipment), Shipment(**elsewhere)),
            Capability.STOCK_PUSH: (StockLevel("SKU-1", 7), StockLevel("SKU-9", 7)),
        }

    def settlements(self):
        subscription = line("other-transaction", "Subscription Fee", "-39.00", OTHER)
        refund = sale("-19.99", "3.00", transaction_type="Refund", adjustment_id="A1")
        files = [
            (document(sale(), "33.98", "20000000001"), "33.98", 2),
            (document([subscription], "-39,00", "20000000002"), "-39.00", 1),
            (document([*sale("1.039,98", "-156,00"), *refund], "866,99", "20000000003", charset="cp1252"), "866.99", 4),
        ]
        return [(file, f"2000000000{number}", *stated) for number, (file, *stated) in enumerate(files, 1)]

    def damaged_settlements(self):
        broken_off = document(sale(), "33.98")
        return [
            (SettlementDocument("a.txt", broken_off.content[:-30]), "row 4"),
            (document(sale(price="39.98 €"), "33.98"), "row 3 amount"),
            (document(sale(posted_date_time="2026-05-32"), "33.98"), "row 3 posted-date"),
            (document([*sale(), *sale(settlement_id="20000000009")], "33.98"), "row 5 settlement-id"),
        ]

    def raw_transactions(self):
        return transactions()

    def booked(self, capability):
        return len({Capability.SHIPMENT_CONFIRMATION: self.parcels, Capability.STOCK_PUSH: self.quantities}[capability])

    # === THE MARKETPLACE === #

    def _serve(self, request, failure, amazon):
        first = len(amazon.calls) == 1
        if failure and failure.endswith(" once"):
            failure = failure.removesuffix(" once") if first else None
        played = self._fail(failure)
        if played:
            return played
        if "/orders/" in request.url and request.method == "GET":
            return self._serve_orders(request, failure)
        if request.method == "GET":
            return self._serve_money(request)
        result = self._write(request)
        return requests.ReadTimeout("no answer") if failure == "lost answer" and first else result

    def _fail(self, failure):
        truncated = json.dumps({"orders": [order()]}).encode()[:-40]
        return {
            "rate limited": lambda: errors("QuotaExceeded", "slow down", 429, Retry_After=600),
            "throttled": lambda: errors("QuotaExceeded", "You exceeded your quota", 429),
            "server error": lambda: errors("InternalFailure", "for ABC123@marketplace.amazon.de", 500),
            "no connection": lambda: requests.ConnectionError("x-amz-access-token: Atza|abc"),
            "truncated": lambda: answer(truncated),
            "bad credentials": lambda: errors("Unauthorized", "Access to requested resource is denied.", 403),
            "bad request": lambda: errors("InvalidInput", 'bad "buyerName": "Mustermann"', 400),
        }.get(failure, lambda: None)()

    def _serve_orders(self, request, failure):
        number, orders = last_path(request), self.raw_orders()
        if number != "orders":
            return answer({"order": next(payload for payload in orders if payload["orderId"] == number)})
        index = int(parts(request)[1].get("paginationToken", 0))
        if failure == "token expired" and index and request.headers["x-amz-access-token"] == "Atza|access-1":
            return errors("Unauthorized", "The access token you provided has expired.", 403)
        broken = [{"createdTime": "2026-05-20T10:00:00Z"}] if failure == "broken order" and index == 1 else []
        until = datetime.fromtimestamp(self.now() - 120 - (SKEW if failure == "clock ahead" else 0), timezone.utc)
        token = str(index + 1) if index + 1 < len(orders) else ""
        return page(*broken, orders[index], token=token, until=f"{until:%Y-%m-%dT%H:%M:%SZ}")

    def _serve_money(self, request):
        path, query, _body = parts(request)
        index = int(query.get("nextToken") or 0)
        files, booked = self.settlements(), self.raw_transactions()
        if path.endswith("/transactions"):
            following = {"nextToken": str(index + 1)} if index + 1 < len(booked) else {}
            return listed(booked[index], **following)
        if "/documents/" in path:
            return answer({"reportDocumentId": last_path(request), "url": f"https://files/{last_path(request)}"})
        if path.endswith("/reports"):
            report = {
                "reportId": f"R{index}",
                "reportType": query.get("reportTypes", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"),
                "createdTime": "2026-05-16T00:00:00Z",
                "processingStatus": "DONE",
                "reportDocumentId": str(index),
            }
            following = {"nextToken": str(index + 1)} if index + 1 < len(files) else {}
            return answer({"reports": [report], **following})
        return answer(files[int(last_path(request))][0].content)

    def _write(self, request):
        path, _query, body = parts(request)
        if "/listings/" in path:
            if last_path(request) != "SKU-1":
                return errors("InvalidInput", "no such sku", 400)
            self.quantities["SKU-1"] = body["patches"]
            return answer({"sku": "SKU-1", "status": "ACCEPTED", "submissionId": "1", "issues": []})
        if "302-0000000-0000001" not in path:
            return errors("InvalidInput", "no such order", 400)
        self.parcels[body["packageDetail"]["packageReferenceId"]] = body
        return answer(status=204)
