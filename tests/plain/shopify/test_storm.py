"""Everything goes wrong from time to time: orders still arrive once, with their totals, nothing is written twice."""

from collections import Counter

import pytest

from addons.marketplace.contract import InvalidPayload, NotReady, RateLimited, StockLevel, Unavailable
from addons.marketplace_simulator.server.world import money
from tests.plain.shopify.training import EU, LONG_AGO, RECENT, Training, read, shipment

FAULTS = (
    {"kind": "throttle", "probability": 0.1},
    {"kind": "error_500", "probability": 0.1},
    {"kind": "error_503", "probability": 0.1},
    {"kind": "expired_token", "probability": 0.05},
    {"kind": "lost_answer", "probability": 0.1, "seconds": 0},
    {"kind": "truncated_json", "probability": 0.1},
    {"kind": "shuffle_pages", "probability": 0.2},
    {"kind": "duplicate_orders", "probability": 0.2},
)
#: What a job comes back from.
LATER = (RateLimited, Unavailable, NotReady)


@pytest.fixture
def training():
    training = Training(orders=80)
    for fault in FAULTS:
        training.api.control("faults", {"operation": "shopify.*", **fault})
    return training


def patiently(training, verb):
    """Call as a job does: again, after a while."""
    for _ in range(40):
        try:
            return verb()
        except LATER as error:
            training.sleep(getattr(error, "retry_after", 60))
    pytest.fail("never done")


def fetch_all(training, connector, ago):
    """Every record, by id and revision; what fails is tried again from where it was."""
    since, token, records = training.api.clock.now() - ago, "", {}
    while True:
        try:
            page = connector.fetch_orders(["x"], since, token=token)
        except LATER as error:
            token = error.handle if isinstance(error, NotReady) else token
            training.sleep(60)
            continue
        assert page.broken == ()
        records |= {(record.external_id, record.revision): record for record in page.records}
        token = page.next_token
        if not token:
            return records


@pytest.mark.parametrize("ago", [RECENT, LONG_AGO])
def test_orders_arrive_once_and_whole(training, ago):
    connector = training.connect(handler=training.answer)
    records = fetch_all(training, connector, ago)
    assert Counter(number for number, _revision in records) == Counter(list(training.sold(EU)))
    for (number, _revision), record in records.items():
        parsed = connector.parse_order(record.payload)
        assert parsed.total is None or parsed.total.amount == money.order_total(training.order(number))
    assert training.api.simulator.world.store.counter("throttled:own_fault") == 0


def test_parcels_and_levels_are_written_once(training):
    connector = training.connect(handler=training.answer)
    numbers = [number for number in training.sold(EU) if training.order(number)["status"] == "unshipped"][:10]
    for position, number in enumerate(numbers):
        parcel = shipment(training.order(number), position)
        for _ in range(40):
            result = patiently(training, lambda parcel=parcel: connector.confirm_shipments([parcel]))[0]
            if result.accepted:
                break
            assert result.retry_after is not None, result.message
            training.sleep(result.retry_after)
        assert [package["tracking"] for package in training.order(number)["packages"]] == [f"TRACK{position}"]
    (level,) = [StockLevel(line["sku"], 5) for line in training.order(numbers[0])["lines"][:1]]
    assert patiently(training, lambda: connector.push_stock("x", [level]))[0].accepted
    assert training.api.simulator.world.listing(EU, level.sku)["quantity"] == 5


@pytest.mark.parametrize("kind", ["missing_field", "wrong_type", "unknown_currency", "unknown_country"])
def test_spoiled_orders_are_set_aside_or_refused_with_their_path(kind):
    training = Training(orders=60)
    training.api.control("faults", {"operation": "shopify.Orders", "kind": kind, "probability": 1})
    connector = training.connect(handler=training.answer)
    since, token, seen = training.api.clock.now() - RECENT, "", 0
    for _ in range(20):
        page = connector.fetch_orders(["x"], since, token=token)
        for path, reason, _raw in page.broken:
            assert path and reason
        for record in page.records:
            try:
                connector.parse_order(record.payload)
            except InvalidPayload as error:
                assert error.path
        seen += len(page.records) + len(page.broken)
        token = page.next_token
        if not token:
            break
    assert seen == len(training.sold(EU))


def test_without_faults_nothing_waits():
    training = Training()
    read(training, training.connect())
    assert sum(training.waits) == 0
