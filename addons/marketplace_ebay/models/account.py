from odoo import api, fields, models
from odoo.exceptions import UserError

from ...marketplace.contract import ConnectorError
from ..connector import MARKETPLACES, Credentials, EbayConnector, verification_token

SECRET_FIELDS = {"ebay_client_secret": "client_secret", "ebay_signing_key": "signing_key"}
SETTINGS = (
    "ebay_environment",
    "ebay_client_id",
    "ebay_ru_name",
    "ebay_signing_jwe",
    "ebay_marketplaces",
    "ebay_alert_email",
    "ebay_endpoint",
)


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
    ebay_client_secret = fields.Char(
        "Cert ID",
        compute="_compute_ebay_secrets",
        inverse="_inverse_ebay_client_secret",
        groups="marketplace.group_manager",
        help="Client secret of your eBay keyset.",
    )
    ebay_ru_name = fields.Char(
        "RuName",
        groups="marketplace.group_manager",
        help="eBay's name of your redirect address: enter that address as accepted URL in the settings of the keyset.",
    )
    ebay_signing_key = fields.Char(
        "Signing Key",
        compute="_compute_ebay_secrets",
        inverse="_inverse_ebay_signing_key",
        groups="marketplace.group_manager",
        help="Private key of the digital signatures that eBay demands of sellers in the EU and the UK.",
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

    @api.depends("secrets")
    def _compute_ebay_secrets(self):
        for account in self:
            for field, secret in SECRET_FIELDS.items():
                account[field] = account._mask_secret(secret)

    @api.depends("secrets", "provider")
    def _compute_ebay_verification_token(self):
        for account in self:
            secret = account._get_secrets().get("client_secret") if account.provider == "ebay" else None
            account.ebay_verification_token = verification_token(secret) if secret else False

    def _inverse_ebay_client_secret(self):
        self._keep_ebay_secret("ebay_client_secret")

    def _inverse_ebay_signing_key(self):
        self._keep_ebay_secret("ebay_signing_key")

    def _keep_ebay_secret(self, field):
        for account in self:
            account._set_secret(SECRET_FIELDS[field], account[field])
        # What was typed must not be read back, not even by the answer to saving it.
        self.invalidate_recordset([field])

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
        account = self.sudo()
        secrets = account._get_secrets()
        required = {
            self.env._("App ID"): account.ebay_client_id,
            self.env._("Cert ID"): secrets.get("client_secret"),
            self.env._("RuName"): account.ebay_ru_name,
        }
        if missing := [label for label, value in required.items() if not value]:
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=", ".join(missing)))
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

    def _get_connector_signature(self):
        """Override of `marketplace` to build a new connector when eBay's settings change."""
        account = self.sudo()
        return (*super()._get_connector_signature(), tuple(account[name] for name in SETTINGS))
