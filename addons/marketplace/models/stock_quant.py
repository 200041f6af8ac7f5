from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _update_available_quantity(self, product_id, location_id, quantity=False, reserved_quantity=False, **kwargs):
        """Override of `stock`: who reserves waits for who is reserving the same units.

        Odoo skips a quant that another transaction holds and writes the reservation to a second one, so that both get
        the unit. Waiting ends in a serialization failure when the other one committed, and Odoo runs the request again
        on what is left then. The bulk reservation does not come here: it has locked its quants.
        """
        if reserved_quantity and reserved_quantity > 0:
            self._lock_for_reservation(product_id, location_id)
        return super()._update_available_quantity(
            product_id, location_id, quantity=quantity, reserved_quantity=reserved_quantity, **kwargs
        )

    @api.model
    def _lock_for_reservation(self, product, location):
        """Hold the quants of a product in a location until the end of the transaction, in a fixed order."""
        self.flush_model(["product_id", "location_id"])
        # A conflict is the wanted answer here, not a mistake to be logged.
        self.env.cr.execute(
            "SELECT id FROM stock_quant WHERE product_id = %s AND location_id = %s ORDER BY id FOR NO KEY UPDATE",
            [product.id, location.id],
            log_exceptions=False,
        )
