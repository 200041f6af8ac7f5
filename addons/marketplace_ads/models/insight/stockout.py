from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.models.stock_push import KEEP_DAYS
from odoo.tools import SQL

# Ledgers of marketplaces' warehouses are booked late: so many days are looked at again.
LATE_DAYS = 14


class StockoutDay(models.Model):
    """Hours of a day in which a shop showed no unit of a SKU: derived from what was published and, for goods in the
    marketplace's warehouse, from its stock."""

    _name = "stockout.day"
    _description = "Out of Stock"
    _order = "day desc, id desc"
    _rec_name = "product_id"
    _log_access = False

    shop_id = fields.Many2one("marketplace.shop", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    product_id = fields.Many2one("product.product", "SKU", required=True, readonly=True, ondelete="cascade", index=True)
    day = fields.Date(required=True, readonly=True, help="In UTC.")
    hours = fields.Float(readonly=True, help="Hours of the day without a unit to sell.")

    _day_uniq = models.Constraint("UNIQUE(shop_id, product_id, day)", "This day is there already.")

    @api.model
    def _cron_refresh(self):
        """Keep what is out of stock before the log of stock updates forgets it."""
        self._refresh(self.env["marketplace.shop"].search([("state", "!=", "draft")]))

    @api.model
    def _refresh(self, shops):
        """Bring the days of shops up to date, up to and with yesterday.

        The log of stock updates reaches back some weeks: days that it covers no more stay as they were.
        """
        today = fields.Date.context_today(self.with_context(tz="UTC"))
        for until, group in shops.sudo().grouped("stockouts_until").items():
            earliest = today - timedelta(days=KEEP_DAYS - 1)
            since = max(earliest, min(until, today - timedelta(days=LATE_DAYS))) if until else earliest
            self._replace(group, since, today)
            group.filtered(lambda shop: not shop.stockouts_from).stockouts_from = since
            group.stockouts_until = today - timedelta(days=1)

    @api.model
    def _replace(self, shops, since, before):
        """Derive the days of shops from ``since`` until before ``before`` anew."""
        self.env.flush_all()
        self.env.execute_query(
            SQL("DELETE FROM stockout_day WHERE shop_id = ANY(%s) AND day >= %s AND day < %s", shops.ids, since, before)
        )
        self.env.execute_query(
            SQL(
                """
                WITH event AS (%(pushed)s UNION ALL %(stored)s),
                level AS (
                    SELECT shop_id, product_id, moment,
                           SUM(SUM(delta)) OVER (PARTITION BY shop_id, product_id ORDER BY moment) AS units,
                           LEAD(moment, 1, %(before)s::timestamp)
                               OVER (PARTITION BY shop_id, product_id ORDER BY moment) AS until
                      FROM event
                     GROUP BY shop_id, product_id, moment
                )
                INSERT INTO stockout_day (shop_id, company_id, product_id, day, hours)
                SELECT level.shop_id, shop.company_id, level.product_id, day::date,
                       SUM(EXTRACT(EPOCH FROM LEAST(level.until, day + interval '1 day')
                                              - GREATEST(level.moment, day))) / 3600
                  FROM level
                  JOIN marketplace_shop AS shop ON shop.id = level.shop_id
                  JOIN generate_series(%(since)s::timestamp, %(before)s::timestamp - interval '1 day',
                                       interval '1 day') AS day
                    ON day < level.until AND day + interval '1 day' > level.moment
                 WHERE level.units < 0.0001 AND level.until > %(since)s::timestamp
                 GROUP BY level.shop_id, shop.company_id, level.product_id, day
                HAVING SUM(EXTRACT(EPOCH FROM LEAST(level.until, day + interval '1 day')
                                               - GREATEST(level.moment, day))) > 0
                """,
                pushed=self._get_pushed_query(shops, before),
                stored=self._get_stored_query(shops, since, before),
                since=since,
                before=before,
            )
        )
        self.invalidate_model()

    @api.model
    def _get_pushed_query(self, shops, before):
        """Changes of what the shop shows, of listings that we ship: (shop, product, moment, delta).

        Each listing begins, when it was made, with what its first update replaced; without any update with what the
        shop acknowledged.
        """
        return SQL(
            """
            SELECT listing.shop_id, listing.product_id, change.moment, change.delta
              FROM marketplace_listing AS listing
              LEFT JOIN LATERAL (
                  SELECT push.previous_qty FROM marketplace_stock_push AS push
                   WHERE push.listing_id = listing.id AND push.state != 'rejected'
                   ORDER BY push.pushed_at, push.id LIMIT 1
              ) AS first ON TRUE
             CROSS JOIN LATERAL (
                  SELECT listing.create_date AS moment,
                         GREATEST(COALESCE(first.previous_qty, listing.acknowledged_qty, 0), 0)::float AS delta
                  UNION ALL
                  SELECT GREATEST(push.pushed_at, listing.create_date),
                         push.quantity - LAG(push.quantity, 1, GREATEST(first.previous_qty, 0))
                                             OVER (ORDER BY push.pushed_at, push.id)
                    FROM marketplace_stock_push AS push
                   WHERE push.listing_id = listing.id AND push.state != 'rejected' AND push.pushed_at < %(before)s
              ) AS change
             WHERE listing.shop_id = ANY(%(shops)s)
               AND listing.product_id IS NOT NULL
               AND listing.fulfilment = 'merchant'
               AND listing.create_date < %(before)s
               AND (first.previous_qty IS NOT NULL OR listing.acknowledged_at IS NOT NULL)
            """,
            shops=shops.ids,
            before=before,
        )

    @api.model
    def _get_stored_query(self, shops, since, before):
        """Changes of the stock in the marketplace's warehouse: (shop, product, moment, delta).

        It begins with what lies there now less what came since.
        """
        return SQL(
            """
            SELECT offer.shop_id, offer.product_id, change.moment, change.delta
              FROM (
                  SELECT listing.shop_id, listing.product_id, stock.parent_path, MIN(listing.create_date) AS made
                    FROM marketplace_listing AS listing
                    JOIN marketplace_shop AS shop ON shop.id = listing.shop_id
                    JOIN stock_warehouse AS warehouse ON warehouse.id = shop.fulfilment_warehouse_id
                    JOIN stock_location AS stock ON stock.id = warehouse.lot_stock_id
                   WHERE listing.shop_id = ANY(%(shops)s)
                     AND listing.product_id IS NOT NULL
                     AND listing.fulfilment = 'marketplace'
                     AND listing.create_date < %(before)s
                   GROUP BY listing.shop_id, listing.product_id, stock.parent_path
              ) AS offer
             CROSS JOIN LATERAL (
                  SELECT GREATEST(offer.made, %(since)s::timestamp) AS moment,
                         COALESCE((
                             SELECT SUM(quant.quantity) FROM stock_quant AS quant
                               JOIN stock_location AS place ON place.id = quant.location_id
                              WHERE quant.product_id = offer.product_id
                                AND place.parent_path LIKE offer.parent_path || '%%'
                         ), 0)::float - COALESCE((
                             SELECT SUM(moved.delta) FROM (%(moved)s) AS moved
                              WHERE moved.date >= GREATEST(offer.made, %(since)s::timestamp)
                         ), 0)::float AS delta
                  UNION ALL
                  SELECT moved.date, moved.delta FROM (%(moved)s) AS moved
                   WHERE moved.date >= GREATEST(offer.made, %(since)s::timestamp) AND moved.date < %(before)s
              ) AS change
            """,
            shops=shops.ids,
            since=since,
            before=before,
            moved=SQL(
                """
                SELECT line.date,
                       CASE WHEN target.parent_path LIKE offer.parent_path || '%%'
                            THEN line.quantity_product_uom ELSE -line.quantity_product_uom END::float AS delta
                  FROM stock_move_line AS line
                  JOIN stock_location AS source ON source.id = line.location_id
                  JOIN stock_location AS target ON target.id = line.location_dest_id
                 WHERE line.product_id = offer.product_id
                   AND line.state = 'done'
                   AND (source.parent_path LIKE offer.parent_path || '%%')
                       != (target.parent_path LIKE offer.parent_path || '%%')
                """
            ),
        )


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    stockouts_from = fields.Date(readonly=True, copy=False, help="Stock-outs are known from this day on.")
    stockouts_until = fields.Date(readonly=True, copy=False, help="Stock-outs are known up to and with this day.")
