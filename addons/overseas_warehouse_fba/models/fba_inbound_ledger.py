from collections import defaultdict
from dataclasses import replace
from itertools import product as pairs

from odoo import api, models
from odoo.addons.overseas_warehouse.contract import InboundState, InboundStatus, ReceivedLine

from ..engine.classification import ShipmentFacts

ARRIVALS = (
    "receipt",
    "receipt_without_shipment",
    "first_leg_make_up",
    "over_receipt",
    "over_receipt_after_close",
)


class FbaLedgerRow(models.Model):
    _inherit = "fba.ledger.row"

    @api.model
    def _book(self, warehouse):
        """Override to let announced goods take in what arrived of their shipments: as receipts, not as moves of the
        ledger besides."""
        rows = self.search(
            [
                ("warehouse_id", "=", warehouse.id),
                ("state", "=", "open"),
                ("kind", "in", ARRIVALS),
                ("product_id", "!=", False),
                ("reference", "!=", False),
            ]
        )
        shipments = self.env["fba.inbound.shipment"].search(
            [("account_id", "=", warehouse.account_id.id), ("confirmation", "in", rows.mapped("reference"))]
        )
        known = set(shipments.filtered(lambda shipment: shipment._is_counted_by_ledger()).mapped("confirmation"))
        arrived = rows.filtered(lambda row: row.reference in known).try_lock_for_update()
        arrived.state = "booked"
        numbers = set(arrived.mapped("reference"))
        receipts = shipments.filtered(lambda shipment: shipment.confirmation in numbers)._receive_by_ledger()
        arrived._link_receipts(receipts)
        return super()._book(warehouse)

    def _link_receipts(self, receipts):
        """Note which move took the units of each row in, where rows and moves tell the same: announced units come out
        of transit, all others out of the stock loss."""
        moves = defaultdict(self.env["stock.move"].browse)
        for receipt in receipts:
            numbers = receipt.inbound_id.fba_shipment_ids.mapped("confirmation")
            for number, move in pairs(numbers, receipt.picking_id.move_ids):
                sent = move.location_id.usage == "transit"
                moves[number, move.product_id, move.location_dest_id, sent] |= move
        groups = self.grouped(
            lambda row: (
                row.reference,
                row.product_id,
                row.warehouse_id._get_fba_place(row.attribute),
                row.kind == "receipt",
            )
        )
        for key, rows in groups.items():
            move = moves[key]
            if len(move) == 1 and round(move.quantity) == sum(rows.mapped("units")):
                rows.move_id = move


class FbaInboundShipment(models.Model):
    _inherit = "fba.inbound.shipment"

    def _is_counted_by_ledger(self):
        """Whether the ledger, which tells damaged units apart, says what arrived. It does where it is booked and knows
        the shipment from its first day."""
        warehouse = self.inbound_id.warehouse_id
        return bool(warehouse.fba_from and warehouse.fba_book and self.create_date.date() >= warehouse.fba_from)

    def _get_ledger_lines(self):
        """``{shipment: tuple of ReceivedLine}`` of what the ledger has counted."""
        units = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for reference, msku, attribute, count in self.env["fba.ledger.row"]._read_group(
            [
                ("account_id", "in", self.account_id.ids),
                ("reference", "in", self.mapped("confirmation")),
                ("kind", "in", ARRIVALS),
                ("state", "=", "booked"),
            ],
            ["reference", "msku", "attribute"],
            ["units:sum"],
        ):
            units[reference][msku][attribute == "defective"] += count
        return {
            shipment: tuple(
                ReceivedLine(msku, sellable, damaged)
                for msku, (sellable, damaged) in sorted(units[shipment.confirmation].items())
            )
            for shipment in self
        }

    def _receive_by_ledger(self):
        """Take in what the ledger has counted.

        :return: the receipts
        """
        states = {
            shipment.notice_id: InboundState(
                shipment.notice_id.reference, shipment.confirmation, InboundStatus.RECEIVING, lines
            )
            for shipment, lines in self._get_ledger_lines().items()
        }
        receipts = self.env["overseas.inbound.receipt"]._receive(states)
        self.notice_id.filtered(lambda notice: notice.state == "accepted").write({"state": "receiving"})
        return receipts

    def _fetch_state(self, fba):
        """Override for shipments that the ledger counts: they are received when its counts, which come a day later,
        are as many as Amazon says."""
        state = super()._fetch_state(fba)
        if not self._is_counted_by_ledger():
            return state
        lines = self._get_ledger_lines()[self]
        counted = sum(line.sellable + line.damaged for line in lines)
        status = state.status
        if status is InboundStatus.RECEIVED and counted < sum(line.sellable for line in state.received):
            status = InboundStatus.RECEIVING
        return replace(state, status=status, received=lines)

    def _get_facts(self, skus):
        """What the ledger's events are explained by.

        :param dict skus: ``{product: MSKU}``
        """
        expected = defaultdict(int)
        for line in self.notice_id.carton_ids.line_ids:
            expected[skus.get(line.product_id, "")] += line.units
        shortages = self.notice_id.difference_ids.filtered(lambda difference: difference.kind == "shortage")
        closed = shortages.filtered(lambda difference: difference.state in ("settled", "accepted"))
        written_off = max(closed.mapped("write_date")).date() if closed and closed == shortages else None
        return ShipmentFacts(dict(expected), written_off)


class OverseasInboundReceipt(models.Model):
    _inherit = "overseas.inbound.receipt"

    @api.model
    def _prepare_move_vals(self, inbound, *given):
        """Override of `overseas_warehouse`: what the ledger has counted is not taken for a movement that it lacks."""
        vals = super()._prepare_move_vals(inbound, *given)
        if any(shipment._is_counted_by_ledger() for shipment in inbound.fba_shipment_ids):
            vals["fba_warehouse_id"] = inbound.warehouse_id.id
        return vals


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _get_fba_knowledge(self, references):
        """Override to know the shipments that were arranged here: what was sent, and since when it is written off."""
        knowledge = super()._get_fba_knowledge(references)
        shipments = self.env["fba.inbound.shipment"].search(
            [("account_id", "=", self.account_id.id), ("confirmation", "in", [name for name in references if name])]
        )
        skus = {
            record.product_id: record.sku
            for record in self.env["overseas.product"].search([("account_id", "=", self.account_id.id)])
        }
        facts = {shipment.confirmation: shipment._get_facts(skus) for shipment in shipments}
        return replace(knowledge, shipments={**knowledge.shipments, **facts})
