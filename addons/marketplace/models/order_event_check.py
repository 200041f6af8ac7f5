from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from ..tools.replay import Event, OrderState, compare, compare_units, replay, total


class MarketplaceOrderEvent(models.Model):
    """Whether the log tells the truth: what it adds up to against what the database says."""

    _inherit = "marketplace.order.event"

    @api.model
    def _check_replay(self, orders=None):
        """Replay the log and compare it with orders, transfers and reserved stock.

        :param orders: sale orders; all that have a history by default, and then the stock reserved for all of them
            together is compared as well
        :return: list of :class:`~..tools.replay.Difference`; empty when the log tells the same state
        :raise ReplayError: an event cannot be read
        """
        self.env.cr.flush()
        logged = replay(self._read_events(orders))
        if not logged:
            return []
        differences = compare(logged, self._read_states(tuple(logged)))
        if orders is None:
            differences += compare_units(
                0, "reserved", total(logged.values(), "reserved"), self._read_reserved_for_history()
            )
        return differences

    def _read_events(self, orders):
        chosen = SQL("TRUE") if orders is None else SQL("order_id IN %s", tuple(orders.ids) or (0,))
        rows = self.env.execute_query(
            SQL("SELECT order_id, kind, data FROM marketplace_order_event WHERE %s ORDER BY id", chosen)
        )
        return [Event(*row) for row in rows]

    def _read_states(self, order_ids):
        """What the database says of orders.

        :return: ``{order id: OrderState}``
        """
        accepted = self._read_accepted(order_ids)
        states = {
            order_id: OrderState(state, hold or "", Counter(accepted.get(order_id, {})))
            for order_id, state, hold in self.env.execute_query(
                SQL("SELECT id, state, marketplace_hold FROM sale_order WHERE id IN %s", order_ids)
            )
        }
        for order_id, measure, product_id, warehouse_id, units in self.env.execute_query(
            self._get_moved_sql(SQL("sale.order_id IN %s", order_ids))
        ):
            getattr(states[order_id], measure)[product_id, warehouse_id] = float(units)
        return states

    def _get_moved_sql(self, condition):
        """Query of ``(order_id, measure, product_id, warehouse_id, units)`` of move lines that belong to orders."""
        return SQL(
            """
            SELECT order_id, measure, product_id, warehouse_id, SUM(units) FROM (
                SELECT sale.order_id, line.product_id, line.quantity_product_uom AS units, moved.measure,
                       COALESCE(CASE WHEN moved.measure = 'returned' THEN target.warehouse_id
                                     ELSE source.warehouse_id END, 0) AS warehouse_id
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                  JOIN sale_order_line sale ON sale.id = move.sale_line_id
                  JOIN stock_location source ON source.id = line.location_id
                  JOIN stock_location target ON target.id = line.location_dest_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 CROSS JOIN LATERAL (
                    SELECT CASE WHEN line.state = 'cancel' THEN NULL
                                WHEN line.state <> 'done' AND template.is_storable
                                     AND source.usage NOT IN ('supplier', 'customer', 'inventory', 'production')
                                THEN 'reserved'
                                WHEN line.state <> 'done' THEN NULL
                                WHEN source.usage = 'customer' AND target.usage <> 'customer' THEN 'returned'
                                WHEN source.usage <> 'customer' AND target.usage = 'customer' THEN 'shipped'
                           END AS measure
                 ) AS moved
                 WHERE moved.measure IS NOT NULL AND %s
            ) AS part
            GROUP BY order_id, measure, product_id, warehouse_id
           HAVING SUM(units) <> 0
            """,
            condition,
        )

    def _read_reserved_for_history(self):
        """Reserved units of the products in the log, less what transfers reserve that belong to no order with a
        history, by product and warehouse."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH known AS (SELECT DISTINCT order_id FROM marketplace_order_event),
                     goods AS (
                    SELECT DISTINCT line.product_id
                      FROM stock_move_line line
                      JOIN stock_move move ON move.id = line.move_id
                      JOIN sale_order_line sale ON sale.id = move.sale_line_id
                     WHERE sale.order_id IN (SELECT order_id FROM known)
                )
                SELECT product_id, COALESCE(warehouse_id, 0), SUM(units) FROM (
                    SELECT quant.product_id, location.warehouse_id, quant.reserved_quantity AS units
                      FROM stock_quant quant
                      JOIN stock_location location ON location.id = quant.location_id
                     WHERE quant.product_id IN (SELECT product_id FROM goods)
                    UNION ALL
                    SELECT line.product_id, location.warehouse_id, -line.quantity_product_uom
                      FROM stock_move_line line
                      JOIN stock_location location ON location.id = line.location_id
                      LEFT JOIN stock_move move ON move.id = line.move_id
                      LEFT JOIN sale_order_line sale ON sale.id = move.sale_line_id
                     WHERE line.product_id IN (SELECT product_id FROM goods)
                       AND line.state NOT IN ('done', 'cancel')
                       AND location.usage NOT IN ('supplier', 'customer', 'inventory', 'production')
                       AND (sale.order_id IS NULL OR sale.order_id NOT IN (SELECT order_id FROM known))
                ) AS part
                GROUP BY product_id, warehouse_id
               HAVING ABS(SUM(units)) > 0.000001
                """
            )
        )
        return Counter({(product_id, warehouse_id): float(units) for product_id, warehouse_id, units in rows})
