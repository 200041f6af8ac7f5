from collections import defaultdict

from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.tools import SQL

from ..engine import UNIT
from ..engine.components import split_number


class ResCompany(models.Model):
    """The first events of a company's log: the stock that is there when costing starts.

    What lies in a place came with the latest transfers into it. These are logged with their whole quantity, and what
    of it has left again is logged as gone, so that a bill that is still to come for one of them finds its units: the
    part in stock bears its share, the rest goes to cost of sales.
    """

    _inherit = "res.company"

    def _prepare_opening(self):
        """Columns of the opening events.

        A receipt counts at what it cost by its order or bill, all else at Odoo's value of a unit; units that are
        missing in a place are a delivery that waits for its goods.
        """
        self.ensure_one()
        self.env.flush_all()
        stock = self._get_opening_stock()
        costs = self._get_opening_costs(stock)
        gone, there = [], []
        for move, arrived in self._get_opening_moves(stock).items():
            parts = [(key, *part) for key, own in arrived.items() for part in zip((gone, there), own, strict=True)]
            values = self._get_opening_values(move, [(key, units) for key, _rows, units in parts], costs)
            for (key, rows, units), value in zip(parts, values, strict=True):
                if not units:
                    continue
                rows.append(self._prepare_opening_row("receipt", key, units, value, move))
                if rows is gone:
                    gone.append(self._prepare_opening_row("sale", key, units, 0, move))
                else:
                    stock[key] -= units
        rest = {key: units for key, units in stock.items() if units}
        values = self._get_opening_values(None, [(key, max(units, 0)) for key, units in rest.items()], costs)
        for (key, units), value in zip(rest.items(), values, strict=True):
            there.append(self._prepare_opening_row("receipt" if units > 0 else "sale", key, abs(units), value))
        # What has gone counts in the month before, so that no average of this month holds it.
        before = fields.Date.context_today(self) + relativedelta(day=1, days=-1)
        return [{**row, "day": before} for row in gone] + there

    def _prepare_opening_row(self, kind, key, units, amount, move=None):
        product, place, lot = key
        source = self.env._("Opening stock") if kind == "receipt" else self.env._("Gone before cost layers")
        return {
            "company_id": self.id,
            "kind": kind,
            "product_id": product,
            "place_id": place,
            "lot_id": lot,
            "quantity": units / UNIT,
            "purchase": amount / 10**self.currency_id.decimal_places,
            "move_id": move.id if move and kind == "receipt" else False,
            "is_opening": True,
            "source": f"{source} · {move.reference}" if move else source,
        }

    def _get_opening_stock(self):
        """``{(product id, place id, lot id or False): units}`` of the company's own goods, negative where missing."""
        quants = self.env["stock.quant"]._read_group(
            [
                ("company_id", "=", self.id),
                ("location_id.usage", "in", ("internal", "transit")),
                ("owner_id", "=", False),
                ("product_id.is_storable", "=", True),
            ],
            ["product_id", "location_id", "lot_id"],
            ["quantity:sum"],
        )
        stock = defaultdict(int)
        for product, location, lot, quantity in quants:
            if place := location._get_cost_place():
                stock[product.id, place.id, lot.id] += round(quantity * UNIT)
        return stock

    def _get_opening_costs(self, stock):
        """Odoo's value of one unit: ``{key of the stock: amount}``, a batch's own where Odoo values batches."""
        own = self.env(context={**self.env.context, "allowed_company_ids": self.ids})
        products = own["product.product"].browse(dict.fromkeys(product for product, _place, _lot in stock))
        units = defaultdict(int)
        for (product, _place, _lot), count in stock.items():
            units[product] += count
        costs = {
            product.id: product.total_value * UNIT / units[product.id]
            if units[product.id] > 0 and product.total_value > 0
            else product.standard_price
            for product in products
        }
        valued = set(products.filtered("lot_valuated").ids)
        lots = own["stock.lot"].browse(lot for product, _place, lot in stock if lot and product in valued)
        by_lot = {lot.id: lot.standard_price for lot in lots}
        return {key: by_lot.get(key[2], costs[key[0]]) for key in stock}

    def _get_opening_moves(self, stock):
        """The latest transfers that brought what lies in each place, oldest first.

        Whole transfers: what one brought of other batches, or to other places, is part of them too.

        :return: ``{move: {key of the stock: (units that have gone again, units that are still there)}}``
        """
        wanted = {key: units for key, units in stock.items() if units > 0}
        if not wanted:
            return {}
        left = defaultdict(int)
        for move_id, product, place, lot, units, newer in self._find_arrivals({key[1] for key in wanted}):
            key = (product, place, lot or False)
            left[move_id, key] = max(min(units, wanted.get(key, 0) - newer), 0)
        covering = dict.fromkeys(move_id for (move_id, _key), units in left.items() if units)
        moves = self.env["stock.move"].browse(covering).sorted(lambda move: (move.date, move.id))
        rows = moves.move_line_ids._get_cost_rows()
        result = {move: defaultdict(int) for move in moves}
        for move in moves:
            for (_source, target, lot), units in rows.get(move, {}).items():
                if target:
                    result[move][move.product_id.id, target.id, lot.id] += units
        return {
            move: {key: (units - left[move.id, key], left[move.id, key]) for key, units in arrived.items()}
            for move, arrived in result.items()
        }

    def _find_arrivals(self, place_ids):
        """What done transfers brought to places, and how much came there after each, in millionths of a unit."""
        # Odoo's own transit location between warehouses is archived until routes need it.
        Location = self.env["stock.location"].with_context(active_test=False)
        locations = Location.search([("usage", "in", ("internal", "transit"))])
        places = [(location.id, place.id) for location in locations if (place := location._get_cost_place())]
        return self.env.execute_query(
            SQL(
                """WITH place(location_id, place_id) AS (SELECT * FROM unnest(%(locations)s, %(places)s)),
                        arrival AS (
                            SELECT move.id, move.date, line.product_id, target.place_id, line.lot_id,
                                   ROUND(SUM(line.quantity_product_uom) * %(unit)s)::bigint units
                              FROM stock_move_line line
                              JOIN stock_move move ON move.id = line.move_id
                              JOIN place target ON target.location_id = line.location_dest_id
                         LEFT JOIN place source ON source.location_id = line.location_id
                             WHERE move.company_id = %(company)s AND move.state = 'done' AND line.owner_id IS NULL
                               AND source.place_id IS DISTINCT FROM target.place_id
                               AND target.place_id = ANY(%(wanted)s)
                             GROUP BY move.id, line.product_id, target.place_id, line.lot_id
                        )
                   SELECT id, product_id, place_id, lot_id, units,
                          (SUM(units) OVER (PARTITION BY product_id, place_id, lot_id ORDER BY date DESC, id DESC)
                           - units)::bigint
                     FROM arrival WHERE units > 0""",
                locations=[location for location, _place in places],
                places=[place for _location, place in places],
                wanted=list(place_ids),
                company=self.id,
                unit=UNIT,
            )
        )

    def _get_opening_values(self, move, parts, costs):
        """What parts are worth, in the currency's smallest unit; they add up to the whole.

        :param move: the transfer that brought them, or None
        :param list parts: pairs of the stock's key and units
        :param dict costs: Odoo's value of a unit
        """
        unit = 10**self.currency_id.decimal_places
        units = [count for _key, count in parts]
        if move and move.is_in and move.value > 0 and move.location_id.usage == "supplier" and any(units):
            return split_number(round(move.value * unit), units)
        own = (move or self.env["stock.move"]).product_id.with_company(self)
        total, values = 0, []
        for key, count in parts:
            total += costs.get(key, own.standard_price) * count * unit / UNIT
            values.append(round(total) - sum(values))
        return values
