from odoo import models

from .training_setup import TrainingAccount

REGION_NAMES = {"eu": "Europe", "na": "America", "fe": "Far East"}


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_amazon_accounts(self, access):
        """One account per region; each region has its own warehouses of Amazon's."""
        return [
            TrainingAccount(
                label=f"Amazon {REGION_NAMES[region]}",
                vals={
                    "amazon_region": region,
                    "amazon_client_id": access["client_id"],
                    "amazon_client_secret": access["client_secret"],
                    "amazon_refresh_token": details["refresh_token"],
                    "amazon_seller_id": details["seller_id"],
                    "amazon_endpoint": access["endpoint"],
                },
                outlets=(region,),
                fulfilment_code=f"FBA{region.upper()}",
            )
            for region, details in access["regions"].items()
        ]
