from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_hold_text = fields.Text("Held", compute="_compute_marketplace_hold_text", compute_sudo=True)

    def _compute_marketplace_hold_text(self):
        for picking in self:
            open_ones = picking if picking.state not in ("done", "cancel") else picking.browse()
            picking.marketplace_hold_text = open_ones._tell_holds()

    def button_validate(self):
        """Override of `stock`: a held order must not leave; said before any question is asked."""
        self._check_not_held()
        return super().button_validate()

    def _action_done(self):
        """Override of `stock`: a held order must not leave, whichever screen or batch lets it go."""
        self._check_not_held()
        return super()._action_done()

    def _check_not_held(self):
        """Refuse what a person still has to decide."""
        if told := self.sudo()._tell_holds():
            raise UserError(
                self.env._(
                    "These orders are held and must not leave yet:\n%s\n\nDecide them under Marketplaces › Orders › "
                    "Review Desk, then validate again.",
                    told,
                )
            )

    def _tell_holds(self):
        """What a person still has to decide before these transfers leave, a line each. What is short may leave in
        part; what somebody else has shipped already is only recorded."""
        leaving = self.filtered(lambda picking: picking.picking_type_code == "outgoing" and not picking._has_left())
        orders = (leaving.sale_id | leaving.move_ids.sale_line_id.order_id).filtered("marketplace_hold")
        holds = self.env["marketplace.hold"]._find_open(orders).filtered(lambda hold: hold.kind != "short")
        kinds = dict(holds._fields["kind"]._description_selection(self.env))
        return "\n".join(f"{hold.reference}: {kinds[hold.kind]}. {hold.note or ''}" for hold in holds)
