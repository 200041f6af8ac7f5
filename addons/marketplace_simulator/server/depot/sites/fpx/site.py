"""The gateway: one address, the operation in the query, the signature over query and body."""

import hashlib
import hmac

from ....http import Answer, ApiError, Operation
from ...depot import Place
from ...site import DepotSite
from . import catalogue, money, notices, orders, returns

APP_KEY = "6f0f4d8c-5a3e-4a55-9d5f-3f5cbe2a7d41"
APP_SECRET = "b7f7a1d2-0c1e-4b8e-8a35-1c2f6d90e7aa"
_SIGNED = ("app_key", "format", "method", "timestamp", "v")
_SECONDS = 900

HANDLERS = {
    **catalogue.HANDLERS,
    **notices.HANDLERS,
    **orders.HANDLERS,
    **returns.HANDLERS,
    **money.HANDLERS,
}


def serve(call):
    """Answer any operation."""
    return {"result": "1", "msg": "success", "errors": [], "data": HANDLERS[call.name](call, call.body())}


class FpxSite(DepotSite):
    """4PX over its depot."""

    places = (
        Place("USLAX", "4PX Los Angeles", "US", "USD"),
        Place("GBLHR", "4PX London", "GB", "GBP"),
        Place("DEFRA", "4PX Frankfurt", "DE", "EUR"),
    )
    services = {"F641": "Standard last mile", "F642": "Express last mile"}
    operations = (
        Operation("service", "POST", "/router/api/service", serve, 20, 100),
        Operation("label", "GET", "/labels/{number}.pdf", notices.label_file, 20, 100, access="open"),
    )

    def call_name(self, call):
        if call.operation.name != "service":
            return call.operation.name
        method = call.text("method", "")
        if method not in HANDLERS:
            raise ApiError(400, "0000001", f"no such API: {method}")
        return method

    def authorise(self, call):
        if call.text("app_key") != APP_KEY:
            raise self.denied()
        query = "".join(f"{name}{call.text(name, '')}" for name in _SIGNED)
        digest = hashlib.md5(query.encode() + call.request.get_data() + APP_SECRET.encode()).hexdigest()
        if not hmac.compare_digest(digest, call.text("sign", "")):
            raise self.denied()
        if abs(int(call.text("timestamp")) / 1000 - self.world.clock.now().timestamp()) > _SECONDS:
            raise ApiError(200, "0000003", "the timestamp of the signature is too old")

    def denied(self):
        return ApiError(200, "0000002", "the signature or app_key is wrong")

    def expired(self):
        return ApiError(200, "0000004", "the access_token has expired")

    def throttled(self, call):
        return ApiError(200, "0000005", "too many requests")

    def refused(self, refusal):
        return ApiError(200, f"DEPOT-{refusal.reason.upper().replace(' ', '-')}", str(refusal))

    def render_error(self, call, error):
        stated = {"error_code": error.code, "error_msg": error.message, "error_data": None, "referenceCode": None}
        return Answer(
            error.status if error.status >= 500 else 200,
            {"result": "0", "msg": error.message, "errors": [stated], "data": None},
        )
