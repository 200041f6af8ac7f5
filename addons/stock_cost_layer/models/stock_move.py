from decimal import Decimal

from odoo import fields, models

from ..engine import UNIT
from ..engine.components import split_number


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _get_cost_place(self):
        """The place that goods here are costed in: the warehouse's view location, or the location itself in transit
        and outside of warehouses; empty where Odoo does not value goods."""
        self.ensure_one()
        if not self._should_be_valued():
            return self.browse()
        if self.usage == "internal" and self.warehouse_id:
            return self.warehouse_id.view_location_id
        return self


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Override of `stock`: what moved goes into the cost log."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves.sudo()._log_costs()
        return moves

    def _set_value(self, correction_quantity=None):
        """Override of `stock_account`: a receipt that became dearer or cheaper is a late cost of its layers."""
        result = super()._set_value(correction_quantity=correction_quantity)
        if not self.env.context.get("cost_layer_quantity_changes"):
            self.sudo()._log_value_changes()
        return result

    def _log_costs(self):
        rows = self.filtered(lambda move: move.state == "done").move_line_ids._get_cost_rows()
        if not rows:
            return
        origins = self._get_cost_origins()
        values = []
        for move, parts in rows.items():
            values += move._prepare_cost_events(parts, move.value, origins)
        self.env["cost.event"]._append(values)

    def _get_cost_origins(self):
        """First event of each move that these give back: ``{move id: event}``, of its batch first."""
        origins = {}
        events = self.env["cost.event"].search(
            [("move_id", "in", self.origin_returned_move_id.ids), ("kind", "!=", "cost")], order="id desc"
        )
        for event in events:
            origins[event.move_id.id, event.lot_id.id] = origins[event.move_id.id, False] = event
        return origins

    def _prepare_cost_events(self, parts, value, origins):
        """Columns of the events of `parts`: ``{(from, to, batch): units}``, which are worth `value` if bought."""
        self.ensure_one()
        unit = 10**self.company_id.currency_id.decimal_places
        parts = {key: units for key, units in parts.items() if units > 0}
        if not parts:
            return []
        shares = split_number(round(value * unit), list(parts.values()))
        values = []
        for ((source, target, lot), units), share in zip(parts.items(), shares, strict=True):
            origin = self._get_cost_origin(origins, lot)
            kind = self._get_cost_kind(source, target, origin)
            values.append(
                {
                    **self._prepare_cost_event(kind, lot),
                    "place_id": (source or target).id,
                    "target_id": target.id if source and target else False,
                    "quantity": units / UNIT,
                    "purchase": share / unit if kind == "receipt" else 0,
                    "origin_id": origin.id if origin and kind in ("return", "supplier_return") else False,
                }
            )
        return values

    def _get_cost_origin(self, origins, lot):
        returned = self.origin_returned_move_id.id
        return origins.get((returned, lot.id)) or origins.get((returned, False))

    def _prepare_cost_event(self, kind, lot):
        return {
            "company_id": self.company_id.id,
            "kind": kind,
            "day": self._get_cost_day(),
            "product_id": self.product_id.id,
            "lot_id": lot.id,
            "move_id": self.id,
            "source": self.reference,
        }

    def _get_cost_kind(self, source, target, origin):
        if source and target:
            return "transfer"
        if source:
            return {"customer": "sale", "supplier": "supplier_return"}.get(self.location_dest_id.usage, "loss")
        if origin or self.location_id.usage == "customer":
            return "return"
        return "gain" if self.location_id.usage == "inventory" else "receipt"

    def _get_cost_day(self):
        return fields.Datetime.context_timestamp(self, self.date).date()

    def _log_value_changes(self):
        """Late costs for receipts whose value is no longer what the log says."""
        kinds = ("receipt", "correction", "cost")
        events = self.env["cost.event"].search([("move_id", "in", self.ids), ("kind", "in", kinds)])
        by_move = events.filtered(lambda event: event.move_id.is_in).grouped("move_id")
        allocations = []
        for move, logged in by_move.items():
            if "receipt" not in logged.mapped("kind"):
                continue
            difference = Decimal(str(move.value)) - sum(Decimal(str(event.purchase)) for event in logged)
            if not move.company_id.currency_id.is_zero(float(difference)):
                allocations.append(
                    {
                        "move": move,
                        "component": "purchase",
                        "amount": difference,
                        "currency": move.company_id.currency_id,
                        "date": fields.Date.context_today(self),
                        "source": self.env._("New value of %s", move.reference),
                    }
                )
        if allocations:
            self.env["cost.event"]._add_cost(allocations)
