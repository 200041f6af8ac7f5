from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..connector import Credentials, WooCommerceConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(
        selection_add=[("woocommerce", "WooCommerce")], ondelete={"woocommerce": "set default"}
    )
    woocommerce_url = fields.Char(
        "WooCommerce Address",
        help="Address of the shop as WordPress knows it (Settings > General > WordPress Address), with https.",
    )
    woocommerce_consumer_key = fields.Char(
        "Consumer Key",
        groups="marketplace.group_manager",
        help="WooCommerce > Settings > Advanced > REST API > Add Key, with the permissions Read/Write, gives key and "
        "secret.",
    )
    woocommerce_consumer_secret = fields.Char(
        "Consumer Secret",
        compute="_compute_woocommerce_consumer_secret",
        inverse="_inverse_woocommerce_consumer_secret",
        groups="marketplace.group_manager",
        help="Shown by WooCommerce once, when the key is made.",
    )
    woocommerce_gateway_refunds = fields.Boolean(
        "Refund through the Payment Gateway",
        default=True,
        help="Refunds are paid by the shop's payment gateway. Otherwise they are only booked in the shop, and you pay "
        "the buyer yourself.",
    )
    woocommerce_endpoint = fields.Char(
        "WooCommerce Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of the shop's, e.g. of a proxy or a test server.",
    )

    @api.constrains("provider", "woocommerce_url")
    def _check_woocommerce_url(self):
        for account in self.filtered("woocommerce_url"):
            url = urlsplit(account.woocommerce_url)
            if url.scheme not in ("http", "https") or not url.hostname or url.username:
                raise ValidationError(self.env._("%s is not the address of a shop.", account.woocommerce_url))

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_woocommerce_consumer_secret(self):
        for account in self:
            account.woocommerce_consumer_secret = account._mask_secret("consumer_secret")

    def _inverse_woocommerce_consumer_secret(self):
        for account in self:
            account._set_secret("consumer_secret", account.woocommerce_consumer_secret)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["woocommerce_consumer_secret"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to a WooCommerce shop."""
        if self.provider != "woocommerce":
            return super()._build_connector()
        account = self.sudo()
        required = {
            self.env._("WooCommerce Address"): account.woocommerce_url,
            self.env._("Consumer Key"): account.woocommerce_consumer_key,
            self.env._("Consumer Secret"): account._get_secrets().get("consumer_secret"),
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
        return WooCommerceConnector(
            Credentials(*required.values()),
            bucket_store=self._get_bucket_store(),
            endpoint=account.woocommerce_endpoint or None,
            gateway_refunds=account.woocommerce_gateway_refunds,
        )

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when the settings of the shop change."""
        account = self.sudo()
        settings = tuple(
            account[field]
            for field in (
                "woocommerce_url",
                "woocommerce_consumer_key",
                "woocommerce_gateway_refunds",
                "woocommerce_endpoint",
            )
        )
        return (*super()._get_connector_signature(), settings)
