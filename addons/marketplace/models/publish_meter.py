import math
from collections import defaultdict
from statistics import NormalDist

from odoo import api, fields, models
from odoo.tools import SQL

from .line_units import LINE_PRODUCT, LINE_UNITS
from .publish_scarcity import UNMEASURED_LATENCY

HISTORY_DAYS = 28
MEASURED = ["velocity", "stock_velocity", "latency", "need_qty", "auto_buffer", "publish_margin"]
HALF_LIFE_HOURS = 48.0
MEASURED_ORDERS_DAYS = 7
MINUTES = {"minutes": 1.0, "hours": 60.0, "days": 1440.0, "weeks": 10080.0, "months": 43200.0}
NORMAL_FROM = 400.0  # expected units above which the normal distribution is near enough
PRIOR_UNITS = 0.5  # sales of an average product that stand for what a short history has not shown yet
SHORTEST_HISTORY_HOURS = 0.25


def sales_quantile(units, hours, window, probability):
    """Fewest units that are not exceeded in a window with the probability, if so many were sold in so many hours.

    Sales are Poisson's at a rate of which a gamma distribution is known; together that is the negative binomial
    distribution. The shorter the history, the wider it is (Gelman et al., Bayesian Data Analysis, 2.6).

    :param float units: shape of the gamma distribution, above 0
    :param float hours: its inverse scale, above 0
    :param float window: hours
    :param float probability: above 0, below 1
    """
    expected = units * window / hours
    if expected <= 0:
        return 0
    if expected > NORMAL_FROM:
        spread = math.sqrt(expected * (1 + window / hours))
        return math.ceil(expected + NormalDist().inv_cdf(probability) * spread)
    count, chance = 0, (hours / (hours + window)) ** units
    reached = chance
    while reached < probability and chance > 0:
        chance *= (units + count) / (count + 1) * window / (hours + window)
        reached += chance
        count += 1
    return count


class MarketplacePublishMeter(models.AbstractModel):
    """Measures how late we hear of sales and how fast products sell; from both follow the automatic buffers."""

    _name = "marketplace.publish.meter"
    _description = "Meter of Latency and Sales"

    @api.model
    def _cron_measure(self):
        for company in self.env["marketplace.shop"].sudo().search([("auto_buffer", "=", True)]).company_id:
            self.sudo().with_delay(
                identity_key=f"marketplace.measure.{company.id}",
                description=self.env._("Measure latency and sales of %s", company.name),
            )._job_measure(company)

    @api.model
    def _job_measure(self, company):
        """Measure the shops of a company and store what follows on its listings, in a constant number of queries."""
        shops = self.env["marketplace.shop"].sudo().search([("company_id", "=", company.id), ("state", "=", "running")])
        self._measure_latency(shops)
        self._measure_listings(shops)

    # === LATENCY === #

    @api.model
    def _measure_latency(self, shops):
        """Nine of ten sales are known within ``order_latency``, nine of ten numbers there within ``push_latency``."""
        if not shops:
            return
        self.env["marketplace.inbox"].flush_model()
        self.env["sale.order"].flush_model(["marketplace_shop_id", "marketplace_ref", "date_order"])
        self.env["marketplace.stock.push"].flush_model()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=MEASURED_ORDERS_DAYS)
        orders = dict(self.env.execute_query(self._get_order_latency_sql(shops, since)))
        pushes = dict(self.env.execute_query(self._get_push_latency_sql(shops, since)))
        interval = self._get_interval()
        for shop in shops:
            shop.write(
                {
                    "order_latency": orders.get(shop.id, shop.order_latency or UNMEASURED_LATENCY),
                    "push_latency": pushes[shop.id] + interval if shop.id in pushes else shop.push_latency or interval,
                    "measured_at": fields.Datetime.now(),
                }
            )

    @api.model
    def _get_interval(self):
        """Minutes between two rounds of publishing."""
        cron = self.env.ref("marketplace.cron_publish").sudo()
        return cron.interval_number * MINUTES[cron.interval_type]

    @api.model
    def _get_order_latency_sql(self, shops, since):
        """Minutes from the sale to the first time its order arrived. Orders that a first fetch brings do not count:
        they were sold before anybody asked for them."""
        return SQL(
            """
            WITH first AS (
                SELECT shop_id, MIN(received_at) AS fetched_at FROM marketplace_inbox
                 WHERE shop_id IN %s AND kind = 'order' AND received_at >= %s GROUP BY shop_id
            )
            SELECT shop_id, PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY minutes)
              FROM (
                SELECT row.shop_id,
                       GREATEST(EXTRACT(EPOCH FROM MIN(row.received_at) - sale.date_order) / 60, 0) AS minutes
                  FROM marketplace_inbox row
                  JOIN sale_order sale ON sale.id = row.order_id
                  JOIN first ON first.shop_id = row.shop_id AND sale.date_order >= first.fetched_at
                 WHERE row.shop_id IN %s AND row.kind = 'order' AND row.received_at >= %s
                 GROUP BY row.shop_id, sale.id
              ) AS arrival GROUP BY shop_id
            """,
            *2 * (tuple(shops.ids), since),
        )

    @api.model
    def _get_push_latency_sql(self, shops, since):
        """Minutes from sending a quantity to the marketplace's acknowledgement."""
        return SQL(
            """
            SELECT shop_id,
                   PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM answered_at - pushed_at) / 60)
              FROM marketplace_stock_push
             WHERE shop_id IN %s AND pushed_at >= %s AND state = 'accepted' GROUP BY shop_id
            """,
            tuple(shops.ids),
            since,
        )

    # === SALES === #

    @api.model
    def _get_velocity(self, shops):
        """Units per hour lately, and the hours that are known at least: ``({(shop id, product id): rate}, hours)``.

        The higher of two: an average of four weeks in which a unit counts half as much every two days further back,
        and the last day. Rising sales count at once, falling ones fade.
        """
        if not shops:
            return {}, SHORTEST_HISTORY_HOURS
        self.env["sale.order"].flush_model(["marketplace_shop_id", "marketplace_fulfilment", "date_order"])
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "product_uom_id", "product_uom_qty"])
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale.marketplace_shop_id, line.product_id,
                       SUM(unit.sold * POWER(0.5, age.hours / %(half)s)),
                       COALESCE(SUM(unit.sold) FILTER (WHERE age.hours <= 24), 0), MAX(age.hours)
                  FROM sale_order sale
                  JOIN sale_order_line line ON line.order_id = sale.id
                  %(product)s
                 CROSS JOIN LATERAL (
                    SELECT %(units)s AS sold
                 ) AS unit
                 CROSS JOIN LATERAL (
                    SELECT GREATEST(EXTRACT(EPOCH FROM %(now)s - sale.date_order) / 3600, 0) AS hours
                 ) AS age
                 WHERE sale.marketplace_shop_id IN %(shops)s AND sale.date_order >= %(since)s
                   AND sale.marketplace_fulfilment = 'merchant'
                 GROUP BY sale.marketplace_shop_id, line.product_id
                """,
                half=HALF_LIFE_HOURS,
                product=LINE_PRODUCT,
                units=LINE_UNITS,
                now=now,
                shops=tuple(shops.ids),
                since=fields.Datetime.subtract(now, days=HISTORY_DAYS),
            )
        )
        history = max((float(oldest) for *_row, oldest in rows), default=0)
        history = min(max(history, SHORTEST_HISTORY_HOURS), HISTORY_DAYS * 24.0)
        last_hours = min(history, 24.0)
        weight = HALF_LIFE_HOURS / math.log(2) * (1 - 0.5 ** (history / HALF_LIFE_HOURS))
        rates = {
            (shop_id, product_id): max(float(weighted) / weight, float(last_day) / last_hours)
            for shop_id, product_id, weighted, last_day, _oldest in rows
        }
        return rates, last_hours

    # === BUFFERS === #

    @api.model
    def _measure_listings(self, shops):
        """Store velocity, latency, buffer and margin of the shops' listings."""
        listings = self.env["marketplace.listing"].search(
            [("shop_id", "in", shops.ids), ("state", "=", "matched"), ("fulfilment", "=", "merchant")]
        )
        parts = self.env["marketplace.stock.publisher"]._get_kit_parts(shops)
        demand = _Demand(shops, *self._get_velocity(shops), parts, listings)
        margins = self._get_margins(listings)
        values = [(listing.id, *demand.measure(listing), margins[listing.id]) for listing in listings]
        self._store(values)

    @api.model
    def _store(self, values):
        """Write what was measured, where it is new.

        :param values: ``[(listing id, velocity, of all shops, latency, need, buffer, margin)]``
        """
        if not values:
            return
        self.env["marketplace.listing"].flush_model(MEASURED)
        columns = SQL(", ").join(SQL.identifier(name) for name in MEASURED)
        own = SQL(", ").join(SQL.identifier("listing", name) for name in MEASURED)
        new = SQL(", ").join(SQL.identifier("new", name) for name in MEASURED)
        ids, *series = (list(part) for part in zip(*values, strict=True))
        self.env.execute_query(
            SQL(
                """
                UPDATE marketplace_listing listing SET (%(columns)s) = ROW(%(new)s)
                  FROM UNNEST(%(ids)s::integer[], %(rates)s::numeric[], %(totals)s::numeric[], %(latencies)s::numeric[],
                              %(needs)s::integer[], %(buffers)s::integer[], %(margins)s::numeric[])
                    AS new (id, %(columns)s)
                 WHERE listing.id = new.id AND (%(own)s) IS DISTINCT FROM (%(new)s)
                RETURNING listing.id
                """,
                columns=columns,
                own=own,
                new=new,
                ids=ids,
                **dict(zip(("rates", "totals", "latencies", "needs", "buffers", "margins"), series, strict=True)),
            )
        )
        self.env["marketplace.listing"].browse(ids).invalidate_recordset(MEASURED)


class _Demand:
    """Units that shops sell before we hear of it, per product on the shelf."""

    def __init__(self, shops, rates, known_hours, kits, listings):
        self.rates, self.known_hours, self.kits = rates, known_hours, kits
        self.hours = {shop: (shop.order_latency + shop.push_latency) / 60 for shop in shops}
        self.near = {
            shop: [other for other in shops if other.auto_buffer and shop.warehouse_ids & other.warehouse_ids]
            for shop in shops
        }
        self.sold = defaultdict(float)  # {(shop, product on the shelf): units per hour}
        self.listed = defaultdict(int)  # {(shop, product on the shelf): listings}
        by_id = {shop.id: shop for shop in shops}
        for (shop_id, product_id), rate in rates.items():
            for part_id, factor in self.parts(product_id):
                self.sold[by_id[shop_id], part_id] += rate * factor
        for listing in listings:
            for part_id, _factor in self.parts(listing.product_id.id):
                self.listed[listing.shop_id, part_id] += 1
        products = {part_id for _shop, part_id in self.listed}
        listed_rate = sum(self.sold[key] for key in self.listed)
        self.mean_rate = listed_rate / len(products) if products else 0.0

    def parts(self, product_id):
        return self.kits.get(product_id) or [(product_id, 1.0)]

    def measure(self, listing):
        """``(velocity, velocity of all shops, latency in minutes, need, buffer)`` of a listing, in its own units."""
        shop, product_id = listing.shop_id, listing.product_id.id
        rate, sure = self.rates.get((shop.id, product_id), 0.0), shop.protection / 100
        total = buffer = 0.0
        for part_id, factor in self.parts(product_id):
            near = self.near[shop]
            total = max(total, sum(self.sold[other, part_id] for other in near) / factor)
            # A shop that has the stock for itself counts it down by itself.
            if sum(self.listed[other, part_id] for other in near) > 1:
                sold = {other: self.sold[other, part_id] for other in near}
                buffer = max(buffer, self.foresee(sold, sure) / factor)
        need = self.foresee({shop: rate}, sure) if rate else 0
        return round(rate, 4), round(total, 4), round(self.hours[shop] * 60, 2), need, math.ceil(buffer)

    def foresee(self, sold, sure):
        """Units that are sold before we hear of it, exceeded only by what is not ``sure``; of a product that has not
        sold yet, what the others let expect.

        :param dict sold: ``{shop: units per hour}``
        """
        if not self.mean_rate:
            return 0
        rate = sum(sold.values())
        weights = sold if rate else dict.fromkeys(sold, 1.0)
        window = sum(weight * self.hours[shop] for shop, weight in weights.items()) / sum(weights.values())
        known = self.known_hours + PRIOR_UNITS / self.mean_rate
        return sales_quantile(rate * self.known_hours + PRIOR_UNITS, known, window, sure)
