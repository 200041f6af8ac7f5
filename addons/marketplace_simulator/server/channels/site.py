"""What the sites of all channels share: routing, access, limits, faults, counting, searching, webhooks.

A channel derives :class:`ChannelSite`, lists its operations, says who a request comes from (:meth:`authorise`) and how
its errors look (:meth:`render_error`).
"""

import json
import time

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from ..clock import to_text
from ..faults import ANSWER, BEFORE
from ..http import Answer, ApiError, Call
from ..world import search
from ..world.events import REFUSALS
from ..world.shipping import ShipmentRefused
from .spoil import Spoilable, spoil
from .tokens import Tokens
from .webhooks import Webhooks


class ChannelSite:
    """One channel's protocol over the one world.

    :param channel: its :class:`.channel.Channel`
    :param simulator: the :class:`..app.Simulator` that serves it
    """

    #: :class:`..http.Operation` with paths below ``/<name>``; a handler takes a :class:`..http.Call` and returns a
    #: JSON value or an :class:`..http.Answer`.
    operations = ()
    #: Where its JSON answers can be hurt.
    spoilable = Spoilable()
    #: ``{document kind: function(site, data)}`` of stored documents that are processed when they are due.
    processors = {}

    def __init__(self, channel, simulator):
        self.channel, self.name, self._simulator = channel, channel.name, simulator
        self.world, self.faults, self.buckets = simulator.world, simulator.faults, simulator.buckets
        self.signer = simulator.signer
        self.tokens, self.webhooks = Tokens(self), Webhooks(self, simulator.webhooks)
        self.world.listeners.append(self._on_change)
        self._operations = {operation.name: operation for operation in self.operations}
        self._map = Map([Rule(f"/{self.name}{_pattern(operation.path)}", methods=[operation.method],
                              endpoint=operation.name) for operation in self.operations], strict_slashes=False)

    # --- what a channel says about itself ---

    def authorise(self, call):
        """Check signature or token; set ``call.region`` (outlet that it may act for) and ``call.claims``.

        :raise ApiError: :meth:`denied` or :meth:`expired`
        """
        raise NotImplementedError

    def render_error(self, call, error):
        """Return the :class:`..http.Answer` to a request that failed; ``call.operation`` may be ``None``.

        :param error: :class:`..http.ApiError`
        """
        return Answer(error.status, {"error": error.code, "message": error.message})

    def call_name(self, call):
        """Return the operation's name in books, limits and faults; finer than the address for e.g. GraphQL."""
        return call.operation.name

    def limit(self, call):
        """Enforce the rate limit.

        :raise ApiError: :meth:`too_fast`
        """
        operation = call.operation
        key = (self.name, call.region, call.name)
        if operation.rate and not self.buckets.take(key, operation.rate, operation.burst):
            raise self.too_fast(call)

    def headers(self, call):
        """Return headers that every answer carries, e.g. what is left of a limit."""
        return {}

    def denied(self):
        """Return the error of a missing, wrong or revoked token or signature."""
        return ApiError(401, "Unauthorized", "The access token is invalid.")

    def expired(self):
        """Return the error of a token that was valid once."""
        return ApiError(401, "Unauthorized", "The access token has expired.")

    def throttled(self, call):
        """Return the error of a request beyond the limit."""
        return ApiError(429, "TooManyRequests", "Too many requests.")

    def failed(self):
        """Return the error of a service that broke."""
        return ApiError(500, "InternalError", "An internal error has occurred.")

    def unavailable(self):
        """Return the error of a service that is down or whose answer was lost."""
        return ApiError(503, "ServiceUnavailable", "The service is temporarily unavailable.")

    def refused(self, refusal):
        """Return the error of something that the state of an order or return does not allow."""
        return ApiError(409, "Conflict", str(refusal))

    def webhook_messages(self, order, happened):
        """Return ``[(topic, JSON body or bytes)]`` to be posted about a change; see the orders' ``history``."""
        return []

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """Return the headers of a post, with the signature of its raw body."""
        return {}

    # --- what it may use ---

    @property
    def url(self):
        """The address of the channel here: what connectors take as endpoint."""
        return f"{self._simulator.url}/{self.name}"

    @property
    def outlets(self):
        """Its outlets: ``world.outlets`` of this channel."""
        return self.world.outlets_of(self.name)

    @property
    def regions(self):
        """The names of its outlets."""
        return [outlet.name for outlet in self.outlets]

    def find_order(self, call, order_id):
        """Return an order that the caller may see, or ``None``."""
        order = self.world.get_order(order_id)
        return order if order and order["region"] in self._scope(call) else None

    def search(self, call, column, after="", before="9", filters=None, size=50, token=None):
        """Return ``(orders of a page, next token or None)``, oldest first, with the page faults.

        :param column: ``updated`` or ``created``
        :param after: first time text of the range, with ``before`` its last (see :func:`..clock.to_text`)
        :param filters: ``{status | marketplace | currency | id: wanted values}``
        :param token: of the page before; it carries the range
        :raise ApiError: 400 if the token is not one
        """
        purpose = f"{self.name}:{call.name}:page"
        page = self.signer.open(purpose, token) if token else self._first_page(call, column, after, before)
        if page is None:
            raise ApiError(400, "InvalidToken", "The page token is invalid.")
        rows, following = search.read_page(self.world.store, page, filters or {}, size)
        orders = self._repeat_some(call, page, [json.loads(row["data"]) for row in rows])
        return orders, self.signer.seal(purpose, following) if following else None

    def search_offset(self, call, column, offset, size, after="", before="9", filters=None, descending=False):
        """Return ``(orders from an offset on, how many there are)``, with the page faults; see :meth:`search`."""
        page = self._first_page(call, column, after, before)
        key = f"salt:{self.name}:{call.name}"
        if offset == 0:
            self.world.store.set_setting(key, page["salt"])
        page["salt"] = self.world.store.setting(key, "")
        rows, total = search.read_offset(self.world.store, page, filters or {}, offset, size, descending)
        return self._repeat_some(call, page, [json.loads(row["data"]) for row in rows]), total

    def find_returns(self, call, after="", before="9", column="updated"):
        """Return ``[(order, return)]`` that the caller may see, changed in a time range, oldest first."""
        return search.returns(self.world.store, self._scope(call), after, before, column)

    def find_return(self, call, key):
        """Return ``(order, return)`` that the caller may see, or ``None``."""
        return search.get_return(self.world.store, self._scope(call), key)

    def too_fast(self, call):
        """Count a request beyond the limit, which is the client's own fault, and return its error."""
        self.world.store.count("throttled:own_fault")
        self.world.store.count(f"throttled_operation:{self._full_name(call)}")
        return self.throttled(call)

    # --- the way of a request ---

    def respond(self, request):
        """Answer a request below ``/<name>/``."""
        call = Call(request, self, None, {})
        try:
            endpoint, call.path = self._map.bind_to_environ(request.environ).match()
        except NotFound:
            return self._render(call, self.render_error(call, ApiError(404, "NotFound", "There is nothing here.")))
        except MethodNotAllowed:
            error = ApiError(405, "MethodNotAllowed", "The method is not allowed here.")
            return self._render(call, self.render_error(call, error))
        call.operation = self._operations[endpoint]
        return self._render(call, self._operate(call))

    def tick(self, everything=False):
        """Process what is due; return how many documents that were."""
        if not self.processors:
            return 0
        store = self.world.store
        limit = "9" if everything else to_text(self.world.clock.now())
        with store.transaction():
            due = store.due_documents(limit, tuple(self.processors))
            for kind, data in due:
                self.processors[kind](self, data)
        return len(due)

    def _operate(self, call):
        try:
            call.name = self.call_name(call)
            self.world.store.count(f"requests:{self._full_name(call)}")
            if call.operation.access != "open":
                self.authorise(call)
            self.limit(call)
            self._strike(call)
            with self.world.store.transaction():
                answer = call.operation.handler(call)
        except ApiError as error:
            return self._reject(call, error)
        except (*REFUSALS, ShipmentRefused) as refusal:
            return self._reject(call, self.refused(refusal))
        return self._deliver(call, answer if isinstance(answer, Answer) else Answer(200, answer))

    def _reject(self, call, error):
        if 400 <= error.status < 500 and error.status not in (401, 403, 429):
            self.world.store.count(f"rejected:{self._full_name(call)}")
        return self.render_error(call, error)

    def _strike(self, call):
        fault = self._fire(call, BEFORE)
        if fault is None:
            return
        if fault["kind"] == "hang":
            time.sleep(fault["seconds"])
        if fault["kind"] == "throttle":
            self.world.store.count("throttled:storm")
            raise self.throttled(call)
        raise {"error_500": self.failed, "error_503": self.unavailable, "hang": self.unavailable,
               "expired_token": self.expired}[fault["kind"]]()

    def _deliver(self, call, answer):
        fault = self._fire(call, ANSWER)
        if fault is None:
            return answer
        if fault["kind"] == "lost_answer":
            time.sleep(fault["seconds"])
            return self.render_error(call, self.unavailable())
        if isinstance(answer.body, (dict, list)):
            body = spoil(fault["kind"], answer.body, self.faults.rng(fault), self.spoilable)
            return Answer(answer.status, body, answer.headers, answer.content_type)
        return answer

    def _fire(self, call, kinds):
        return self.faults.fire(self._full_name(call), kinds, by_name=call.operation.access == "open")

    def _full_name(self, call):
        return f"{self.name}.{call.name or call.operation.name}"

    def _render(self, call, answer):
        data = answer.body
        if not isinstance(data, bytes):
            data = b"" if data is None else json.dumps(data, ensure_ascii=False).encode()
        return Response(data, answer.status, {**self.headers(call), **answer.headers}, content_type=answer.content_type)

    def _on_change(self, order, happened):
        if order["channel"] == self.name:
            self.webhooks.on_change(order, happened)

    def _scope(self, call):
        return [call.region] if call.region else self.regions

    def _first_page(self, call, column, after, before):
        fault = self._fire(call, ("shuffle_pages",))
        return {"region": self._scope(call), "column": column, "after": after, "before": before, "last": None,
                "salt": f"{fault['id']}.{fault['fired']}" if fault else ""}

    def _repeat_some(self, call, page, orders):
        """Repeat, under the fault ``duplicate_orders``, the last order of the page before and the last of this page."""
        if not orders or not self._fire(call, ("duplicate_orders",)):
            return orders
        before = self.world.get_order(page["last"][1]) if page["last"] else None
        return [*([before] if before else []), *orders, orders[-1]]


def _pattern(path):
    """Return a werkzeug rule of a path template: ``{name}``, or ``{path:name}`` for one that may contain slashes."""
    return path.replace("{", "<").replace("}", ">")
