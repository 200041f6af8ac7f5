from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_woocommerce_accounts(self, access):
        """One account per shop."""
        return [
            TrainingAccount(
                label=f"WooCommerce {store.upper()}",
                vals={
                    "woocommerce_url": f"https://{store}.woocommerce.example",
                    "woocommerce_consumer_key": details["consumer_key"],
                    "woocommerce_consumer_secret": details["consumer_secret"],
                    "woocommerce_endpoint": access["endpoint"] + details["path"],
                },
                outlets=(details["outlet"],),
            )
            for store, details in access["stores"].items()
        ]
