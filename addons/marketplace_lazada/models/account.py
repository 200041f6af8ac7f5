from odoo import fields, models

from ...marketplace.tools.secret_field import SecretField
from ..connector import Credentials, LazadaConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("lazada", "Lazada")], ondelete={"lazada": "set default"})
    lazada_app_key = fields.Char(groups="marketplace.group_manager", help="Key of your app at Lazada's Open Platform.")
    lazada_app_secret = SecretField(help="Secret of your app at Lazada's Open Platform.")
    lazada_warehouse = fields.Char(
        "Lazada Warehouse Code", help="Lazada's code of the warehouse that this stock is in, for sellers with several."
    )
    lazada_endpoint = fields.Char(
        "Other Lazada Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Lazada's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Lazada."""
        if self.provider != "lazada":
            return super()._build_connector()
        self._require_settings("lazada_app_key", "lazada_app_secret")
        account = self.sudo()
        app_secret = account._get_secrets()["app_secret"]
        return LazadaConnector(
            Credentials(account.lazada_app_key.strip(), app_secret, account.lazada_warehouse or ""),
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.lazada_endpoint or None,
        )
