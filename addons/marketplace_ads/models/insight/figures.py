from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.insight import Window


class SalesInsightFigures(models.AbstractModel):
    """Reads what is known of SKUs in shops in two windows: one statement per source, however many SKUs."""

    _name = "sales.insight.figures"
    _description = "Figures of Sales Analyses"

    @api.model
    def _get_figures(self, shops, windows, categories=None):
        """What is known of every SKU that was sold, visited or advertised in one of the windows.

        :param marketplace.shop shops: of one company
        :param windows: ``((first day, last day), (first day, last day))``, the earlier one first
        :param product.category categories: to which SKUs are limited, with their children
        :return: ``{(shop id, product id): {"windows": (Window, Window), "spend": …, "buy_box": …, "clicks": …,
            "campaign": id}}``
        """
        self.env.flush_all()
        self.env["stockout.day"]._refresh(shops)
        days = [(last - first).days + 1 for first, last in windows]
        sources = {
            "sales": self._read(self._get_sales_query(shops, windows)),
            "traffic": self._read(self._get_traffic_query(shops, windows)),
            "ads": self._read(self._get_ads_query(shops, windows)),
            "stock": self._read(self._get_stock_query(shops, windows)),
        }
        keys = {key[:2] for source in ("sales", "traffic", "ads") for key in sources[source]}
        offers = self._get_offers(shops, windows)
        if categories:
            kept = self.env["product.product"]._search([("categ_id", "child_of", categories.ids)])
            ids = {id_ for (id_,) in self.env.execute_query(kept.select())}
            keys = {key for key in keys if key[1] in ids}
        covered = {
            "traffic": self._get_traffic_covered(shops, windows),
            "ads": self._get_ads_covered(shops, windows),
            "stock": {
                shop.id: bool(shop.stockouts_from)
                and shop.stockouts_from <= windows[0][0]
                and shop.stockouts_until >= windows[1][1]
                for shop in shops
            },
        }
        campaigns = self._get_campaigns(shops, windows)
        return {
            key: self._prepare(key, sources, offers.get(key), covered, days) | {"campaign": campaigns.get(key)}
            for key in sorted(keys)
        }

    def _prepare(self, key, sources, offer, covered, days):
        windows, further = [], {"spend": [], "buy_box": [], "clicks": []}
        for side in (0, 1):
            sales, traffic, ads, stock = (sources[name].get((*key, side), {}) for name in sources)
            known_ads = covered["ads"].get(key[0])
            known_stock = covered["stock"][key[0]] and offer and offer["stock_known"]
            out = float(stock.get("hours") or 0) / 24
            windows.append(
                Window(
                    days=days[side],
                    sales=Decimal(sales.get("sales") or 0),
                    local=Decimal(sales.get("local") or 0),
                    units=float(sales.get("units") or 0),
                    orders=sales.get("orders") or 0,
                    # A report may leave out SKUs that nobody bought: no row is not the same as no visit.
                    sessions=traffic.get("sessions") if covered["traffic"].get(key[0]) else None,
                    impressions=(ads.get("impressions") or 0) if known_ads else None,
                    clicks=(ads.get("clicks") or 0) if known_ads else None,
                    out=min(out, days[side]) if known_stock else None,
                    rating=float(traffic["rating"]) if traffic.get("rating") else None,
                    listed=bool(sales) or bool(offer and offer["listed"][side]),
                )
            )
            further["spend"].append(float(ads.get("spend") or 0) / days[side] if known_ads else None)
            further["clicks"].append((ads.get("clicks") or 0) / days[side] if known_ads else None)
            further["buy_box"].append(float(traffic["buy_box"]) if traffic.get("buy_box") is not None else None)
        return {"windows": tuple(windows), **{name: tuple(pair) for name, pair in further.items()}}

    # === SOURCES === #

    def _read(self, query):
        """``{(shop id, product id, side): {column: value}}``"""
        self.env.cr.execute(query)
        return {(row.pop("shop_id"), row.pop("product_id"), row.pop("side")): row for row in self.env.cr.dictfetchall()}

    def _get_side(self, day, windows):
        """0 in the earlier window, 1 in the later one."""
        (first0, last0), (first1, last1) = windows
        return SQL(
            "CASE WHEN %s BETWEEN %s AND %s THEN 0 WHEN %s BETWEEN %s AND %s THEN 1 END",
            day, first0, last0, day, first1, last1,
        )  # fmt: skip

    def _get_in_windows(self, day, windows):
        (first0, last0), (first1, last1) = windows
        return SQL("(%s BETWEEN %s AND %s OR %s BETWEEN %s AND %s)", day, first0, last0, day, first1, last1)

    def _get_sales_query(self, shops, windows):
        """Ordered goods, without tax, by the day of the order in UTC; replacements are no sales.

        Amounts come as text: Odoo's cursor would make floats of numbers.
        """
        day = SQL("sale.date_order::date")
        digits = shops.company_id.currency_id.decimal_places
        return SQL(
            """
            SELECT sale.marketplace_shop_id AS shop_id, line.product_id, %s AS side,
                   SUM(line.product_uom_qty) AS units, COUNT(DISTINCT sale.id) AS orders,
                   SUM(line.price_subtotal)::numeric::text AS local,
                   ROUND(
                       SUM(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1)::numeric)::numeric, %s
                   )::text AS sales
              FROM sale_order_line AS line
              JOIN sale_order AS sale ON sale.id = line.order_id
             WHERE sale.marketplace_shop_id = ANY(%s)
               AND sale.state IN ('sale', 'done')
               AND sale.date_order >= %s AND sale.date_order < %s::date + 1
               AND %s
               AND line.marketplace_line_ref IS NOT NULL
               AND line.product_id IS NOT NULL
               AND line.product_uom_qty > 0
               AND line.price_subtotal >= 0
               AND NOT COALESCE(sale.marketplace_is_replacement, FALSE)
             GROUP BY 1, 2, 3
            """,
            self._get_side(day, windows),
            digits,
            shops.ids,
            windows[0][0],
            windows[1][1],
            self._get_in_windows(day, windows),
        )

    def _get_traffic_query(self, shops, windows):
        return SQL(
            """
            SELECT shop_id, product_id, %s AS side, SUM(sessions)::int AS sessions, AVG(NULLIF(rating, 0)) AS rating,
                   SUM(buy_box * page_views) / NULLIF(SUM(page_views) FILTER (WHERE buy_box IS NOT NULL), 0) AS buy_box
              FROM traffic_day
             WHERE shop_id = ANY(%s) AND product_id IS NOT NULL AND %s
             GROUP BY 1, 2, 3
            """,
            self._get_side(SQL("day"), windows),
            shops.ids,
            self._get_in_windows(SQL("day"), windows),
        )

    def _get_ads_query(self, shops, windows):
        return SQL(
            """
            SELECT shop_id, product_id, %s AS side, SUM(impressions)::int AS impressions, SUM(clicks)::int AS clicks,
                   SUM(amount) AS spend
              FROM ads_cost
             WHERE shop_id = ANY(%s) AND product_id IS NOT NULL AND active AND %s
             GROUP BY 1, 2, 3
            """,
            self._get_side(SQL("day"), windows),
            shops.ids,
            self._get_in_windows(SQL("day"), windows),
        )

    def _get_stock_query(self, shops, windows):
        return SQL(
            """
            SELECT shop_id, product_id, %s AS side, SUM(hours) AS hours
              FROM stockout_day
             WHERE shop_id = ANY(%s) AND %s
             GROUP BY 1, 2, 3
            """,
            self._get_side(SQL("day"), windows),
            shops.ids,
            self._get_in_windows(SQL("day"), windows),
        )

    def _get_offers(self, shops, windows):
        """``{(shop id, product id): {"listed": (bool, bool), "stock_known": bool}}``: whether it was offered before the
        end of the earlier window, and still is; and whether what the shop showed is known."""
        self.env.cr.execute(
            SQL(
                """
                SELECT listing.shop_id, listing.product_id,
                       BOOL_OR(listing.create_date < %s::date + 1) AS before,
                       BOOL_OR(listing.active AND (listing.publish OR listing.fulfilment = 'marketplace')) AS after,
                       BOOL_OR(CASE WHEN listing.fulfilment = 'marketplace'
                                    THEN shop.fulfilment_warehouse_id IS NOT NULL
                                    ELSE listing.acknowledged_at IS NOT NULL END) AS stock_known
                  FROM marketplace_listing AS listing
                  JOIN marketplace_shop AS shop ON shop.id = listing.shop_id
                 WHERE listing.shop_id = ANY(%s) AND listing.product_id IS NOT NULL
                 GROUP BY 1, 2
                """,
                windows[0][1],
                shops.ids,
            )
        )
        return {
            (shop, product): {"listed": (before, after), "stock_known": known}
            for shop, product, before, after, known in self.env.cr.fetchall()
        }

    # === WHAT IS COMPLETE === #

    def _get_traffic_covered(self, shops, windows):
        """``{shop id: whether there is something of every day of both windows}``"""
        days = sum((last - first).days + 1 for first, last in windows)
        self.env.cr.execute(
            SQL(
                "SELECT shop_id, COUNT(DISTINCT day) FROM traffic_day WHERE shop_id = ANY(%s) AND %s GROUP BY shop_id",
                shops.ids,
                self._get_in_windows(SQL("day"), windows),
            )
        )
        return {shop: count == days for shop, count in self.env.cr.fetchall()}

    def _get_ads_covered(self, shops, windows):
        """``{shop id: whether reports of its advertisers reach over both windows}``: days without a row are then days
        without advertising."""
        self.env.cr.execute(
            SQL(
                """
                SELECT shop_id, MIN(since) <= %s AND MAX(until) >= %s
                  FROM (
                      SELECT profile.shop_id, report.since, report.until
                        FROM ads_report AS report JOIN ads_profile AS profile ON profile.id = report.profile_id
                       WHERE report.state = 'done' AND report.name != 'sb_purchased'
                      UNION ALL
                      SELECT shop_id, MIN(day), MAX(day) FROM ads_cost WHERE shop_id IS NOT NULL GROUP BY shop_id
                  ) AS span
                 WHERE shop_id = ANY(%s)
                 GROUP BY shop_id
                """,
                windows[0][0],
                windows[1][1],
                shops.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    def _get_campaigns(self, shops, windows):
        """``{(shop id, product id): campaign id}``: the campaign whose clicks changed most."""
        side = self._get_side(SQL("day"), windows)
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (shop_id, product_id) shop_id, product_id, campaign_id
                  FROM (
                      SELECT shop_id, product_id, campaign_id,
                             SUM(CASE WHEN %s = 0 THEN -clicks ELSE clicks END) AS more
                        FROM ads_cost
                       WHERE shop_id = ANY(%s) AND product_id IS NOT NULL AND active AND %s
                       GROUP BY 1, 2, 3
                  ) AS campaign
                 ORDER BY shop_id, product_id, ABS(more) DESC, campaign_id
                """,
                side,
                shops.ids,
                self._get_in_windows(SQL("day"), windows),
            )
        )
        campaigns = defaultdict(lambda: None)
        campaigns.update({(shop, product): campaign for shop, product, campaign in self.env.cr.fetchall()})
        return campaigns
