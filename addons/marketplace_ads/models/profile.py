from odoo import api, fields, models
from odoo.tools import ormcache


class AdsProfile(models.Model):
    """Who advertises: at Amazon, a seller in one country. Its money is spent for one shop, in one currency."""

    _name = "ads.profile"
    _inherit = ["marketplace.cache.source"]
    _description = "Advertiser"
    _order = "account_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    account_id = fields.Many2one("ads.account", required=True, ondelete="cascade", index=True, check_company=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    provider = fields.Selection(related="account_id.provider")
    external_id = fields.Char("Advertiser Number", copy=False, help="By which the advertising system names it.")
    shop_id = fields.Many2one(
        "marketplace.shop",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The shop that the advertising is for. Reports are fetched when it is chosen.",
    )
    currency_id = fields.Many2one("res.currency", required=True, help="In which the advertising system bills.")
    active = fields.Boolean(default=True)
    unknown_count = fields.Integer(
        "Unknown Items",
        compute="_compute_unknown_count",
        help="Days of advertising of items that no listing of the shop gives a product.",
    )
    reported_until = fields.Date(compute="_compute_reported_until", help="Last day of the reports that were read.")

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This advertiser is there already.")

    def _compute_unknown_count(self):
        Cost = self.env["ads.cost"]
        domain = [("profile_id", "in", self.ids), *Cost._get_unknown_domain()]
        counts = dict(Cost._read_group(domain, ["profile_id"], ["__count"]))
        for profile in self:
            profile.unknown_count = counts.get(profile, 0)

    def _compute_reported_until(self):
        domain = [("profile_id", "in", self.ids), ("state", "=", "done"), ("name", "!=", "sb_purchased")]
        latest = dict(self.env["ads.report"]._read_group(domain, ["profile_id"], ["until:max"]))
        for profile in self:
            profile.reported_until = latest.get(profile)

    def write(self, vals):
        """Override of `odoo`: what was imported goes with the advertiser to its shop."""
        result = super().write(vals)
        if "shop_id" in vals:
            self.env["ads.cost"].sudo()._move_to_shop(self.sudo())
        return result

    @api.model
    @ormcache()
    def _get_shop_ids(self):
        """Ids of all shops that advertise, kept in memory: whoever imports listings asks for each."""
        profiles = self.sudo().search([("shop_id", "!=", False)])
        return frozenset(profiles.shop_id.ids)

    def action_view_unknown(self):
        """The items that wait for a product."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_costs")
        action["domain"] = [("profile_id", "in", self.ids), *self.env["ads.cost"]._get_unknown_domain()]
        action["context"] = {"search_default_group_sku": 1}
        return action

    @api.depends("name", "currency_id")
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = (
                f"{profile.name} ({profile.currency_id.name})" if profile.currency_id else profile.name
            )
