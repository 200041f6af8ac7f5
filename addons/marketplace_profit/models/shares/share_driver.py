from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.share import Weight


class ProfitShareDriver(models.AbstractModel):
    """How much each SKU of each shop has of what costs are shared by, in one month. One query per driver.

    Another addon adds a driver by a selection of `profit.share.rule` and a method `_get_NAME_query`.
    """

    _name = "profit.share.driver"
    _description = "Driver of Shared Costs"

    @api.model
    def _get_weights(self, driver, rule, company, first, last):
        """Weights of a driver, as far as the rule shares to them.

        :param str driver: of the rule, or of the kind where the rule follows the fee tree
        :param date first: first day of the month
        :param date last: its last day
        :return: list of :class:`Weight`, in a fixed order
        """
        if driver == "percentage":
            return [
                Weight(
                    part.shop_id.account_id.id, part.shop_id.id, part.product_id.id, None, Decimal(str(part.percentage))
                )
                for part in rule.part_ids
            ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT shop.account_id, basis.shop_id, basis.product_id, basis.line_id, SUM(basis.value)::text
                  FROM (%(basis)s) AS basis (shop_id, product_id, line_id, value)
                  LEFT JOIN marketplace_shop AS shop ON shop.id = basis.shop_id
                  LEFT JOIN product_product AS product ON product.id = basis.product_id
                  LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
                 WHERE %(scope)s
                 GROUP BY shop.account_id, basis.shop_id, basis.product_id, basis.line_id
                 ORDER BY basis.shop_id, basis.product_id, basis.line_id
                """,
                basis=getattr(self, f"_get_{driver}_query")(rule, company, first, last),
                scope=self._get_scope(rule),
            )
        )
        return [Weight(*row[:4], Decimal(row[4] or 0)) for row in rows]

    def _get_scope(self, rule):
        conditions = [SQL("TRUE")]
        if rule.shop_ids:
            conditions.append(SQL("basis.shop_id IN %s", tuple(rule.shop_ids.ids)))
        if rule.country_ids:
            conditions.append(SQL("shop.country_id IN %s", tuple(rule.country_ids.ids)))
        if rule.category_ids:
            below = self.env["product.category"].sudo().search([("id", "child_of", rule.category_ids.ids)])
            conditions.append(SQL("template.categ_id IN %s", tuple(below.ids)))
        return SQL(" AND ").join(conditions)

    # === SALES === #

    def _get_fact_query(self, value, condition, rule, company, first, last):
        """A sum of facts of the month; shared ones do not count, or the result would depend on itself."""
        self.env["profit.entry"].flush_model()
        return SQL(
            """
            SELECT shop_id, product_id, %s, %s FROM profit_entry
             WHERE company_id = %s AND day BETWEEN %s AND %s AND origin != 'share' AND %s
            """,
            SQL("sale_line_id") if rule.target == "order_line" else SQL("NULL::integer"),
            value,
            company.id,
            first,
            last,
            condition,
        )

    def _get_sales_query(self, rule, company, first, last):
        condition = SQL("level = 'revenue' AND product_id IS NOT NULL")
        return self._get_fact_query(SQL("amount"), condition, rule, company, first, last)

    def _get_units_query(self, rule, company, first, last):
        return self._get_fact_query(SQL("units::numeric"), SQL("units != 0"), rule, company, first, last)

    _get_evenly_query = _get_units_query  # Everything that was sold counts once.

    def _get_ad_cost_query(self, rule, company, first, last):
        condition = SQL("level = 'ads' AND product_id IS NOT NULL")
        return self._get_fact_query(SQL("-amount"), condition, rule, company, first, last)

    # === STOCK === #

    def _get_volume_days_query(self, rule, company, first, last):
        """Cubic metres times days. What came before the month lay there all days of it, unless it left: so each
        movement counts with its days until the end of the month, and no stock at its start is needed."""
        days = SQL("LEAST(%s, %s - moved.day)", (last - first).days + 1, last + timedelta(days=1))
        return self._get_stock_query(
            SQL("moved.quantity * %s * COALESCE(product.volume, 0)::numeric", days), SQL("TRUE"), rule, company, last
        )

    def _get_units_received_query(self, rule, company, first, last):
        condition = SQL(
            "moved.quantity > 0 AND moved.other IS DISTINCT FROM moved.warehouse_id AND moved.day >= %s", first
        )
        return self._get_stock_query(SQL("moved.quantity"), condition, rule, company, last)

    def _get_stock_query(self, value, condition, rule, company, last):
        """A sum over movements of warehouses until a day, by the shops whose stock it is.

        A shop's stock is in the warehouse of its marketplace, else in the one it ships from. Shops of one warehouse
        have equal parts of it; stock in a warehouse of no shop belongs to none.
        """
        self.env["stock.move.line"].flush_model()
        self.env["marketplace.shop"].flush_model()
        return SQL(
            """
            SELECT uses.shop_id, moved.product_id, NULL::integer, SUM(%(value)s) / COALESCE(MAX(uses.shops), 1)
              FROM (%(moved)s) AS moved
              JOIN product_product AS product ON product.id = moved.product_id
              LEFT JOIN (
                  SELECT id AS shop_id, COALESCE(fulfilment_warehouse_id, warehouse_id) AS warehouse_id,
                         COUNT(*) OVER (PARTITION BY COALESCE(fulfilment_warehouse_id, warehouse_id)) AS shops
                    FROM marketplace_shop WHERE company_id = %(company)s AND active
              ) AS uses ON uses.warehouse_id = moved.warehouse_id
             WHERE %(condition)s AND %(scope)s
             GROUP BY uses.shop_id, moved.warehouse_id, moved.product_id
            """,
            value=value,
            moved=self._get_moved_query(company, last),
            company=company.id,
            condition=condition,
            scope=SQL("moved.warehouse_id IN %s", tuple(rule.warehouse_ids.ids)) if rule.warehouse_ids else SQL("TRUE"),
        )

    def _get_moved_query(self, company, last):
        """Done movements into (+) and out of (−) warehouses until a day, in the company's time zone."""
        return SQL(
            """
            SELECT place.warehouse_id, other.warehouse_id AS other, line.product_id, moment.day,
                   side.sign * line.quantity_product_uom::numeric AS quantity
              FROM stock_move_line AS line
             CROSS JOIN LATERAL (
                   VALUES (line.location_dest_id, line.location_id, 1), (line.location_id, line.location_dest_id, -1)
                   ) AS side (place_id, other_id, sign)
             CROSS JOIN LATERAL (
                   SELECT (line.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
                   ) AS moment
              JOIN stock_location AS place ON place.id = side.place_id
              JOIN stock_location AS other ON other.id = side.other_id
             WHERE line.company_id = %(company)s AND line.state = 'done' AND place.usage = 'internal'
               AND place.warehouse_id IS NOT NULL AND moment.day <= %(last)s
            """,
            zone=_get_zone(company),
            company=company.id,
            last=last,
        )

    # === PARCELS === #

    def _get_parcels_query(self, rule, company, first, last):
        """Parcels sent to buyers: packages of a transfer, one where it has none, by the units in it."""
        return self._get_parcel_query(SQL("GREATEST(total.packages, 1)"), rule, company, first, last)

    def _get_parcel_freight_query(self, rule, company, first, last):
        """The carrier's price of the transfer as estimated when it was sent, in the company's currency."""
        price = SQL("picking.carrier_price::numeric / COALESCE(NULLIF(sale.currency_rate, 0), 1)::numeric")
        return self._get_parcel_query(price, rule, company, first, last)

    def _get_parcel_query(self, value, rule, company, first, last):
        for name in ("stock.move.line", "stock.move", "stock.picking", "sale.order"):
            self.env[name].flush_model()
        return SQL(
            """
            SELECT sale.marketplace_shop_id, line.product_id, %(line)s,
                   %(value)s * line.quantity_product_uom::numeric / total.units
              FROM stock_picking AS picking
              JOIN stock_picking_type AS type ON type.id = picking.picking_type_id AND type.code = 'outgoing'
              JOIN stock_move_line AS line ON line.picking_id = picking.id AND line.state = 'done'
              JOIN stock_move AS move ON move.id = line.move_id
              LEFT JOIN sale_order_line AS sold ON sold.id = move.sale_line_id
              LEFT JOIN sale_order AS sale ON sale.id = sold.order_id
              JOIN LATERAL (
                   SELECT SUM(quantity_product_uom)::numeric AS units, COUNT(DISTINCT result_package_id) AS packages
                     FROM stock_move_line WHERE picking_id = picking.id AND state = 'done'
                   ) AS total ON total.units > 0
             WHERE picking.company_id = %(company)s AND picking.state = 'done'
               AND (picking.date_done AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
            """,
            line=SQL("move.sale_line_id") if rule.target == "order_line" else SQL("NULL::integer"),
            value=value,
            company=company.id,
            zone=_get_zone(company),
            first=first,
            last=last,
        )


def _get_zone(company):
    return company.partner_id.tz or "UTC"
