from odoo import fields, models


class MarketplaceTraining(models.TransientModel):
    _name = "marketplace.training"
    _description = "Training Shops"

    url = fields.Char(
        "Simulator", required=True, default="http://127.0.0.1:8971", help="Address of a running marketplace simulator."
    )

    def action_setup(self):
        """Connect training shops and show them."""
        shops = self.env["marketplace.simulator.setup"].setup_training(self.url)
        return shops._get_records_action(name=self.env._("Training Shops"), view_mode="kanban,list,form")
