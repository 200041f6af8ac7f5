from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    marketplace_goods_kind_ids = fields.Many2many(
        "marketplace.goods.kind",
        string="Restricted Goods",
        help="What carriers and countries restrict, e.g. batteries or liquids. See Marketplaces > Configuration > "
        "Forbidden Destinations.",
    )
    marketplace_floor_price = fields.Float(
        "Lowest Price",
        company_dependent=True,
        min_display_digits="Product Price",
        groups="base.group_user",
        help="Marketplace orders below this unit price without tax are held. In the company's currency; 0: any price.",
    )

    @api.constrains("marketplace_floor_price")
    def _check_marketplace_floor_price(self):
        if any(template.marketplace_floor_price < 0 for template in self):
            raise ValidationError(self.env._("The lowest price cannot be negative."))


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    floor_price = fields.Monetary(
        "Lowest Price",
        aggregator=None,
        help="Orders below this unit price without tax are held. 0: the lowest price of the product counts.",
    )

    @api.constrains("floor_price")
    def _check_floor_price(self):
        if any(listing.floor_price < 0 for listing in self):
            raise ValidationError(self.env._("The lowest price cannot be negative."))
