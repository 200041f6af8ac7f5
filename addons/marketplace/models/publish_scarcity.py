from odoo import api, fields, models
from odoo.tools import SQL

UNMEASURED_LATENCY = 10.0  # minutes, until a shop has orders to measure


class MarketplaceStockPublisher(models.AbstractModel):
    """Divides units that are too few for every shop, so that no unit is offered twice.

    Shops in order of priority, or those where the product sells first and of these the one with the best margin, get
    what they could sell before we hear of it, at least a unit each, and the first one what is left then. A shop that
    still shows more than it should keeps those units until it has acknowledged less and its orders up to then are
    known; only then another one gets them.
    """

    _inherit = "marketplace.stock.publisher"

    @api.model
    def _get_division_sql(self):
        """Common table expressions up to ``division``: ``(listing_id, product_id, factor, scarce, allotted, …)``.

        A row per listing and product taken from the shelf, of all listings that draw on scarce products; in units of
        that product. Columns: ``stock`` in the shop's warehouses after the manual buffer, ``rank`` (1 is the best),
        ``need`` (could sell before we hear of it), ``most`` (its rule allows), ``shown`` (at most, now), ``exposed``
        (shown, under way, or sold unheard of), ``before`` (needs of better ranks that share a warehouse), ``others``
        (all others' needs), ``desired`` (its part once all shops comply), ``taken`` (what worse ranks hold, and better
        ones hold or will get).
        """
        return SQL(
            """
            tight AS (
                SELECT DISTINCT piece.product_id
                  FROM piece
                  JOIN listed ON listed.id = piece.listing_id
                  JOIN shelf ON shelf.shop_id = piece.shop_id AND shelf.product_id = piece.product_id
                 WHERE listed.auto AND shelf.quantity > 0 AND shelf.quantity <= listed.scarce_at * piece.factor
            ),   claimant AS MATERIALIZED (%s),
                 reserve AS MATERIALIZED (
                SELECT source.shop_id, cell.product_id, SUM(cell.quantity) AS quantity
                  FROM tight JOIN cell USING (product_id) JOIN source USING (warehouse_id)
                 GROUP BY source.shop_id, cell.product_id
            ),   heard AS MATERIALIZED (
                SELECT row.shop_id, MIN(row.updated_at) AS until
                  FROM marketplace_inbox row
                 WHERE row.shop_id IN (SELECT shop_id FROM source) AND row.state = 'new' AND row.kind = 'order'
                 GROUP BY row.shop_id
            ),   contender AS (%s),
                 ranked AS (
                SELECT contender.*,
                       LEAST(rule_need * factor, most) AS need,
                       stock <= rule_scarce_at * factor AS scarce,
                       ROW_NUMBER() OVER (
                           PARTITION BY product_id
                           ORDER BY most = 0, priority NULLS LAST, sells DESC, margin DESC, sequence, shop_id,
                                    listing_id
                       ) AS rank
                  FROM contender
            ),   rivals AS (
                SELECT mine.listing_id, mine.product_id, SUM(other.need) AS others,
                       SUM(other.need) FILTER (WHERE other.rank < mine.rank) AS before
                  FROM ranked AS mine
                  JOIN ranked AS other ON other.product_id = mine.product_id AND other.listing_id <> mine.listing_id
                  JOIN overlap ON overlap.shop_id = mine.shop_id AND overlap.other_id = other.shop_id
                 GROUP BY mine.listing_id, mine.product_id
            ),   wish AS (
                SELECT ranked.*, COALESCE(rivals.before, 0) AS before, COALESCE(rivals.others, 0) AS others,
                       CASE WHEN scarce THEN exposed ELSE LEAST(exposed, need) END AS claimed,
                       CASE WHEN NOT scarce THEN need
                            WHEN rank = 1 THEN GREATEST(LEAST(need, stock), LEAST(most, stock - COALESCE(others, 0)), 0)
                            ELSE GREATEST(LEAST(need, stock - COALESCE(before, 0)), 0)
                       END AS desired
                  FROM ranked LEFT JOIN rivals USING (listing_id, product_id)
            ),   holding AS (
                SELECT mine.listing_id, mine.product_id,
                       SUM(CASE WHEN other.rank < mine.rank THEN GREATEST(other.desired, other.claimed)
                                ELSE other.claimed END) AS taken
                  FROM wish AS mine
                  JOIN wish AS other ON other.product_id = mine.product_id AND other.listing_id <> mine.listing_id
                  JOIN overlap ON overlap.shop_id = mine.shop_id AND overlap.other_id = other.shop_id
                 WHERE mine.scarce GROUP BY mine.listing_id, mine.product_id
            ),   division AS (
                SELECT wish.*, COALESCE(holding.taken, 0) AS taken,
                       LEAST(desired, GREATEST(shown, stock - COALESCE(holding.taken, 0))) AS allotted
                  FROM wish LEFT JOIN holding USING (listing_id, product_id)
            )
            """,
            self._get_claimants_sql(),
            self._get_contenders_sql(),
        )

    @api.model
    def _get_claimants_sql(self):
        """Query of the listings, of all shops in ``source``, that draw on the ``tight`` products."""
        return self._get_rules_sql(
            SQL(
                """
                shop.auto_buffer AND listing.shop_id IN (SELECT shop_id FROM source) AND listing.product_id IN (
                    SELECT product_id FROM tight
                    UNION SELECT kit.product_id FROM kit JOIN tight ON tight.product_id = kit.component_id)
                """
            )
        )

    @api.model
    def _get_contenders_sql(self):
        """Query of what the ``claimant`` listings take of the ``tight`` products, and may still sell of them."""
        return SQL(
            """
            SELECT rule.id AS listing_id, rule.shop_id, part.product_id, part.factor, rule.priority, rule.sells,
                   rule.margin, rule.sequence, rule.need AS rule_need, rule.scarce_at AS rule_scarce_at,
                   GREATEST(FLOOR(shelf.quantity) - rule.buffer * part.factor, 0) AS stock,
                   CASE WHEN rule.reached AND NOT rule.frozen THEN %s * part.factor ELSE 0 END AS most,
                   now.shown * part.factor AS shown,
                   (GREATEST(now.shown, now.sent, now.queued) + now.unheard) * part.factor AS exposed
              FROM claimant AS rule
              LEFT JOIN kit ON kit.product_id = rule.product_id
             CROSS JOIN LATERAL (
                SELECT COALESCE(kit.component_id, rule.product_id) AS product_id, COALESCE(kit.factor, 1) AS factor
             ) AS part
              JOIN tight ON tight.product_id = part.product_id
              LEFT JOIN reserve ON reserve.shop_id = rule.shop_id AND reserve.product_id = part.product_id
             CROSS JOIN LATERAL (SELECT COALESCE(reserve.quantity, 0) AS quantity) AS shelf
              JOIN marketplace_listing listing ON listing.id = rule.id
              JOIN marketplace_shop shop ON shop.id = rule.shop_id
              LEFT JOIN heard ON heard.shop_id = rule.shop_id
             CROSS JOIN LATERAL (%s) AS now
            """,
            self._get_offer_sql(SQL("FLOOR(ROUND(shelf.quantity / part.factor, 6))"), SQL("rule.buffer")),
            self._get_exposure_sql(fields.Datetime.now()),
        )

    @api.model
    def _get_exposure_sql(self, now):
        """Query of ``(shown, sent, queued, unheard)``: units that ``listing`` may still sell without our knowing.

        ``unheard``: sold before the shop acknowledged its present number, as long as its orders up to then are not
        known; they came out of the number that this one replaced.
        """
        return SQL(
            """
            SELECT GREATEST(COALESCE(listing.acknowledged_qty, 0) - sold.least, 0) AS shown,
                   CASE WHEN listing.push_state IN ('sent', 'queued')
                             AND listing.pushed_at >= COALESCE(listing.acknowledged_at, listing.pushed_at)
                        THEN COALESCE(listing.pushed_qty, 0) ELSE 0 END AS sent,
                   CASE WHEN listing.push_state = 'queued' THEN COALESCE(listing.target_qty, 0) ELSE 0 END AS queued,
                   CASE WHEN listing.acknowledged_at > LEAST(COALESCE(shop.order_cursor, '-infinity'), heard.until)
                             AND listing.acknowledged_at > %(now)s - (
                                 COALESCE(NULLIF(shop.order_latency + shop.push_latency, 0), %(default)s)
                                 * INTERVAL '1 minute')
                        THEN LEAST(COALESCE(listing.replaced_qty, 0), rule.need) ELSE 0 END AS unheard
              FROM (%(sold)s) AS sold
            """,
            now=now,
            default=UNMEASURED_LATENCY,
            sold=self._get_sold_sql(),
        )
