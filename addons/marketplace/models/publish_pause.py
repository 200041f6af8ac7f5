"""Two ways to stop publishing, each for a listing, a product, a shop or the whole company.

Off sale: 0 is sent, buyers find nothing. Frozen: nothing is sent, the shops keep what they show.
"""

from odoo import fields, models

FROZEN_HELP = "Nothing is sent: the shops keep showing what they were told last."
OFF_SALE_HELP = "0 is sent to the shops: buyers find nothing to buy."


class ResCompany(models.Model):
    _inherit = "res.company"

    marketplace_off_sale = fields.Boolean("Off Sale (show 0)", help=OFF_SALE_HELP)
    marketplace_frozen = fields.Boolean("Freeze Stock Updates", help=FROZEN_HELP)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    marketplace_off_sale = fields.Boolean("Off Sale (show 0)", help=OFF_SALE_HELP)
    marketplace_frozen = fields.Boolean("Freeze Stock Updates", help=FROZEN_HELP)


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    off_sale = fields.Boolean("Off Sale (show 0)", copy=False, tracking=True, help=OFF_SALE_HELP)
    frozen = fields.Boolean("Freeze Stock Updates", copy=False, tracking=True, help=FROZEN_HELP)


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    frozen = fields.Boolean("Freeze Stock Updates", copy=False, help=FROZEN_HELP)
