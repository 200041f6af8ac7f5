from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.lots import LotStock, allocate
from .kinds import ORDER_KINDS, OTHER_PLACE

BATCH = 20000


class FbaLedgerRow(models.Model):
    _inherit = "fba.ledger.row"

    @api.model
    def _book(self, warehouse):
        """Make stock moves of the rows that are due: one per day, product, place and reason, of returns also per
        move that sold the units. A row is booked once.

        :return: the moves
        """
        rows = self.search(
            [("warehouse_id", "=", warehouse.id), ("state", "=", "open"), ("product_id.type", "=", "consu")],
            order="day, id",
            limit=BATCH,
        ).try_lock_for_update()
        sold_by = rows._get_sold_by()
        groups = rows.grouped(
            lambda row: (row.day, row.product_id, row.kind, row.attribute, row.units > 0, sold_by.get(row))
        )
        dates = self._get_booking_dates(warehouse, groups)
        others = warehouse._get_fba_other_places()
        places = warehouse._get_fba_place("available") | warehouse._get_fba_place("defective")
        lots = self._get_lots(rows.product_id, places)
        vals_list = [
            self._prepare_move_vals(warehouse, key, group, dates[key], others, lots) for key, group in groups.items()
        ]
        # Units are not reserved before they are moved: nobody else gets between the two.
        moves = self.env["stock.move"].sudo().with_context(marketplace_quants_done=True).create(vals_list)
        moves = moves.with_context(marketplace_quants_done=False)
        moves._fba_action_done()
        self._set_booked(zip(moves, groups.values(), strict=True))
        return moves

    @api.model
    def _set_booked(self, groups):
        """Link rows to their moves in one statement, however many they are.

        :param groups: of ``(move, rows)``
        """
        links = [(row.id, move.id) for move, rows in groups for row in rows]
        if not links:
            return
        self.flush_model(["move_id", "state"])
        self.env.cr.execute_values(
            """UPDATE fba_ledger_row r SET move_id = v.move_id, state = 'booked'
                 FROM (VALUES %s) AS v (id, move_id) WHERE r.id = v.id""",
            links,
            page_size=len(links),
        )
        self.browse([row_id for row_id, _move_id in links]).invalidate_recordset(["move_id", "state"])
        self.env["stock.move"].browse([move_id for _row_id, move_id in links]).invalidate_recordset(["fba_row_ids"])

    @api.model
    def _prepare_move_vals(self, warehouse, key, rows, date, others, lots):
        day, product, kind, attribute, incoming, sold_by = key
        units = abs(sum(rows.mapped("units")))
        place = warehouse._get_fba_place(attribute)
        loss = product.with_company(warehouse.company_id).property_stock_inventory
        other = others.get(OTHER_PLACE[kind], loss)
        source, target = (other, place) if incoming else (place, other)
        label = dict(self._fields["kind"]._description_selection(self.env))[kind]
        reason = self.env._("FBA ledger of %(day)s: %(kind)s", day=fields.Date.to_string(day), kind=label)
        return {
            **self._prepare_goods_vals(product, source, target, units, date, lots),
            "company_id": warehouse.company_id.id,
            "origin": reason,
            "inventory_name": reason,
            "fba_warehouse_id": warehouse.id,
            "origin_returned_move_id": sold_by.id if sold_by else False,
        }

    @api.model
    def _prepare_goods_vals(self, product, source, target, units, date, lots):
        """Columns of a move that is ready to be done: what, from where to where, and its lots.

        :param dict lots: of `_get_lots`; units of tracked products that come from outside have none
        """
        common = {
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "date": date,
        }
        parts = self._allocate_lots(product, source, units, lots)
        lines = [
            {**common, "product_uom_id": product.uom_id.id, "quantity": count, "lot_id": lot} for lot, count in parts
        ]
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": units,
            # Amazon names no lots. Only a stock-taking may move units of a tracked product without one.
            "is_inventory": product.tracking != "none" and any(not lot for lot, _count in parts),
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create(line) for line in lines],
        }

    # === LOTS === #

    @api.model
    def _get_lots(self, products, places):
        """``{(product, location): [LotStock]}`` of tracked products in some locations."""
        tracked = products.filtered(lambda product: product.tracking != "none")
        lots = defaultdict(list)
        if not tracked:
            return lots
        for quant in self.env["stock.quant"].search(
            [
                ("product_id", "in", tracked.ids),
                ("location_id", "in", places.ids),
                ("lot_id", "!=", False),
                ("quantity", ">", 0),
            ]
        ):
            expires = quant.lot_id.expiration_date if "expiration_date" in quant.lot_id._fields else False
            lots[quant.product_id, quant.location_id].append(
                LotStock(
                    lot=quant.lot_id.id,
                    units=int(quant.quantity),
                    received_on=quant.in_date.date(),
                    expires_on=expires.date() if expires else None,
                )
            )
        return lots

    @api.model
    def _allocate_lots(self, product, source, units, lots):
        """``[(lot id or False, units)]`` that leave; what they take is taken off ``lots``."""
        if product.tracking == "none":
            return [(False, units)]
        known = lots[product, source]
        taken, rest = allocate(known, units)
        left = dict(taken)
        lots[product, source] = [
            LotStock(lot.lot, lot.units - left.get(lot.lot, 0), lot.received_on, lot.expires_on) for lot in known
        ]
        return taken + ([(False, rest)] if rest else [])

    # === SALES === #

    @api.model
    def _match_orders(self, warehouse):
        """Close the sales of the ledger that Odoo's orders have taken out of stock, oldest first.

        Amazon's ledger does not always name the order, so units are matched by product.

        :return: ``{product: units}`` that orders have taken out and the ledger does not show
        """
        shipped = warehouse._get_fba_shipped()
        confirmed = self._read_group(
            [
                ("warehouse_id", "=", warehouse.id),
                ("kind", "in", ORDER_KINDS),
                ("state", "=", "booked"),
                ("move_id", "=", False),
            ],
            ["product_id"],
            ["units:sum"],
        )
        for product, units in confirmed:
            shipped[product] += units
        domain = [("warehouse_id", "=", warehouse.id), ("state", "=", "order"), ("product_id", "!=", False)]
        for row in self.search(domain, order="day, id"):
            if shipped[row.product_id] >= -row.units:
                shipped[row.product_id] += row.units
                row.state = "booked"
        return {product: units for product, units in shipped.items() if units > 0}

    def action_book_sales(self):
        """Take sales out of stock that Odoo has no order for: the decision of a person."""
        self.check_access("write")
        sales = self.sudo().filtered(lambda row: row.state == "order")
        if not sales:
            raise UserError(self.env._("Choose sales that wait for their order."))
        sales.state = "open"
        self.env["overseas.snapshot"]._enqueue_take_all(sales.warehouse_id)


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _get_fba_place(self, attribute):
        """Where units of a kind of stock (``available``, ``defective``) lie."""
        return self.warehouse_id.lot_stock_id if attribute == "available" else self.quarantine_location_id

    def _get_fba_other_places(self):
        """The other ends of movements by the names of `OTHER_PLACE`; ``loss`` is the product's own."""
        return {
            "transit": self.transit_location_id,
            "moving": self.fba_moving_location_id,
            "customer": self.env.ref("stock.stock_location_customers"),
        }

    def _get_fba_shipped(self):
        """``{product: units}`` that orders have taken out of Odoo's stock since the ledger's first day."""
        self.ensure_one()
        since = fields.Datetime.to_datetime(self.fba_from)
        shipped = defaultdict(int)
        lines = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("order_id.warehouse_id", "=", self.warehouse_id.id),
                    ("marketplace_by_data", "=", True),
                    ("marketplace_qty_moved", ">", 0),
                    "|",
                    ("marketplace_shipped_at", ">=", since),
                    "&",
                    ("marketplace_shipped_at", "=", False),
                    ("order_id.marketplace_updated_at", ">=", since),
                ],
                ["product_id", "product_uom_id"],
                ["marketplace_qty_moved:sum"],
            )
        )
        for product, uom, quantity in lines:
            shipped[product] += round(uom._compute_quantity(quantity, product.uom_id))
        parcels = (
            self.env["stock.move.line"]
            .sudo()
            ._read_group(
                [
                    ("picking_id.overseas_outbound_ids", "!=", False),
                    ("location_id", "child_of", self.warehouse_id.lot_stock_id.id),
                    ("location_dest_id.usage", "=", "customer"),
                    ("state", "=", "done"),
                    ("date", ">=", since),
                ],
                ["product_id"],
                ["quantity_product_uom:sum"],
            )
        )
        for product, quantity in parcels:
            shipped[product] += round(quantity)
        return shipped
