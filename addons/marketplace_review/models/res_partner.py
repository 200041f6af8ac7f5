from odoo import models

# What a parcel is addressed with.
ADDRESS_FIELDS = {"name", "street", "street2", "city", "zip", "state_id", "country_id", "phone"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Override to check orders again when somebody corrects where they go to. The importer checks its own."""
        result = super().write(vals)
        if not ADDRESS_FIELDS.isdisjoint(vals) and not self.env.context.get("marketplace_bulk"):
            self.filtered(lambda partner: not partner.marketplace_erased_at)._review_orders()
        return result

    def _review_orders(self):
        if self:
            orders = self.env["sale.order"].sudo()
            domain = [("partner_shipping_id", "in", self.ids), *orders._get_marketplace_unshipped_domain()]
            self.env["marketplace.reviewer"]._review(orders.search(domain))
