from odoo import models

from .training_setup import TrainingAccount


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    def _get_tiktok_accounts(self, access):
        """One account: one authorisation has the shops of all countries."""
        return [
            TrainingAccount(
                label="TikTok Shop",
                vals={
                    "tiktok_endpoint": access["endpoint"],
                    "tiktok_app_key": access["app_key"],
                    "tiktok_app_secret": access["app_secret"],
                },
                outlets=tuple(access["outlets"]),
            )
        ]
