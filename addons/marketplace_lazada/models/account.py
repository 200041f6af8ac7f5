from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import Credentials, LazadaConnector


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("lazada", "Lazada")], ondelete={"lazada": "set default"})
    lazada_app_key = fields.Char(groups="marketplace.group_manager", help="Key of your app at Lazada's Open Platform.")
    lazada_app_secret = fields.Char(
        compute="_compute_lazada_app_secret",
        inverse="_inverse_lazada_app_secret",
        groups="marketplace.group_manager",
        help="Secret of your app at Lazada's Open Platform.",
    )
    lazada_warehouse = fields.Char(
        "Lazada Warehouse Code", help="Lazada's code of the warehouse that this stock is in, for sellers with several."
    )
    lazada_endpoint = fields.Char(
        "Other Lazada Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Lazada's, e.g. of a proxy or a test server.",
    )

    # === SECRETS === #

    @api.depends("secrets")
    def _compute_lazada_app_secret(self):
        for account in self:
            account.lazada_app_secret = account._mask_secret("app_secret")

    def _inverse_lazada_app_secret(self):
        for account in self:
            account._set_secret("app_secret", account.lazada_app_secret)
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset(["lazada_app_secret"])

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to Lazada."""
        if self.provider != "lazada":
            return super()._build_connector()
        account = self.sudo()
        app_secret = account._get_secrets().get("app_secret")
        required = {
            self.env._("Lazada App Key"): account.lazada_app_key,
            self.env._("Lazada App Secret"): app_secret,
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
        return LazadaConnector(
            Credentials(account.lazada_app_key.strip(), app_secret, account.lazada_warehouse or ""),
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.lazada_endpoint or None,
        )

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when Lazada's settings change."""
        account = self.sudo()
        names = ("lazada_app_key", "lazada_warehouse", "lazada_endpoint")
        return (*super()._get_connector_signature(), tuple(account[name] for name in names))
