import logging

from odoo import SUPERUSER_ID
from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.http import Controller, request, route

from ..engine.seventeen_track import verify
from ..models.tracker import WEBHOOK_PATH

_logger = logging.getLogger(__name__)


class TrackingController(Controller):
    @route(
        f"{WEBHOOK_PATH}<string:key>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        marketplace_raw_body=True,
    )
    def receive(self, key, **_params):
        """17TRACK tells what happened to a number. The signature is checked before anything is read."""
        Tracker = request.env(user=SUPERUSER_ID)["first.mile.tracker"]
        tracker = Tracker.search([("webhook_key", "=", key), ("state", "!=", "disabled")], limit=1)
        secret = tracker and tracker._get_secrets().get("key")
        if not secret:
            return self._respond(404)
        body = request.httprequest.get_data()
        try:
            verify(body, request.httprequest.headers.get("sign"), secret)
        except AuthenticationFailed as error:
            _logger.info("Refused a notice for tracking account %s: %s", tracker.id, error)
            return self._respond(401)
        tracker.env["first.mile.notice"]._receive(tracker, body.decode(errors="replace"))
        return self._respond(200)

    def _respond(self, status):
        return request.make_response(b"", [("Content-Type", "text/plain")], status=status)
