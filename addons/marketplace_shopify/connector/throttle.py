"""Points: what Shopify's limits are counted in.

A shop gives an app a bucket of points that refills steadily. A call must find its *requested* cost in the bucket and is
charged its *actual* cost in the end. Source: Shopify, "GraphQL Admin API rate limits".
"""

from dataclasses import dataclass, replace

from ...marketplace.contract import RateLimited

# The smallest plan, until an answer tells the shop's own rate. A bucket holds what twenty seconds refill.
STANDARD_RATE = 100.0
SECONDS_FULL = 20.0
# Share of the bucket that is left alone: calls of several processes arrive in another order than they were counted.
RESERVE = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """``extensions.cost`` of an answer; points.

    :param actual: ``None``: the call was not carried out
    """

    requested: float
    actual: float | None
    maximum: float
    available: float
    rate: float

    @classmethod
    def of(cls, body):
        """Read from an answer; ``None`` if it does not state its cost."""
        cost = ((body or {}).get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        if not status.get("restoreRate"):
            return None
        return cls(
            float(cost.get("requestedQueryCost") or 0),
            None if cost.get("actualQueryCost") is None else float(cost["actualQueryCost"]),
            float(status.get("maximumAvailable") or 0),
            float(status.get("currentlyAvailable") or 0),
            float(status["restoreRate"]),
        )

    @property
    def wait(self):
        """Seconds until the bucket holds the requested cost, and a point more against rounding."""
        return max(0.0, self.requested - self.available + 1) / self.rate


class PointBucket:
    """The bucket as we know it, shared by all processes through the bucket store.

    :param BucketStore store: where it is kept: ``full_at`` and the refill rate
    :param str key: the app and shop it belongs to
    :param clock: returns epoch seconds
    """

    def __init__(self, store, key, clock):
        self._store, self._key, self._clock = store, f"{key}:points", clock
        self._capacity = 0.0

    def hold(self, points, patience):
        """Reserve the points of a call.

        :return: seconds to wait before the call
        :raise RateLimited: that would be more than ``patience`` seconds
        """
        now = self._clock()

        def reserve(bucket):
            rate = bucket.rate or STANDARD_RATE
            usable = max((self._capacity or rate * SECONDS_FULL) * (1 - RESERVE), points)
            full_at = max(bucket.full_at, now) + points / rate
            wait = max(0.0, full_at - now - usable / rate)
            return (bucket, (False, wait)) if wait > patience else (replace(bucket, full_at=full_at), (True, wait))

        held, wait = self._store.change(self._key, reserve)
        if not held:
            raise RateLimited(f"the points of the shop allow the next call in {wait:.1f} s", wait)
        return wait

    def settle(self, held, cost):
        """Give back what a call did not need, and believe Shopify where others have used the bucket too.

        :param float held: points that were reserved
        :param Cost cost: as the answer stated it; one that was not carried out stays reserved for its repetition
        """
        now = self._clock()
        self._capacity = cost.maximum
        spent = held if cost.actual is None else cost.actual

        def correct(bucket):
            debt = max(0.0, bucket.full_at - now) * (bucket.rate or STANDARD_RATE) - held + spent
            known = cost.maximum - cost.available + (held if cost.actual is None else 0.0)
            return replace(bucket, rate=cost.rate, full_at=now + max(0.0, debt, known) / cost.rate), None

        self._store.change(self._key, correct)

    def release(self, held):
        """Give back all that was reserved for a call that was not carried out."""

        def give_back(bucket):
            return replace(bucket, full_at=bucket.full_at - held / (bucket.rate or STANDARD_RATE)), None

        self._store.change(self._key, give_back)
