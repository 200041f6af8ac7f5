from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from odoo import models
from odoo.tools import SQL

from ..engine import Option, Router, Shipment, Stock, sum_needs
from ..freight import Quote
from .trial_stock import RecordedStock, UnlimitedStock


@dataclass
class Result:
    """What a dry run found of one order.

    :param order: the sale order
    :param past: its stored decision, or an empty record
    :param Option before: how it really ships, with what that costs
    :param dict carriers: ``{warehouse id: carrier id or None}`` of its transfers
    :param decision: :class:`~..engine.Decision` of the rules that are tried
    :param bool is_unrecorded: today's stock was taken, since no decision tells how it was
    :param dict parcels: ``{warehouse id: combined parcel id}`` of its transfers that left in one
    :param int joined_before: its shipments that joined the parcel of an earlier order; ``joined_after`` with the rules
    :param int combined_before: orders that share a parcel, found with this one; ``combined_after`` with the rules
    """

    order: Any
    past: Any
    before: Option
    carriers: dict
    decision: Any
    is_unrecorded: bool = False
    parcels: dict = field(default_factory=dict)
    joined_before: int = 0
    joined_after: int = 0
    combined_before: int = 0
    combined_after: int = 0

    def get_carrier_before(self, shipment):
        return self.carriers[shipment.warehouse_id]

    def get_carrier_after(self, shipment):
        """Carrier by the rules; where they name none, it stays as it is."""
        return self.decision.get_carrier(shipment) or self.order.carrier_id.id or None

    @property
    def changed_lines(self):
        """Ids of the lines that would ship from elsewhere, or with another carrier than the one that was decided."""
        before = _get_places(self.before, self.get_carrier_before)
        after = _get_places(self.decision.option, self.get_carrier_after)
        return {line_id for line_id, place in before.items() if _differ(place, after[line_id])}


def _get_places(option, get_carrier):
    """``{line id: (warehouse id, carrier id)}``"""
    return {
        line.line_id: (shipment.warehouse_id, get_carrier(shipment))
        for shipment in option.shipments
        for line in shipment.lines
    }


def _differ(before, after):
    return before[0] != after[0] or (before[1] is not None and before[1] != after[1])


class MarketplaceRoutingTrial(models.Model):
    """This part decides past orders again, and finds out how they really shipped."""

    _inherit = "marketplace.routing.trial"

    def _try_orders(self, orders):
        """Decide orders by the rule set, keep a line for each of theirs, and add up."""
        self.ensure_one()
        trial = self.sudo().with_company(self.company_id)
        facts = trial.env["marketplace.router"]._prepare_facts(orders.with_env(trial.env), at_order_date=True)
        if facts:
            results = trial._decide_again(facts)
            trial.env["marketplace.routing.trial.line"]._create_from_results(trial, results)
            trial._add_totals(results)

    def _decide_again(self, facts):
        """
        :param list facts: :class:`~..engine.OrderFacts`
        :return: list of :class:`Result`
        """
        orders = self.env["sale.order"].browse(order.order_id for order in facts)
        past = self._find_decisions(orders)
        shipped = self._load_shipped(orders)
        warehouses = self._find_warehouses(facts)
        book = self.env["marketplace.rate.book"]._load(self.company_id)
        router = self._prepare_router(facts, warehouses, book)
        results = []
        for order, order_facts in zip(orders, facts, strict=True):
            before = self._prepare_before(router, order_facts, shipped[order.id], past[order.id])
            self._recall_stock(router, order_facts, warehouses, past[order.id])
            result = Result(order, past[order.id], *before, router.decide(order_facts))
            result.is_unrecorded = self.stock_basis == "then" and not past[order.id]
            result.parcels = {place[0]: place[2] for place in shipped[order.id].values() if place[2]}
            results.append(result)
        self._share_parcels(results, book)
        if self.stock_basis == "today":
            self._keep_taken(results)
        return results

    def _find_warehouses(self, facts):
        named = set(self.ruleset_id._prepare_engine().warehouse_ids)
        return self.env["stock.warehouse"].browse(named.union(*(order.warehouse_ids for order in facts)))

    def _prepare_router(self, facts, warehouses, book):
        Loader = self.env["marketplace.router"]
        return Router(
            self.ruleset_id._prepare_engine(),
            self._prepare_stock(facts, warehouses),
            book if book.carrier_ids else None,
            Loader._prepare_geography(warehouses),
            Loader._load_fulfilment_ids(),
        )

    # === STOCK === #

    def _prepare_stock(self, facts, warehouses):
        if self.stock_basis == "unlimited":
            return UnlimitedStock()
        products = self.env["product.product"].browse({id_ for order in facts for id_ in order.needs})
        rows = self.env["marketplace.stock.publisher"]._compute_available(products, warehouses)
        today = {(product_id, warehouse_id): float(units) for product_id, warehouse_id, units in rows}
        if self.stock_basis == "then":
            return RecordedStock(today)
        stock = Stock(today)
        for cell, units in (self.taken or {}).items():
            product_id, warehouse_id = map(int, cell.split(","))
            stock.take({product_id: units}, warehouse_id)
        return stock

    def _recall_stock(self, router, facts, warehouses, past):
        if self.stock_basis == "then":
            router.stock.recall(facts.needs, warehouses.ids, past.inputs["stock"] if past else [])

    def _keep_taken(self, results):
        """Remember what these orders took, for those of the next batch."""
        taken = dict(self.taken or {})
        for result in results:
            for shipment in result.decision.option.shipments:
                for product_id, units in sum_needs(shipment.lines).items():
                    cell = f"{product_id},{shipment.warehouse_id}"
                    taken[cell] = taken.get(cell, 0.0) + units
        self.taken = taken

    # === BEFORE === #

    def _find_decisions(self, orders):
        """The latest stored decision of each order, an empty one where there is none.

        :return: ``{order id: decision}``
        """
        Decision = self.env["marketplace.routing.decision"]
        found = Decision.search([("order_id", "in", orders.ids)], order="id")
        return {**dict.fromkeys(orders.ids, Decision), **{decision.order_id.id: decision for decision in found}}

    def _load_shipped(self, orders):
        """Where the lines really ship from: by their latest transfer, or as the order says.

        :return: ``{order id: {line id: (warehouse id, carrier id, combined parcel id or None)}}``
        """
        self.env["sale.order"].flush_model(["carrier_id"])
        self.env["sale.order.line"].flush_model(["order_id", "warehouse_id"])
        self.env["stock.move"].flush_model(["sale_line_id", "picking_id", "state"])
        self.env["stock.picking"].flush_model(["picking_type_id", "carrier_id", "combined_parcel_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id, line.id, COALESCE(left_by.warehouse_id, line.warehouse_id, sale.warehouse_id),
                       CASE WHEN left_by.id IS NULL THEN sale.carrier_id ELSE left_by.carrier_id END,
                       left_by.combined_parcel_id
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  LEFT JOIN LATERAL (
                    SELECT picking.id, type.warehouse_id, picking.carrier_id, picking.combined_parcel_id
                      FROM stock_move move
                      JOIN stock_picking picking ON picking.id = move.picking_id
                      JOIN stock_picking_type type ON type.id = picking.picking_type_id AND type.code = 'outgoing'
                     WHERE move.sale_line_id = line.id AND move.state != 'cancel'
                     ORDER BY move.id DESC LIMIT 1
                  ) AS left_by ON TRUE
                 WHERE line.order_id IN %s
                """,
                tuple(orders.ids),
            )
        )
        result = defaultdict(dict)
        for order_id, line_id, *place in rows:
            result[order_id][line_id] = tuple(place)
        return result

    def _prepare_before(self, router, facts, shipped, past):
        """How an order really ships.

        Its cost is what its decision estimated; where nothing was decided, or it ships otherwise by now, it is what
        the rate tables say of the carrier that takes it.

        :return: :class:`~..engine.Option`, and ``{warehouse id: carrier id or None}``
        """
        carriers, lines = {}, defaultdict(list)
        for line in facts.lines:
            warehouse_id, carrier_id, _parcel_id = shipped[line.line_id]
            carriers[warehouse_id] = carrier_id
            lines[warehouse_id].append(line)
        stored = {part["warehouse"]: part for part in past.alternatives[0]["shipments"]} if past else {}
        if stored.keys() == lines.keys() and all("freight" in part for part in stored.values()):
            shipments = [self._recall_shipment(stored[warehouse_id], part) for warehouse_id, part in lines.items()]
            return Option(shipments, 0, promise={"kept": True, "broken": False}.get(past.promise)), carriers
        parts = [Option([Shipment(warehouse_id, part)], 0) for warehouse_id, part in lines.items()]
        for part in parts:
            router.pricing.quote(facts, part, carriers[part.warehouse_ids[0]])
        promises = [part.promise for part in parts]
        kept = False if False in promises else (None if None in promises else True)
        return Option([part.shipments[0] for part in parts], 0, promise=kept), carriers

    def _recall_shipment(self, stored, lines):
        """A shipment with the freight that its decision estimated.

        :param dict stored: as the decision keeps it
        """
        quote = Quote(
            stored["quoted"],
            Decimal(stored["freight"]),
            self.currency_id.name,
            zone="",
            chargeable_kg=Decimal(str(stored["chargeable"])),
            parts=(),
            days_max=stored["days"],
        )
        return Shipment(stored["warehouse"], lines, quote=quote)
