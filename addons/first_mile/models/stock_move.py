from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _split_off(self, units):
        """Moves of so many units of these open ones of a product, the first move first; nothing of them is reserved.

        :param float units: in the product's unit of measure
        """
        self._do_unreserve()
        taken = self.browse()
        for move in self:
            part = min(units, move.product_qty)
            units -= part
            if part and part == move.product_qty:
                taken |= move
            elif part:
                taken |= self.create(move._split(part))
        return taken
