"""Rate limits shared by all threads and processes that use the same account.

The generic cell rate algorithm (GCRA) keeps a token bucket in one number: the *theoretical arrival time* at which the
bucket would be full again. That number and the rate learned from the marketplace's answers are all a store must keep.
"""

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limit:
    """Documented limit of an operation.

    :param float rate: calls per second that the bucket refills
    :param int burst: calls that a full bucket allows at once
    """

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """State of one bucket.

    :param float full_at: epoch seconds at which the bucket is full again (in the past: it is full)
    :param rate: calls per second last stated by the marketplace; ``None`` until it stated one
    """

    full_at: float = 0.0
    rate: float | None = None


class BucketStore(ABC):
    """Keeps buckets by key. All processes that share an account must share one store.

    A store has one operation, because reading, deciding and writing have to be one step that nobody else can enter.
    It computes nothing and knows no clock. Keys are text of at most 128 characters. Buckets need not survive long:
    a lost bucket counts as full. Times are epoch seconds, the wall clock being the one that processes share.
    """

    @abstractmethod
    def change(self, key, function):
        """Replace one bucket atomically.

        Lock the bucket of ``key``, call ``function(bucket)`` once with what is stored (``Bucket()`` when nothing is),
        keep the bucket it returns *durably at once* (not with the caller's transaction: a rollback must not give
        calls back that were made) and return its result. An exception of ``function`` changes nothing.

        :param str key: account and operation
        :param function: quick and free of I/O; ``Bucket -> (Bucket, result)``
        :return: the result
        """


class MemoryBucketStore(BucketStore):
    """Buckets of one process, for threads, scripts and tests."""

    def __init__(self):
        self._buckets = {}
        self._lock = threading.Lock()

    def change(self, key, function):
        with self._lock:
            bucket, result = function(self._buckets.get(key, Bucket()))
            self._buckets[key] = bucket
            return result


class RateLimiter:
    """Hands out permissions to call, so that the marketplace never has to refuse.

    A bucket with a burst above one is used down to its last token only: calls reach the marketplace with different
    delays, and the token in reserve absorbs that. A bucket of one call is refilled a tenth slower for the same reason.

    :param BucketStore store: where the buckets are
    :param str scope: whose buckets: the account the limits apply to
    :param dict limits: ``{operation: Limit}``; operations that are not listed are not limited
    :param clock: returns epoch seconds
    """

    def __init__(self, store, scope, limits, clock):
        self._store = store
        self._scope = scope
        self._limits = limits
        self._clock = clock
        self._rates = {}  # as last seen in the store, so that learning the same again costs nothing

    def take(self, operation, patience):
        """Take one permission that becomes valid within ``patience`` seconds.

        :return: ``(taken, seconds)``: how long to wait before the call, or, if nothing was taken, before asking again
        """
        limit = self._limits.get(operation)
        if limit is None:
            return True, 0.0
        now = self._clock()

        def take_token(bucket):
            self._rates[operation] = bucket.rate
            interval, burst = _pace(limit, bucket)
            full_at = max(bucket.full_at, now)
            wait = max(0.0, full_at - (burst - 1) * interval - now)
            if wait > patience:
                return bucket, (False, wait)
            return replace(bucket, full_at=full_at + interval), (True, wait)

        return self._store.change(self._key(operation), take_token)

    def learn(self, operation, rate):
        """Remember the rate that an answer stated, in calls per second; calls already made count at the new rate."""
        limit = self._limits.get(operation)
        if limit is None or self._rates.get(operation) == rate:
            return
        now = self._clock()

        def rescale(bucket):
            debt = max(0.0, bucket.full_at - now) * (bucket.rate or limit.rate) / rate
            return replace(bucket, rate=rate, full_at=now + debt), None

        self._store.change(self._key(operation), rescale)

    def refuse(self, operation, seconds):
        """Empty the bucket after a refusal: nobody calls the operation for ``seconds``.

        :return: seconds until the next call is allowed, at least the time in which one token is refilled
        """
        limit = self._limits.get(operation)
        if limit is None:
            return seconds
        now = self._clock()

        def empty(bucket):
            interval, burst = _pace(limit, bucket)
            wait = max(seconds, interval)
            full_at = max(bucket.full_at, now + wait + (burst - 1) * interval)
            return replace(bucket, full_at=full_at), full_at - (burst - 1) * interval - now

        return self._store.change(self._key(operation), empty)

    def _key(self, operation):
        return f"{self._scope}:{operation}"


def _pace(limit, bucket):
    """Seconds between refills and usable burst."""
    interval = 1 / (bucket.rate or limit.rate)
    if limit.burst > 1:
        return interval, limit.burst - 1
    return interval * 1.1, 1
