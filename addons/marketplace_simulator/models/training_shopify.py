from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_shopify_accounts(self, access):
        """One account per shop: one app is installed by consent, the other is of the shop's own organisation."""
        return [
            TrainingAccount(
                label=f"Shopify {details['title']}",
                vals={
                    "shopify_endpoint": access["endpoint"],
                    "shopify_domain": details["domain"],
                    "shopify_client_id": details["client_id"],
                    "shopify_client_secret": details["client_secret"],
                    "shopify_access": "own" if details["own_app"] else "consent",
                    "shopify_locations": details["location"],
                },
                outlets=(region,),
            )
            for region, details in access["shops"].items()
        ]
