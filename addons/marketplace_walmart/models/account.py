from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import Credentials, WalmartConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("walmart", "Walmart")], ondelete={"walmart": "set default"})
    walmart_client_id = fields.Char(
        "Walmart Client ID",
        groups="marketplace.group_manager",
        help="Developer Portal > API Keys, of the seller's own account.",
    )
    walmart_client_secret = fields.Char(
        compute="_compute_walmart_client_secret",
        inverse="_inverse_walmart_client_secret",
        groups="marketplace.group_manager",
        help="Belongs to the client id; the key that signs the webhooks is made from it.",
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

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_walmart_client_secret(self):
        for account in self:
            account.walmart_client_secret = account._mask_secret("client_secret")

    def _inverse_walmart_client_secret(self):
        for account in self:
            account._set_secret("client_secret", account.walmart_client_secret)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["walmart_client_secret"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Walmart."""
        if self.provider != "walmart":
            return super()._build_connector()
        account = self.sudo()
        client_secret = account._get_secrets().get("client_secret")
        required = {
            self.env._("Walmart Client ID"): account.walmart_client_id,
            self.env._("Walmart Client Secret"): client_secret,
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
        credentials = Credentials(account.walmart_client_id.strip(), client_secret, account.walmart_ship_node or "")
        return WalmartConnector(
            credentials,
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.walmart_endpoint or None,
        )

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when Walmart's settings change."""
        account = self.sudo()
        names = ("walmart_client_id", "walmart_ship_node", "walmart_endpoint")
        return (*super()._get_connector_signature(), tuple(account[name] for name in names))
