from odoo import fields, models
from odoo.addons.marketplace.tools.secret_field import SecretField

from ..connector import GoodcangProvider


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("goodcang", "GoodCang")], ondelete={"goodcang": "set default"})
    goodcang_app_key = fields.Char(
        "GoodCang App Key", groups="marketplace.group_manager", help="Key of your application at GoodCang."
    )
    goodcang_app_token = SecretField("GoodCang App Token", help="Token of your account at GoodCang.")
    goodcang_category = fields.Char(
        "GoodCang Category",
        help="Number of GoodCang's third-level category that new products get; needed to make products known.",
    )
    goodcang_endpoint = fields.Char(
        "Other GoodCang Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of GoodCang's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to GoodCang."""
        if self.provider != "goodcang":
            return super()._build_connector()
        self._require_settings("goodcang_app_key", "goodcang_app_token")
        account = self.sudo()
        return GoodcangProvider(
            account.goodcang_app_key.strip(),
            account._get_secrets()["app_token"],
            account.goodcang_category or "",
            bucket_store=self._get_bucket_store(),
            endpoint=account.goodcang_endpoint or None,
        )
