from odoo import fields, models
from odoo.addons.marketplace.tools.secret_field import SecretField
from odoo.addons.marketplace_amazon.connector import Credentials

from ..connector.amazon_ads import AmazonAdsConnector


class AdsAccount(models.Model):
    _inherit = "ads.account"

    # All begin with the provider's name, as marketplace.connection wants it; secrets lose it at the first underscore.
    provider = fields.Selection(selection_add=[("amazonads", "Amazon Ads")], ondelete={"amazonads": "set default"})
    amazonads_region = fields.Selection(
        [
            ("eu", "Europe, Middle East, India"),
            ("na", "North and South America"),
            ("fe", "Japan, Australia, Singapore"),
        ],
        "Region",
        help="An advertising account belongs to one region; connect one account per region.",
    )
    amazonads_client_id = fields.Char(
        "LWA Client ID",
        groups="marketplace.group_manager",
        help="Of your app with access to the Amazon Ads API: Developer Console > Login with Amazon.",
    )
    amazonads_client_secret = SecretField("LWA Client Secret", help="LWA client secret of your app.")
    amazonads_refresh_token = SecretField(
        "Refresh Token", help="From the authorisation with the scope advertising::campaign_management."
    )
    amazonads_endpoint = fields.Char(
        "Other Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Amazon's, e.g. of a proxy or a test server.",
    )

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to Amazon Ads."""
        if self.provider != "amazonads":
            return super()._build_connector()
        self._require_settings(
            "amazonads_region", "amazonads_client_id", "amazonads_client_secret", "amazonads_refresh_token"
        )
        account = self.sudo()
        secrets = account._get_secrets()
        endpoint = account.amazonads_endpoint
        return AmazonAdsConnector(
            Credentials(
                client_id=account.amazonads_client_id,
                client_secret=secrets["client_secret"],
                refresh_token=secrets["refresh_token"],
                region=account.amazonads_region,
            ),
            bucket_store=self._get_bucket_store(),
            endpoint=endpoint or None,
            lwa_endpoint=f"{endpoint.rstrip('/')}/auth/o2/token" if endpoint else None,
        )
