"""The bucket of points that an app has in a shop."""

import threading

#: Seconds after which an empty bucket is full.
FULL = 20


class Points:
    """Buckets in memory, one per shop; they refill as fast as simulated time passes."""

    def __init__(self, clock):
        self._clock, self._lock, self._buckets = clock, threading.Lock(), {}

    def take(self, shop, points):
        """Take points out of a shop's bucket.

        :return: ``(whether there were enough, points left)``
        """
        with self._lock:
            left = self._level(shop)
            enough = left >= points
            self._keep(shop, left - points if enough else left)
            return enough, left - points if enough else left

    def give_back(self, shop, points):
        """Return what a call did not need; the points left."""
        with self._lock:
            left = min(shop.plan * FULL, self._level(shop) + points)
            self._keep(shop, left)
            return left

    def status(self, shop, left):
        """``throttleStatus``; the rate is the one that applies here."""
        most = float(shop.plan * FULL)
        return {"maximumAvailable": most, "currentlyAvailable": left, "restoreRate": self._rate(shop)}

    def _rate(self, shop):
        return shop.plan * self._clock.speed

    def _level(self, shop):
        now = self._clock.now().timestamp()
        left, at = self._buckets.get(shop.region, (shop.plan * FULL, now))
        return min(shop.plan * FULL, left + max(0.0, now - at) * self._rate(shop))

    def _keep(self, shop, left):
        self._buckets[shop.region] = left, self._clock.now().timestamp()
