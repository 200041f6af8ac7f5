from decimal import Decimal

from odoo import models
from odoo.addons.marketplace.contract import share


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _restate_freight(self):
        """Estimate the freight of open transfers anew: a combined parcel is paid once, and each of its transfers bears
        a share by weight. What no carrier has a rate for keeps its estimate."""
        pickings = self.filtered(lambda picking: picking.marketplace_routing_parcel_ids and picking.state != "done")
        for company, group in pickings.grouped("company_id").items():
            book = self.env["marketplace.rate.book"]._load(company)
            for together in group.grouped(lambda picking: picking.combined_parcel_id or picking).values():
                together._restate_together(book)

    def _restate_together(self, book):
        """Estimate what transfers cost that leave as one parcel."""
        Book = self.env["marketplace.rate.book"]
        products = [(move.product_id, move.product_qty) for move in self.move_ids if move.state != "cancel"]
        parcel = Book._prepare_parcel(
            sum(product.weight * units for product, units in products),
            sum(product.volume * units for product, units in products),
        )
        carriers = self.carrier_id.ids or None
        destination = Book._prepare_destination(self[:1].partner_id)
        warehouse = self.picking_type_id.warehouse_id
        quotes, _refusals = book.quotes(warehouse.id, destination, parcel, carriers)
        if not quotes:
            return
        estimates = self.marketplace_routing_parcel_ids
        unit = Decimal(str(self.company_id.currency_id.rounding))
        shares = share(quotes[0].amount, estimates.mapped("weight"), unit)
        for estimate, amount in zip(estimates, shares, strict=True):
            estimate.estimated_freight = float(amount)
