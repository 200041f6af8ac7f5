from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _should_assign_at_confirm(self):
        """Override of `stock`: imported orders are reserved in a transaction of their own."""
        if self.env.context.get("marketplace_defer_reservation") and not self._should_bypass_reservation():
            return False
        return super()._should_assign_at_confirm()

    def _should_bypass_reservation(self, forced_location=False):
        """Override of `stock`: the bulk reservation updates the quants itself."""
        if self.env.context.get("marketplace_quants_done"):
            return True
        return super()._should_bypass_reservation(forced_location)

    def _update_orderpoints(self):
        """Override of `stock`: a batch tells the reordering rules once, at its end."""
        return None if self.env.context.get("marketplace_bulk") else super()._update_orderpoints()

    def _update_orderpoints_once(self):
        """Tell the reordering rules of the moved products about the moves, and run the automatic ones."""
        orderpoints = self.env["stock.warehouse.orderpoint"].sudo()
        products = orderpoints.search([("product_id", "in", self.product_id.ids)]).product_id
        moves = self.with_context(marketplace_bulk=False).filtered(lambda move: move.product_id in products)
        moves._update_orderpoints()
        moves._trigger_scheduler()
