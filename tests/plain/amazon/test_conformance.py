"""The Amazon connector passes the kit that every connector must pass."""

import json

import pytest
import requests

from addons.marketplace.conformance import ConnectorConformance
from tests.plain.amazon.amazon import CREDENTIALS, DE, Amazon, breakdown, connect, errors, item, order, page, parts
from tests.plain.fake_http import FakeTime, answer


class TestAmazon(ConnectorConformance):
    shop_id = DE

    @pytest.fixture(autouse=True)
    def _time(self):
        self.time = FakeTime(1_780_000_000.0)

    def make_connector(self, failure=None):
        return connect(
            Amazon(handler=self._failing(failure) if failure else self._serve, check_answers=not failure), self.time
        )[0]

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
            ({**order(), "fulfillment": {"fulfillmentStatus": "LOST"}}, "fulfillment.fulfillmentStatus"),
        ]

    def secrets(self):
        return [CREDENTIALS.client_secret, CREDENTIALS.refresh_token, "Atza|", "ABC123@", "Mustermann"]

    def waited(self):
        return sum(self.time.waits)

    def _serve(self, request):
        token = int(parts(request)[1].get("paginationToken", 0))
        orders = self.raw_orders()
        return page(orders[token], token=str(token + 1) if token + 1 < len(orders) else "")

    def _failing(self, failure):
        def serve(_request):
            played = {
                "rate limited": errors("QuotaExceeded", "slow down", 429, Retry_After=600),
                "server error": errors("InternalFailure", "for ABC123@marketplace.amazon.de", 500),
                "no connection": requests.ConnectionError("x-amz-access-token: Atza|abc"),
                "truncated": answer(json.dumps({"orders": [order()]}).encode()[:-40]),
                "bad credentials": errors("Unauthorized", "Access to requested resource is denied.", 403),
                "bad request": errors("InvalidInput", 'bad "buyerName": "Mustermann"', 400),
            }
            return played[failure]

        return serve
