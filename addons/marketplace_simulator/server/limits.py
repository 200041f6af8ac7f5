"""Token buckets, one per account and operation."""

import threading
import time
from dataclasses import dataclass


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Buckets:
    """Rate limits that refill ``speed`` times as fast as the official ones.

    The buckets live in memory: a restarted server starts with full ones, as a real service after a deployment.
    """

    def __init__(self, speed=1.0, timer=time.monotonic):
        self.speed, self._timer = speed, timer
        self._lock, self._buckets = threading.Lock(), {}

    def take(self, key, rate, burst):
        """Take one token from the bucket ``key``; return whether there was one.

        :param rate: official tokens per second
        :param burst: size of the bucket
        """
        now = self._timer()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(burst, now))
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled_at) * rate * self.speed)
            bucket.filled_at = now
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def rate(self, rate):
        """Return the rate that applies here: the official one times the speed."""
        return rate * self.speed

    def clear(self):
        """Fill every bucket."""
        with self._lock:
            self._buckets.clear()
