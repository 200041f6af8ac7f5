"""Tell registered addresses what has changed: signed POSTs from a background thread, repeated when they fail."""

import heapq
import json
import threading
import time
import urllib.error
import urllib.request
import uuid

from ..clock import to_text

ATTEMPTS = 3
#: Seconds before the second and third attempt.
WAITS = (2, 10)
TIMEOUT = 5
NAMESPACE = uuid.UUID("2b9b2a3e-6a0f-4a52-8b57-0f3d6a6d9c11")


class Webhooks:
    """The registered addresses of one channel; they are part of the stored state.

    :param site: its :class:`.site.ChannelSite`
    :param sender: the :class:`Sender` of the simulator
    """

    def __init__(self, site, sender):
        self._site, self._sender = site, sender
        self._store, self._kind = site.world.store, f"webhook:{site.name}"

    def register(self, url, topic="*", region="", **details):
        """Have changes posted to an address; repeating it changes nothing.

        :param topic: only messages of this topic; ``*``: all
        :param region: only what concerns this outlet; empty: every outlet of the channel
        :param details: JSON that the site wants to find again, e.g. a secret
        :return: the registration: ``{id, url, topic, region, **details}``
        """
        key = str(uuid.uuid5(NAMESPACE, f"{self._site.name} {region} {topic} {url}"))
        entry = {**details, "id": key, "url": url, "topic": topic, "region": region}
        self._store.put_document(self._kind, key, region, to_text(self._site.world.clock.now()), entry)
        return entry

    def registered(self, region=None):
        """Return the registrations, those that hear about one outlet if given."""
        rows = self._store.rows("SELECT data FROM document WHERE kind = ? ORDER BY created, id", self._kind)
        entries = [json.loads(row["data"]) for row in rows]
        return [entry for entry in entries if region is None or entry["region"] in ("", region)]

    def remove(self, key):
        """Forget a registration; return whether it was there."""
        return self._store.delete_document(self._kind, key)

    def on_change(self, order, happened):
        """Have a change told to whoever registered; called inside the change's transaction."""
        if self.registered(order["region"]):
            self._sender.add(self, order["id"], happened, len(order["history"]))

    def posts(self, order_id, happened, position):
        """Return ``[(url, headers, raw body)]`` of what an order's change is to be told as."""
        order = self._site.world.get_order(order_id)
        if order is None:
            return []
        found = []
        entries = self.registered(order["region"])
        for topic, body in self._site.webhook_messages(order, happened):
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            for entry in entries:
                if entry["topic"] in ("*", topic):
                    key = str(uuid.uuid5(NAMESPACE, f"{order_id} {position} {topic} {entry['id']}"))
                    headers = {"Content-Type": "application/json",
                               **self._site.webhook_headers(entry, topic, raw, key)}
                    found.append((entry["url"], headers, raw))
        return found

    def count(self, outcome):
        """Count a post: ``delivered`` or ``failed`` for good."""
        self._store.count(f"webhooks_{outcome}:{self._site.name}")


class Sender:
    """Posts in the background, one thread for all channels; it starts with the first post."""

    def __init__(self, clock):
        self._clock, self._condition = clock, threading.Condition()
        self._jobs, self._number, self._open, self._thread = [], 0, 0, None
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def add(self, webhooks, *change):
        """Queue a change of an order; it is rendered when it is sent."""
        self._push(0, lambda: self._expand(webhooks, change))

    def drain(self, timeout):
        """Wait until nothing is left to be sent; return whether that came about in time."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._open, timeout)

    def _push(self, delay, job):
        with self._condition:
            self._number += 1
            self._open += 1
            heapq.heappush(self._jobs, (time.monotonic() + delay, self._number, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def _work(self):
        while True:
            with self._condition:
                while not self._jobs or self._jobs[0][0] > time.monotonic():
                    self._condition.wait(self._jobs[0][0] - time.monotonic() if self._jobs else None)
                job = heapq.heappop(self._jobs)[2]
            try:
                job()
            finally:
                with self._condition:
                    self._open -= 1
                    self._condition.notify_all()

    def _expand(self, webhooks, change):
        for post in webhooks.posts(*change):
            self._push(0, lambda post=post: self._send(webhooks, post, 1))

    def _send(self, webhooks, post, attempt):
        if self._is_taken(*post):
            webhooks.count("delivered")
        elif attempt == ATTEMPTS:
            webhooks.count("failed")
        else:
            wait = self._clock.wait(WAITS[attempt - 1]).total_seconds()
            self._push(wait, lambda: self._send(webhooks, post, attempt + 1))

    def _is_taken(self, url, headers, raw):
        request = urllib.request.Request(url, raw, headers, method="POST")
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                return response.status < 300
        except (urllib.error.URLError, OSError, ValueError):
            return False
