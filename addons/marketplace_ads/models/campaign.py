from odoo import api, fields, models
from odoo.exceptions import ValidationError

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

    name = fields.Char(required=True, readonly=True)
    external_id = fields.Char("Campaign Number", required=True, readonly=True)
    profile_id = fields.Many2one(
        "ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="profile_id.company_id", store=True, index=True)
    shop_id = fields.Many2one(related="profile_id.shop_id", store=True)
    ad_type = fields.Selection(AD_TYPES, required=True, readonly=True)
    share_by = fields.Selection(
        [("purchased", "By Sales of What Was Bought"), ("fixed", "By the Percentages Below")],
        "Share",
        required=True,
        default="purchased",
        help="How days without an item are shared among SKUs. What was bought: by the sales of the items bought "
        "through the campaign in the month, or ever if there were none in the month.",
    )
    share_ids = fields.One2many("ads.campaign.share", "campaign_id", "Percentages")

    _external_uniq = models.Constraint("UNIQUE(profile_id, external_id)", "This campaign is there already.")

    @api.constrains("share_by", "share_ids")
    def _check_shares(self):
        for campaign in self:
            total = sum(round(share.percent * 100) for share in campaign.share_ids)
            if campaign.share_by == "fixed" and total != 10000:
                raise ValidationError(
                    self.env._(
                        "The percentages of %(campaign)s add up to %(total).2f. They must add up to 100.",
                        campaign=campaign.name,
                        total=total / 100,
                    )
                )

    def write(self, vals):
        """Override of `odoo`: another rule shares all days of the campaign again."""
        result = super().write(vals)
        if {"share_by", "share_ids"} & set(vals):
            self.env["ads.cost"].sudo()._share_again([("campaign_id", "in", self.ids)])
        return result

    def action_view_costs(self):
        """The campaign's days."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_costs")
        action["domain"] = [("campaign_id", "in", self.ids)]
        return action


class AdsCampaignShare(models.Model):
    """How much of a campaign one SKU bears."""

    _name = "ads.campaign.share"
    _description = "Share of an Advertising Campaign"
    _order = "percent desc, id"
    _rec_name = "product_id"

    campaign_id = fields.Many2one("ads.campaign", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="campaign_id.company_id", store=True)
    shop_id = fields.Many2one(related="campaign_id.shop_id", store=True)
    product_id = fields.Many2one("product.product", "SKU", required=True, ondelete="restrict")
    percent = fields.Float(digits=(5, 2), required=True, aggregator=None)

    _product_uniq = models.Constraint("UNIQUE(campaign_id, product_id)", "A SKU has one percentage in a campaign.")
    _percent_check = models.Constraint("CHECK(percent > 0 AND percent <= 100)", "A percentage lies between 0 and 100.")
