from collections import defaultdict
from contextlib import contextmanager

from odoo import api, models, modules
from odoo.tools import SQL, float_compare, float_round

from .order_importer import QUIET

# Fields of order lines that depend on moves, but change only when goods leave.
DELIVERY_FIELDS = ("qty_delivered", "qty_to_invoice", "invoice_status", "untaxed_amount_to_invoice")
LOCK_NAMESPACE = 0x43423031  # advisory locks of this suite's reservations
ENDED = ("done", "cancel")
MISSING = ("confirmed", "partially_available", "waiting")  # states of moves that have not all of their stock


class MarketplaceStockReserver(models.AbstractModel):
    """Hands stock to orders so that no unit is ever promised twice.

    Standard Odoo reserves inside the importing transaction: two of them may take the same last unit, because one that
    finds a quant locked adds a second quant instead of waiting. Here reservation is a short transaction of its own.
    It begins after an advisory lock per warehouse is held by *another* connection, so its snapshot contains everything
    that reservations before it have committed.
    """

    _name = "marketplace.stock.reserver"
    _description = "Marketplace Stock Reservation"

    # === EXCLUSIVE TRANSACTION === #

    @api.model
    def _reserve_exclusively(self, orders):
        """Reserve orders, each warehouse in a transaction of its own under its lock.

        The current transaction must already have committed the orders, or they are not seen.
        """
        for warehouse, warehouse_orders in orders._group_by_shipping_warehouse().items():
            self._run_exclusively(warehouse, warehouse_orders.ids)
        orders.invalidate_recordset()

    @api.model
    def _job_reserve(self, warehouse):
        """Reserve everything that waits in a warehouse, the most urgent orders first."""
        self._run_exclusively(warehouse)

    @api.model
    def _cron_reserve(self):
        """Queue the reservation of every warehouse in which a held order may have become possible, or nobody has
        tried yet because a job was lost."""
        orders = self.env["sale.order"].search(
            [
                ("state", "=", "sale"),
                ("marketplace_fulfilment", "=", "merchant"),
                "|",
                *self._get_short_domain(),
                "&",
                ("marketplace_hold", "=", False),
                ("picking_ids.state", "=", "confirmed"),
            ]
        )
        orders._enqueue_reservation()

    @api.model
    def _get_short_domain(self):
        """Orders that are held for they are short of stock, as one condition."""
        return [("marketplace_hold", "=", "short")]

    def _run_exclusively(self, warehouse, order_ids=None):
        if modules.module.current_test:
            self._reserve_waiting(warehouse, order_ids)
            return
        with self._lock(warehouse), self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr))._reserve_waiting(warehouse.with_env(self.env(cr=cr)), order_ids)

    @contextmanager
    def _lock(self, warehouse):
        """Hold a warehouse's lock on a connection of its own; it frees itself when that connection dies."""
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_NAMESPACE, warehouse.id])
            yield

    # === RESERVATION === #

    def _reserve_waiting(self, warehouse, order_ids=None):
        """Reserve waiting merchant orders of a warehouse and hold those that come out short.

        :param order_ids: only these orders; all that wait by default
        """
        self, warehouse = self.with_context(**QUIET), warehouse.with_context(**QUIET)
        domain = [
            ("state", "in", ["confirmed", "partially_available"]),
            ("procure_method", "=", "make_to_stock"),
            ("picking_id.picking_type_id.warehouse_id", "=", warehouse.id),
            ("sale_line_id.order_id.marketplace_fulfilment", "=", "merchant"),
        ]
        if order_ids is not None:
            domain.append(("sale_line_id.order_id", "in", order_ids))
        moves = self.env["stock.move"].sudo().search(domain, order="priority desc, date_deadline, id")
        moves = moves.filtered(lambda move: not move.move_orig_ids and not move.picked)
        simple = self._reserve_in_bulk(moves)
        (moves - simple)._action_assign()
        self._hold_short(warehouse, moves.sale_line_id.order_id | self._find_held(warehouse, order_ids))
        # Here and not at commit, for only this environment is quiet.
        self.env.flush_all()

    def _find_held(self, warehouse, order_ids):
        """Orders held as short that ship from a warehouse, or would if they had a transfer left. Their moves may be
        reserved by now, for Odoo gives counted stock to whoever waits."""
        leaves_here = [("state", "not in", ENDED), ("picking_type_id.warehouse_id", "=", warehouse.id)]
        domain = [
            *self._get_short_domain(),
            ("state", "=", "sale"),
            "|",
            ("warehouse_id", "=", warehouse.id),
            ("picking_ids", "any", leaves_here),
        ]
        if order_ids is not None:
            domain.append(("id", "in", order_ids))
        return self.env["sale.order"].sudo().search(domain)

    def _hold_short(self, warehouse, orders):
        """Hold orders that are short of stock in a warehouse, and release those that are short nowhere.

        What another warehouse has to reserve may not have been tried yet: it holds no order, but it releases none.
        """
        missing, short = {}, {}
        for order in orders:
            if moves := order.picking_ids.move_ids.filtered(lambda move: move.state in MISSING):
                missing[order] = moves
                if here := moves.filtered(lambda move: move.picking_type_id.warehouse_id == warehouse):
                    short[order] = here
        if short:
            self._hold_missing(warehouse, short)
        (orders - self.env["sale.order"].concat(*missing))._release("short")

    def _hold_missing(self, warehouse, short):
        """Hold orders that are short of stock in a warehouse. Hook for what else may become of them.

        :param dict short: ``{order: its moves that have not all of their stock there}``, not empty
        """
        notes = self._describe_shortages(warehouse, short)
        self.env["sale.order"]._hold_each({order: ("short", note) for order, note in notes.items()})

    def _describe_shortages(self, warehouse, short):
        """What a person reads of orders that are short in a warehouse: ``{order: note}``.

        :param dict short: as `_hold_missing` gets it
        """
        return {order: self._describe_shortage(moves) for order, moves in short.items()}

    def _describe_shortage(self, moves):
        return "\n".join(
            self.env._(
                "%(product)s: %(missing)g of %(wanted)g missing in %(place)s",
                product=move.product_id.display_name,
                missing=move.product_uom_qty - move.quantity,
                wanted=move.product_uom_qty,
                place=move.location_id.display_name,
            )
            for move in moves
        )

    # === BULK === #

    def _reserve_in_bulk(self, moves):
        """Reserve moves of untracked products by first in, first out: a few queries for any number of moves.

        :return: the moves this way could decide; the rest must go through ``_action_assign``
        """
        moves = moves.filtered(self._is_simple)
        if not moves:
            return moves
        quants = self._load_quants(moves)
        line_vals, top_ups, taken = [], defaultdict(float), defaultdict(float)
        assigned, partial, left = [], [], []
        for move in moves:
            stock = quants.get((move.product_id.id, move.location_id.id))
            if stock is None:
                left.append(move.id)
                continue
            need = move.product_uom_qty - move.quantity
            allocated = self._allocate(move, need, stock)
            got = sum(units for _quant_id, _place, units in allocated)
            self._prepare_lines(move, allocated, line_vals, top_ups, taken)
            if got and float_compare(got, need, precision_rounding=move.product_uom.rounding) >= 0:
                assigned.append(move.id)
            elif got:
                partial.append(move.id)
        self._write_reservation(line_vals, top_ups, taken, assigned, partial)
        return moves - moves.browse(left)

    def _is_simple(self, move):
        """Moves the bulk way decides exactly as the standard one does."""
        product = move.product_id
        return (
            product.is_storable
            and product.tracking == "none"
            and move.product_uom == product.uom_id
            and product.categ_id.packaging_reserve_method != "full"
            and move.location_id.usage == "internal"
            and not move.restrict_partner_id
        )

    def _load_quants(self, moves):
        """Free quantities under the moves' source locations, oldest first, rows locked.

        :return: ``{(product id, source location id): [[quant id, location id, package id, owner id, free], …]}``;
            no entry where the removal order is not first in, first out, or where a negative quant needs care
        """
        self.env["stock.quant"].flush_model(["quantity", "reserved_quantity"])
        sources = moves.location_id
        by_path = {location.id: location.parent_path for location in sources}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT q.id, q.product_id, q.location_id, l.parent_path, q.package_id, q.owner_id,
                       COALESCE(q.quantity, 0) - COALESCE(q.reserved_quantity, 0)
                  FROM stock_quant q
                  JOIN stock_location l ON l.id = q.location_id
                 WHERE q.product_id IN %s AND q.lot_id IS NULL AND (%s)
                 ORDER BY q.in_date, q.id
                   FOR NO KEY UPDATE OF q
                """,
                tuple(moves.product_id.ids),
                SQL(" OR ").join(SQL("l.parent_path LIKE %s", f"{path}%") for path in by_path.values()),
            )
        )
        result = {(move.product_id.id, move.location_id.id): [] for move in moves if self._is_fifo(move)}
        for quant_id, product_id, location_id, path, package_id, owner_id, free in rows:
            for source_id, source_path in by_path.items():
                key = (product_id, source_id)
                if key not in result or not path.startswith(source_path):
                    continue
                if free < 0:
                    del result[key]
                elif free > 0:
                    result[key].append([quant_id, location_id, package_id, owner_id, free])
        return result

    def _is_fifo(self, move):
        strategy = self.env["stock.quant"]._get_removal_strategy(move.product_id, move.location_id)
        return strategy == "fifo"

    def _allocate(self, move, need, stock):
        """Take up to ``need`` units from ``stock``, first row first.

        :return: ``[(quant id, (location id, package id, owner id), units)]``
        """
        result = []
        for row in stock:
            if need <= 0:
                break
            quant_id, location_id, package_id, owner_id, free = row
            units = float_round(min(free, need), precision_rounding=move.product_uom.rounding)
            if units > 0:
                row[4] -= units
                need -= units
                result.append((quant_id, (location_id, package_id, owner_id), units))
        stock[:] = [row for row in stock if row[4] > 0]
        return result

    def _prepare_lines(self, move, allocated, line_vals, top_ups, taken):
        """Values of one move line per place; units from a place that the move takes from already top that line up."""
        lines = move.move_line_ids.filtered(lambda line: not line.result_package_id) if move.quantity else ()
        line_of = {(line.location_id.id, line.package_id.id or None, line.owner_id.id or None): line for line in lines}
        by_place = defaultdict(float)
        for quant_id, place, units in allocated:
            if place in line_of:
                top_ups[line_of[place]] += units
            else:
                by_place[place] += units
                taken[quant_id] += units
        for (location_id, package_id, owner_id), units in by_place.items():
            vals = move._prepare_move_line_vals(quantity=units)
            line_vals.append({**vals, "location_id": location_id, "package_id": package_id, "owner_id": owner_id})

    def _write_reservation(self, line_vals, top_ups, taken, assigned, partial):
        """Store what was allocated: move lines, reserved quantities of the quants, states of the moves.

        :param dict top_ups: ``{move line: further units}``; a change of its quantity reserves by itself
        :param dict taken: ``{quant id: units}`` of the new lines
        """
        moves = self.env["stock.move"].browse(assigned + partial)
        if not moves:
            return
        if taken:
            self._reserve_quants(taken)
        with self._protect_sales(moves):
            context = {"marketplace_quants_done": True, "preserve_state": True}
            self.env["stock.move.line"].with_context(**context).create(line_vals)
            for line, units in top_ups.items():
                line.quantity += units
            self.env["stock.move"].browse(assigned).write({"state": "assigned"})
            self.env["stock.move"].browse(partial).write({"state": "partially_available"})
            packed = [vals["move_id"] for vals in line_vals if vals["package_id"]]
            self.env["stock.move"].browse(packed).picking_id._check_entire_pack()

    def _reserve_quants(self, taken):
        self.env.cr.execute_values(
            """UPDATE stock_quant q SET reserved_quantity = COALESCE(q.reserved_quantity, 0) + v.units
                 FROM (VALUES %s) AS v (id, units) WHERE q.id = v.id""",
            list(taken.items()),
            page_size=len(taken),
        )
        self.env["stock.quant"].browse(taken).invalidate_recordset(["reserved_quantity", "available_quantity"])

    def _protect_sales(self, moves):
        """Keep reserving from recomputing what is sold, delivered and to be invoiced: only done moves change that."""
        lines = moves.sale_line_id
        Line, Order = lines._fields, self.env["sale.order"]._fields
        return self.env.protecting(
            [
                ([Line[name] for name in DELIVERY_FIELDS], lines),
                ([Order["invoice_status"], Order["delivery_status"]], lines.order_id),
            ]
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _enqueue_reservation(self):
        """Queue the reservation of the warehouses these orders ship from: a job each, which takes all that waits."""
        merchant = self.filtered(lambda order: order.marketplace_fulfilment == "merchant" and order.state == "sale")
        for warehouse, orders in merchant._group_by_shipping_warehouse().items():
            self.env["marketplace.stock.reserver"].with_delay(
                channel="root.marketplace.reserve",
                # A job that others wait with may begin before these orders are committed, and would not see them.
                identity_key=f"marketplace-reserve-{warehouse.id}-{max(orders.ids)}-{len(orders)}",
                description=self.env._("Reserve stock in %s", warehouse.name),
            )._job_reserve(warehouse)

    def _group_by_shipping_warehouse(self):
        """Orders by the warehouse of each open transfer; a split order is with several warehouses, one without any
        transfer is with its own.

        :return: ``{warehouse: orders}``
        """
        result = defaultdict(self.browse)
        for order in self:
            transfers = order.sudo().picking_ids.filtered(lambda picking: picking.state not in ENDED)
            warehouses = transfers.picking_type_id.warehouse_id or order.warehouse_id
            for warehouse in warehouses.with_env(self.env):
                result[warehouse] |= order
        return dict(result)
