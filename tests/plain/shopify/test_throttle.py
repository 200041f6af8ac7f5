"""Points: held before a call, settled after it, shared by everything that uses the app in the shop."""

import json
from datetime import datetime, timezone

import pytest

from addons.marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from addons.marketplace.transport import MemoryBucketStore
from addons.marketplace_shopify.connector.throttle import STANDARD_RATE, Cost, PointBucket
from tests.plain.fake_http import FakeTime, answer
from tests.plain.shopify.shop import DOMAIN, connect, cost, failed, page, sent

SINCE = datetime(2026, 5, 27, tzinfo=timezone.utc)
ORDERS = 928  # of a page of five


def bucket(time, store=None):
    return PointBucket(store or MemoryBucketStore(), "app", time.clock)


def stated(actual, available, requested=ORDERS, rate=100.0, maximum=2000.0):
    return Cost(requested, actual, maximum, available, rate)


def test_a_full_bucket_lets_calls_through_until_its_reserve():
    time = FakeTime()
    points = bucket(time)
    assert points.hold(1000, 20) == 0
    assert points.hold(900, 20) == 0
    # 1900 of 2000 are held, the rest is the reserve: 300 more need three seconds.
    assert points.hold(300, 20) == pytest.approx(3.0)
    with pytest.raises(RateLimited) as refused:
        points.hold(2000, 20)
    assert refused.value.retry_after == pytest.approx(22.0, abs=1.1)


def test_what_a_call_did_not_need_comes_back():
    points = bucket(FakeTime())
    for _ in range(20):
        assert points.hold(ORDERS, 20) == 0
        points.settle(ORDERS, stated(12, 1988))


def test_other_clients_of_the_app_are_believed():
    points = bucket(FakeTime())
    points.hold(10, 20)
    points.settle(10, stated(10, 100))
    assert points.hold(1000, 20) == pytest.approx((1900 + 1000 - 1900) / 100)


def test_the_rate_and_size_of_a_better_plan_are_learnt():
    time, store = FakeTime(), MemoryBucketStore()
    points = bucket(time, store)
    points.hold(10, 20)
    points.settle(10, stated(10, 19_990, rate=1000.0, maximum=20_000.0))
    assert sum(points.hold(1000, 20) for _ in range(18)) == 0
    # Another process learns the rate from the store.
    assert bucket(time, store).hold(1000, 20) == pytest.approx(0.01, abs=0.02)


def test_points_are_given_back_when_a_call_is_refused():
    points = bucket(FakeTime())
    for _ in range(5):
        points.hold(1800, 20)
        points.release(1800)
    assert points.hold(1800, 20) == 0


def test_cost_that_is_not_stated():
    assert Cost.of({"data": {}}) is None
    assert Cost.of(None) is None
    assert Cost.of({"extensions": cost()}).rate == STANDARD_RATE


def test_a_refusal_waits_exactly_until_there_are_enough_points():
    time, calls = FakeTime(), []

    def handle(request):
        calls.append(time.now)
        if len(calls) == 1:
            return failed("THROTTLED", "Throttled", extensions=cost(ORDERS, None, 428.0))
        return answer({"data": {"orders": page([])}, "extensions": cost(ORDERS, 3, 1900.0)})

    connect(handle, time).fetch_orders([DOMAIN], SINCE)
    assert time.waits == [pytest.approx(5.01)]  # 500 points are missing, and one more for rounding


def test_a_refusal_that_takes_too_long_is_the_jobs():
    time = FakeTime()

    def handle(request):
        return failed("THROTTLED", "Throttled", extensions=cost(ORDERS, None, 0.0, rate=10.0, maximum=1000.0))

    with pytest.raises(RateLimited) as refused:
        connect(handle, time).fetch_orders([DOMAIN], SINCE)
    assert refused.value.retry_after == pytest.approx(92.9)
    assert time.waits == []


def test_stated_cost_is_held_from_then_on():
    """Shopify asks for less than the published rule says: later calls hold what it asked for."""
    time = FakeTime()
    connector = connect(
        lambda request: answer({"data": {"orders": page([])}, "extensions": cost(90, 90, 1910.0)}), time
    )
    # Twenty calls of 928 points would wait for minutes; at 90 points the bucket holds nearly all of them.
    for _ in range(21):
        connector.fetch_orders([DOMAIN], SINCE)
    assert sum(time.waits) == 0


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ACCESS_DENIED", 200, AuthenticationFailed),
        ("SHOP_INACTIVE", 200, AuthenticationFailed),
        ("INTERNAL_SERVER_ERROR", 200, Unavailable),
        ("MAX_COST_EXCEEDED", 200, Rejected),
        ("undefinedField", 200, Rejected),
        ("anything", 502, Unavailable),
    ],
)
def test_errors_in_answers(code, status, error):
    time = FakeTime()
    with pytest.raises(error):
        connect(lambda request: failed(code, "text", status), time, attempts=1).fetch_orders([DOMAIN], SINCE)


def test_a_missing_scope_is_no_reason_for_a_new_token():
    calls = []

    def handle(request):
        calls.append(request.url)
        return failed("ACCESS_DENIED", "Access denied for orders field. Required access: `read_orders` access scope.")

    with pytest.raises(AuthenticationFailed, match="read_orders"):
        connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE)
    assert len(calls) == 1


def test_headers_and_names():
    seen = []

    def handle(request):
        seen.append((request.url, request.headers["X-Shopify-Access-Token"], sent(request)[0]))
        assert "query Orders" in json.loads(request.body)["query"]
        return answer({"data": {"orders": page([])}})

    connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE)
    assert seen == [(f"https://{DOMAIN}/admin/api/2026-10/graphql.json", "shpat_access-1", "Orders")]
