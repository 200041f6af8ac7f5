from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Override of `base`: the desk stands in for the list of held orders, as long as it is installed."""
        return [*super()._load_menus_blacklist(), self.env.ref("marketplace.menu_orders_held").id]
