from odoo import models
from odoo.addons.marketplace.models.authorisation import CALLBACK_PATH

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_ebay_accounts(self, access):
        """One account, whose shops are the marketplaces that the seller sells on."""
        return [
            TrainingAccount(
                label="eBay",
                vals={
                    "ebay_client_id": access["client_id"],
                    "ebay_client_secret": access["client_secret"],
                    # The training eBay has no page to name an address: the address is its own name.
                    "ebay_ru_name": self.get_base_url() + CALLBACK_PATH,
                    "ebay_signing_key": access["signing_key"],
                    "ebay_signing_jwe": access["signing_jwe"],
                    "ebay_marketplaces": ", ".join(access["marketplaces"]),
                    "ebay_endpoint": access["endpoint"],
                },
                outlets=tuple(access["outlets"]),
            )
        ]
