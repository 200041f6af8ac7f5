from odoo import fields, models

from ...marketplace.tools.secret_field import SecretField
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
    shopee_partner_key = SecretField("Partner Key", help="Key of your app at the Open Platform.")
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

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Shopee."""
        if self.provider != "shopee":
            return super()._build_connector()
        self._require_settings("shopee_site", "shopee_partner_id", "shopee_partner_key")
        account = self.sudo()
        partner_key = account._get_secrets()["partner_key"]
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
