from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector.auth import Credentials
from ..connector.connector import WooCommerceConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("woocommerce", "WooCommerce")], ondelete={"woocommerce": "set default"})
    woocommerce_key_id = fields.Char("Key ID", groups="marketplace.group_manager", help="Public part of the API key.")
    woocommerce_secret = fields.Char(
        "API Secret",
        compute="_compute_woocommerce_secret",
        inverse="_inverse_woocommerce_secret",
        groups="marketplace.group_manager",
        help="Secret part of the API key.",
    )
    woocommerce_endpoint = fields.Char(
        "Other Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of the marketplace's own, e.g. of a proxy or a test server.",
    )

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_woocommerce_secret(self):
        for account in self:
            account.woocommerce_secret = account._mask_secret("secret")

    def _inverse_woocommerce_secret(self):
        for account in self:
            account._set_secret("secret", account.woocommerce_secret)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["woocommerce_secret"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to WooCommerce."""
        if self.provider != "woocommerce":
            return super()._build_connector()
        account = self.sudo()
        secret = account._get_secrets().get("secret")
        if not (account.woocommerce_key_id and secret):
            raise UserError(self.env._("%s lacks the API key.", self.name))
        return WooCommerceConnector(
            Credentials(account.woocommerce_key_id, secret),
            bucket_store=self._get_bucket_store(),
            endpoint=account.woocommerce_endpoint or None,
        )

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when the settings of WooCommerce change."""
        account = self.sudo()
        return (*super()._get_connector_signature(), account.woocommerce_key_id, account.woocommerce_endpoint)
