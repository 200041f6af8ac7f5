from collections import Counter

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..contract import Fulfilment, InvalidPayload, OrderStatus
from .order_batch import OrderBatch, Wait


class MarketplaceOrderImporter(models.AbstractModel):
    """Later revisions: the order that exists is brought up to date, or held with the reason when it cannot be."""

    _inherit = "marketplace.order.importer"

    def _apply_revisions(self, changed):
        """Apply newer revisions.

        :param dict changed: ``{row: (sale order, Order)}``
        :return: the sale orders
        """
        result = self.env["sale.order"]
        if not changed:
            return result
        batch = OrderBatch(self.env, [(row.shop_id, order) for row, (_sale, order) in changed.items()])
        for row, (sale_order, order) in changed.items():
            if (
                sale_order.marketplace_updated_at
                and order.updated_at.replace(tzinfo=None) < sale_order.marketplace_updated_at
            ):
                row.write({"state": "superseded", "order_id": sale_order.id})
                continue
            if self._apply_alone(batch, row, sale_order, order):
                result |= sale_order
        return result

    def _apply_alone(self, batch, row, sale_order, order):
        """Apply one revision in a savepoint of its own.

        :return: whether it was applied
        """
        try:
            with self.env.cr.savepoint():
                self._apply_revision(batch, row.shop_id, sale_order, order)
        except Wait as wait:
            self._wait(row, order, wait)
            return False
        except (InvalidPayload, UserError) as error:
            self._fail(row, "revision", error, self.env._("Correct what the message names, then retry."))
            return False
        row._set_done({row: sale_order})
        return True

    def _apply_revision(self, batch, shop, sale_order, order):
        seen = self._get_seen(sale_order)
        if order.status is OrderStatus.CANCELLED:
            self._apply_cancellation(sale_order)
        elif sale_order.state == "draft":
            self._apply_release(batch, shop, sale_order, order)
        elif sale_order.state == "cancel":
            sale_order._hold("changed", self.env._("Cancelled here, but the marketplace says: %s", order.status.value))
        else:
            self._apply_changes(batch, shop, sale_order, order)
        vals = self._prepare_revision_vals(order)
        vals["marketplace_acknowledged"] = sale_order._follow_acknowledgement(order.acknowledged)
        sale_order.write({field: value for field, value in vals.items() if sale_order[field] != value})
        if order.status is not OrderStatus.UNKNOWN or seen[0] != order.status_text:
            sale_order._release("unknown")
        self._apply_deadline(sale_order)
        if hold := self._find_hold(sale_order, order, seen):
            sale_order._hold(*hold)

    def _get_seen(self, sale_order):
        """The unknown word and the warnings that the order was already held for, if a person could release them."""
        status = sale_order.marketplace_status
        word = (sale_order.marketplace_status_text or "") if status == OrderStatus.UNKNOWN.value else None
        shippable = status in (OrderStatus.UNSHIPPED.value, OrderStatus.PARTIALLY_SHIPPED.value)
        return word, sale_order.marketplace_warnings if shippable else None

    # === PENDING → PAID === #

    def _apply_release(self, batch, shop, sale_order, order):
        """A pending order became final: give it its buyer, address and money, and confirm it. One whose status nobody
        knows is brought up to date and stays a draft."""
        if order.status is OrderStatus.PENDING:
            return
        plan = self._prepare_plan(batch, shop, order)
        [(buyer, delivery)] = self._get_partners(batch, [(shop, order)])
        vals = self._prepare_order_vals(batch, shop, order, plan, buyer, delivery, sale_order.name)
        # The lines come last: what the other values change would be computed into them again.
        lines = vals.pop("order_line")
        sale_order.order_line.unlink()
        sale_order.write(vals)
        sale_order.write({"order_line": lines})
        self._check_totals({sale_order: order})
        self._confirm_orders({sale_order: order})

    # === CANCELLATION === #

    def _apply_cancellation(self, sale_order):
        """Cancel what has not left; goods on their way are for a person."""
        if sale_order.state == "cancel":
            return
        left = sale_order.picking_ids.filtered(lambda picking: picking.state == "done")
        if left or any(sale_order.order_line.mapped("marketplace_qty_shipped")):
            sale_order._hold("changed", self.env._("The marketplace cancelled this order after it was shipped."))
            return
        if not sale_order._stop_for(self.env._("The marketplace cancelled this order.")):
            return
        sale_order._action_cancel()
        sale_order._release()

    # === CHANGES === #

    def _apply_changes(self, batch, shop, sale_order, order):
        if order.fulfilment is Fulfilment.MARKETPLACE:
            self._apply_marketplace_shipments(sale_order, order)
        elif self._is_shipped_elsewhere(sale_order, order):
            sale_order._hold(
                "changed",
                self.env._(
                    "The marketplace says shipped (%s), but a transfer is still open here. Validate it if the parcel "
                    "left from this stock, else cancel it.",
                    ", ".join(p.tracking for p in order.packages if p.tracking) or self.env._("no tracking number"),
                ),
            )
        if order.address and not order.address.masked:
            self._apply_address(batch, shop, sale_order, order)
        self._apply_quantities(batch, shop, sale_order, order)

    def _is_shipped_elsewhere(self, sale_order, order):
        """Whether it left without our knowing. What has a label of the marketplace is known to leave from here."""
        open_transfers = sale_order.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
            and picking.state not in ("done", "cancel")
            and not picking.marketplace_parcel_ids
        )
        return order.status is OrderStatus.SHIPPED and open_transfers and not sale_order.marketplace_shipment_ids

    def _apply_marketplace_shipments(self, sale_order, order):
        """Delivered quantities of what the marketplace ships; the daily transfer takes them out of stock."""
        shipped = {line.external_id: line.quantity_shipped for line in order.lines}
        for line in sale_order.order_line.filtered("marketplace_by_data"):
            quantity = min(shipped.get(line.marketplace_line_ref, 0), line.product_uom_qty)
            shipped[line.marketplace_line_ref] = shipped.get(line.marketplace_line_ref, 0) - quantity
            if quantity != line.marketplace_qty_shipped:
                line.write({"marketplace_qty_shipped": quantity, "marketplace_shipped_at": self._get_shipped_at(order)})

    def _apply_address(self, batch, shop, sale_order, order):
        """Follow a changed address while nothing has left."""
        [(_buyer, delivery)] = self._get_partners(batch, [(shop, order)])
        if delivery == sale_order.partner_shipping_id:
            return
        if any(picking.state == "done" for picking in sale_order.picking_ids):
            sale_order._hold("changed", self.env._("The buyer changed the address after shipping."))
            return
        if not sale_order._stop_for(self.env._("The buyer changed the address.")):
            return
        sale_order.with_context(update_delivery_shipping_partner=True).partner_shipping_id = delivery
        sale_order._release("address")

    def _apply_deadline(self, sale_order):
        """Open transfers are due when the marketplace wants them shipped."""
        moves = sale_order.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        late = moves.filtered(lambda move: move.date_deadline != sale_order.marketplace_ship_by)
        if sale_order.marketplace_ship_by and late:
            late.date_deadline = sale_order.marketplace_ship_by

    def _apply_quantities(self, batch, shop, sale_order, order):
        """Follow changed quantities or money while nothing has left; else a person decides."""
        vals_list = [
            self._prepare_line_vals(
                batch, shop, order, planned, sale_order.fiscal_position_id, sale_order.partner_shipping_id, sequence
            )
            for sequence, planned in enumerate(self._prepare_plan(batch, shop, order), 1)
        ]
        if self._sum_lines(vals_list) == self._sum_lines(self._read_lines(sale_order)):
            return
        if sale_order.order_line.filtered(lambda line: line.qty_delivered and line.marketplace_line_ref):
            sale_order._hold("changed", self.env._("The marketplace changed quantities or amounts after shipping."))
            return
        if not sale_order._stop_for(self.env._("The marketplace changed quantities or amounts.")):
            return
        self._rewrite_lines(sale_order, order, vals_list)

    def _read_lines(self, sale_order):
        return [
            {
                "product_id": line.product_id.id,
                "marketplace_line_ref": line.marketplace_line_ref,
                "price_unit": line.price_unit,
                "product_uom_qty": line.product_uom_qty,
            }
            for line in sale_order.order_line
        ]

    def _sum_lines(self, vals_list):
        """Units per product, marketplace item and price: what two sets of lines must share to say the same."""
        units = Counter()
        for vals in vals_list:
            key = (vals["product_id"], vals.get("marketplace_line_ref") or "", round(vals["price_unit"], 6))
            units[key] += vals["product_uom_qty"]
        return units

    def _rewrite_lines(self, sale_order, order, vals_list):
        """Replace the lines of an order of which nothing has left, and its transfers with them."""
        sale_order.picking_ids.action_cancel()
        lines = sale_order.order_line
        lines.move_ids.sale_line_id = False
        sale_order.state = "draft"
        lines.unlink()
        sale_order.write({"order_line": [Command.create(vals) for vals in vals_list]})
        self._check_totals({sale_order: order})
        self._confirm_orders({sale_order: order})
