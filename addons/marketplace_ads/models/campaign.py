from odoo import fields, models

AD_TYPES = [
    ("sp", "Sponsored Products"),
    ("sb", "Sponsored Brands"),
    ("sd", "Sponsored Display"),
    ("other", "Other"),
]


class AdsCampaign(models.Model):
    """A campaign of an advertiser, as reports name it."""

    _name = "ads.campaign"
    _description = "Advertising Campaign"
    _order = "name, id"

    name = fields.Char(required=True)
    external_id = fields.Char("Campaign Number", required=True, readonly=True)
    profile_id = fields.Many2one("ads.profile", "Advertiser", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    shop_id = fields.Many2one(related="profile_id.shop_id", store=True)
    ad_type = fields.Selection(AD_TYPES, "Ad Type", required=True, readonly=True)

    _external_uniq = models.Constraint("UNIQUE(profile_id, external_id)", "This campaign is there already.")
