import logging

from odoo import SUPERUSER_ID
from odoo.addons.marketplace.contract import AuthenticationFailed, InvalidPayload
from odoo.http import Controller, request, route

from ..engine.seventeen_track import parse_notice
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
            notice = parse_notice(body, request.httprequest.headers.get("sign"), secret)
        except AuthenticationFailed as error:
            _logger.info("Refused a notice for tracking account %s: %s", tracker.id, error)
            return self._respond(401)
        except InvalidPayload as error:
            # Nothing is lost: what it says is fetched by the next job.
            tracker._note_error(error, tracker.env._("Read a notice"))
            return self._respond(200)
        if not tracker.env["first.mile.tracking"]._take_notice(tracker, notice):
            _logger.info("Tracking account %s: a notice about %s, which no shipment has", tracker.id, notice.number)
        return self._respond(200)

    def _respond(self, status):
        return request.make_response(b"", [("Content-Type", "text/plain")], status=status)
