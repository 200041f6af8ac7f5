from odoo import api, fields, models


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    first_mile_shipment_id = fields.Many2one(
        "first.mile.shipment", "Shipment", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        help="The goods travel with it; what is counted of them closes it.",
    )  # fmt: skip

    _first_mile_shipment_uniq = models.UniqueIndex(
        "(first_mile_shipment_id) WHERE first_mile_shipment_id IS NOT NULL AND divided_from_id IS NULL"
        " AND state != 'cancelled'",
        "This shipment is announced already.",
    )

    def _divide(self, number):
        """Override of `overseas_warehouse`: all parts travel with the shipment."""
        part = super()._divide(number)
        part.first_mile_shipment_id = self.first_mile_shipment_id
        return part


class OverseasInboundReceipt(models.Model):
    _inherit = "overseas.inbound.receipt"

    @api.model
    def _book(self, parts):
        """Override of `overseas_warehouse`: what was counted is no longer to come with the shipment."""
        receipts = super()._book(parts)
        for receipt in receipts:
            if shipment := receipt.inbound_id.first_mile_shipment_id:
                lines = receipt.line_ids
                shipment._close_incoming({line.product_id: line.sellable + line.damaged for line in lines})
        return receipts

    @api.model
    def _prepare_picking_vals(self, inbound):
        """Override of `overseas_warehouse`: the receipt is a transfer of the shipment."""
        vals = super()._prepare_picking_vals(inbound)
        return {**vals, "first_mile_shipment_id": inbound.first_mile_shipment_id.id}

    @api.model
    def _get_left_in_transit(self, inbounds):
        """Override of `overseas_warehouse` to add what is still to come with each shipment, whichever notice it is of:
        lost cartons are written off already; what comes of them is found."""
        left = super()._get_left_in_transit(inbounds)
        for shipment in {inbound.first_mile_shipment_id for inbound in inbounds}:
            left.update({(shipment, product): units for product, units in shipment._get_incoming().items()})
        return left

    @api.model
    def _prepare_move_vals_list(self, inbound, picking, product, grade, units, left, lot_id):
        """Override of `overseas_warehouse`: no more leaves transit than is to come with the shipment."""
        given = inbound, picking, product, grade, units, left, lot_id
        shipment = inbound.first_mile_shipment_id
        if not shipment:
            return super()._prepare_move_vals_list(*given)
        before = left[inbound, product] = min(left[inbound, product], left[shipment, product])
        vals_list = super()._prepare_move_vals_list(*given)
        left[shipment, product] -= before - left[inbound, product]
        return vals_list


class OverseasDifference(models.Model):
    _inherit = "overseas.difference"

    def _get_units_to_write_off(self):
        """Units that are still on their way; those of lost cartons were written off with them."""
        shipment = self.inbound_id.first_mile_shipment_id
        return min(self.units, shipment._get_incoming().get(self.product_id, 0)) if shipment else self.units

    def _write_off(self):
        """Override of `overseas_warehouse`: what was short is no longer to come with the shipment."""
        units = {difference: difference._get_units_to_write_off() for difference in self}
        result = super(OverseasDifference, self.filtered(units.get))._write_off()
        for difference, count in units.items():
            if shipment := difference.inbound_id.first_mile_shipment_id:
                shipment._close_incoming({difference.product_id: count})
        return result

    def _prepare_write_off_vals(self):
        """Override of `overseas_warehouse`: no more than is still on its way."""
        vals, units = super()._prepare_write_off_vals(), self._get_units_to_write_off()
        line = vals["move_line_ids"][0][2]
        return {**vals, "product_uom_qty": units, "move_line_ids": [fields.Command.create({**line, "quantity": units})]}


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def button_validate(self):
        """Override of `stock`: what an overseas warehouse counts is not received a second time by hand."""
        arrivals = self.filtered(lambda picking: picking.first_mile_shipment_id and picking.state != "done")
        arrivals -= arrivals.filtered("is_first_mile_departure")
        arrivals.first_mile_shipment_id._check_not_announced(
            self.env._("The warehouse counts these goods itself; what it counts is taken in as it reports it.")
        )
        return super().button_validate()
