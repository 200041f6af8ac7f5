from odoo import fields, models
from odoo.addons.marketplace.contract import Address
from odoo.addons.marketplace.tools.secret_field import SecretField

from ..connector import SANDBOX, Credentials, FpxProvider, Settings


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("fpx", "4PX")], ondelete={"fpx": "set default"})
    fpx_app_key = fields.Char(
        "4PX App Key", groups="marketplace.group_manager", help="Of your application on 4PX's open platform."
    )
    fpx_app_secret = SecretField("4PX App Secret", help="Belongs to the app key.")
    fpx_customer_code = fields.Char(
        "4PX Operating Account", help="Code of the operating account, for customers of 4PX that have several."
    )
    fpx_vat_number = fields.Char(
        "VAT Number for Imports", help="Of the country goods are announced to; the United Kingdom requires one."
    )
    fpx_countries = fields.Char(
        "Countries Declared for", help="ISO codes of the countries that products are declared for, e.g. DE, FR."
    )
    fpx_endpoint = fields.Char(
        "Other 4PX Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of 4PX's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to 4PX."""
        if self.provider != "fpx":
            return super()._build_connector()
        self._require_settings("fpx_app_key", "fpx_app_secret")
        account = self.sudo()
        settings = Settings(
            customer_code=account.fpx_customer_code or "",
            sender=account._get_fpx_sender(),
            vat_number=account.fpx_vat_number or "",
            countries=tuple((account.fpx_countries or "").upper().replace(",", " ").split()),
        )
        return FpxProvider(
            Credentials(account.fpx_app_key.strip(), account._get_secrets()["app_secret"]),
            settings,
            bucket_store=self._get_bucket_store(),
            endpoint=account.fpx_endpoint or (SANDBOX if account.state == "test" else None),
        )

    def _get_connector_signature(self):
        """Override of `marketplace.connection`: announced goods come from the company's address."""
        signature = super()._get_connector_signature()
        return (*signature, self.sudo()._get_fpx_sender()) if self.provider == "fpx" else signature

    def _get_fpx_sender(self):
        partner = self.company_id.partner_id
        return Address(
            name=partner.name or "",
            company=partner.commercial_company_name or "",
            street=partner.street or "",
            street2=partner.street2 or "",
            city=partner.city or "",
            state=partner.state_id.name or "",
            postal_code=partner.zip or "",
            country_code=partner.country_id.code or "",
            phone=partner.phone or "",
        )
