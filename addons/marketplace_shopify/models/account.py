import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...marketplace.tools.secret_field import SecretField
from ..connector import SCOPES, Credentials, ShopifyConnector, shop_domain


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("shopify", "Shopify")], ondelete={"shopify": "set default"})
    shopify_domain = fields.Char(
        "Shop Address", help="name.myshopify.com: Settings > Domains shows it. Connect one account per shop."
    )
    shopify_access = fields.Selection(
        [
            ("consent", "App installed by consent"),
            ("own", "App of your own organisation"),
            ("token", "Access token of a custom app"),
        ],
        string="Access by",
        default="consent",
        help="By consent: the shop's owner agrees on a page of Shopify. Own organisation: an app made in the Dev "
        "Dashboard of the organisation that owns the shop. Access token: an app that was made in the shop's settings.",
    )
    shopify_client_id = fields.Char("Client ID", groups="marketplace.group_manager", help="Client ID of your app.")
    shopify_client_secret = SecretField(
        "Client Secret", help="Secret of your app; a custom app calls it API secret key. It signs webhooks, too."
    )
    shopify_access_token = SecretField(
        "Admin API Access Token", help="Settings > Apps > Develop apps gives it when the app is installed."
    )
    shopify_all_orders = fields.Boolean(
        "Orders Older than 60 Days",
        groups="marketplace.group_manager",
        help="Ask for the scope read_all_orders, which Shopify has to approve for your app.",
    )
    shopify_locations = fields.Char(
        "Stock Locations",
        help="Numbers of the locations whose stock Odoo tells, separated by commas. The first one shows what is on "
        "offer, the others nothing. Empty: the only location of the shop.",
    )
    shopify_notify_buyers = fields.Boolean(
        "Shopify Writes to Buyers", help="Have Shopify tell buyers about parcels, cancellations and refunds."
    )
    shopify_endpoint = fields.Char(
        "Other Shop Server",
        groups="marketplace.group_manager",
        help="Address instead of the shop's, e.g. of a proxy or a test server.",
    )

    @api.constrains("shopify_domain")
    def _check_shopify_domain(self):
        for account in self.filtered("shopify_domain"):
            try:
                shop_domain(account.shopify_domain)
            except ValueError:
                raise ValidationError(
                    self.env._("%s is not the address of a shop: name.myshopify.com", account.shopify_domain)
                ) from None

    @api.constrains("shopify_locations")
    def _check_shopify_locations(self):
        for account in self:
            if not all(number.isdigit() for number in account._get_shopify_locations()):
                raise ValidationError(self.env._("Enter locations by their numbers, separated by commas."))

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Shopify."""
        if self.provider != "shopify":
            return super()._build_connector()
        own = "shopify_access_token" if self.shopify_access == "token" else "shopify_client_id"
        self._require_settings("shopify_domain", own, "shopify_client_secret")
        account = self.sudo()
        secrets = account._get_secrets()
        return ShopifyConnector(
            account._prepare_shopify_credentials(secrets),
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.shopify_endpoint or None,
            locations=account._get_shopify_locations(),
            notify=account.shopify_notify_buyers,
        )

    def _prepare_shopify_credentials(self, secrets):
        return Credentials(
            shop=shop_domain(self.shopify_domain),
            client_id=self.shopify_client_id or "",
            client_secret=secrets["client_secret"],
            access_token=secrets["access_token"] if self.shopify_access == "token" else "",
            own_app=self.shopify_access == "own",
            scopes=(*SCOPES, "read_all_orders") if self.shopify_all_orders else SCOPES,
        )

    def _get_shopify_locations(self):
        self.ensure_one()
        return tuple(re.findall(r"[^,;\s]+", self.shopify_locations or ""))
