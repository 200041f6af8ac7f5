from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def action_explode(self):
        """Override of `mrp`: it looks for a bill of materials move by move, also where none is known to be a kit."""
        if self.env.context.get("marketplace_no_kits"):
            return self
        return super().action_explode()
