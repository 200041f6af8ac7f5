from odoo import fields, models
from odoo.addons.marketplace.tools.secret_field import SecretField

from ..connector import SANDBOX, Credentials, Settings, WinitProvider


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("winit", "Winit")], ondelete={"winit": "set default"})
    winit_app_key = fields.Char(
        "Winit User", groups="marketplace.group_manager", help="The name you sign in with at Winit."
    )
    winit_token = SecretField("Winit Token", help="Token of your Winit account, from its settings.")
    winit_client_id = fields.Char(
        "Winit Client ID", groups="marketplace.group_manager", help="Of your application in Winit's developer console."
    )
    winit_client_secret = SecretField("Winit Client Secret", help="Belongs to the client ID.")
    winit_platform = fields.Char(
        "Winit Application Code",
        groups="marketplace.group_manager",
        help="Code of your application in Winit's developer console.",
    )
    winit_inbound_product = fields.Char(
        "Winit First-leg Product",
        help="Winit's code of the product for goods that you send yourself; needed to announce goods.",
    )
    winit_inspection_warehouse = fields.Char(
        help="Code of the warehouse that inspects goods; empty: the one they are sent to."
    )
    winit_import_country = fields.Char(
        "Products Declared for", size=2, help="ISO code of the country that products are declared for, e.g. DE."
    )
    winit_endpoint = fields.Char(
        "Other Winit Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of Winit's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to Winit."""
        if self.provider != "winit":
            return super()._build_connector()
        self._require_settings(
            "winit_app_key", "winit_token", "winit_client_id", "winit_client_secret", "winit_platform"
        )
        account = self.sudo()
        secrets = account._get_secrets()
        credentials = Credentials(
            account.winit_app_key.strip(),
            secrets["token"],
            account.winit_client_id.strip(),
            secrets["client_secret"],
            account.winit_platform.strip(),
        )
        settings = Settings(
            inbound_product=account.winit_inbound_product or "",
            inspection_warehouse=account.winit_inspection_warehouse or "",
            export_country=account.company_id.country_id.code or "CN",
            import_country=(account.winit_import_country or "").upper(),
        )
        return WinitProvider(
            credentials,
            settings,
            bucket_store=self._get_bucket_store(),
            endpoint=account.winit_endpoint or (SANDBOX if account.state == "test" else None),
        )
