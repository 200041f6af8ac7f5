from odoo import fields, models

from ...marketplace.tools.secret_field import SecretField
from ..connector import Credentials, WalmartConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("walmart", "Walmart")], ondelete={"walmart": "set default"})
    walmart_client_id = fields.Char(
        "Walmart Client ID",
        groups="marketplace.group_manager",
        help="Developer Portal > API Keys, of the seller's own account.",
    )
    walmart_client_secret = SecretField(
        help="Belongs to the client id; the key that signs the webhooks is made from it."
    )
    walmart_ship_node = fields.Char(
        "Fulfillment Center ID",
        help="Walmart's fulfillment center (ship node) that gets this stock; empty: the default.",
    )
    walmart_endpoint = fields.Char(
        "Other Walmart Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Walmart's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Walmart."""
        if self.provider != "walmart":
            return super()._build_connector()
        self._require_settings("walmart_client_id", "walmart_client_secret")
        account = self.sudo()
        client_secret = account._get_secrets()["client_secret"]
        credentials = Credentials(account.walmart_client_id.strip(), client_secret, account.walmart_ship_node or "")
        return WalmartConnector(
            credentials,
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.walmart_endpoint or None,
        )
