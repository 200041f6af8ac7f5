from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..models.cancellation import REASONS


class MarketplaceCancel(models.TransientModel):
    _name = "marketplace.cancel"
    _description = "Cancel at Marketplace"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    reason = fields.Selection(
        REASONS, required=True, default="out_of_stock", help="What the marketplace and the buyer are told."
    )
    note = fields.Char(help="Some marketplaces show it to the buyer.")
    line_ids = fields.One2many("marketplace.cancel.line", "wizard_id")

    @api.model
    def _prepare_vals(self, order):
        """The wizard for an order: by default all that has not left."""
        units, products = {}, {}
        for line in order.order_line.filtered("marketplace_line_ref"):
            ref = line.marketplace_line_ref
            units[ref] = units.get(ref, 0) + line.product_uom_qty - line.qty_delivered
            products[ref] = line.product_id
        if not any(units.values()):
            raise UserError(self.env._("Everything of this order has been delivered. Refund the buyer instead."))
        lines = [
            Command.create({"line_ref": ref, "product_id": products[ref].id, "open_quantity": left, "quantity": left})
            for ref, left in units.items()
            if left
        ]
        reason = "buyer_request" if order.marketplace_hold == "cancel_request" else "out_of_stock"
        return {"order_id": order.id, "reason": reason, "line_ids": lines}

    def action_cancel(self):
        """Have the marketplace cancel; Odoo follows when it agrees."""
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        if not order.sudo().marketplace_can_cancel:
            raise UserError(self.env._("This order cannot be cancelled at the marketplace, or it already is."))
        lines = [(line.line_ref, round(line.quantity)) for line in self.line_ids if line.quantity]
        if not lines:
            raise UserError(self.env._("Say how many units are cancelled."))
        ordered = sum(order.order_line.filtered("marketplace_line_ref").mapped("product_uom_qty"))
        whole = sum(quantity for _ref, quantity in lines) == ordered
        self.env["marketplace.cancellation"].sudo()._cancel(
            order.sudo(), self.reason, () if whole else lines, self.note or ""
        )


class MarketplaceCancelLine(models.TransientModel):
    _name = "marketplace.cancel.line"
    _description = "Units to Cancel"

    wizard_id = fields.Many2one("marketplace.cancel", required=True, ondelete="cascade")
    line_ref = fields.Char(required=True, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    open_quantity = fields.Float("Not Shipped", digits="Product Unit", readonly=True)
    quantity = fields.Float("Cancel", digits="Product Unit")

    @api.constrains("quantity")
    def _check_quantity(self):
        for line in self:
            if not 0 <= line.quantity <= line.open_quantity or line.quantity != round(line.quantity):
                raise ValidationError(self.env._("Cancel whole units, and no more than have not been shipped."))
