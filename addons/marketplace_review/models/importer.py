from odoo import api, models


class MarketplaceOrderImporter(models.AbstractModel):
    _inherit = "marketplace.order.importer"

    def _import_batch(self, rows):
        """Override of `marketplace` to review what came in or changed. By then stock is promised to the orders.

        What is not paid yet is nobody's concern at once; the hourly check finds what stays so.
        """
        orders = super()._import_batch(rows)
        self.env["marketplace.reviewer"]._review(orders.filtered(lambda order: order.state != "draft"))
        return orders

    @api.model
    def _confirm_released(self, orders):
        """Override of `marketplace` to review what was a draft until now."""
        result = super()._confirm_released(orders)
        self.env["marketplace.reviewer"]._review(orders)
        return result

    def _prepare_revision_vals(self, order):
        """Override of `marketplace`: an address that the marketplace hides cannot be judged."""
        masked = bool(order.address and order.address.masked)
        return {**super()._prepare_revision_vals(order), "marketplace_address_masked": masked}
