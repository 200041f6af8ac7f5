from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override to keep the body of a webhook as it came: a form would be read out of it otherwise, and the
        signature covers the bytes."""
        super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("marketplace_raw_body"):
            request.httprequest.get_data()
