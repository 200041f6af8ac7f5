from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import Credentials, TikTokConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("tiktok", "TikTok Shop")], ondelete={"tiktok": "set default"})
    tiktok_app_key = fields.Char(
        "App Key", groups="marketplace.group_manager", help="Key of your app at the TikTok Shop Partner Center."
    )
    tiktok_app_secret = fields.Char(
        "App Secret",
        compute="_compute_tiktok_app_secret",
        inverse="_inverse_tiktok_app_secret",
        groups="marketplace.group_manager",
        help="Secret of your app at the TikTok Shop Partner Center; it also signs the webhooks.",
    )
    tiktok_handover = fields.Selection(
        [("PICKUP", "Pickup"), ("DROP_OFF", "Drop-off")],
        string="Handover",
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

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_tiktok_app_secret(self):
        for account in self:
            account.tiktok_app_secret = account._mask_secret("app_secret")

    def _inverse_tiktok_app_secret(self):
        for account in self:
            account._set_secret("app_secret", account.tiktok_app_secret)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["tiktok_app_secret"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to TikTok Shop."""
        if self.provider != "tiktok":
            return super()._build_connector()
        account = self.sudo()
        app_secret = account._get_secrets().get("app_secret")
        required = {self.env._("App Key"): account.tiktok_app_key, self.env._("App Secret"): app_secret}
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
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

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when TikTok's settings change."""
        account = self.sudo()
        names = ("tiktok_app_key", "tiktok_handover", "tiktok_warehouse", "tiktok_endpoint")
        return (*super()._get_connector_signature(), tuple(account[name] for name in names))
