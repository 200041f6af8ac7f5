from odoo import models
from odoo.exceptions import UserError


class FirstMileCost(models.Model):
    _inherit = "first.mile.cost"

    def _try_allocate(self):
        """Divide one cost again; returns why that is not possible, or nothing."""
        try:
            with self.env.cr.savepoint():
                self.action_allocate()
        except UserError as error:
            return str(error)
        return None


class AccountMove(models.Model):
    """Bills of forwarders and customs: the costs that they belong to follow them."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account`: a bill with another amount than the estimate changes what the units bear."""
        posted = super()._post(soft)
        posted._refresh_first_mile_costs()
        return posted

    def button_cancel(self):
        """Override of `account`: without its bill a cost is the estimate again."""
        result = super().button_cancel()
        self._refresh_first_mile_costs()
        return result

    def _refresh_first_mile_costs(self):
        bills = self.filtered(lambda move: move.move_type in ("in_invoice", "in_refund"))
        if bills:
            lines = bills.invoice_line_ids.ids
            self.env["first.mile.cost"].sudo().search([("bill_line_id", "in", lines)])._refresh()
