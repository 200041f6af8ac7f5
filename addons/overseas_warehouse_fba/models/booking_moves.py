"""Odoo's own stock moves, done by the thousand: what it asks the database for each line is asked once for all."""

from dataclasses import dataclass

from odoo import fields, models
from odoo.addons.stock_account.models.stock_move import VALUATION_DICT

_KEY = ("product_id", "location_id", "lot_id", "package_id", "owner_id")


@dataclass(frozen=True)
class Hold:
    """What is known of the stock that moves of the ledger touch, for the time in which they are done.

    :param frozenset quants: ids of the quants that this transaction holds
    :param frozenset reserved: ids of the products of which something is reserved
    """

    quants: frozenset
    reserved: frozenset


class StockMove(models.Model):
    _inherit = "stock.move"

    fba_warehouse_id = fields.Many2one(
        "overseas.warehouse",
        "FBA Ledger Of",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Rows of Amazon's ledger, or a check by it, made this move.",
    )
    fba_row_ids = fields.One2many("fba.ledger.row", "move_id", "FBA Ledger Rows", readonly=True)

    def _compute_reference(self):
        """Override of `stock`: moves of the ledger have no transfer whose number they could bear."""
        result = super()._compute_reference()
        for move in self.filtered(lambda move: move.fba_warehouse_id and not move.reference):
            move.reference = move.origin
        return result

    def _fba_action_done(self):
        """Do moves whose lines reserve nothing, on the dates that they have: Odoo's own way, with a number of queries
        that does not depend on theirs.

        Moves of the past in a company whose places post to the ledger have one entry a day.
        """
        if self:
            self.with_context(fba_hold=self.move_line_ids._hold_quants())._action_done()

    def write(self, vals):
        """Override of `stock`: what Amazon's ledger moved is dated by the ledger, not by its booking."""
        if self.env.context.get("fba_hold") and vals.get("state") == "done":
            vals = {name: value for name, value in vals.items() if name != "date"}
        return super().write(vals)

    def _create_account_move(self):
        """Override of `stock_account`: entries bear the day of what moved."""
        if not self.env.context.get("fba_hold"):
            return super()._create_account_move()
        entries = self.env["account.move"]
        for day, moves in self.grouped(lambda move: move.date.date()).items():
            entries |= super(StockMove, moves.with_context(force_period_date=day))._create_account_move()
        return entries

    def _get_manual_value(self, quantity, at_date=None):
        """Override of `stock_account`: nobody has valued a move by hand that is being made."""
        if self.env.context.get("fba_hold"):
            return dict(VALUATION_DICT)
        return super()._get_manual_value(quantity, at_date)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _hold_quants(self):
        """Hold the quants of the lines until the end of the transaction; a place where there is none gets an empty one.

        A quant that another transaction holds is left alone, as Odoo does: units go to another of the same kind.

        :return: :class:`Hold`
        """
        Quant = self.env["stock.quant"].sudo()
        places = self.location_id | self.location_dest_id
        domain = [("product_id", "in", self.product_id.ids), ("location_id", "in", places.ids)]
        quants = Quant.search_fetch(domain, [*_KEY, "quantity", "reserved_quantity", "in_date"])
        quants = quants.try_lock_for_update(allow_referencing=True)
        held = {tuple(quant[name].id for name in _KEY) for quant in quants}
        needed = {
            (line.product_id.id, place.id, line.lot_id.id, False, False)
            for line in self
            for place in (line.location_id, line.location_dest_id)
            if line.product_id.is_storable
        }
        new = Quant.create([dict(zip(_KEY, key, strict=True)) for key in sorted(needed - held)])
        reserved = self.search_fetch(
            [
                ("product_id", "in", self.product_id.ids),
                ("state", "not in", ("done", "cancel")),
                ("quantity_product_uom", ">", 0),
                ("id", "not in", self.ids),
            ],
            ["product_id"],
        )
        return Hold(frozenset((quants | new).ids), frozenset(reserved.product_id.ids))

    def write(self, vals):
        """Override of `stock`: what Amazon's ledger moved is dated by the ledger, not by its booking."""
        if self.env.context.get("fba_hold") and vals.keys() == {"date"}:
            return True
        return super().write(vals)

    def _synchronize_quant(self, quantity, location, action="available", in_date=False, **quants_value):
        """Override of `stock`: lines of the ledger have reserved nothing that could be given back."""
        if self.env.context.get("fba_hold") and action == "reserved":
            return 0, False
        return super()._synchronize_quant(quantity, location, action=action, in_date=in_date, **quants_value)

    def _free_reservation(self, product_id, location_id, quantity, **kwargs):
        """Override of `stock`: where nothing is reserved, nothing is searched for; what is, is freed Odoo's way."""
        hold = self.env.context.get("fba_hold")
        if hold and product_id.id not in hold.reserved:
            return None
        other = self.with_context(fba_hold=None)
        return super(StockMoveLine, other)._free_reservation(product_id, location_id, quantity, **kwargs)


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        """Override of `base`: what is held already needs no further query."""
        hold = self.env.context.get("fba_hold")
        if not hold:
            return super().try_lock_for_update(allow_referencing=allow_referencing, limit=limit)
        return self.filtered(lambda quant: quant.id in hold.quants)[:limit]
