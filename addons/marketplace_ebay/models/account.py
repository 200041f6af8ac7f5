from odoo import api, fields, models
from odoo.exceptions import UserError

from ...marketplace.contract import ConnectorError
from ...marketplace.tools.secret_field import SecretField
from ..connector import MARKETPLACES, Credentials, EbayConnector, verification_token


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    provider = fields.Selection(selection_add=[("ebay", "eBay")], ondelete={"ebay": "set default"})
    ebay_environment = fields.Selection(
        [("production", "Production"), ("sandbox", "Sandbox")],
        string="Environment",
        default="production",
        help="Each environment has keysets of its own.",
    )
    ebay_client_id = fields.Char("App ID", groups="marketplace.group_manager", help="Client id of your eBay keyset.")
    ebay_client_secret = SecretField("Cert ID", help="Client secret of your eBay keyset.")
    ebay_ru_name = fields.Char(
        "RuName",
        groups="marketplace.group_manager",
        help="eBay's name of your redirect address: enter that address as accepted URL in the settings of the keyset.",
    )
    ebay_signing_key = SecretField(
        "Signing Key", help="Private key of the digital signatures that eBay demands of sellers in the EU and the UK."
    )
    ebay_signing_jwe = fields.Char(
        "Public Key (JWE)", groups="marketplace.group_manager", help="Public half of the signing key, as eBay gave it."
    )
    ebay_marketplaces = fields.Char(
        "Further Marketplaces",
        help="Marketplaces on which you sell besides the one where you registered, e.g. EBAY_DE, EBAY_US.",
    )
    ebay_alert_email = fields.Char(
        "Alert Email",
        groups="marketplace.group_manager",
        help="Where eBay writes to when its notifications do not reach Odoo. eBay asks for it before it sends any.",
    )
    ebay_verification_token = fields.Char(
        "Verification Token",
        compute="_compute_ebay_verification_token",
        groups="marketplace.group_manager",
        help="Enter it beside the webhook address where eBay asks for your endpoint of account deletions.",
    )
    ebay_endpoint = fields.Char(
        "Other eBay Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of eBay's, e.g. of a proxy or a test server.",
    )

    # === SECRETS === #

    @api.depends("secrets", "provider")
    def _compute_ebay_verification_token(self):
        for account in self:
            secret = account._get_secrets().get("client_secret") if account.provider == "ebay" else None
            account.ebay_verification_token = verification_token(secret) if secret else False

    def action_create_ebay_signing_key(self):
        """Have eBay make a key pair, and keep both halves: the private one is told only once."""
        self.ensure_one()
        self.check_access("write")
        try:
            private_key, jwe = self._get_connector().create_signing_key()
        except ConnectorError as error:
            raise UserError(self.env._("eBay made no signing key: %s", error)) from error
        self._set_secret("signing_key", private_key)
        self.ebay_signing_jwe = jwe
        return True

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace` to speak to eBay."""
        if self.provider != "ebay":
            return super()._build_connector()
        self._require_settings("ebay_client_id", "ebay_client_secret", "ebay_ru_name")
        account = self.sudo()
        secrets = account._get_secrets()
        return EbayConnector(
            account._prepare_ebay_credentials(secrets),
            bucket_store=self._get_bucket_store(),
            token_store=self._get_token_store(),
            endpoint=account.ebay_endpoint or None,
        )

    def _prepare_ebay_credentials(self, secrets):
        return Credentials(
            client_id=self.ebay_client_id.strip(),
            client_secret=secrets["client_secret"],
            ru_name=self.ebay_ru_name.strip(),
            sandbox=self.ebay_environment == "sandbox",
            signing_key=secrets.get("signing_key", ""),
            signing_jwe=self.ebay_signing_jwe or "",
            marketplaces=self._get_ebay_marketplaces(),
            alert_email=self.ebay_alert_email or "",
        )

    def _get_ebay_marketplaces(self):
        """Marketplace ids of the settings.

        :raise UserError: one is none
        """
        names = tuple(name.strip().upper() for name in (self.ebay_marketplaces or "").split(",") if name.strip())
        if unknown := [name for name in names if name not in MARKETPLACES]:
            raise UserError(self.env._("eBay has no marketplace %s.", ", ".join(unknown)))
        return names
