from odoo import fields, models
from odoo.addons.marketplace.tools.secret_field import SecretField

from ..connector import SANDBOX, ShipbobProvider


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("shipbob", "ShipBob")], ondelete={"shipbob": "set default"})
    shipbob_token = SecretField(
        "ShipBob Access Token", help="A personal access token of your ShipBob account; of the sandbox while testing."
    )
    shipbob_channel = fields.Char(
        "ShipBob Channel", help="Number of the channel that orders go through; empty: the first that may write orders."
    )
    shipbob_endpoint = fields.Char(
        "Other ShipBob Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of ShipBob's, e.g. of a proxy or a test server.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to ShipBob."""
        if self.provider != "shipbob":
            return super()._build_connector()
        self._require_settings("shipbob_token")
        account = self.sudo()
        return ShipbobProvider(
            account._get_secrets()["token"],
            account.shipbob_channel or "",
            bucket_store=self._get_bucket_store(),
            endpoint=account.shipbob_endpoint or (SANDBOX if account.state == "test" else None),
        )
