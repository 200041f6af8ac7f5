from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_shopee_accounts(self, access):
        """One main account with a shop in each country."""
        return [
            TrainingAccount(
                label="Shopee",
                vals={
                    "shopee_endpoint": access["endpoint"],
                    "shopee_partner_id": access["partner_id"],
                    "shopee_partner_key": access["partner_key"],
                },
                outlets=tuple(access["outlets"]),
            )
        ]
