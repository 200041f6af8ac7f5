from odoo import models
from odoo.http import request
from werkzeug.exceptions import RequestEntityTooLarge


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override to keep the body of a webhook as it came: a form would be read out of it otherwise, and the
        signature covers the bytes."""
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("marketplace_raw_body"):
            cls._read_raw_body(request.env["marketplace.account"]._get_webhook_max_bytes())
        return result

    @classmethod
    def _read_raw_body(cls, limit):
        http = request.httprequest
        if (http.content_length or 0) > limit:
            raise RequestEntityTooLarge()
        # A body without a length is cut off at the maximum without a word; one byte more tells.
        http.max_content_length = limit + 1
        if len(http.get_data()) > limit:
            raise RequestEntityTooLarge()
