import logging
import time

from odoo import SUPERUSER_ID
from odoo.http import Controller, request, route

from ..contract import AuthenticationFailed, ConnectorError, InvalidPayload, WebhookRequest
from ..models.webhook import WEBHOOK_PATH

_logger = logging.getLogger(__name__)


class WebhookController(Controller):
    @route(
        f"{WEBHOOK_PATH}<string:key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        marketplace_raw_body=True,
    )
    def receive(self, key, **_params):
        """A marketplace tells that something has changed. It is checked and filed, no more: the answer is due at once,
        and what is refused or late is sent again."""
        account = request.env(user=SUPERUSER_ID)["marketplace.account"]._find_by_webhook_key(key)
        if not account:
            return self._respond(404)
        body = request.httprequest.get_data()
        try:
            webhook = account._get_connector().read_webhook(self._prepare_request(account, body))
        except AuthenticationFailed as error:
            _logger.info("Refused a webhook of marketplace account %s: %s", account.id, error)
            return self._respond(401)
        except InvalidPayload as error:
            account._receive_broken_webhook(error, body)
            return self._respond(200)
        except ConnectorError:
            return self._respond(503)  # the marketplace's key could not be had; it will call again
        account.env["marketplace.webhook"]._receive(account, webhook, body)
        return self._respond(200, webhook.reply, webhook.reply_type)

    def _prepare_request(self, account, body):
        http = request.httprequest
        return WebhookRequest(
            method=http.method,
            url=account.webhook_url,
            headers={name.lower(): value for name, value in http.headers.items()},
            query=http.args.to_dict(),
            body=body,
            received_at=time.time(),
        )

    def _respond(self, status, body=b"", content_type="text/plain"):
        return request.make_response(body, [("Content-Type", content_type)], status=status)
