"""What a batch of one company's orders need not repeat record by record."""

from odoo import models


class BulkMixin(models.AbstractModel):
    """Spares bulk imports the company check of each record: a batch is of one company, and every value in it comes from
    that company's shops, warehouses and rules."""

    _name = "marketplace.bulk.mixin"
    _description = "Bulk Import"

    def _check_company(self, fnames=None):
        """Override of `base` to trust the values of a bulk import."""
        if not self.env.context.get("marketplace_bulk"):
            super()._check_company(fnames)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "marketplace.bulk.mixin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "marketplace.bulk.mixin"]


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "marketplace.bulk.mixin"]


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "marketplace.bulk.mixin"]


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "marketplace.bulk.mixin"]


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "marketplace.bulk.mixin"]
