from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

GRADES = ("sellable", "damaged")


class OverseasInboundReceipt(models.Model):
    """A part of announced goods that the warehouse has counted, and the transfer that it became."""

    _name = "overseas.inbound.receipt"
    _description = "Part Received by an Overseas Warehouse"
    _order = "id desc"

    inbound_id = fields.Many2one("overseas.inbound", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    picking_id = fields.Many2one("stock.picking", "Receipt", readonly=True, ondelete="restrict", index=True)
    received_at = fields.Datetime("Counted On", readonly=True, required=True)
    line_ids = fields.One2many("overseas.inbound.receipt.line", "receipt_id", readonly=True)

    @api.model
    def _receive(self, states):
        """Take in what was counted since the last time: sellable units to the stock, damaged ones to quarantine.

        Warehouses state totals, so a state that is told twice adds nothing. A total that went down is no receipt: it
        is refused with a message, and nothing is taken out. What is counted after a notice was received corrects its
        differences.

        :param dict states: ``{overseas.inbound: InboundState}`` of one account
        :return: new receipts
        """
        booked = self._get_booked(states)
        skus = {line.sku for state in states.values() for line in state.received}
        account = next(iter(states), self.env["overseas.inbound"]).account_id
        product_by_sku = self.env["overseas.product"]._get_by_sku(account, skus)
        parts = {}
        for inbound, state in states.items():
            totals, unknown = self._sum_up(state, product_by_sku)
            part = {key: units - booked[(inbound, *key)] for key, units in totals.items()}
            if fewer := [key for key, units in part.items() if units < 0]:
                inbound.message = self._describe_fewer(inbound, fewer, totals, booked)
                continue
            if unknown:
                inbound.message = self.env._(
                    "The warehouse counted units of %s, which nobody here knows. Add it under Overseas "
                    "Warehouses > Products; the units are then taken in.",
                    ", ".join(sorted(unknown)),
                )
            if part := {key: units for key, units in part.items() if units}:
                parts[inbound] = (part, state)
        receipts = self._book(parts)
        late = receipts.inbound_id.filtered(lambda inbound: inbound.state == "received")
        self.env["overseas.difference"]._find(late)
        return receipts

    @api.model
    def _get_booked(self, inbounds):
        """``{(inbound, product, grade): units}`` taken in before."""
        booked = defaultdict(int)
        ids = [inbound.id for inbound in inbounds]
        for inbound, product, *counts in self.env["overseas.inbound.receipt.line"]._read_group(
            [("inbound_id", "in", ids)], ["inbound_id", "product_id"], ["sellable:sum", "damaged:sum"]
        ):
            for grade, units in zip(GRADES, counts, strict=True):
                booked[inbound, product, grade] = units
        return booked

    @api.model
    def _sum_up(self, state, product_by_sku):
        """Totals over all cartons ``{(product, grade): units}``, and SKUs that nobody knows."""
        totals, unknown = defaultdict(int), set()
        for line in state.received:
            product = product_by_sku.get(line.sku)
            if not product:
                unknown.add(line.sku)
                continue
            for grade in GRADES:
                totals[product, grade] += getattr(line, grade)
        return totals, unknown

    @api.model
    def _describe_fewer(self, inbound, keys, totals, booked):
        product, grade = keys[0]
        return self.env._(
            "The warehouse now counts %(now)d units of %(product)s, after %(before)d. Nothing was taken out here: ask "
            "the warehouse, then correct the stock by its nightly check.",
            now=totals[product, grade],
            before=booked[inbound, product, grade],
            product=product.display_name,
        )

    @api.model
    def _book(self, parts):
        """Receipts, transfers and moves, one ``create()`` for each of them."""
        if not parts:
            return self.browse()
        now = fields.Datetime.now()
        pickings = self.env["stock.picking"].create([self._prepare_picking_vals(inbound) for inbound in parts])
        receipts = self.create(
            [
                {"inbound_id": inbound.id, "picking_id": picking.id, "received_at": _latest(state, now)}
                for (inbound, (_part, state)), picking in zip(parts.items(), pickings, strict=True)
            ]
        )
        line_vals, move_vals, lots = [], [], self._get_lots(parts)
        announced = self._get_left_in_transit(parts)
        for (inbound, (part, _state)), receipt in zip(parts.items(), receipts, strict=True):
            line_vals += self._prepare_line_vals_list(receipt, part)
            for (product, grade), units in part.items():
                move_vals += self._prepare_move_vals_list(
                    inbound, receipt.picking_id, product, grade, units, announced, lots.get((inbound, product))
                )
        self.env["overseas.inbound.receipt.line"].create(line_vals)
        self.env["stock.move"].create(move_vals)
        pickings._action_done()
        return receipts

    @api.model
    def _get_left_in_transit(self, inbounds):
        """``{(inbound, product): units}`` announced, not taken in yet and not written off; what comes beyond is excess,
        or was found again."""
        left = defaultdict(int)
        ids = [inbound.id for inbound in inbounds]
        CartonLine = self.env["overseas.inbound.carton.line"]
        for line in CartonLine.search([("carton_id.inbound_id", "in", ids)]):
            left[line.carton_id.inbound_id, line.product_id] += line.units
        for (inbound, product, _grade), units in self._get_booked(inbounds).items():
            left[inbound, product] -= units
        written_off = [("inbound_id", "in", ids), ("kind", "=", "shortage"), ("state", "in", ("settled", "accepted"))]
        for inbound, product, units in self.env["overseas.difference"]._read_group(
            written_off, ["inbound_id", "product_id"], ["units:sum"]
        ):
            left[inbound, product] -= units
        return left

    @api.model
    def _prepare_picking_vals(self, inbound):
        picking_type = inbound.warehouse_id.warehouse_id.in_type_id
        return {
            "picking_type_id": picking_type.id,
            "location_id": inbound.warehouse_id.transit_location_id.id,
            "location_dest_id": inbound.warehouse_id.warehouse_id.lot_stock_id.id,
            "origin": inbound.reference,
            "company_id": inbound.company_id.id,
            "user_id": False,
        }

    @api.model
    def _prepare_line_vals_list(self, receipt, part):
        units_by_product = defaultdict(dict)
        for (product, grade), units in part.items():
            units_by_product[product][grade] = units
        return [
            {"receipt_id": receipt.id, "product_id": product.id, **units} for product, units in units_by_product.items()
        ]

    @api.model
    def _prepare_move_vals_list(self, inbound, picking, product, grade, units, left, lot_id):
        """Moves that are ready to be done, whatever Odoo believed to be on its way. Excess, which nobody sent on its
        way, comes out of the stock loss."""
        warehouse = inbound.warehouse_id
        target = warehouse.warehouse_id.lot_stock_id if grade == "sellable" else warehouse.quarantine_location_id
        sent = max(0, min(units, left[inbound, product]))
        left[inbound, product] -= sent
        loss = product.with_company(inbound.company_id).property_stock_inventory
        sources = [(warehouse.transit_location_id, sent), (loss, units - sent)]
        return [
            self._prepare_move_vals(inbound, picking, product, count, source, target, lot_id)
            for source, count in sources
            if count
        ]

    @api.model
    def _prepare_move_vals(self, inbound, picking, product, units, source, target, lot_id):
        common = {
            "picking_id": picking.id,
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": inbound.company_id.id,
        }
        line = {**common, "product_uom_id": product.uom_id.id, "quantity": units, "lot_id": lot_id}
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": units,
            "picking_type_id": picking.picking_type_id.id,
            "origin": inbound.reference,
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create(line)],
        }

    @api.model
    def _get_lots(self, parts):
        """``{(inbound, product): lot}`` for products tracked by lots: one per notice, as warehouses do not say which
        lot they counted."""
        tracked = {
            (inbound, product)
            for inbound, (part, _state) in parts.items()
            for product, _grade in part
            if product.tracking == "lot"
        }
        if not tracked:
            return {}
        Lot = self.env["stock.lot"]
        names = [inbound.reference for inbound, _product in tracked]
        found = Lot.search([("name", "in", names), ("product_id", "in", [product.id for _inbound, product in tracked])])
        known = {(lot.name, lot.product_id): lot.id for lot in found}
        lots = {key: known.get((key[0].reference, key[1])) for key in tracked}
        missing = [key for key, lot_id in lots.items() if not lot_id]
        new = Lot.create(
            [
                {"name": inbound.reference, "product_id": product.id, "company_id": inbound.company_id.id}
                for inbound, product in missing
            ]
        )
        return {**lots, **{key: lot.id for key, lot in zip(missing, new, strict=True)}}


class OverseasInboundReceiptLine(models.Model):
    _name = "overseas.inbound.receipt.line"
    _description = "Product Received by an Overseas Warehouse"
    _order = "receipt_id, id"
    _rec_name = "product_id"

    receipt_id = fields.Many2one("overseas.inbound.receipt", required=True, ondelete="cascade", index=True)
    inbound_id = fields.Many2one(related="receipt_id.inbound_id", store=True, index=True)
    company_id = fields.Many2one(related="receipt_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="restrict", index=True)
    sellable = fields.Integer(readonly=True)
    damaged = fields.Integer(readonly=True)


def _latest(state, now):
    """When the warehouse counted last; now, where it does not say so."""
    times = [line.at.replace(tzinfo=None) for line in state.received if line.at]
    return max(times, default=now)
