from odoo import fields, models

from ...marketplace.tools.secret_field import SecretField
from ..connector import Credentials, TikTokConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("tiktok", "TikTok Shop")], ondelete={"tiktok": "set default"})
    tiktok_app_key = fields.Char(
        "App Key", groups="marketplace.group_manager", help="Key of your app at the TikTok Shop Partner Center."
    )
    tiktok_app_secret = SecretField(
        "App Secret", help="Secret of your app at the TikTok Shop Partner Center; it also signs the webhooks."
    )
    tiktok_handover = fields.Selection(
        [("PICKUP", "Pickup"), ("DROP_OFF", "Drop-off")],
        string="Parcel Handover",
        default="DROP_OFF",
        help="How parcels with TikTok's carriers leave. Where nobody picks up, they are dropped off.",
    )
    tiktok_warehouse = fields.Char(
        "Stock Warehouse ID", help="TikTok's warehouse that gets this stock, for shops that sell from several."
    )
    tiktok_endpoint = fields.Char(
        "Other TikTok Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of TikTok's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to TikTok Shop."""
        if self.provider != "tiktok":
            return super()._build_connector()
        self._require_settings("tiktok_app_key", "tiktok_app_secret")
        account = self.sudo()
        app_secret = account._get_secrets()["app_secret"]
        credentials = Credentials(
            app_key=account.tiktok_app_key.strip(),
            app_secret=app_secret,
            warehouse_id=account.tiktok_warehouse or "",
            handover=account.tiktok_handover or "DROP_OFF",
        )
        return TikTokConnector(
            credentials,
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.tiktok_endpoint or None,
        )
