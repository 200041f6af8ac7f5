"""The connector and the training marketplace over real HTTP. Neither knows anything else of the other."""

import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from addons.marketplace.contract import AuthenticationFailed, NotReady, Shipment, ShipmentLine, StockLevel
from addons.marketplace_amazon.connector import AmazonConnector, Credentials
from tests.plain.fee_words import kind_of

CHECKOUT = Path(__file__).resolve().parents[3]
SPEED = 60  # simulated seconds per second: limits and processing times shrink alike


class Training:
    """A running simulator."""

    def __init__(self, process, url):
        self.process = process
        self.url = url
        self.access = self.get("credentials")

    def get(self, what):
        return requests.get(f"{self.url}/_sim/{what}", timeout=10).json()

    def post(self, what, body):
        answer = requests.post(f"{self.url}/_sim/{what}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def clear_faults(self):
        requests.delete(f"{self.url}/_sim/faults", timeout=10).raise_for_status()

    def connector(self, region="eu", **options):
        seller = self.access["regions"][region]
        credentials = Credentials(
            self.access["client_id"],
            options.pop("secret", self.access["client_secret"]),
            seller["refresh_token"],
            region,
            seller["seller_id"],
            **{
                name: options.pop(name) for name in ("queue_url", "aws_access_key", "aws_secret_key") if name in options
            },
        )
        return AmazonConnector(credentials, endpoint=self.url, lwa_endpoint=self.access["token_url"], **options)

    def visible(self, region):
        """Orders of a region by number."""
        return {order["id"]: order for order in self.get("orders")["orders"] if order["region"] == region}


@contextmanager
def run_simulator(speed):
    command = [sys.executable, "-m", "addons.marketplace_simulator.server", "--port", "0", "--orders", "150"]
    command += ["--regions", "eu,na", "--speed", str(speed)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert "ready on" in line, line
            yield Training(process, line.split("ready on ")[1].split()[0])
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def training():
    with run_simulator(SPEED) as running:
        yield running


def fetch_all(connector):
    """``{order number: last record}`` of all shops, and the damaged ones."""
    shops = [shop.external_id for shop in connector.fetch_shops()]
    since = datetime.now(timezone.utc) - timedelta(days=5)
    records, broken, token = {}, [], ""
    while True:
        page = connector.fetch_orders(shops, since, token=token)
        records |= {record.external_id: record for record in page.records}
        broken += page.broken
        token = page.next_token
        if not token:
            assert page.complete_until is not None
            return records, broken


def patiently(call, seconds=60):
    """Repeat a verb with the handle it gives until it has an answer."""
    handle, end = None, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            return call(handle)
        except NotReady as waiting:
            handle = waiting.handle
            time.sleep(waiting.retry_after / SPEED)
    raise AssertionError("never ready")


@pytest.mark.parametrize("region", ["eu", "na"])
def test_every_order_once_and_totals_equal(training, region):
    connector = training.connector(region)
    records, broken = fetch_all(connector)
    assert broken == []
    known = training.visible(region)
    now = datetime.now(timezone.utc) - timedelta(minutes=3)
    settled = {
        number for number, order in known.items() if datetime.fromisoformat(order["updated"][:19] + "+00:00") < now
    }
    assert settled <= set(records) <= set(known)
    for number, record in records.items():
        order = connector.parse_order(record.payload)
        if order.total is not None:
            charges = [charge for line in order.lines for charge in line.charges]
            assert order.total.amount == Decimal(known[number]["total"])
            assert sum(charge.total for charge in charges) == order.total.amount


def test_v0_reads_the_same_orders(training):
    new, old = training.connector(), training.connector(use_v0=True)
    shops = [shop.external_id for shop in new.fetch_shops()]
    since = datetime.now(timezone.utc) - timedelta(days=5)
    records = old.fetch_orders(shops, since).records
    assert records
    compared = 0
    for record in records:
        first, second = old.parse_order(record.payload), new.parse_order(new.fetch_order(record.external_id).payload)
        if first.updated_at == second.updated_at:
            compared += 1
            assert (first.status, first.total, first.address, first.buyer.key) == (
                second.status,
                second.total,
                second.address,
                second.buyer.key,
            )
            assert [(line.sku, line.quantity, line.quantity_shipped) for line in first.lines] == [
                (line.sku, line.quantity, line.quantity_shipped) for line in second.lines
            ]
            assert [(c.kind, c.total) for line in first.lines for c in line.charges if c.amount.amount] == [
                (c.kind, c.total) for line in second.lines for c in line.charges if c.amount.amount
            ]
    assert compared


FAULTS = [
    {"kind": "throttle", "count": 2},
    {"kind": "error_500", "count": 1},
    {"kind": "error_503", "count": 1},
    {"kind": "expired_token", "count": 1},
    {"kind": "truncated_json", "count": 1},
    {"kind": "duplicate_orders", "count": 3},
    {"kind": "shuffle_pages", "count": 3},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
def test_faults_lose_nothing(training, fault):
    connector = training.connector()
    before, _broken = fetch_all(connector)
    training.post("faults", {**fault, "operation": "searchOrders"})
    try:
        after, broken = fetch_all(connector)
    finally:
        training.clear_faults()
    assert broken == []
    assert set(before) <= set(after)


def test_damaged_orders_are_set_aside(training):
    connector = training.connector()
    training.post("faults", {"kind": "wrong_type", "operation": "searchOrders", "count": 1})
    try:
        damaged, _broken = fetch_all(connector)
    finally:
        training.clear_faults()
    assert len(damaged) >= len(fetch_all(connector)[0]) - 1


def test_wrong_secret(training):
    with pytest.raises(AuthenticationFailed):
        training.connector(secret="amzn1.oa2-cs.v1.wrong").fetch_shops()


def test_shipments_are_confirmed_once(training):
    connector = training.connector()
    placed = training.post("orders", {"count": 3, "fulfilled_by": "merchant", "marketplace": "DE"})["orders"]
    orders = [connector.parse_order(connector.fetch_order(number).payload) for number in placed]
    open_ = [order for order in orders if order.status.value == "unshipped"]
    assert open_
    shipments = [
        Shipment(
            reference=f"OUT/{order.external_id}",
            shop_id=order.shop_id,
            order_id=order.external_id,
            carrier_code="DHL",
            carrier_name="DHL",
            tracking=f"JJD{order.external_id[-7:]}",
            shipped_at=datetime.now(timezone.utc),
            lines=tuple(ShipmentLine(line.external_id, line.quantity) for line in order.lines),
            service="Standard",
        )
        for order in open_
    ]
    before = training.get("books")["shipments"]["confirmed"]
    first = connector.confirm_shipments(shipments)
    second = connector.confirm_shipments(shipments)
    assert [(r.accepted, r.retry_after) for r in first + second] == [(True, None)] * len(shipments) * 2
    assert training.get("books")["shipments"]["confirmed"] == before + len(shipments)
    shipped = connector.parse_order(connector.fetch_order(open_[0].external_id).payload)
    assert shipped.packages[0].tracking == shipments[0].tracking


def merchant_skus(training):
    return [entry["sku"] for entry in training.get("catalogue")["eu"] if entry["channel"] == "merchant"]


def shop(training, code="DE"):
    return training.access["regions"]["eu"]["marketplaces"][code]


def test_listings_stock_and_feeds(training):
    connector = training.connector()
    listings = patiently(lambda handle: connector.fetch_listings(shop(training), handle))
    assert {entry["sku"] for entry in training.get("catalogue")["eu"]} == {listing.sku for listing in listings}
    skus = merchant_skus(training)
    few = connector.push_stock(shop(training), [StockLevel(sku, 11) for sku in skus[:3]])
    assert all(result.accepted for result in few)
    many = [StockLevel(sku, 12) for sku in skus] + [StockLevel(f"NO-{number}", 1) for number in range(26)]
    results = patiently(lambda handle: connector.push_stock(shop(training), many, handle))
    assert [result.sku for result in results] == [level.sku for level in many]
    assert {result.accepted for result in results if not result.sku.startswith("NO-")} == {True}
    deadline = time.monotonic() + 20
    while True:
        shown = {level.sku: level.quantity for level in connector.fetch_stock(shop(training), skus)}
        if set(shown.values()) == {12} or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert shown == dict.fromkeys(skus, 12)


def test_fulfilment_stock(training):
    stocks = training.connector().fetch_fulfilment_stock(shop(training))
    assert stocks
    assert all(stock.fulfilment_sku and stock.product_id for stock in stocks)


def test_subscription(training):
    arn = training.access["regions"]["eu"]["queue_arn"]
    connector = training.connector()
    assert connector.subscribe_to_order_changes(arn) == connector.subscribe_to_order_changes(arn)


# === MONEY === #


def pages_of(fetch, shops, since):
    """All pages of a fetch."""
    pages = []
    while not pages or pages[-1].next_token:
        pages.append(fetch(shops, since, token=pages[-1].next_token if pages else ""))
    return pages


def close_settlements(training):
    """Settle everything; returns all settlements by id."""
    until = datetime.now(timezone.utc) + timedelta(days=40)
    training.post("settlements/close", {"channel": "amazon", "until": until.isoformat()})
    return {entry["id"]: entry for account in training.get("money").values() for entry in account["settlements"]}


def test_settlements_are_the_book_of_the_world(training):
    made = close_settlements(training)
    since = datetime.now(timezone.utc) - timedelta(days=5)
    currencies, count = set(), 0
    for region in ("eu", "na"):
        connector = training.connector(region)
        pages = pages_of(connector.fetch_settlements, [shop.external_id for shop in connector.fetch_shops()], since)
        for ref in [ref for page in pages for ref in page.refs]:
            settlement = connector.parse_settlement(connector.fetch_settlement(ref.handle))
            lines, stated = list(settlement.lines), made[settlement.external_id]
            assert sum(line.amount.amount for line in lines) == settlement.total.amount == Decimal(stated["total"])
            assert settlement.total.currency == stated["currency"]
            assert {line.words for line in lines if kind_of("amazon", line.words) is None} == set()
            assert (settlement.paid_at is None) == (stated["payout"] is None)
            currencies.add(settlement.total.currency)
            count += 1
    assert count == len(made) >= 3
    assert {"EUR", "USD"} <= currencies


def test_transactions_are_the_book_of_the_world(training):
    close_settlements(training)
    connector, since = training.connector(), datetime.now(timezone.utc) - timedelta(days=5)
    shops = [shop.external_id for shop in connector.fetch_shops()]
    pages = pages_of(connector.fetch_transactions, shops, since)
    found = [connector.parse_transaction(record.payload) for page in pages for record in page.records]
    assert len(found) > 10
    assert not [entry for page in pages for entry in page.broken]
    words = {line.words for entry in found for line in entry.lines}
    assert {entry for entry in words if kind_of("amazon", entry) is None} == set()
    freed = {entry.releases for entry in found if entry.releases}
    # What was set free in the last two minutes is not told yet.
    assert freed
    assert freed <= {entry.external_id for entry in found if entry.state_text == "DEFERRED_RELEASED"}
    order = next(entry for entry in found if entry.lines[0].order_id and not entry.releases)
    shown = {entry["id"]: entry for entry in training.get("orders")["orders"]}[order.lines[0].order_id]
    assert {line.sku for line in order.lines} <= {line["sku"] for line in shown["lines"]}


def test_notifications(training):
    pytest.importorskip("boto3")
    arn = training.access["regions"]["eu"]["queue_arn"]
    training.connector().subscribe_to_order_changes(arn)
    url = f"{training.url}/{arn.split(':')[4]}/{arn.split(':')[5]}"
    connector = training.connector(queue_url=url, aws_access_key="training", aws_secret_key="training")
    (placed,) = training.post("orders", {"count": 1, "fulfilled_by": "merchant", "marketplace": "DE"})["orders"]
    training.post(f"orders/{placed}/cancel_request", {})
    told, end = set(), time.monotonic() + 20
    while placed not in told and time.monotonic() < end:
        for number, acknowledge in connector.receive_notifications():
            told.add(number)
            acknowledge()
    assert placed in told


def test_a_burst_is_never_refused_by_our_own_fault():
    # Slower than the other tests: between two calls must be more time than a busy machine takes away.
    with run_simulator(5) as slow:
        connector = slow.connector()
        for _ in range(15):
            connector.fetch_fulfilment_stock(shop(slow))
        books = slow.get("books")
        assert books["requests"]["getInventorySummaries"] >= 15
        assert books["throttled"]["own_fault"] == 0
