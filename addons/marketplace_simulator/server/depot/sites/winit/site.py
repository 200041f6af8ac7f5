"""The gateway: one address, the operation in the envelope, two signatures."""

import hashlib
import hmac
import json
from datetime import timedelta

from ....http import Answer, ApiError, Operation
from ...depot import Place
from ...site import DepotSite
from . import catalogue, money, notices, orders
from .values import moment

APP_KEY, PLATFORM = "training@crossborder.example", "CROSSBORDER"
TOKEN = "6E2B1F7C9A4D4E0D8C35B7F1A2E49D60"
CLIENT_ID = "ZTNHMTDMNJITNGI5MC00"
CLIENT_SECRET = "NWU0ZTDIMZETOGE2ZC00MWY5LWI0ZJUTYTRKMZKYZDQ3"
_SIGNED = ("action", "app_key", "data", "format", "platform", "sign_method", "timestamp", "version")
_LIFE = timedelta(minutes=15)

HANDLERS = {**catalogue.HANDLERS, **notices.HANDLERS, **orders.HANDLERS, **money.HANDLERS}


def serve(call):
    """Answer any operation."""
    return {"code": "0", "msg": "success", "data": HANDLERS[call.name](call, call.body().get("data"))}


class WinitSite(DepotSite):
    """Winit over its depot."""

    places = (
        Place("US0001", "Winit USWC", "US", "USD"),
        Place("DE0001", "Winit DE", "DE", "EUR"),
        Place("UK0001", "Winit UK", "GB", "GBP"),
    )
    services = {"OSF8100047": "Standard delivery", "OSF8100051": "Express delivery"}
    operations = (Operation("service", "POST", "/openapi/service", serve, 20, 100),)

    def call_name(self, call):
        action = call.body().get("action", "")
        if action not in HANDLERS:
            raise ApiError(200, "1001", f"the action {action} does not exist")
        return action

    def authorise(self, call):
        envelope = call.body()
        if (envelope.get("app_key"), envelope.get("client_id")) != (APP_KEY, CLIENT_ID):
            raise self.denied()
        data = envelope.get("data")
        text = "" if data is None else json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        values = "".join(f"{name}{text if name == 'data' else envelope.get(name, '')}" for name in _SIGNED)
        for name, secret in (("sign", TOKEN), ("client_sign", CLIENT_SECRET)):
            digest = hashlib.md5(f"{secret}{values}{secret}".encode()).hexdigest().upper()
            if not hmac.compare_digest(digest, envelope.get(name, "")):
                raise self.denied()
        if abs(moment(envelope["timestamp"]) - self.world.clock.now()) > _LIFE:
            raise ApiError(200, "1004", "the timestamp of the sign is too old")

    def denied(self):
        return ApiError(200, "1002", "the sign or app_key is wrong")

    def expired(self):
        return ApiError(200, "1003", "the token has expired")

    def throttled(self, call):
        return ApiError(200, "1005", "too many requests")

    def refused(self, refusal):
        return ApiError(200, "2000", f"{refusal.reason}: {refusal}")

    def render_error(self, call, error):
        body = {"code": error.code, "msg": error.message, "data": None}
        return Answer(error.status if error.status >= 500 else 200, body)
