from odoo import fields, models

from ...marketplace.tools.secret_field import SecretField
from ..connector import AmazonConnector, Credentials


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("amazon", "Amazon")], ondelete={"amazon": "set default"})
    amazon_region = fields.Selection(
        [
            ("eu", "Europe, Middle East, India"),
            ("na", "North and South America"),
            ("fe", "Japan, Australia, Singapore"),
        ],
        string="Region",
        help="A seller account belongs to one region; connect one account per region.",
    )
    amazon_client_id = fields.Char(
        "LWA Client ID", groups="marketplace.group_manager", help="LWA client id of your app."
    )
    amazon_client_secret = SecretField("LWA Client Secret", help="LWA client secret of your app.")
    amazon_refresh_token = SecretField(
        "Refresh Token", help="Seller Central > Apps > Develop Apps > Authorise gives it for your own app."
    )
    amazon_seller_id = fields.Char("Merchant Token", help="Seller Central > Account Info > Merchant Token.")
    amazon_queue_url = fields.Char(
        "Notification Queue",
        groups="marketplace.group_manager",
        help="Address of the SQS queue that gets order changes.",
    )
    amazon_aws_access_key = fields.Char("AWS Access Key", groups="marketplace.group_manager")
    amazon_aws_secret_key = SecretField("AWS Secret Key")
    amazon_endpoint = fields.Char(
        "Other Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Amazon's, e.g. of a proxy or a test server.",
    )
    amazon_use_v0 = fields.Boolean(
        "Old Orders API",
        groups="marketplace.group_manager",
        help="Read orders by the version that Amazon removes in March 2027.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Amazon."""
        if self.provider != "amazon":
            return super()._build_connector()
        self._require_settings("amazon_region", "amazon_client_id", "amazon_client_secret", "amazon_refresh_token")
        account = self.sudo()
        secrets = account._get_secrets()
        endpoint = account.amazon_endpoint
        return AmazonConnector(
            account._prepare_amazon_credentials(secrets),
            bucket_store=self._get_bucket_store(),
            endpoint=endpoint or None,
            lwa_endpoint=f"{endpoint.rstrip('/')}/auth/o2/token" if endpoint else None,
            use_v0=account.amazon_use_v0,
        )

    def _prepare_amazon_credentials(self, secrets):
        return Credentials(
            client_id=self.amazon_client_id,
            client_secret=secrets["client_secret"],
            refresh_token=secrets["refresh_token"],
            region=self.amazon_region,
            seller_id=self.amazon_seller_id or "",
            queue_url=self.amazon_queue_url or "",
            aws_access_key=self.amazon_aws_access_key or "",
            aws_secret_key=secrets.get("aws_secret_key", ""),
        )
