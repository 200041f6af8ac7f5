from odoo import fields, models


class AdsProfile(models.Model):
    """Who advertises: at Amazon, a seller in one country. Its money is spent for one shop, in one currency."""

    _name = "ads.profile"
    _description = "Advertiser"
    _order = "account_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    account_id = fields.Many2one("ads.account", required=True, ondelete="cascade", index=True, check_company=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    provider = fields.Selection(related="account_id.provider")
    external_id = fields.Char("Advertiser Number", help="By which the advertising system names it.")
    shop_id = fields.Many2one(
        "marketplace.shop", check_company=True, ondelete="restrict", help="The shop that the advertising is for."
    )
    currency_id = fields.Many2one("res.currency", required=True, help="In which the advertising system bills.")
    active = fields.Boolean(default=True)

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This advertiser is there already.")
