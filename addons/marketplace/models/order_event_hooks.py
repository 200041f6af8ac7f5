"""What is written to the history of marketplace orders, noted where every way to do it passes."""

from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.replay import DIGITS

# Values of a move line that decide what it reserves or has shipped, and for whom.
PLACE_FIELDS = {"quantity", "product_uom_id", "product_id", "location_id", "location_dest_id", "quant_id", "move_id"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale` to note what came in."""
        orders = super().create(vals_list)
        self.env["marketplace.order.event"]._note("received", orders)
        for order in orders.filtered(lambda order: order.marketplace_shop_id and order.state != "draft"):
            order._note_state()
        return orders

    def write(self, vals):
        """Override of `sale` to note changes of state, hold and warehouse."""
        if not vals.keys() & {"state", "marketplace_hold", "warehouse_id"}:
            return super().write(vals)
        before = {order: (order.state, order.marketplace_hold, order.warehouse_id) for order in self.sudo()}
        result = super().write(vals)
        for order, (state, hold, warehouse) in before.items():
            if order.state != state:
                order._note_state()
            elif order.state == "sale" and order.warehouse_id != warehouse:
                self.env["marketplace.order.event"]._note("routed", order)
            if order.marketplace_hold != hold:
                order._note_hold()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        if any(order.marketplace_shop_id for order in self.sudo()):
            raise UserError(self.env._("An order of a marketplace has a history: cancel it instead of deleting it."))

    def _note_state(self):
        Event = self.env["marketplace.order.event"]
        if self.state == "sale":
            Event._note("accepted", self)
        elif self.state == "cancel":
            Event._note("cancelled", self)
        else:
            Event._note("revised", self, state=self.state)

    def _note_hold(self):
        Event = self.env["marketplace.order.event"]
        if self.marketplace_hold:
            Event._note("held", self, hold=self.marketplace_hold)
        else:
            Event._note("released", self)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_event_fields(self):
        """Fields that say what an order asks for, and from where. Addons that send lines elsewhere add theirs."""
        return {"order_id", "product_id", "product_uom_id", "product_uom_qty", "warehouse_id"}

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale` to note what is added to an accepted order."""
        lines = super().create(vals_list)
        lines._note_revised()
        return lines

    def write(self, vals):
        """Override of `sale` to note what is changed in an accepted order."""
        result = super().write(vals)
        if vals.keys() & self._get_event_fields():
            self._note_revised()
        return result

    def unlink(self):
        """Override of `sale` to note what is taken from an accepted order."""
        self._note_revised()
        return super().unlink()

    def _note_revised(self):
        accepted = self.sudo().order_id.filtered(lambda order: order.marketplace_shop_id and order.state == "sale")
        self.env["marketplace.order.event"]._note("revised", accepted)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to note what is reserved; a line that gets its move later is noted by `write`."""
        lines = super().create(vals_list)
        moved = [line.id for line, vals in zip(lines, vals_list, strict=True) if vals.get("move_id")]
        self._note_moved({}, self.browse(moved)._count_units())
        return lines

    def write(self, vals):
        """Override of `stock` to note what is reserved, given back or corrected."""
        if not vals.keys() & PLACE_FIELDS:
            return super().write(vals)
        before = self._count_units()
        result = super().write(vals)
        self._note_moved(before, self._count_units())
        return result

    def unlink(self):
        """Override of `stock` to note what is given back."""
        before = self._count_units()
        result = super().unlink()
        self._note_moved(before, {})
        return result

    def _count_units(self):
        """Units that lines of marketplace orders reserve, have shipped, or have brought back.

        :return: ``{(measure, order id, product id, warehouse id): units}``
        """
        units = Counter()
        for line in self.sudo():
            order = line.move_id.sale_line_id.order_id
            if order.marketplace_shop_id and (measure := line._get_measure()):
                place = line.location_dest_id if measure == "returned" else line.location_id
                units[measure, order.id, line.product_id.id, place.warehouse_id.id or 0] += line.quantity_product_uom
        return units

    def _get_measure(self):
        """Measure of `tools/replay.py` that the line's units belong to, or ``""``."""
        if self.state == "cancel":
            return ""
        if self.state != "done":
            bypass = self.location_id.should_bypass_reservation() or not self.product_id.is_storable
            return "" if bypass else "reserved"
        if self.location_id.usage == "customer":
            return "" if self.location_dest_id.usage == "customer" else "returned"
        return "shipped" if self.location_dest_id.usage == "customer" else ""

    @api.model
    def _note_moved(self, before, after):
        """Note the difference between two counts of the same lines. What is shipped was reserved until then."""
        change = {key: round(after.get(key, 0) - before.get(key, 0), DIGITS) for key in {**before, **after}}
        kinds = {"reserved": Counter(), "unreserved": Counter(), "shipped": Counter(), "returned": Counter()}
        for (measure, *place), units in change.items():
            if measure == "shipped":
                kinds["shipped"][tuple(place)] += units
                kinds["reserved"][tuple(place)] += units
            elif measure == "returned":
                kinds["returned"][tuple(place)] += units
            else:
                kinds["reserved"][tuple(place)] += units
        for place, units in list(kinds["reserved"].items()):
            if units < 0:
                kinds["unreserved"][place] = -kinds["reserved"].pop(place)
        for kind, units in kinds.items():
            if found := {place: quantity for place, quantity in units.items() if round(quantity, DIGITS)}:
                self.env["marketplace.order.event"]._note_units(kind, found)


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """Override of `stock` to note what leaves and comes back: the lines follow the state of their move."""
        if vals.get("state") not in ("done", "cancel") and "sale_line_id" not in vals:
            return super().write(vals)
        lines = self.move_line_ids
        before = lines._count_units()
        result = super().write(vals)
        lines._note_moved(before, lines.exists()._count_units())
        return result


class MarketplaceShipment(models.Model):
    _inherit = "marketplace.shipment"

    def _set_confirmed(self):
        """Override of `marketplace.confirmable` to note that the marketplace knows of the parcel."""
        result = super()._set_confirmed()
        for shipment in self:
            self.env["marketplace.order.event"]._note("confirmed", shipment.order_id, parcel_units=shipment.units)
        return result


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    def _set_confirmed(self):
        """Override of `marketplace.confirmable` to note that the buyer was paid back."""
        result = super()._set_confirmed()
        for refund in self:
            units = sum(refund.line_ids.mapped("quantity"))
            self.env["marketplace.order.event"]._note("refunded", refund.order_id, parcel_units=units)
        return result
