"""Amazon's site: its operations, who may call them, how often, and how errors look."""

import json
import time
import uuid

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from ..clock import to_text
from ..faults import ANSWER, BEFORE
from ..http import Answer, ApiError, Call
from . import (
    accounts,
    fba_inventory,
    fba_removals,
    feeds,
    files,
    finances,
    inbound,
    inbound_v0,
    listings,
    lwa,
    notifications,
    orders,
    orders_v0,
    outbound,
    reports,
    sellers,
    shipment,
    sqs,
    tokens,
)
from .spoil import spoil

MODULES = (sellers, orders, orders_v0, shipment, tokens, listings, feeds, reports, fba_inventory, notifications,
           inbound, inbound_v0, outbound, finances)
PROCESSORS = {"feed": feeds.process, "report": reports.process, inbound.SHIPMENT: inbound.process,
              outbound.ORDER: outbound.process, fba_removals.REMOVAL: fba_removals.process}
OPERATIONS = {operation.name: operation for module in MODULES for operation in module.OPERATIONS}


class Site:
    """Amazon's Selling Partner API and Login with Amazon over one world."""

    def __init__(self, world, faults, buckets, signer):
        self.world, self.faults, self.buckets, self.signer = world, faults, buckets, signer
        world.listeners.append(lambda order, happened: notifications.on_change(world, order, happened))
        rules = [Rule("/auth/o2/token", methods=["POST"], endpoint="token"),
                 Rule("/files/<sealed>", methods=["GET", "PUT"], endpoint="file")]
        rules += [Rule(_pattern(operation.path), methods=[operation.method], endpoint=operation.name)
                  for operation in OPERATIONS.values()]
        self._map = Map(rules, strict_slashes=False)

    def tick(self, everything=False):
        """Let what is due happen to feeds and reports.

        :param everything: also what is due later
        :return: number of events
        """
        limit = "9" if everything else to_text(self.world.clock.now())
        with self.world.store.lock:
            due = self.world.store.due_documents(limit, PROCESSORS)
            if due:
                with self.world.store.transaction():
                    for kind, data in due:
                        PROCESSORS[kind](self, data)
        return len(due)

    def respond(self, request):
        """Answer a request.

        :return: a response, or ``None`` if the path is not Amazon's
        """
        if request.headers.get("X-Amz-Target", "").startswith(sqs.TARGET):
            return sqs.respond(self, request)
        self.tick()
        try:
            endpoint, path = self._map.bind_to_environ(request.environ).match()
        except NotFound:
            return None
        except MethodNotAllowed:
            return _response(405, _errors(ApiError(405, "MethodNotAllowed", "The method is not allowed here.")))
        if endpoint == "token":
            status, body = lwa.token(self, request)
            return _response(status, body, {"Cache-Control": "no-store"})
        if endpoint == "file":
            return files.transfer(self, request, path["sealed"])
        return self._operate(Call(request, self, OPERATIONS[endpoint], path))

    def _operate(self, call):
        name = call.operation.name
        headers = {"x-amzn-RateLimit-Limit": f"{self.buckets.rate(call.operation.rate):g}"}
        self.world.store.count(f"requests:{name}")
        try:
            self._authorise(call)
            self._limit(call)
            self._strike(call)
            with self.world.store.transaction():
                answer = call.operation.handler(call)
        except ApiError as error:
            if 400 <= error.status < 500 and error.status not in (403, 429):
                self.world.store.count(f"rejected:{name}")
            return _response(error.status, _errors(error), headers)
        answer = answer if isinstance(answer, Answer) else Answer(200, answer)
        return self._answer(call, answer, headers)

    def _authorise(self, call):
        token = accounts.read_token(self.signer, self.world.clock.now(),
                                    call.request.headers.get("x-amz-access-token"))
        if call.operation.access == "grantless":
            if token["region"] is not None:
                raise accounts.denied("This operation needs a token of the client_credentials grant.")
        elif token["region"] is None:
            raise accounts.denied("This operation needs the authorisation of a selling partner.")
        call.region, call.resources = token["region"], token["resources"]

    def _limit(self, call):
        operation = call.operation
        if not self.buckets.take((call.region, operation.name), operation.rate, operation.burst):
            self.world.store.count("throttled:own_fault")
            self.world.store.count(f"throttled_operation:{operation.name}")
            raise _throttled()

    def _strike(self, call):
        fault = self.faults.fire(call.operation.name, BEFORE)
        if fault is None:
            return
        if fault["kind"] == "hang":
            time.sleep(fault["seconds"])
        if fault["kind"] == "throttle":
            self.world.store.count("throttled:storm")
        raise _STRIKES[fault["kind"]]()

    def _answer(self, call, answer, headers):
        fault = self.faults.fire(call.operation.name, ANSWER)
        if fault is None:
            return _response(answer.status, answer.body, headers)
        if fault["kind"] == "lost_answer":
            time.sleep(fault["seconds"])
            return _response(503, _errors(_unavailable()), headers)
        if answer.body is None:
            return _response(answer.status, None, headers)
        return _response(answer.status, spoil(fault["kind"], answer.body, self.faults.rng(fault)), headers)


def _pattern(path):
    """Return a werkzeug rule of a path template; a SKU may contain slashes."""
    return path.replace("{sku}", "<path:sku>").replace("{", "<").replace("}", ">")


def _throttled():
    return ApiError(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")


def _unavailable():
    return ApiError(503, "ServiceUnavailable", "Service is temporarily unavailable. Please try again.")


def _failed():
    return ApiError(500, "InternalFailure", "We encountered an internal error. Please try again.")


_STRIKES = {"throttle": _throttled, "error_500": _failed, "error_503": _unavailable, "hang": _unavailable,
            "expired_token": accounts.expired}


def _errors(error):
    return {"errors": [{"code": error.code, "message": error.message, "details": error.details}]}


def _response(status, body, headers=None):
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    content_type = None if body is None else "application/json"
    return Response(data, status, {"x-amzn-RequestId": str(uuid.uuid4()), **(headers or {})}, content_type=content_type)
