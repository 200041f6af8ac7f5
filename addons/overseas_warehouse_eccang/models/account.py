from odoo import fields, models
from odoo.addons.marketplace.tools.secret_field import SecretField
from odoo.exceptions import ValidationError

from ..connector import EccangProvider, read_warehouses


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("eccang", "ECCANG WMS")], ondelete={"eccang": "set default"})
    eccang_url = fields.Char(
        "ECCANG Address",
        groups="marketplace.group_manager",
        help="Address of the operator's web service, e.g. https://oms.example.com/default/svc/web-service.",
    )
    eccang_app_key = fields.Char(
        "ECCANG App Key", groups="marketplace.group_manager", help="The operator gives it to you."
    )
    eccang_app_token = SecretField("ECCANG App Token", help="The operator gives it to you.")
    eccang_warehouses = fields.Text(
        "ECCANG Warehouses",
        help="A warehouse of the operator per line, since it has no list of them: its code, a name and the country's "
        "ISO code with commas between them.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to an operator that runs ECCANG's WMS."""
        if self.provider != "eccang":
            return super()._build_connector()
        self._require_settings("eccang_url", "eccang_app_key", "eccang_app_token", "eccang_warehouses")
        account = self.sudo()
        return EccangProvider(
            account.eccang_url.strip(),
            account.eccang_app_key.strip(),
            account._get_secrets()["app_token"],
            self._read_eccang_warehouses(),
            bucket_store=self._get_bucket_store(),
        )

    def _read_eccang_warehouses(self):
        """The warehouses that were typed in.

        :raise ValidationError: a line that is none; it names the line
        """
        try:
            return read_warehouses(self.eccang_warehouses)
        except ValueError as error:
            raise ValidationError(
                self.env._("'%s' is no warehouse: write code, name and country, e.g. DE1, Hamburg, DE.", error)
            ) from None
