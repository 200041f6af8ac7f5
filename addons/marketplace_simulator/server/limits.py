"""Token buckets, one per account and operation."""

import threading
from dataclasses import dataclass


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Buckets:
    """Rate limits that refill as fast as simulated time passes: at a clock's ``speed`` times the official rates.

    The buckets live in memory: a restarted server starts with full ones, as a real service after a deployment.
    """

    def __init__(self, clock):
        self._clock = clock
        self._lock, self._buckets = threading.Lock(), {}

    def take(self, key, rate, burst):
        """Take one token from the bucket ``key``; return whether there was one.

        :param rate: official tokens per second
        :param burst: size of the bucket
        """
        now = self._clock.now().timestamp()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(burst, now))
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled_at) * rate * self._clock.speed)
            bucket.filled_at = now
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def rate(self, rate):
        """Return the rate that applies here: the official one times the speed."""
        return rate * self._clock.speed

    def clear(self):
        """Fill every bucket."""
        with self._lock:
            self._buckets.clear()
