from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError
from odoo.exceptions import UserError


class AdsAccount(models.Model):
    """An account at an advertising system: its credentials, and the advertisers that it may read."""

    _name = "ads.account"
    _description = "Advertising Account"
    _inherit = ["marketplace.connection"]
    _order = "name, id"

    name = fields.Char(required=True, help="How you call this account, e.g. 'Amazon Ads Europe'.")
    provider = fields.Selection(
        [("file", "Files")],
        required=True,
        default="file",
        help="Where the numbers come from: the advertising system itself, or files that you download there.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Vendor",
        check_company=True,
        ondelete="restrict",
        help="Whose bills charge the advertising. Empty: it is charged in settlements.",
    )
    profile_ids = fields.One2many("ads.profile", "account_id", "Advertisers")
    profile_count = fields.Integer(compute="_compute_profile_count")

    _name_company_uniq = models.UniqueIndex("(company_id, name) WHERE active", "This account name is already used.")

    @api.depends("profile_ids")
    def _compute_profile_count(self):
        counts = dict(
            self.env["ads.profile"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        )
        for account in self:
            account.profile_count = counts.get(account, 0)

    @api.model
    def _get_live_domain(self):
        """Accounts that may be spoken to."""
        return [("state", "!=", "disabled"), ("needs_authorisation", "=", False), ("provider", "!=", "file")]

    # === EXCHANGE === #

    @api.model
    def _cron_fetch(self):
        """Ask for the days that are new, and again for those that may have been corrected."""
        accounts = self.search(self._get_live_domain())
        # One that lacks credentials must not hold back the others.
        accounts.filtered(lambda account: account._get_capabilities())._enqueue_waiting()

    def _enqueue_waiting(self):
        """Override of `marketplace.connection`."""
        self.env["ads.report"]._ask_for(self.profile_ids.filtered("shop_id"))

    def action_fetch(self):
        """Ask for reports now, in the background."""
        self.check_access("write")
        if not self.profile_ids.filtered("shop_id"):
            raise UserError(self.env._("Find the advertisers first, and say which shop each advertises for."))
        self.sudo()._enqueue_waiting()
        return self._notify(self.env._("Reports are asked for in the background. They take minutes to hours."))

    def action_find_advertisers(self):
        """Ask who may be read, and create the advertisers that are new."""
        self.ensure_one()
        try:
            found = self._get_connector().fetch_advertisers()
        except ConnectorError as error:
            raise UserError(
                self.env._("%(account)s cannot be reached: %(error)s", account=self.name, error=error)
            ) from error
        self._resume()
        created = self._create_missing_profiles(found)
        return self._notify(
            self.env._("Connected. %(count)s advertisers found, %(new)s new.", count=len(found), new=len(created))
        )

    def _create_missing_profiles(self, advertisers):
        """Advertisers that are not known yet; one whose marketplace and seller a shop has gets that shop.

        :param list advertisers: :class:`~..connector.Advertiser`
        """
        Profile = self.env["ads.profile"].with_context(active_test=False)
        known = set(Profile.search([("account_id", "=", self.id)]).mapped("external_id"))
        new = [advertiser for advertiser in advertisers if advertiser.external_id not in known]
        shops = self._find_shops(new)
        return Profile.create([self._prepare_profile(advertiser, shops) for advertiser in new])

    def _find_shops(self, advertisers):
        """``{(marketplace, seller): shop}``: only where exactly one shop of the company fits."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("external_id", "in", [advertiser.marketplace_id for advertiser in advertisers]),
        ]
        shops = self.env["marketplace.shop"].search(domain)
        found = {}
        for advertiser in advertisers:
            fitting = shops.filtered(
                lambda shop, advertiser=advertiser: (
                    shop.external_id == advertiser.marketplace_id and shop._is_of_seller(advertiser.seller_id)
                )
            )
            if len(fitting) == 1:
                found[advertiser.marketplace_id, advertiser.seller_id] = fitting
        return found

    def _prepare_profile(self, advertiser, shops):
        Currency = self.env["res.currency"].with_context(active_test=False)
        currency = Currency.search([("name", "=", advertiser.currency)], limit=1)
        if not currency:
            raise UserError(
                self.env._(
                    "%(advertiser)s is billed in %(currency)s, which is no currency here.",
                    advertiser=advertiser.name,
                    currency=advertiser.currency or "?",
                )
            )
        if not currency.active:
            currency.sudo().active = True
        shop = shops.get((advertiser.marketplace_id, advertiser.seller_id))
        return {
            "account_id": self.id,
            "external_id": advertiser.external_id,
            "name": f"{advertiser.name} {advertiser.country_code}".strip(),
            "currency_id": currency.id,
            "shop_id": shop.id if shop else False,
        }

    def action_view_profiles(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_profiles")
        action["domain"] = [("account_id", "=", self.id)]
        action["context"] = {"default_account_id": self.id}
        return action

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    def _is_of_seller(self, seller_id):
        """Whether a shop belongs to the seller whom an advertising system names; unknown sellers do not exclude it."""
        known = self.account_id.amazon_seller_id if self.account_id.provider == "amazon" else False
        return not known or not seller_id or known == seller_id
