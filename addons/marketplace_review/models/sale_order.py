from odoo import api, fields, models

from ..checks.finding import Finding
from .hold import URGENCY

# Reasons of the core that stay true from revision to revision: a person decides them once. The other ones are events,
# or states that the core itself raises once and ends.
LASTING = ("cancel_request", "unfulfillable", "address")


# Reasons that the checks of this addon find.
KINDS = [
    ("blacklist", "Blocked Buyer"),
    ("forbidden", "Forbidden"),
    ("risk_score", "Risk Score"),
    ("duplicate", "Duplicate"),
    ("address_check", "Address to Check"),
    ("amount", "Unusual Amount"),
    ("price", "Price Below Floor"),
    ("quantity", "Unusual Quantity"),
    ("margin", "Negative Margin"),
    ("unpaid", "Unpaid for Long"),
]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_hold = fields.Selection(selection_add=KINDS, ondelete=dict.fromkeys(dict(KINDS), "set null"))
    marketplace_hold_ids = fields.One2many("marketplace.hold", "order_id", string="Holds", readonly=True)

    # === HOLD === #

    def _hold(self, reason, note):
        """Override of `marketplace`: the hold is a record, and may be one of several."""
        self._hold_each(dict.fromkeys(self, (reason, note)))

    @api.model
    def _hold_each(self, holds):
        """Override of `marketplace`: the holds are records, created all at once."""
        self.env["marketplace.hold"]._raise(
            Finding(order.id, reason, note, fingerprint=note if reason in LASTING else "")
            for order, (reason, note) in holds.items()
        )

    def _release(self, *reasons):
        """Override of `marketplace` to end the records; the order then shows the next of its holds, if any."""
        by_person = self.env.context.get("marketplace_released_by_person")
        holds = self.env["marketplace.hold"]._find_open(self, reasons)
        if by_person and not reasons:
            holds = holds.filtered(lambda hold: hold.kind != "short")  # only stock ends it
        holds._close("released" if by_person else "solved")

    def _show_holds(self):
        """Have the orders show the most urgent of their open holds."""
        holds_by_order = self.env["marketplace.hold"]._find_open(self).grouped("order_id")
        orders_by_vals = {}
        for order in self.sudo():
            vals = self._prepare_hold_vals(holds_by_order.get(order))
            if any(order[field] != value for field, value in vals.items()):
                key = tuple(vals.items())
                orders_by_vals[key] = orders_by_vals.get(key, order.browse()) + order
        for vals, orders in orders_by_vals.items():
            orders.write(dict(vals))

    @api.model
    def _prepare_hold_vals(self, holds):
        if not holds:
            return {"marketplace_hold": False, "marketplace_hold_note": False, "marketplace_hold_at": False}
        rank = {kind: number for number, kind in enumerate(URGENCY)}
        first = min(holds, key=lambda hold: (hold.kind == "short", rank.get(hold.kind, len(rank)), hold.id))
        return {
            "marketplace_hold": first.kind,
            "marketplace_hold_note": first.note,
            "marketplace_hold_at": min(holds.mapped("raised_at")),
        }

    def action_marketplace_release(self):
        """Override of `marketplace`: the decision of a person is remembered."""
        orders = self.with_context(marketplace_released_by_person=True)
        return super(SaleOrder, orders).action_marketplace_release()

    # === CANCELLATION === #

    def _action_cancel(self):
        """Override of `sale`: nothing is left to decide."""
        result = super()._action_cancel()
        self.env["marketplace.hold"]._find_open(self)._close("cancelled")
        return result

    def _cancel_as_agreed(self):
        """Override of `marketplace`: the holds ended with the order."""
        self.env["marketplace.hold"]._find_open(self)._close("cancelled")
        return super()._cancel_as_agreed()
