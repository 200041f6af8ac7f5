from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import Credentials, ShopeeConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("shopee", "Shopee")], ondelete={"shopee": "set default"})
    shopee_site = fields.Selection(
        [
            ("global", "Worldwide"),
            ("cn", "Mainland China"),
            ("br", "Brazil"),
            ("test", "Sandbox"),
        ],
        string="Platform Address",
        default="global",
        help="The address of the Open Platform that is nearest to this server; the sandbox has apps of its own.",
    )
    shopee_partner_id = fields.Char(
        "Partner ID", groups="marketplace.group_manager", help="Number of your app at the Open Platform."
    )
    shopee_partner_key = fields.Char(
        "Partner Key",
        compute="_compute_shopee_partner_key",
        inverse="_inverse_shopee_partner_key",
        groups="marketplace.group_manager",
        help="Key of your app at the Open Platform.",
    )
    shopee_handover = fields.Selection(
        [("pickup", "Pickup"), ("dropoff", "Drop-off")],
        string="Handover",
        default="pickup",
        help="How parcels get to the carrier where Shopee offers both.",
    )
    shopee_location = fields.Char(
        "Stock Location ID", help="Shopee's location that this stock is in, for sellers with several warehouses."
    )
    shopee_endpoint = fields.Char(
        "Other Shopee Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Shopee's, e.g. of a proxy or a test server.",
    )

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_shopee_partner_key(self):
        for account in self:
            account.shopee_partner_key = account._mask_secret("partner_key")

    def _inverse_shopee_partner_key(self):
        for account in self:
            account._set_secret("partner_key", account.shopee_partner_key)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["shopee_partner_key"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Shopee."""
        if self.provider != "shopee":
            return super()._build_connector()
        account = self.sudo()
        partner_key = account._get_secrets().get("partner_key")
        required = {
            self.env._("Platform Address"): account.shopee_site,
            self.env._("Partner ID"): account.shopee_partner_id,
            self.env._("Partner Key"): partner_key,
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
        credentials = Credentials(
            partner_id=account.shopee_partner_id.strip(),
            partner_key=partner_key,
            site=account.shopee_site,
            location=account.shopee_location or "",
            handover=account.shopee_handover or "pickup",
        )
        return ShopeeConnector(
            credentials,
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.shopee_endpoint or None,
        )

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when Shopee's settings change."""
        account = self.sudo()
        names = ("shopee_site", "shopee_partner_id", "shopee_handover", "shopee_location", "shopee_endpoint")
        return (*super()._get_connector_signature(), tuple(account[name] for name in names))
