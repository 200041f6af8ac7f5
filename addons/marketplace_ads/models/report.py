from odoo import fields, models

from .campaign import AD_TYPES


class AdsReport(models.Model):
    """A report of an advertiser's days: asked for, waited for, read; or a file that was uploaded."""

    _name = "ads.report"
    _description = "Advertising Report"
    _order = "id desc"

    profile_id = fields.Many2one("ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    shop_id = fields.Many2one(related="profile_id.shop_id", store=True)
    ad_type = fields.Selection(AD_TYPES, "Ad Type", required=True, readonly=True)
    since = fields.Date("From", required=True, readonly=True)
    until = fields.Date("To", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True)
