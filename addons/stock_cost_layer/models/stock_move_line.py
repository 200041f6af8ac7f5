from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import UNIT
from ..engine.components import split_number

COSTED = {"quantity", "product_uom_id", "location_id", "location_dest_id", "lot_id", "owner_id", "quant_id", "move_id"}
UNDONE = {"receipt": "correction", "gain": "loss", "return": "sale"}  # what takes units out again


class StockMoveLine(models.Model):
    """A done transfer whose quantity is corrected: the log gets what it says otherwise now."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock`: a line that is added to a done transfer moved units as well."""
        moves = self.env["stock.move"].browse(vals["move_id"] for vals in vals_list if vals.get("move_id"))
        done = moves.filtered(lambda move: move.state == "done").sudo()
        if not done:
            return super().create(vals_list)
        values = {move: move.value for move in done}
        lines = super(StockMoveLine, self.with_context(cost_layer_quantity_changes=True)).create(vals_list)
        lines = lines.with_env(self.env)
        done._log_quantity_changes({}, lines.sudo()._get_cost_rows(), values)
        return lines

    def write(self, vals):
        """Override of `stock`: what a done line moves otherwise than before goes into the cost log."""
        done = self.filtered(lambda line: line.state == "done").sudo()
        if not done or COSTED.isdisjoint(vals):
            return super().write(vals)
        before, values = done._get_cost_rows(), {move: move.value for move in done.move_id}
        result = super(StockMoveLine, self.with_context(cost_layer_quantity_changes=True)).write(vals)
        done.move_id._log_quantity_changes(before, done._get_cost_rows(), values)
        return result

    def _get_cost_rows(self):
        """Units that change their place: ``{move: {(from, to, batch): units}}``, moves without any left out."""
        rows = {}
        for line in self:
            move = line.move_id
            if line.state != "done" or not (move.company_id.cost_layer_method and move.product_id.is_storable):
                continue
            source, target = line.location_id._get_cost_place(), line.location_dest_id._get_cost_place()
            if source == target or line._should_exclude_for_valuation():
                continue
            parts = rows.setdefault(move, defaultdict(int))
            parts[source, target, line.lot_id] += round(line.quantity_product_uom * UNIT)
        return rows


class StockMove(models.Model):
    _inherit = "stock.move"

    def _log_quantity_changes(self, before, after, values):
        """Log what done moves move otherwise than before.

        :param dict before: see `_get_cost_rows`
        :param dict after: the same, now
        :param dict values: ``{move: value before}``; what a receipt is worth more or less is put on its changed units
        """
        origins = self._get_cost_origins()
        events = self.env["cost.event"].search(
            Domain("kind", "!=", "cost")
            & (Domain("move_id", "in", self.ids) | Domain("origin_id.move_id", "in", self.ids)),
            order="id desc",
        )
        rows = []
        for move in self:
            there, now = before.get(move, {}), after.get(move, {})
            changes = {key: now.get(key, 0) - there.get(key, 0) for key in {**there, **now}}
            more = {key: units for key, units in changes.items() if units > 0}
            less = {key: -units for key, units in changes.items() if units < 0}
            fallen = values[move] - move.value
            if more and less:
                fallen = move.company_id.currency_id.round(values[move] * sum(less.values()) / sum(there.values()))
            rows += move._prepare_undo(less, fallen, origins, events)
            rows += move._prepare_cost_events(more, move.value - values[move] + (fallen if less else 0), origins)
        today = fields.Date.context_today(self)
        self.env["cost.event"]._append([{**columns, "day": today} for columns in rows])
        self._log_value_changes()

    def _prepare_undo(self, less, value, origins, events):
        """Columns of events that take back units of a done move: ``{(from, to, batch): units}``.

        :param float value: what they were worth, if they were bought
        :param dict origins: see `_get_cost_origins`
        :param events: what is logged of these moves, and what refers to it, latest first
        """
        if not less:
            return []
        unit = 10**self.company_id.currency_id.decimal_places
        shares = split_number(round(value * unit), list(less.values()))
        rows = []
        for ((source, target, lot), units), share in zip(less.items(), shares, strict=True):
            kind = self._get_cost_kind(source, target, self._get_cost_origin(origins, lot))
            base = {**self._prepare_cost_event(kind, lot), "kind": UNDONE.get(kind, "return")}
            if kind == "transfer":
                base |= {"kind": "transfer", "target_id": source.id}
            base["place_id"] = (target or source).id
            pieces = [(False, units)]
            if base["kind"] in ("return", "correction"):
                pieces = self._get_undone(events, kind, source or target, lot, units)
            parts = split_number(share, [count for _origin, count in pieces])
            for (origin, count), part in zip(pieces, parts, strict=True):
                purchase = -part / unit if base["kind"] == "correction" else 0
                rows.append({**base, "origin_id": origin, "quantity": count / UNIT, "purchase": purchase})
        return rows

    def _get_undone(self, events, kind, place, lot, units):
        """Which events of this move units are taken back from, latest first: ``[(event id or False, units)]``."""
        pieces = []
        for event in events:
            if (event.move_id, event.kind, event.place_id, event.lot_id) != (self, kind, place, lot):
                continue
            later = events.filtered(
                lambda other, event=event: other.origin_id == event and other.kind in ("return", "correction")
            )
            left = min(units, round((event.quantity - sum(later.mapped("quantity"))) * UNIT))
            if left > 0:
                pieces.append((event.id, left))
                units -= left
        return [*pieces, (False, units)] if units else pieces
