"""Rate limits: never a refusal by our own fault."""

import random
import threading

import pytest

from addons.marketplace.contract import RateLimited
from addons.marketplace.transport import Bucket, HttpClient, Limit, MemoryBucketStore, RateLimiter
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

URL = "https://market.example/"


class StrictServer:
    """A token bucket that refuses every call for which it has no token; calls arrive late by chance."""

    def __init__(self, time, rate, burst, latency=0.0):
        self.time = time
        self.rate = rate
        self.burst = burst
        self.latency = latency
        self.tokens = burst
        self.last = None
        self.refusals = 0
        self.calls = 0
        self.random = random.Random(1)

    def __call__(self, request):
        arrival = self.time.now + self.random.uniform(0, self.latency)
        arrival = max(arrival, self.last or arrival)
        if self.last is not None:
            self.tokens = min(self.burst, self.tokens + (arrival - self.last) * self.rate)
        self.last = arrival
        self.calls += 1
        if self.tokens < 1 - 1e-9:
            self.refusals += 1
            return answer(status=429, x_amzn_RateLimit_Limit=self.rate)
        self.tokens -= 1
        return answer({}, x_amzn_RateLimit_Limit=self.rate)


def make(server, time, limit, **options):
    return HttpClient(
        session_of(FakeServer(handler=server)),
        None,
        time.clock,
        time.sleep,
        limits={"op": limit},
        rate_header="x-amzn-RateLimit-Limit",
        **options,
    )


@pytest.mark.parametrize(("rate", "burst"), [(2, 2), (5, 5), (5, 10), (0.5, 30), (2, 10), (1, 1), (0.1, 1)])
def test_a_burst_is_never_refused(rate, burst):
    time = FakeTime()
    server = StrictServer(time, rate, burst, latency=0.1)
    client = make(server, time, Limit(rate, burst))
    for _ in range(60):
        client.call("op", "GET", URL)
    assert server.calls == 60
    assert server.refusals == 0
    assert sum(time.waits) <= (60 - max(burst - 1, 1)) / rate * 1.1 + 1e-6


def test_exact_waits():
    time = FakeTime()
    client = make(StrictServer(time, 2, 4), time, Limit(2, 4))
    for _ in range(6):
        client.call("op", "GET", URL)
    assert time.waits == [0.5, 0.5, 0.5]  # three at once, one token stays in reserve


def test_slow_operations_are_refused_at_home():
    time = FakeTime()
    server = StrictServer(time, 0.0056, 20)
    client = make(server, time, Limit(0.0056, 20))
    for _ in range(19):
        client.call("op", "GET", URL)
    with pytest.raises(RateLimited) as caught:
        client.call("op", "GET", URL)
    assert caught.value.retry_after == pytest.approx(1 / 0.0056)
    assert server.calls == 19
    time.now += caught.value.retry_after
    client.call("op", "GET", URL)
    assert server.refusals == 0
    assert time.waits == []


def test_a_lower_rate_is_learned():
    time = FakeTime()
    server = StrictServer(time, 1, 10)
    client = make(server, time, Limit(5, 10))
    for _ in range(40):
        client.call("op", "GET", URL)
    assert server.refusals == 0
    assert time.waits[-1] == pytest.approx(1)


def test_a_higher_rate_is_learned():
    time = FakeTime()
    client = make(StrictServer(time, 10, 5), time, Limit(1, 5))
    for _ in range(40):
        client.call("op", "GET", URL)
    assert time.waits[-1] == pytest.approx(0.1)


def test_a_known_rate_is_not_stored_again():
    class CountingStore(MemoryBucketStore):
        changes = 0

        def change(self, key, function):
            self.changes += 1
            return super().change(key, function)

    store = CountingStore()
    limiter = RateLimiter(store, "a", {"op": Limit(1, 3)}, FakeTime().clock)
    limiter.take("op", 0)
    limiter.learn("op", 0.5)
    limiter.take("op", 0)
    limiter.learn("op", 0.5)
    assert store.changes == 3
    limiter.learn("op", 0.25)
    assert store.changes == 4


def test_calls_already_made_count_at_the_learned_rate():
    limiter = RateLimiter(MemoryBucketStore(), "a", {"op": Limit(1, 2)}, FakeTime().clock)
    limiter.take("op", 0)
    limiter.learn("op", 10)
    assert limiter.take("op", 5) == (True, pytest.approx(0.1))


def test_clients_share_a_store_by_account():
    time, store = FakeTime(), MemoryBucketStore()
    limits = {"op": Limit(1, 3)}
    first, second, other = (RateLimiter(store, scope, limits, time.clock) for scope in ("a", "a", "b"))
    assert first.take("op", 0) == (True, 0)
    assert second.take("op", 0) == (True, 0)
    assert first.take("op", 0) == (False, 1)
    assert other.take("op", 0) == (True, 0)


def test_nothing_is_taken_when_patience_is_short():
    time = FakeTime()
    limiter = RateLimiter(MemoryBucketStore(), "a", {"op": Limit(1, 2)}, time.clock)
    assert limiter.take("op", 0) == (True, 0)
    assert limiter.take("op", 0.5) == (False, 1)
    assert limiter.take("op", 1) == (True, 1)
    assert limiter.take("op", 5) == (True, 2)


def test_refusal_empties_the_bucket():
    time = FakeTime()
    limiter = RateLimiter(MemoryBucketStore(), "a", {"op": Limit(2, 10)}, time.clock)
    assert limiter.refuse("op", 0.1) == pytest.approx(0.5)
    assert limiter.refuse("op", 30) == pytest.approx(30)
    assert limiter.take("op", 0)[0] is False
    time.now += 30
    assert limiter.take("op", 0) == (True, 0)
    assert limiter.take("op", 0) == (False, pytest.approx(0.5))


def test_memory_store_is_atomic():
    store = MemoryBucketStore()

    def count(bucket):
        return Bucket(bucket.full_at + 1), None

    threads = [threading.Thread(target=lambda: [store.change("k", count) for _ in range(2000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.change("k", lambda bucket: (bucket, bucket.full_at)) == 16_000


def test_failing_change_keeps_the_bucket():
    store = MemoryBucketStore()
    store.change("k", lambda bucket: (Bucket(5.0), None))
    with pytest.raises(ZeroDivisionError):
        store.change("k", lambda bucket: 1 / 0)
    assert store.change("k", lambda bucket: (bucket, bucket)) == Bucket(5.0)
