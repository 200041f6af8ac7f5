from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _review_orders(self):
        """Extension of the review of corrected addresses: orders without any are no longer held once there is one."""
        result = super()._review_orders()
        holds = self.env["marketplace.hold"].sudo()
        domain = [("state", "=", "open"), ("kind", "=", "address"), ("order_id.partner_shipping_id", "in", self.ids)]
        holds.search(domain).filtered(lambda hold: hold.partner_shipping_id._is_deliverable())._close("solved")
        return result

    def _is_deliverable(self):
        """Whether a parcel can be addressed."""
        return bool(self.street and self.city and self.country_id)
