from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contract import Cancellation, CancelReason, Capability, ConnectorError, ShipmentLine
from .order_importer import QUIET

# Values of the contract's CancelReason.
REASONS = [
    ("buyer_request", "Buyer Wants to Cancel"),
    ("out_of_stock", "Out of Stock"),
    ("address", "Cannot Be Delivered There"),
    ("price", "Wrong Price"),
    ("other", "Other"),
]


class MarketplaceCancellation(models.Model):
    """A cancellation, or a no to the buyer's wish to cancel, that the marketplace has to hear."""

    _name = "marketplace.cancellation"
    _inherit = ["marketplace.confirmable"]
    _description = "Cancellation at a Marketplace"
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "order_id.marketplace_ref"]

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    reference = fields.Char(required=True, readonly=True, help="Our number of the cancellation.")
    reason = fields.Selection(REASONS, required=True, readonly=True)
    decline = fields.Boolean("Declined", readonly=True, help="The buyer asked to cancel and we do not agree.")
    lines = fields.Json(readonly=True, help="Units per order line of the marketplace; empty: the whole order.")
    note = fields.Char(readonly=True)
    state = fields.Selection(
        [("pending", "To Tell"), ("confirmed", "Accepted"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
        default="pending",
        group_expand=True,
        help="Rejected: the marketplace refuses the cancellation, see its answer. The order stays held.",
    )

    _reference_uniq = models.Constraint("UNIQUE(shop_id, reference)", "This cancellation is already recorded.")
    _one_open = models.UniqueIndex("(order_id) WHERE state = 'pending'", "This order is already being cancelled.")

    @api.model
    def _cancel(self, order, reason, lines=(), note="", decline=False):
        """Cancel an order at its marketplace. It is held until the marketplace has answered, then cancelled here.

        :param list lines: ``[(marketplace line, units)]``; empty: the whole order
        :param bool decline: tell that the buyer's wish to cancel is refused; the order then goes on
        """
        number = self.search_count([("order_id", "=", order.id)]) + 1
        record = self.create(
            {
                "order_id": order.id,
                "shop_id": order.marketplace_shop_id.id,
                "reference": f"{order.id}-{number}",
                "reason": reason,
                "decline": decline,
                "lines": [{"order_line_id": ref, "quantity": quantity} for ref, quantity in lines],
                "note": note,
            }
        )
        if not decline:
            order._release()
            order._hold("cancelling", self.env._("The marketplace has been asked to cancel; its answer decides."))
        self._enqueue_confirm(record.shop_id)
        return record

    # === TELLING === #

    @api.model
    def _get_confirm_capability(self):
        return Capability.CANCELLATION

    @api.model
    def _describe_confirm(self):
        return self.env._("Cancel orders")

    def _confirm(self, connector):
        return connector.cancel_orders([record._prepare_cancellation() for record in self])

    def _prepare_cancellation(self):
        return Cancellation(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            reason=CancelReason(self.reason),
            lines=tuple(ShipmentLine(line["order_line_id"], line["quantity"]) for line in self.lines or []),
            decline=self.decline,
            note=self.note or "",
        )

    def _set_confirmed(self):
        """Override of `marketplace.confirmable`: what the marketplace accepted is done here."""
        result = super()._set_confirmed()
        declined = self.filtered("decline")
        declined.order_id._release("cancel_request")
        whole = (self - declined).filtered(lambda record: not record.lines)
        whole.order_id._cancel_as_agreed()
        for record in self - declined - whole:
            record.order_id._reduce_as_agreed({line["order_line_id"]: line["quantity"] for line in record.lines})
        return result

    def _set_rejected(self, message):
        """Override of `marketplace.confirmable`: the order stays held, with the answer."""
        result = super()._set_rejected(message)
        for record in self.filtered(lambda record: record.order_id.marketplace_hold):
            record.order_id.marketplace_hold_note = self.env._("The marketplace refuses the cancellation: %s", message)
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_cancellation_ids = fields.One2many("marketplace.cancellation", "order_id", readonly=True)
    marketplace_can_cancel = fields.Boolean(compute="_compute_marketplace_can_cancel", compute_sudo=True)

    @api.depends("marketplace_shop_id", "state", "marketplace_status", "marketplace_cancellation_ids.state")
    def _compute_marketplace_can_cancel(self):
        for order in self:
            order.marketplace_can_cancel = (
                order.state in ("draft", "sale")
                and order.marketplace_status not in ("shipped", "cancelled")
                and order.marketplace_shop_id.can_cancel
                and "pending" not in order.marketplace_cancellation_ids.mapped("state")
            )

    def action_marketplace_cancel(self):
        """Ask for the reason and the lines, then cancel at the marketplace."""
        self.ensure_one()
        wizard = self.env["marketplace.cancel"].create(self.env["marketplace.cancel"]._prepare_vals(self))
        return wizard._get_records_action(name=self.env._("Cancel at Marketplace"), target="new")

    def action_marketplace_accept_cancel(self):
        """Agree to the buyers' wish to cancel."""
        self._answer_cancel_request(decline=False)

    def action_marketplace_decline_cancel(self):
        """Tell the buyers that their orders are shipped all the same."""
        self._answer_cancel_request(decline=True)

    def _answer_cancel_request(self, decline):
        self.check_access("write")
        for order in self.sudo():
            if order.marketplace_hold != "cancel_request" or not order.marketplace_can_cancel:
                raise UserError(self.env._("%s: the buyer does not ask to cancel, or is answered already.", order.name))
            self.env["marketplace.cancellation"].sudo()._cancel(order, "buyer_request", decline=decline)

    def _has_declined_cancel(self):
        """Whether the buyer has been told that the order is shipped all the same."""
        return any(record.decline and record.state == "confirmed" for record in self.marketplace_cancellation_ids)

    def _cancel_as_agreed(self):
        """Cancel what the marketplace has cancelled; what has left meanwhile is for a person."""
        self._release()
        for order in self.filtered(lambda order: order.state != "cancel"):
            if order.picking_ids.filtered(lambda picking: picking.state == "done"):
                order._hold("changed", self.env._("The marketplace cancelled this order after it was shipped."))
            elif order._stop_for(self.env._("The marketplace cancelled this order.")):
                order.with_context(**QUIET)._action_cancel()

    def _stop_for(self, change, lines=None):
        """Stop the open transfers of an order that is to be changed; the order is held where one leaves all the same.

        :param str change: what the marketplace did, for the person who decides then
        :param lines: the order lines that change; all of them, if not given
        :return: whether nothing of them leaves any more
        """
        self.ensure_one()
        pickings = self.picking_ids if lines is None else lines.move_ids.picking_id
        leaving = pickings.filtered(lambda picking: picking.state not in ("done", "cancel"))._stop_leaving()
        if leaving:
            reasons = [f"{picking.name}: {reason}" for picking, reason in leaving.items()]
            advice = self.env._(
                "Press Fetch Again on the order to try once more. Else settle it with whoever has the goods and with "
                "the buyer, then release the order."
            )
            self._hold("changed", "\n".join([change, *reasons, advice]))
        return not leaving

    def _reduce_as_agreed(self, units_by_ref):
        """Take cancelled units off the order and its open transfers, unless these leave all the same. The money
        follows with the next revision.

        :param dict units_by_ref: ``{marketplace line: cancelled units}``
        """
        self.ensure_one()
        self._release("cancelling")
        lines = self.order_line.filtered(lambda line: line.marketplace_line_ref in units_by_ref)
        if self._stop_for(self.env._("The marketplace cancelled units of this order."), lines):
            for ref, units in units_by_ref.items():
                for line in lines.filtered(lambda line, ref=ref: line.marketplace_line_ref == ref):
                    part = min(units, line.product_uom_qty - line.qty_delivered)
                    if part > 0:
                        line._reduce_as_agreed(part)
                        units -= part
        self._enqueue_refetch()

    def _enqueue_refetch(self):
        """Have the orders fetched again in the background."""
        for order in self.sudo():
            order.with_delay(
                channel="root.marketplace.fetch",
                identity_key=f"marketplace-refetch-{order.id}",
                description=self.env._("Fetch the order %s again", order.marketplace_ref),
            )._job_refetch()

    def _job_refetch(self):
        shop = self.marketplace_shop_id
        try:
            record = shop.account_id._get_connector().fetch_order(self.marketplace_ref)
        except ConnectorError as error:
            # The regular fetch brings the change as well.
            shop.account_id._note_error(error, self.env._("Fetch the order %s again", self.marketplace_ref))
            return
        self.env["marketplace.inbox"]._receive(shop, [record])._enqueue_import()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _reduce_as_agreed(self, units):
        """Order ``units`` less, and deliver less."""
        self.ensure_one()
        left = units
        open_moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        for move in open_moves.sorted("id", reverse=True):
            part = min(left, move.product_uom_qty)
            left -= part
            if part == move.product_uom_qty:
                move._action_cancel()
            elif part:
                move.product_uom_qty -= part
                move._action_assign()
        # The price is named, or Odoo would compute it anew from the pricelist.
        vals = {"product_uom_qty": self.product_uom_qty - units, "price_unit": self.price_unit}
        self.with_context(**QUIET).write(vals)
