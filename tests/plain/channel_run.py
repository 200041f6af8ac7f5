"""A simulated channel in this process behind the connector's HTTP session, and what every such run must show.

For channels whose seller lets the app in by OAuth and whose shops are one per country.
"""

import io
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    InvalidPayload,
    NoticeKind,
    OrderStatus,
    RateLimited,
    Refund,
    Rejected,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    Unavailable,
    WebhookRequest,
)
from addons.marketplace.transport import MemoryTokenStore
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.simulator.api import Api

CALLBACK = "https://odoo.example/marketplace/oauth/callback"
WEBHOOK = "https://odoo.example/marketplace/webhook/1"
STORM = {
    "shuffle_pages": 0.3,
    "duplicate_orders": 0.3,
    "throttle": 0.05,
    "error_500": 0.05,
    "lost_answer": 0.05,
    "truncated_json": 0.05,
}


class Training:
    """A simulator with one channel, and connectors to it; every exchange follows the channel's documents."""

    channel = ""
    lag = 60
    """Seconds after which the connector is told of a change."""

    def __init__(self, orders=60, **options):
        self.api = Api(orders=orders, channels=(self.channel,), **options)
        self.server = FakeServer(handler=self._handle)
        self.access = self.api.control("credentials")["channels"][self.channel]
        self.store = MemoryTokenStore()
        self.checked = True  # false: answers may be broken on purpose

    def build(self, **options):
        """The channel's connector with the credentials of ``access``."""
        raise NotImplementedError

    def check_request(self, request, url):
        """Compare a request with the documents."""
        raise NotImplementedError

    def check_answer(self, url, body):
        """Compare an answer with the documents."""
        raise NotImplementedError

    def connector(self, authorise=True, **options):
        """A connector that the seller has let in to all shops."""
        connector = self.build(
            session=session_of(self.server),
            token_store=self.store,
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
            endpoint=self.access["endpoint"],
            **options,
        )
        if authorise and self.store.load() is None:
            connector.authorize(self.approve(connector), CALLBACK, "")
        return connector

    def approve(self, connector, **fields):
        """The query of the callback after the seller's consent."""
        url = urlsplit(connector.authorization_url("s1", CALLBACK, ""))
        query = {**dict(parse_qsl(url.query)), "decision": "approve", **fields}
        back = self.api.http.get(url.path, query_string=query)
        assert back.status_code == 302, back.get_data(as_text=True)
        return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}

    def since(self):
        """Before everything that was ever sold."""
        return self.api.clock.now() - timedelta(days=100)

    def place(self, **options):
        """A new order of the shop in Singapore, as the connector sees it a little later."""
        (order_id,) = self.api.control("orders", {"marketplace": f"{self.channel}-SG", **options})["orders"]
        self.api.clock.pass_time(self.lag)
        return order_id

    def order(self, order_id):
        """An order of the simulator's books."""
        return self.api.simulator.world.get_order(order_id)

    def fault(self, kind, **options):
        self.api.control("faults", {"kind": kind, "operation": f"{self.channel}.*", "count": 1, **options})

    def everything(self, connector, since, verb="fetch_orders"):
        """All records of a fetch."""
        shops = [shop.external_id for shop in connector.fetch_shops()]
        records, token = [], ""
        while True:
            page = getattr(connector, verb)(shops, since, token=token)
            assert not page.broken
            records += page.records
            token = page.next_token
            if not token:
                return records

    def _handle(self, request):
        url = urlsplit(request.url)
        self.check_request(request, url)
        response = self.api.http.open(
            url.path, method=request.method, query_string=url.query, data=request.body, headers=dict(request.headers)
        )
        if self.checked and response.is_json and response.status_code == 200:
            self.check_answer(url, response.get_json())
        return response.status_code, dict(response.headers), io.BytesIO(response.data)


def parsed(connector, order_id):
    """An order as the connector reads it now."""
    return connector.parse_order(connector.fetch_order(order_id).payload)


def shipment(order, reference="P1", lines=None, **fields):
    """A parcel with all of an order, or with ``[(line id, units)]``."""
    lines = lines or [(line.external_id, line.quantity) for line in order.lines]
    parts = tuple(ShipmentLine(line_id, quantity) for line_id, quantity in lines)
    return Shipment(reference, order.shop_id, order.external_id, "SPX", "SPX", "", order.updated_at, parts, **fields)


class ChannelRun:
    """Tests; the module that derives them has the fixtures ``training`` and ``connector``."""

    training_class = Training
    shop = ""
    """Number of the shop in Singapore."""
    currencies = frozenset()
    unknown_order = ""
    """A number that no order has."""

    def test_every_order_arrives_once_and_to_the_cent(self, training, connector):
        records = training.everything(connector, training.since())
        sold = {order["id"]: order for order in training.api.control("orders")["orders"]}
        assert sorted(record.external_id for record in records) == sorted(sold)
        totals = defaultdict(Decimal)
        for record in records:
            order = connector.parse_order(record.payload)
            assert not order.warnings
            if order.status not in (OrderStatus.CANCELLED, OrderStatus.PENDING):
                totals[order.total.currency] += order.total.amount
                subsidies = sum((charge.amount.amount for charge in order.subsidies), Decimal(0))
                assert subsidies == Decimal(sold[order.external_id]["subsidy"])
        for order in sold.values():
            if order["status"] not in ("cancelled", "pending"):
                totals[order["currency"]] -= Decimal(order["total"])
        assert set(totals) == self.currencies
        assert not any(totals.values())

    def test_a_second_fetch_brings_only_what_changed(self, training, connector):
        shops = [shop.external_id for shop in connector.fetch_shops()]
        token, page = "", None
        while page is None or token:
            page = connector.fetch_orders(shops, training.since(), token=token)
            token = page.next_token
        training.api.clock.pass_time(training.lag)
        changed = training.place()
        again = training.everything(connector, page.complete_until)
        assert changed in [record.external_id for record in again]
        assert len(again) < 5

    def test_revoked_access_is_final(self, training, connector):
        training.api.control(f"channels/{training.channel}/revoke", {})
        with pytest.raises(AuthenticationFailed):
            connector.fetch_shops()
        connector.authorize(training.approve(connector), "", "")
        assert len(connector.fetch_shops()) == 4

    @pytest.mark.parametrize(("decline", "status"), [(False, "cancelled"), (True, "unshipped")])
    def test_buyers_wish_to_cancel_is_answered(self, training, connector, decline, status):
        order_id = training.place(kinds=[])
        training.api.control(f"orders/{order_id}/cancel_request", {})
        assert parsed(connector, order_id).cancel_request
        answer = Cancellation("C1", self.shop, order_id, CancelReason.BUYER_REQUEST, decline=decline)
        assert connector.cancel_orders([answer])[0].accepted
        assert training.order(order_id)["status"] == status
        assert connector.cancel_orders([answer])[0].accepted

    def test_returns_come_and_are_refunded(self, training, connector):
        order_id = training.place(kinds=[])
        for event in ("ship", "return_request"):
            training.api.control(f"orders/{order_id}/{event}", {})
        training.api.clock.pass_time(training.lag)
        records = training.everything(connector, training.api.clock.now() - timedelta(hours=1), "fetch_returns")
        (asked,) = [
            entry for entry in map(connector.parse_return, (r.payload for r in records)) if entry.order_id == order_id
        ]
        assert asked.status is ReturnStatus.REQUESTED
        assert asked.lines[0].amount == asked.refund
        refund = Refund("R1", self.shop, order_id, (), "agreed", asked.external_id)
        assert connector.refund_orders([refund])[0].accepted
        assert connector.refund_orders([refund])[0].accepted
        paid = connector.parse_return(connector.fetch_return(self.shop, asked.external_id).payload)
        assert paid.status is ReturnStatus.REFUNDED
        assert len(training.order(order_id)["refunds"]) == 1

    def test_messages_are_signed_and_tell_of_changes(self, training, connector):
        self.subscribe(training, connector, WEBHOOK)
        order_id = training.place()
        site = training.api.simulator.channels[training.channel]
        ((target, headers, raw), *_rest) = site.webhooks.posts(order_id, "created", 1)
        assert target == WEBHOOK
        request = WebhookRequest("POST", target, {name.lower(): text for name, text in headers.items()}, {}, raw, 0.0)
        (notice,) = connector.read_webhook(request).notices
        assert (notice.kind, notice.shop_id, notice.external_id) == (NoticeKind.ORDER, self.shop, order_id)

    def subscribe(self, training, connector, url):
        """Have the channel send its messages to ``url``."""
        raise NotImplementedError

    def test_throttling_and_outages_are_survived(self, training, connector):
        for kind in ("throttle", "error_500", "expired_token"):
            training.fault(kind)
        assert training.everything(connector, training.since())
        training.fault("throttle", count=50)
        with pytest.raises(RateLimited):
            connector.fetch_shops()

    def test_the_storm_loses_no_order(self):
        training = self.training_class(orders=240)
        connector = training.connector()
        shops = [shop.external_id for shop in connector.fetch_shops()]
        training.checked = False
        for kind, share in STORM.items():
            training.fault(kind, probability=share, count=10_000, seconds=0)
        found, token, calls = set(), "", 0
        while token or not calls:
            calls += 1
            assert calls < 500
            try:
                page = connector.fetch_orders(shops, training.since(), token=token)
            except (InvalidPayload, RateLimited, Unavailable):
                training.api.clock.pass_time(5)
                continue
            found |= {record.external_id for record in page.records}
            token = page.next_token
            if page.complete_until:
                break
        assert found == {order["id"] for order in training.api.control("orders")["orders"]}

    def test_an_order_of_nobody_is_rejected(self, connector):
        with pytest.raises(Rejected, match="no shop of the account"):
            connector.fetch_order(self.unknown_order)
