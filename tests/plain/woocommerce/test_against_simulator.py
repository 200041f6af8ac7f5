"""The connector against the simulator's shops: over plain HTTP, every request signed."""

import threading
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
import requests
from werkzeug.serving import make_server

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    InvalidPayload,
    Money,
    OrderStatus,
    RateLimited,
    Refund,
    RefundLine,
    Restock,
    Shipment,
    ShipmentLine,
    StockLevel,
    Unavailable,
    WebhookRequest,
)
from addons.marketplace.transport import MemoryBucketStore
from addons.marketplace_simulator.server.app import Simulator
from addons.marketplace_simulator.server.clock import Clock
from addons.marketplace_woocommerce.connector import Credentials, WooCommerceConnector
from tests.plain.simulator.test_channels import Listener

EVER = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def simulator():
    simulator = Simulator(orders=150, channels=("woocommerce",), clock=Clock(600))
    server = make_server("127.0.0.1", 0, simulator, threaded=True)
    simulator.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield simulator
    server.shutdown()


def control(simulator, path, body=None):
    url = f"{simulator.url}/_sim/{path}"
    response = requests.get(url, timeout=10) if body is None else requests.post(url, json=body, timeout=10)
    response.raise_for_status()
    return response.json()


def connect(simulator, store="de", secret=None):
    access = control(simulator, "credentials")["channels"]["woocommerce"]
    details = access["stores"][store]
    credentials = Credentials(
        f"https://{store}.woocommerce.example", details["consumer_key"], secret or details["consumer_secret"]
    )
    endpoint = f"{simulator.url}/woocommerce{details['path']}"
    return WooCommerceConnector(credentials, bucket_store=MemoryBucketStore(), endpoint=endpoint)


def fetch(connector, since=EVER):
    records, token = {}, ""
    while True:
        try:
            page = connector.fetch_orders([], since, token=token)
        except (RateLimited, Unavailable) as error:
            time.sleep(min(1, getattr(error, "retry_after", 0.1)))
            continue
        records.update({record.external_id: record for record in page.records})
        token = page.next_token
        if not token:
            return records, page.complete_until


def sold(simulator, region):
    return {order["id"]: order for order in control(simulator, "orders")["orders"] if order["region"] == region}


def parsed(simulator, order_id, store="de"):
    connector = connect(simulator, store)
    return connector.parse_order(connector.fetch_order(order_id).payload)


def place(simulator, **options):
    placed = {"marketplace": "woocommerce-DE", "kinds": ["several_units", "shipping"], **options}
    return control(simulator, "orders", placed)["orders"][0]


@pytest.mark.parametrize(("store", "currency"), [("de", "EUR"), ("us", "USD")])
def test_orders_equal_the_simulators_books(simulator, store, currency):
    connector = connect(simulator, store)
    records, complete_until = fetch(connector)
    orders = {key: connector.parse_order(record.payload) for key, record in records.items()}
    known = sold(simulator, f"woocommerce-{store.upper()}")
    assert {key: str(order.total.amount) for key, order in orders.items()} == {
        key: order["total"] for key, order in known.items()
    }
    for order in orders.values():
        charges = [charge for line in order.lines for charge in line.charges] + list(order.charges)
        assert sum((charge.total for charge in charges), Decimal(0)) == order.total.amount
        assert (order.total.currency, order.warnings) == (currency, ())
    assert datetime.now(timezone.utc) - complete_until < timedelta(minutes=2)


def test_only_what_changed_is_fetched_again(simulator):
    connector = connect(simulator)
    _records, until = fetch(connector)
    order_id = place(simulator)
    assert order_id in fetch(connector, until)[0]
    assert len(fetch(connector, until)[0]) < len(fetch(connector)[0])


@pytest.mark.parametrize(
    "kind",
    ["throttle", "error_500", "error_503", "expired_token", "truncated_json", "duplicate_orders", "shuffle_pages"],
)
def test_faults_lose_nothing(simulator, kind):
    known = set(sold(simulator, "woocommerce-DE"))
    control(simulator, "faults", {"kind": kind, "operation": "woocommerce.*", "count": 2})
    assert set(fetch(connect(simulator))[0]) == known


def test_damaged_orders_are_refused_with_their_path(simulator):
    for kind in ("missing_field", "wrong_type"):
        control(simulator, "faults", {"kind": kind, "operation": "woocommerce.listOrders", "count": 1})
        connector = connect(simulator)
        page = connector.fetch_orders([], EVER)
        damaged = list(page.broken)
        for record in page.records:
            try:
                connector.parse_order(record.payload)
            except InvalidPayload as error:
                damaged.append((error.path, error.reason, record.payload))
        assert len(damaged) == 1
        assert damaged[0][0]


def test_wrong_secret(simulator):
    with pytest.raises(AuthenticationFailed, match="signature"):
        connect(simulator, secret="cs_wrong").fetch_shops()


def test_a_signed_call_serves_once(simulator):
    seen = []
    session = requests.Session()
    session.hooks["response"].append(lambda response, **_options: seen.append(response.request.url))
    access = control(simulator, "credentials")["channels"]["woocommerce"]["stores"]["de"]
    credentials = Credentials("https://de.example", access["consumer_key"], access["consumer_secret"])
    endpoint = f"{simulator.url}/woocommerce/de"
    WooCommerceConnector(credentials, session=session, endpoint=endpoint).fetch_shops()
    assert requests.get(seen[0], timeout=10).status_code == 401


def test_the_shops(simulator):
    for store, country, currency in (("de", "DE", "EUR"), ("us", "US", "USD")):
        (shop,) = connect(simulator, store).fetch_shops()
        assert (shop.external_id, shop.country_code, shop.currency) == (
            f"{store}.woocommerce.example",
            country,
            currency,
        )


def shipment(order_id, number, lines):
    return Shipment(
        f"WH/OUT/{order_id}/{number}",
        "de.woocommerce.example",
        order_id,
        "DHL",
        "DHL",
        f"0034{number}",
        datetime.now(timezone.utc),
        tuple(ShipmentLine(line, units) for line, units in lines),
    )


def test_parcels_and_completion(simulator):
    order_id = place(simulator)
    line = parsed(simulator, order_id).lines[0]
    connector = connect(simulator)
    first = shipment(order_id, 1, [(line.external_id, 1)])
    rest = shipment(order_id, 2, [(line.external_id, line.quantity - 1)])
    lost = {"kind": "lost_answer", "operation": "woocommerce.updateOrder", "seconds": 0, "count": 1}
    control(simulator, "faults", lost)
    assert connector.confirm_shipments([first])[0].accepted
    half = parsed(simulator, order_id)
    assert (half.status, half.lines[0].quantity_shipped) == (OrderStatus.PARTIALLY_SHIPPED, 1)
    assert connector.confirm_shipments([rest, rest])[1].message == "already confirmed"
    done = parsed(simulator, order_id)
    assert (done.status, [package.tracking for package in done.packages]) == (OrderStatus.SHIPPED, ["00341", "00342"])
    assert sold(simulator, "woocommerce-DE")[order_id]["status"] == "shipped"


def test_cancelling(simulator):
    order_id = place(simulator)
    wish = Cancellation("C1", "", order_id, CancelReason.OUT_OF_STOCK)
    assert [result.accepted for result in connect(simulator).cancel_orders([wish, wish])] == [True, True]
    assert parsed(simulator, order_id).status is OrderStatus.CANCELLED
    shipped = place(simulator)
    control(simulator, f"orders/{shipped}/ship", {})
    (result,) = connect(simulator).cancel_orders([Cancellation("C2", "", shipped, CancelReason.OTHER)])
    assert not result.accepted


def test_a_refund_is_paid_once_and_comes_back_as_a_return(simulator):
    order_id = place(simulator)
    control(simulator, f"orders/{order_id}/ship", {})
    line = parsed(simulator, order_id).lines[0]
    back = Money.parse("4.56", "EUR", "")
    refund = Refund("R1", "", order_id, (RefundLine(line.external_id, 1, back, Restock.SELLABLE),), "damaged")
    lost = {"kind": "lost_answer", "operation": "woocommerce.createRefund", "seconds": 0, "count": 1}
    control(simulator, "faults", lost)
    connector = connect(simulator)
    (first,) = connector.refund_orders([refund])
    assert (first.accepted, first.retry_after) == (False, 60)
    assert connector.refund_orders([refund])[0].message == "already refunded"
    page = connector.fetch_returns([], datetime.now(timezone.utc) - timedelta(minutes=1))
    (record,) = [record for record in page.records if record.external_id.startswith(f"{order_id}-")]
    found = connector.parse_return(record.payload)
    assert (found.refund.text, found.reason) == ("4.56", "damaged")
    assert [(entry.order_line_id, entry.quantity, entry.amount.amount) for entry in found.lines] == [
        (line.external_id, 1, Decimal("4.56"))
    ]
    assert connector.fetch_return("", record.external_id).revision == record.revision


def test_listings_and_stock(simulator):
    connector = connect(simulator)
    listings = connector.fetch_listings("de.woocommerce.example", None)
    catalogue = {entry["sku"]: entry for entry in control(simulator, "catalogue")["woocommerce-DE"]}
    assert {listing.sku: str(listing.price.amount) for listing in listings} == {
        sku: entry["prices"]["woocommerce-DE"] for sku, entry in catalogue.items()
    }
    skus = sorted(catalogue)[:3]
    results = connector.push_stock("", [StockLevel(sku, 11) for sku in [*skus, "NO-SUCH"]])
    assert {result.sku for result in results if result.accepted} == set(skus)
    assert {level.sku: level.quantity for level in connector.fetch_stock("", skus)} == dict.fromkeys(skus, 11)


def test_webhooks_are_told_and_believed(simulator):
    listener, connector = Listener(), connect(simulator)
    connector.subscribe_webhooks(listener.url)
    connector.subscribe_webhooks(listener.url)
    order_id = place(simulator)
    assert simulator.webhooks.drain(20)
    listener.shutdown()
    requests_ = [
        WebhookRequest("POST", listener.url, {name.lower(): value for name, value in headers.items()}, {}, body, 0)
        for headers, body in listener.got
    ]
    told = [connector.read_webhook(request).notices[0].external_id for request in requests_]
    assert told == [order_id]


def test_no_refusal_by_our_own_fault(simulator):
    assert control(simulator, "books")["throttled"]["own_fault"] == 0
