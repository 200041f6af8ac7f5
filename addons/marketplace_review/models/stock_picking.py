from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def button_validate(self):
        """Override of `stock`: a held order must not leave; said before any question is asked."""
        self._check_not_held()
        return super().button_validate()

    def _action_done(self):
        """Override of `stock`: a held order must not leave, whichever screen or batch lets it go."""
        self._check_not_held()
        return super()._action_done()

    def _check_not_held(self):
        """Refuse what a person still has to decide. What is short may leave in part."""
        leaving = self.sudo().filtered(lambda picking: picking.picking_type_code == "outgoing")
        orders = (leaving.sale_id | leaving.move_ids.sale_line_id.order_id).filtered("marketplace_hold")
        holds = self.env["marketplace.hold"]._find_open(orders).filtered(lambda hold: hold.kind != "short")
        if not holds:
            return
        kinds = dict(self.env["marketplace.hold"]._fields["kind"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "These orders are held and must not leave yet:\n%s\n\nDecide them under Marketplaces › Orders › Review "
                "Desk, then validate again.",
                "\n".join(f"{hold.reference}: {kinds[hold.kind]}. {hold.note or ''}" for hold in holds),
            )
        )
