from odoo import fields, models

from .campaign import AD_TYPES


class AdsCost(models.Model):
    """What a campaign spent for a SKU on a day, and what came of it. Written in bulk by reports, never by a person.

    A row of a campaign that names no SKU (Sponsored Brands) is archived when it is shared: active rows are its shares
    by SKU, which add up to it. So active rows always add up to what the advertising system reported.
    """

    _name = "ads.cost"
    _description = "Advertising Cost"
    _order = "day desc, id desc"
    _rec_name = "sku"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    profile_id = fields.Many2one("ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade")
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null")
    campaign_id = fields.Many2one("ads.campaign", required=True, readonly=True, ondelete="cascade", index=True)
    ad_type = fields.Selection(AD_TYPES, "Ad Type", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="In the advertiser's time zone.")
    sku = fields.Char("Advertised SKU", readonly=True)
    asin = fields.Char("Item Number", readonly=True, help="ASIN or the like.")
    product_id = fields.Many2one(
        "product.product", "SKU", readonly=True, ondelete="restrict", index="btree_not_null", help="Found by the listing."
    )
    impressions = fields.Integer(readonly=True)
    clicks = fields.Integer(readonly=True)
    cost = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    orders = fields.Integer(readonly=True, help="Attributed to the advertising by the advertising system.")
    units = fields.Integer(readonly=True, help="Attributed to the advertising by the advertising system.")
    sales = fields.Monetary(readonly=True, help="Attributed to the advertising by the advertising system.")
    share_of_id = fields.Many2one(
        "ads.cost", "Shared From", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    active = fields.Boolean(default=True, readonly=True, help="Archived rows are replaced by their shares by SKU.")
