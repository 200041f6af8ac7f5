from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_walmart_accounts(self, access):
        """One account, which is one shop."""
        return [
            TrainingAccount(
                label="Walmart",
                vals={
                    "walmart_endpoint": access["endpoint"],
                    "walmart_client_id": access["client_id"],
                    "walmart_client_secret": access["client_secret"],
                },
                outlets=tuple(access["outlets"]),
            )
        ]
