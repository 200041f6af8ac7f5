from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A feed that has not answered by then is taken for lost and the quantity is sent again.
ANSWER_TIMEOUT = timedelta(hours=2)
# From here on the plan for few scarce products is the wrong one.
MANY_SCARCE = 50
SHOP_RULE = ["publish_share", "publish_buffer", "publish_cap", "publish_end_when", "auto_buffer", "scarce_at"]
LISTING_RULE = ["publish", "override_rule", "publish_share", "publish_buffer", "publish_cap", "publish_end_when"]
MEASURED = ["auto_buffer", "need_qty", "publish_margin"]
PUSHED = ["target_qty", "push_state", "pushed_qty", "pushed_at", "acknowledged_qty", "acknowledged_at", "replaced_qty"]


RULE = SQL("rule")


class MarketplaceStockPublisher(models.AbstractModel):
    """Computes how many units each shop should show, for all its listings in one query."""

    _inherit = "marketplace.stock.publisher"

    @api.model
    def _compute_targets(self, shops):
        """Units that each published listing of the shops should show, computed in one query.

        :return: ``[(listing id, units)]`` of active, matched listings of storable products and kits that we ship
            ourselves
        """
        self._flush_targets()
        return self._execute_targets(SQL("%s SELECT listing_id, target FROM answer", self._get_targets_sql(shops)))

    @api.model
    def _execute_targets(self, query):
        """Rows of a query that begins with :meth:`_get_targets_sql`.

        The database expects one row of what is scarce. Where hundreds of products are, the nested loops that it would
        choose take minutes; where few are, they are what spares it reading all moves.
        """
        scarce = self.env["marketplace.listing"].sudo().search_count([("scarce", "=", True)], limit=MANY_SCARCE)
        if scarce < MANY_SCARCE:
            return self.env.execute_query(query)
        # A failed statement takes the settings back by itself, with the transaction.
        self.env.cr.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        rows = self.env.execute_query(query)
        self.env.cr.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT")
        return rows

    @api.model
    def _flush_targets(self):
        self._flush_stock()
        self.env["marketplace.shop"].flush_model(
            [
                "warehouse_ids",
                "company_id",
                "state",
                "publish_stock",
                "off_sale",
                "frozen",
                "publish_priority",
                "sequence",
            ]
            + ["order_cursor", "order_latency", "push_latency", "preorder", "preorder_days", *SHOP_RULE]
        )
        self.env["marketplace.listing"].flush_model(
            ["shop_id", "product_id", "active", "state", "fulfilment", "frozen", "preorder", "scarce", "available_on"]
            + [*LISTING_RULE, *MEASURED, *PUSHED]
        )
        self.env["product.template"].flush_model(
            ["marketplace_off_sale", "marketplace_frozen", "marketplace_scarce_at"]
        )
        self.env["res.company"].flush_model(["marketplace_off_sale", "marketplace_frozen"])
        self.env["marketplace.inbox"].flush_model(["shop_id", "kind", "state", "updated_at"])
        self.env["sale.order"].flush_model(["date_order", "marketplace_status"])

    # === THE QUERY === #

    @api.model
    def _get_targets_sql(self, shops):
        """The ``WITH`` clause whose ``answer`` has a row per listing: the target and everything it was made of.

        A shop without warehouses has no targets rather than zeros. ``answer`` has the columns ``listing_id``,
        ``target``, those of :meth:`_get_rules_sql`, ``available`` (units in all warehouses of the shop), ``plenty``
        (what the shop would show above scarcity), ``most`` (the same without the automatic buffer), ``scarce`` and
        ``allotted`` (its part of what is too little for all), ``incoming`` (units on their way here that nobody has
        bought), ``preordered`` (units of these in the target) and ``available_on`` (when the last of them arrives).
        """
        return SQL(
            """
            WITH source AS (%s),
                 overlap AS (
                SELECT DISTINCT mine.shop_id, other.shop_id AS other_id
                  FROM source AS mine JOIN source AS other ON other.warehouse_id = mine.warehouse_id
            ),   kit AS (%s),
                 listed AS (%s),
                 twin AS (
                SELECT listing.product_id, listing.shop_id FROM marketplace_listing listing
                 WHERE listing.active AND listing.product_id IS NOT NULL
                   AND listing.shop_id IN (SELECT shop_id FROM source)
                 GROUP BY listing.product_id, listing.shop_id HAVING COUNT(*) > 1
            ),   piece AS (
                SELECT listed.id AS listing_id, listed.shop_id, COALESCE(kit.factor, 1) AS factor,
                       COALESCE(kit.component_id, listed.product_id) AS product_id
                  FROM listed LEFT JOIN kit ON kit.product_id = listed.product_id
            ),   cell AS (%s),
                 shelf AS (
                SELECT source.shop_id, cell.product_id, SUM(cell.quantity) AS quantity
                  FROM cell JOIN source ON source.warehouse_id = cell.warehouse_id
                 WHERE source.asked GROUP BY source.shop_id, cell.product_id
            ),   place AS (SELECT DISTINCT warehouse_id FROM source WHERE asked),
                 kit_shelf AS (
                SELECT source.shop_id, kit_cell.product_id, SUM(kit_cell.quantity) AS quantity
                  FROM (%s) AS kit_cell JOIN source ON source.warehouse_id = kit_cell.warehouse_id
                 WHERE source.asked GROUP BY source.shop_id, kit_cell.product_id
            ),   offer AS (
                SELECT rule.*, stock.available, %s AS plenty, %s AS most
                  FROM listed AS rule
                  LEFT JOIN shelf ON shelf.shop_id = rule.shop_id AND shelf.product_id = rule.product_id
                  LEFT JOIN kit_shelf ON kit_shelf.shop_id = rule.shop_id AND kit_shelf.product_id = rule.product_id
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(kit_shelf.quantity, shelf.quantity, 0) AS available
                 ) AS stock
            ),   %s,
                 incoming AS (%s),
                 answer AS (
                SELECT offer.id AS listing_id, offer.*, share.scarce IS TRUE AS scarce, share.allotted,
                       early.incoming, part.shelf + part.early AS target, part.early AS preordered,
                       CASE WHEN part.early > 0 THEN incoming.arrival END AS available_on
                  FROM offer
                  LEFT JOIN (
                    SELECT listing_id, TRUE AS scarce, MIN(FLOOR(ROUND(allotted / factor, 6))) AS allotted
                      FROM division WHERE scarce GROUP BY listing_id
                  ) AS share ON share.listing_id = offer.id
                  LEFT JOIN incoming ON incoming.shop_id = offer.shop_id AND incoming.product_id = offer.product_id
                 CROSS JOIN LATERAL (
                    SELECT GREATEST(COALESCE(incoming.quantity, 0) + LEAST(offer.available, 0), 0) AS incoming
                 ) AS early
                 CROSS JOIN LATERAL (
                    SELECT shelf, (CASE WHEN offer.preorder = 'add' AND offer.cap > 0 THEN LEAST(%s, offer.cap - shelf)
                                        WHEN offer.preorder = 'add' OR (offer.preorder = 'after' AND offer.most = 0)
                                        THEN %s ELSE 0 END)::integer AS early
                      FROM (
                        SELECT (CASE WHEN share.scarce THEN LEAST(share.allotted, offer.most)
                                     ELSE offer.plenty END)::integer AS shelf) AS shown
                 ) AS part
            )
            """,
            self._get_source_sql(shops),
            self._get_kits_sql(shops),
            self._get_rules_sql(SQL("listing.shop_id IN (SELECT shop_id FROM source WHERE asked)")),
            self._get_cells_sql(SQL("(SELECT product_id FROM piece)"), SQL("(SELECT warehouse_id FROM source)")),
            self._get_kit_cells_sql(),
            self._get_offer_sql(SQL("stock.available"), SQL("GREATEST(rule.buffer, rule.auto_buffer)")),
            self._get_offer_sql(SQL("stock.available"), SQL("rule.buffer")),
            self._get_division_sql(),
            self._get_incoming_sql(),
            *2 * [self._get_offer_sql(SQL("early.incoming"), SQL("0"), SQL("offer"))],
        )

    @api.model
    def _get_source_sql(self, shops):
        """Query of ``(shop_id, warehouse_id, asked)``: the shops' warehouses, and the shops that share them."""
        field = self.env["marketplace.shop"]._fields["warehouse_ids"]
        shop_id, warehouse_id = SQL.identifier("link", field.column1), SQL.identifier("link", field.column2)
        link = SQL("%s AS link", SQL.identifier(field.relation))
        return SQL(
            """
            SELECT %(shop)s AS shop_id, %(warehouse)s AS warehouse_id, %(shop)s IN %(asked)s AS asked
              FROM %(link)s
              JOIN marketplace_shop shop ON shop.id = %(shop)s
             WHERE %(shop)s IN %(asked)s
                OR (shop.auto_buffer AND shop.state <> 'draft' AND %(shop)s IN (
                    SELECT near.%(column1)s FROM %(relation)s AS near
                      JOIN %(relation)s AS own ON own.%(column2)s = near.%(column2)s
                     WHERE own.%(column1)s IN %(asked)s))
            """,
            shop=shop_id,
            warehouse=warehouse_id,
            link=link,
            asked=tuple(shops.ids) or (0,),
            relation=SQL.identifier(field.relation),
            column1=SQL.identifier(field.column1),
            column2=SQL.identifier(field.column2),
        )

    @api.model
    def _get_rules_sql(self, condition):
        """Query of the listings we publish, each with the rule that holds for it.

        :param SQL condition: on ``listing``
        """
        return SQL(
            """
            SELECT listing.id, listing.shop_id, listing.product_id,
                   listing.publish IS TRUE AND shop.off_sale IS NOT TRUE AND company.marketplace_off_sale IS NOT TRUE
                       AND template.marketplace_off_sale IS NOT TRUE AS offered,
                   listing.frozen IS TRUE OR shop.frozen IS TRUE OR company.marketplace_frozen IS TRUE
                       OR template.marketplace_frozen IS TRUE AS frozen,
                   COALESCE(CASE WHEN own THEN listing.publish_share ELSE shop.publish_share END, 0) AS share,
                   COALESCE(CASE WHEN own THEN listing.publish_buffer ELSE shop.publish_buffer END, 0) AS buffer,
                   COALESCE(CASE WHEN own THEN listing.publish_cap ELSE shop.publish_cap END, 0) AS cap,
                   COALESCE(CASE WHEN own THEN listing.publish_end_when ELSE shop.publish_end_when END, 0) AS end_when,
                   shop.auto_buffer IS TRUE AS auto,
                   CASE WHEN shop.auto_buffer THEN COALESCE(listing.auto_buffer, 0) ELSE 0 END AS auto_buffer,
                   GREATEST(listing.auto_buffer, shop.scarce_at, template.marketplace_scarce_at, 0) AS scarce_at,
                   GREATEST(listing.need_qty, 1) AS need, COALESCE(listing.need_qty, 0) > 0 AS sells,
                   CASE WHEN listing.preorder = 'shop' THEN shop.preorder ELSE listing.preorder END AS preorder,
                   NULLIF(shop.publish_priority, 0) AS priority, COALESCE(listing.publish_margin, 0) AS margin,
                   shop.sequence, shop.state = 'running' AND shop.publish_stock AS reached
              FROM marketplace_listing listing
              JOIN marketplace_shop shop ON shop.id = listing.shop_id
              JOIN res_company company ON company.id = shop.company_id
              JOIN product_product product ON product.id = listing.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             CROSS JOIN LATERAL (SELECT listing.override_rule IS TRUE AS own) AS choice
             WHERE listing.active AND listing.state = 'matched' AND listing.fulfilment = 'merchant' AND %s
               AND (template.is_storable OR listing.product_id IN (SELECT product_id FROM kit))
            """,
            condition,
        )

    @api.model
    def _get_offer_sql(self, quantity, buffer, rule=RULE):
        """Whole units that the rule of a listing offers of a quantity after a buffer.

        :param SQL rule: a row of :meth:`_get_rules_sql`
        """
        return SQL(
            """
            (SELECT CASE WHEN NOT %(rule)s.offered OR units <= %(rule)s.end_when THEN 0
                         WHEN %(rule)s.cap > 0 THEN LEAST(units, %(rule)s.cap)
                         ELSE units
                    END
               FROM (SELECT GREATEST(FLOOR(ROUND(
                        ((%(quantity)s - %(buffer)s) * %(rule)s.share / 100)::numeric, 6)), 0) AS units) AS amount)
            """,
            quantity=quantity,
            buffer=buffer,
            rule=rule,
        )

    # === CHANGES === #

    @api.model
    def _get_changes(self, shop):
        """Targets that the shop does not show yet.

        A shop counts its own sales down by itself. Where that alone explains the new target nothing is to be sent,
        and must not be: the number would overwrite sales that we have not heard of yet.

        :return: ``[(listing id, units, day from which they are there, scarce, to be sent)]``
        """
        self._flush_targets()
        return self._execute_targets(
            SQL(
                """
                %s
                SELECT answer.listing_id, answer.target, answer.available_on, answer.scarce,
                       state.due AND NOT (
                           listing.push_state = 'accepted' AND sold.most > 0 AND sold.least = sold.most
                           AND answer.available_on IS NULL AND listing.available_on IS NULL
                           AND answer.target = listing.acknowledged_qty - sold.most)
                  FROM answer
                  JOIN marketplace_listing listing ON listing.id = answer.listing_id
                 CROSS JOIN LATERAL (
                    SELECT listing.push_state = 'none' OR answer.target <> COALESCE(listing.target_qty, 0)
                           OR answer.available_on IS DISTINCT FROM listing.available_on
                           OR (listing.push_state = 'sent' AND listing.pushed_at < %s) AS due
                 ) AS state
                 CROSS JOIN LATERAL (%s) AS sold
                 WHERE NOT answer.frozen
                   AND (state.due OR answer.scarce IS DISTINCT FROM COALESCE(listing.scarce, FALSE))
                """,
                self._get_targets_sql(shop),
                fields.Datetime.now() - ANSWER_TIMEOUT,
                self._get_sold_sql(),
            )
        )

    @api.model
    def _get_sold_sql(self):
        """Query of ``(least, most)``: units of ``listing`` that its shop sold since it acknowledged a quantity.

        Between them lie orders that the shop may or may not have taken off what it shows: unpaid and cancelled ones.
        Where a shop has two listings of the product, the sales of neither are known.
        """
        return SQL(
            """
            SELECT COALESCE(SUM(units) FILTER (WHERE taken_off), 0) AS least,
                   COALESCE(SUM(units) FILTER (WHERE taken_off IS NOT NULL), 0) AS most
              FROM (
                SELECT line.product_uom_qty AS units, (
                    SELECT sale.state <> 'cancel' AND sale.marketplace_status IS DISTINCT FROM 'pending'
                      FROM sale_order sale
                     WHERE sale.id = line.order_id AND sale.marketplace_shop_id = listing.shop_id
                       AND sale.marketplace_fulfilment = 'merchant' AND sale.date_order > listing.acknowledged_at
                ) AS taken_off
                  FROM sale_order_line line
                 WHERE line.product_id = listing.product_id
                   -- What was sold later came in later; the clocks may differ.
                   AND line.create_date > listing.acknowledged_at - INTERVAL '1 hour'
                   AND (listing.product_id, listing.shop_id) NOT IN (SELECT product_id, shop_id FROM twin)
              ) AS sale_line
            """
        )
