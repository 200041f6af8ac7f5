from odoo import fields, models


class AdsAccount(models.Model):
    """An account at an advertising system: credentials, and the advertisers it may read."""

    _name = "ads.account"
    _description = "Advertising Account"
    _inherit = ["marketplace.connection"]
    _order = "name, id"

    name = fields.Char(required=True, help="How you call this account, e.g. 'Amazon Ads Europe'.")
    provider = fields.Selection(
        [("file", "Files"), ("amazon_ads", "Amazon Ads")],
        required=True,
        default="file",
        help="Where the numbers come from: the advertising system itself, or files that you download there.",
    )
    profile_ids = fields.One2many("ads.profile", "account_id", "Advertisers")

    _name_company_uniq = models.UniqueIndex("(company_id, name) WHERE active", "This account name is already used.")

    def _enqueue_waiting(self):
        """Override of `marketplace.connection`."""
