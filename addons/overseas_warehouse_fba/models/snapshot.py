from collections import defaultdict
from datetime import timedelta
from itertools import product as pairs

from odoo import api, fields, models

from ..engine.movements import Attribute
from ..engine.reconciliation import OwnBooking, reconcile
from .kinds import KINDS

GRADES = {Attribute.AVAILABLE: "sellable", Attribute.DEFECTIVE: "damaged"}
ATTRIBUTES = {"available": Attribute.AVAILABLE, "defective": Attribute.DEFECTIVE}
# These parts of a difference disappear without an adjustment.
COMING = ("not_booked", "booked_differently", "question", "too_early")
SHOWN_DOCUMENTS = 20
# What leaves a place counts less there, what comes adds to it.
_DIRECTIONS = ((-1, "location_id", "location_dest_id"), (1, "location_dest_id", "location_id"))


class _Goods:
    """What is counted under one key: a product of Odoo with all its SKUs, or a SKU that nobody knows."""

    def __init__(self):
        self.products, self.skus = {}, {}

    def add(self, item, sku=""):
        """Key of a product, or of a SKU without one."""
        key = f"product/{item.id}" if item else f"sku/{sku}"
        if key not in self.skus:
            self.products[key] = item
            self.skus[key] = sku or item.default_code or item.display_name
        return key


class OverseasSnapshot(models.Model):
    _inherit = "overseas.snapshot"

    is_fba = fields.Boolean(related="warehouse_id.is_fba", store=True)

    # === JOBS === #

    @api.model
    def _enqueue_take_all(self, warehouses):
        for warehouse in warehouses:
            self._enqueue_take(warehouse)

    @api.model
    def _take(self, warehouse):
        """Override of `overseas_warehouse`: stock at Amazon is checked by its ledger, after the ledger was booked."""
        if not warehouse.is_fba:
            return super()._take(warehouse)
        Row = self.env["fba.ledger.row"]
        Row._refresh(warehouse)
        while warehouse.fba_book and Row._book(warehouse):
            continue
        self.env["fba.claim"]._refresh(warehouse)
        return self._compare_ledger(warehouse)

    # === COMPARISON === #

    @api.model
    def _compare_ledger(self, warehouse):
        """Record what the ledger adds up to against what Odoo has, and what explains each difference.

        One pass; the number of queries does not depend on the number of rows.
        """
        if not warehouse.fba_from:
            message = self.env._(
                "The ledger has no beginning yet: fetch or upload its balances (Inventory Ledger, summary view) first. "
                "They say what lay at Amazon."
            )
            return self.create({"warehouse_id": warehouse.id, "state": "refused", "message": message})
        goods = _Goods()
        early = self.env["fba.ledger.row"]._match_orders(warehouse)
        theirs = self._get_ledger_units(warehouse, goods)
        if negative := sorted({goods.skus[key] for (key, _attribute), units in theirs.items() if units < 0}):
            message = self.env._(
                "The ledger's events add up to a negative number of: %s. An event before is missing: fetch or upload "
                "the ledger from its first day. Nothing was adjusted.",
                ", ".join(negative),
            )
            return self.create({"warehouse_id": warehouse.id, "state": "refused", "message": message})
        ours = self._get_own_units(warehouse, goods)
        differences = self._explain(warehouse, theirs, ours, early, goods)
        return self._create_from_differences(warehouse, differences, goods, len({key for key, _a in (*theirs, *ours)}))

    @api.model
    def _get_ledger_units(self, warehouse, goods):
        """``{(key, attribute): units}`` of all that the ledger states."""
        units = defaultdict(int)
        for product, msku, attribute, count in self.env["fba.ledger.row"]._read_group(
            [("warehouse_id", "=", warehouse.id)], ["product_id", "msku", "attribute"], ["units:sum"]
        ):
            units[goods.add(product, msku), ATTRIBUTES[attribute]] += count
        return {key: count for key, count in units.items() if count}

    @api.model
    def _get_own_units(self, warehouse, goods):
        """``{(key, attribute): units}`` of Odoo's stock."""
        units = {}
        for name, attribute in ATTRIBUTES.items():
            for product, quantity in self.env["stock.quant"]._read_group(
                [("location_id", "child_of", warehouse._get_fba_place(name).id)], ["product_id"], ["quantity:sum"]
            ):
                if round(quantity):
                    units[goods.add(product), attribute] = round(quantity)
        return units

    @api.model
    def _explain(self, warehouse, theirs, ours, early, goods):
        """Differences with their explanations, as the engine finds them."""
        rows = self.env["fba.ledger.row"].search(
            [("warehouse_id", "=", warehouse.id), ("state", "in", ("open", "order", "question"))]
        )
        place = {row.key: (goods.add(row.product_id, row.msku), ATTRIBUTES[row.attribute]) for row in rows}
        last = self.search([("warehouse_id", "=", warehouse.id), ("state", "!=", "refused")], limit=1)
        today = fields.Date.context_today(self)
        own = [
            OwnBooking((goods.add(product), Attribute.AVAILABLE), "", -units, today + timedelta(days=1))
            for product, units in early.items()
        ]
        return reconcile(
            theirs,
            ours,
            rows._get_movements(),
            booked={},
            own=own + self._get_own_bookings(warehouse, last, goods),
            carried=self._get_carried(last, goods),
            visible_until=today,
            key_of=lambda movement: place[movement.key],
        )

    @api.model
    def _get_own_bookings(self, warehouse, last, goods):
        """What was moved in Odoo since the check before, and neither the ledger nor an order stands for."""
        bookings = []
        if not last:
            return bookings
        for (name, attribute), (sign, here, there) in pairs(ATTRIBUTES.items(), _DIRECTIONS):
            location = warehouse._get_fba_place(name).id
            domain = [
                (here, "child_of", location),
                "!",
                (there, "child_of", location),
                (f"{there}.usage", "!=", "customer"),
                ("move_id.fba_warehouse_id", "=", False),
                ("state", "=", "done"),
                ("date", ">", last.taken_at),
            ]
            for item, document, quantity in (
                self.env["stock.move.line"]
                .sudo()
                ._read_group(domain, ["product_id", "reference"], ["quantity_product_uom:sum"])
            ):
                units = sign * round(quantity)
                bookings.append(OwnBooking((goods.add(item), attribute), document or "", units, last.taken_at.date()))
        return bookings

    @api.model
    def _get_carried(self, last, goods):
        """``{(key, attribute): units}`` that stood open at the check before and were not adjusted."""
        attributes = {grade: attribute for attribute, grade in GRADES.items()}
        carried = defaultdict(int)
        for line in last.line_ids:
            if not line.adjusted_at:
                carried[goods.add(line.product_id, line.sku), attributes[line.grade]] += line.unexplained
        return carried

    @api.model
    def _create_from_differences(self, warehouse, differences, goods, count):
        vals_list = [self._prepare_ledger_line_vals(difference, goods) for difference in differences]
        snapshot = self.create(
            {
                "warehouse_id": warehouse.id,
                "state": "different" if vals_list else "equal",
                "product_count": count,
                "difference_count": len(vals_list),
                "unexplained_count": sum(1 for vals in vals_list if vals["unexplained"]),
            }
        )
        self.env["overseas.snapshot.line"].create([{**vals, "snapshot_id": snapshot.id} for vals in vals_list])
        return snapshot

    @api.model
    def _prepare_ledger_line_vals(self, difference, goods):
        key, attribute = difference.key
        coming = sum(part.units for part in difference.explanations if part.cause.value in COMING)
        return {
            "sku": goods.skus[key],
            "product_id": goods.products[key].id,
            "grade": GRADES[attribute],
            "theirs": difference.theirs,
            "ours": difference.ours,
            "difference": difference.gap,
            "explained": coming,
            "unexplained": difference.gap - coming,
            "fba_explanation_ids": [
                fields.Command.create(_prepare_explanation_vals(part)) for part in difference.explanations
            ],
        }


class OverseasSnapshotLine(models.Model):
    _inherit = "overseas.snapshot.line"

    is_fba = fields.Boolean(related="warehouse_id.is_fba", store=True, index=True)
    fba_explanation_ids = fields.One2many("fba.explanation", "line_id", "Explained By", readonly=True)
    fba_explanation = fields.Char("Explanation", compute="_compute_fba_explanation")
    is_latest = fields.Boolean(compute="_compute_is_latest", search="_search_is_latest", help="Of the last check.")

    @api.depends("fba_explanation_ids")
    def _compute_fba_explanation(self):
        for line in self:
            line.fba_explanation = ", ".join(part.display_name for part in line.fba_explanation_ids)

    def _compute_is_latest(self):
        latest = self.search([("id", "in", self.ids), ("is_latest", "=", True)])
        for line in self:
            line.is_latest = line in latest

    @api.model
    def _search_is_latest(self, operator, value):
        if operator != "in":
            return NotImplemented
        newest = self.env["overseas.snapshot"]._read_group([("state", "!=", "refused")], ["warehouse_id"], ["id:max"])
        return [("snapshot_id", "in" if True in value else "not in", [number for _warehouse, number in newest])]

    def _get_waiting(self):
        """Override of `overseas_warehouse`: what rows of the ledger explain comes in by itself, or by an answer."""
        coming = self.filtered(
            lambda line: any(part.cause in COMING and part.units for part in line.fba_explanation_ids)
        )
        return super()._get_waiting() | coming

    def _prepare_move_vals(self):
        """Override of `overseas_warehouse`: an adjustment is not taken for a movement that the ledger lacks."""
        vals = super()._prepare_move_vals()
        if self.is_fba:
            vals["fba_warehouse_id"] = self.warehouse_id.id
        return vals

    def action_view_rows(self):
        """The ledger's rows of the product and kind of stock."""
        self.ensure_one()
        attribute = "available" if self.grade == "sellable" else "defective"
        product = [("product_id", "=", self.product_id.id)] if self.product_id else [("msku", "=", self.sku)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ledger of %s", self.sku),
            "res_model": "fba.ledger.row",
            "view_mode": "list,form",
            "domain": [("warehouse_id", "=", self.warehouse_id.id), ("attribute", "=", attribute), *product],
        }


class FbaExplanation(models.Model):
    """A part of a difference and why it exists; the parts of a line add up to its difference."""

    _name = "fba.explanation"
    _description = "Explanation of a Difference at Amazon"
    _order = "line_id, id"

    line_id = fields.Many2one("overseas.snapshot.line", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    cause = fields.Selection(
        [
            ("not_booked", "Not Booked Yet"),
            ("booked_differently", "Booked Differently"),
            ("question", "Needs an Answer"),
            ("not_in_ledger", "Moved Only in Odoo"),
            ("too_early", "Not in the Ledger Yet"),
            ("carried", "Open Since Before"),
            ("unexplained", "Not Explained"),
        ],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    units = fields.Integer(readonly=True, help="What it adds to Amazon's number minus ours.")
    document_count = fields.Integer("Rows", readonly=True)
    documents = fields.Text(readonly=True, help="Keys of the ledger's rows, or Odoo's documents; the first ones.")

    @api.depends("cause", "kind", "units")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for part in self:
            label = f"{causes[part.cause]} ({kinds[part.kind]})" if part.kind else causes[part.cause]
            part.display_name = f"{label} {part.units:+d}"


def _prepare_explanation_vals(part):
    return {
        "cause": part.cause.value,
        "kind": part.kind.value if part.kind else False,
        "units": part.units,
        "document_count": len(part.documents),
        "documents": "\n".join(part.documents[:SHOWN_DOCUMENTS]),
    }
