from odoo import models
from odoo.exceptions import UserError


class PurchaseOrderLine(models.Model):
    """Orders whose goods leave straight from the supplier: what is planned to leave is the shipment's, not more."""

    _inherit = "purchase.order.line"

    def _create_or_update_picking(self):
        """Override of `purchase_stock`: fewer than what is planned to leave are refused."""
        self._check_departures()
        return super()._create_or_update_picking()

    def _create_stock_moves(self, picking):
        """Override of `purchase_stock`: what an order has more is expected by its own receipt, not by a departure."""
        if picking.is_first_mile_departure:
            picking = self._get_own_receipt() or picking.create(self.order_id._prepare_picking())
        return super()._create_stock_moves(picking)

    def _get_move_dests_initial_demand(self, move_dests):
        """Override of `purchase_stock`: a shipment's way on is no demand beside what the order has to come."""
        onward = move_dests.filtered("picking_id.first_mile_shipment_id")
        demand = super()._get_move_dests_initial_demand(move_dests - onward)
        return max(demand, self._get_qty_procurement()) if onward else demand

    def _get_own_receipt(self):
        """An open receipt that is no departure, best one that has the product; empty if there is none."""
        pickings = (self.move_ids.picking_id + self.order_id.picking_ids).filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.location_id.usage == "supplier"
                and not picking.first_mile_shipment_id
            )
        )
        return pickings[:1]

    def _check_departures(self):
        """:raise UserError: shipments are planned with more than the lines have besides what came"""
        for line in self:
            departures = line.move_ids.filtered(
                lambda move: move.picking_id.is_first_mile_departure and move.state not in ("done", "cancel")
            )
            planned = line.product_id.uom_id._compute_quantity(
                sum(departures.mapped("product_qty")), line.product_uom_id, rounding_method="HALF-UP"
            )
            if not departures or line.product_uom_id.compare(line.product_qty, line.qty_received + planned) >= 0:
                continue
            shipments = departures.picking_id.first_mile_shipment_id.sudo()  # buyers need not see shipments
            raise UserError(
                self.env._(
                    "%(order)s cannot have %(ordered)g %(unit)s of %(product)s: %(received)g have come or left, and "
                    "%(planned)g are planned to leave with %(shipments)s. Cancel this shipment, or split the cartons "
                    "that shall not leave into one of their own; then lower the order.",
                    order=line.order_id.name,
                    ordered=line.product_qty,
                    unit=line.product_uom_id.name,
                    product=line.product_id.display_name,
                    received=line.qty_received,
                    planned=planned,
                    shipments=", ".join(shipments.mapped("name")),
                )
            )
