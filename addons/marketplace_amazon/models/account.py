from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import AmazonConnector, Credentials

SECRET_FIELDS = {
    "amazon_client_secret": "client_secret",
    "amazon_refresh_token": "refresh_token",
    "amazon_aws_secret_key": "aws_secret_key",
}


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
    amazon_client_id = fields.Char("Client ID", groups="marketplace.group_manager", help="LWA client id of your app.")
    amazon_client_secret = fields.Char(
        "Client Secret",
        compute="_compute_amazon_secrets",
        inverse="_inverse_amazon_client_secret",
        groups="marketplace.group_manager",
        help="LWA client secret of your app.",
    )
    amazon_refresh_token = fields.Char(
        "Refresh Token",
        compute="_compute_amazon_secrets",
        inverse="_inverse_amazon_refresh_token",
        groups="marketplace.group_manager",
        help="Seller Central > Apps > Develop Apps > Authorise gives it for your own app.",
    )
    amazon_seller_id = fields.Char("Merchant Token", help="Seller Central > Account Info > Merchant Token.")
    amazon_queue_url = fields.Char(
        "Notification Queue",
        groups="marketplace.group_manager",
        help="Address of the SQS queue that gets order changes.",
    )
    amazon_aws_access_key = fields.Char("AWS Access Key", groups="marketplace.group_manager")
    amazon_aws_secret_key = fields.Char(
        "AWS Secret Key",
        compute="_compute_amazon_secrets",
        inverse="_inverse_amazon_aws_secret_key",
        groups="marketplace.group_manager",
    )
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

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_amazon_secrets(self):
        for account in self:
            for field, secret in SECRET_FIELDS.items():
                account[field] = account._mask_secret(secret)

    def _inverse_amazon_client_secret(self):
        self._keep_amazon_secret("amazon_client_secret")

    def _inverse_amazon_refresh_token(self):
        self._keep_amazon_secret("amazon_refresh_token")

    def _inverse_amazon_aws_secret_key(self):
        self._keep_amazon_secret("amazon_aws_secret_key")

    def _keep_amazon_secret(self, field):
        for account in self:
            account._set_secret(SECRET_FIELDS[field], account[field])
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset([field])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Amazon."""
        if self.provider != "amazon":
            return super()._build_connector()
        account = self.sudo()
        secrets = account._get_secrets()
        required = {
            self.env._("Region"): account.amazon_region,
            self.env._("Client ID"): account.amazon_client_id,
            self.env._("Client Secret"): secrets.get("client_secret"),
            self.env._("Refresh Token"): secrets.get("refresh_token"),
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
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

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when Amazon's settings change."""
        account = self.sudo()
        settings = tuple(
            account[field]
            for field in (
                "amazon_region",
                "amazon_client_id",
                "amazon_seller_id",
                "amazon_queue_url",
                "amazon_aws_access_key",
                "amazon_endpoint",
                "amazon_use_v0",
            )
        )
        return (*super()._get_connector_signature(), settings)
