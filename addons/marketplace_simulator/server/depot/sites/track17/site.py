"""17TRACK's protocol, version 2.4: POST of JSON lists with the header ``17token``, webhooks signed with it."""

import hashlib
import hmac
import json

from ....channels.site import ChannelSite
from ....http import Answer, ApiError, Operation
from ...depot import Refusal
from . import numbers

KEY = "SIM17track0C0FFEE000000000000042"


class TrackSite(ChannelSite):
    """The operations that software of shippers uses; :meth:`play` is what carriers do."""

    operations = tuple(
        Operation(name, "POST", f"/track/v2.4/{name}", handler, 3, 3)
        for name, handler in {
            "register": numbers.register,
            "gettrackinfo": numbers.track_info,
            "getquota": numbers.quota,
        }.items()
    )

    def authorise(self, call):
        """The key."""
        if not hmac.compare_digest(call.request.headers.get("17token", ""), KEY):
            raise self.denied()

    def render_error(self, call, error):
        """An error in the body; what a seller did wrong has HTTP 200."""
        status = 200 if error.status == 400 else error.status
        return Answer(status, {"code": error.code, "data": {"errors": [{"code": error.code, "message": str(error)}]}})

    def denied(self):
        return ApiError(401, -18010002, "Invalid security key.")

    def throttled(self, call):
        return ApiError(429, -18010003, "Too many requests.")

    def failed(self):
        return ApiError(500, -18010003, "Internal service error, please retry later.")

    def unavailable(self):
        return ApiError(503, -18010003, "Internal service error, please retry later.")

    def play(self, event, body):
        """Let carriers scan: ``scan`` with ``number``, ``stage``, ``at`` and more; see :func:`.numbers.scan`. Or have
        the seller buy other numbers: ``quota`` with ``total``.

        :return: the webhook that 17TRACK would post: ``{body, sign}``; the quota
        :raise Refusal: ``not found`` for another event
        """
        if event == "quota":
            with self.world.store.transaction():
                return numbers.sell(self.world, **body)
        if event != "scan":
            raise Refusal("not found", f"nobody can {event} here")
        with self.world.store.transaction():
            data = numbers.scan(self.world, **body)
        raw = json.dumps({"event": "TRACKING_UPDATED", "data": data})
        return {"body": raw, "sign": sign(raw.encode())}


def sign(raw):
    """The header ``sign`` of a webhook's body."""
    return hashlib.sha256(raw + b"/" + KEY.encode()).hexdigest()


def credentials(site):
    """Key and address."""
    return {"key": KEY, "endpoint": f"{site.url}/track/v2.4"}
