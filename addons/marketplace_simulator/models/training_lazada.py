from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_lazada_accounts(self, access):
        """One seller with a shop in each country."""
        return [
            TrainingAccount(
                label="Lazada",
                vals={
                    "lazada_endpoint": access["endpoint"],
                    "lazada_app_key": access["app_key"],
                    "lazada_app_secret": access["app_secret"],
                },
                outlets=tuple(access["outlets"]),
            )
        ]
