from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    fee_fixed = fields.Monetary(
        "Fee per Order", help="What the marketplace charges for each order on top of its part of the price."
    )

    @api.constrains("fee_fixed")
    def _check_fee_fixed(self):
        for shop in self:
            if shop.fee_fixed < 0:
                raise ValidationError(self.env._("%s: the fee per order cannot be negative.", shop.name))

    def _estimate_fee(self, order):
        """Fee of an order in the order's currency."""
        fixed = self.fee_fixed
        if fixed and self.currency_id != order.currency_id:
            fixed = self.currency_id._convert(fixed, order.currency_id, order.company_id, order.date_order)
        return order.amount_total * self.fee_percent / 100 + fixed
