from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...marketplace.tools.secret_field import SecretField
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
    woocommerce_consumer_secret = SecretField(
        "Consumer Secret", help="Shown by WooCommerce once, when the key is made."
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

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to a WooCommerce shop."""
        if self.provider != "woocommerce":
            return super()._build_connector()
        self._require_settings("woocommerce_url", "woocommerce_consumer_key", "woocommerce_consumer_secret")
        account = self.sudo()
        secret = account._get_secrets()["consumer_secret"]
        return WooCommerceConnector(
            Credentials(account.woocommerce_url, account.woocommerce_consumer_key, secret),
            bucket_store=self._get_bucket_store(),
            endpoint=account.woocommerce_endpoint or None,
            gateway_refunds=account.woocommerce_gateway_refunds,
        )
