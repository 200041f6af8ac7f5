from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A feed that has not answered by then is taken for lost and the quantity is sent again.
ANSWER_TIMEOUT = timedelta(hours=2)
OPEN_MOVE_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class MarketplaceStockPublisher(models.AbstractModel):
    """Keeps the quantities in the shops equal to what can be sold. This part computes them, each in one query."""

    _name = "marketplace.stock.publisher"
    _description = "Stock Publisher"

    # === AVAILABLE STOCK === #

    @api.model
    def _compute_available(self, products, warehouses):
        """Units that can still be sold, computed in one query.

        On hand − reserved − open demand that is not reserved yet − units in pending marketplace orders.

        :return: ``[(product id, warehouse id, quantity)]`` in the product's unit; what is missing has nothing: 0
        """
        if not products or not warehouses:
            return []
        self._flush_stock()
        return self.env.execute_query(
            SQL(
                "SELECT product_id, warehouse_id, SUM(quantity) FROM (%s) AS part GROUP BY product_id, warehouse_id",
                self._get_parts_sql(SQL("%s", tuple(products.ids)), SQL("%s", tuple(warehouses.ids))),
            )
        )

    @api.model
    def _flush_stock(self):
        """Write to the database what the query of available stock reads."""
        self.env["stock.location"].flush_model(["warehouse_id"])
        self.env["stock.quant"].flush_model(["product_id", "location_id", "quantity", "reserved_quantity"])
        self.env["stock.move"].flush_model(
            ["product_id", "location_id", "location_dest_id", "location_final_id", "state", "product_qty"]
            + ["product_uom_qty", "quantity"]
        )
        self.env["product.product"].flush_model(["product_tmpl_id"])
        self.env["product.template"].flush_model(["uom_id", "is_storable"])
        self.env["sale.order"].flush_model(["state", "marketplace_shop_id", "marketplace_fulfilment"])
        self.env["sale.order.line"].flush_model(
            ["order_id", "product_id", "product_uom_id", "product_uom_qty", "warehouse_id"]
        )

    @api.model
    def _get_parts_sql(self, product_ids, warehouse_ids):
        """Query of ``(product_id, warehouse_id, quantity)``, several rows each, that add up to the available stock.

        :param SQL product_ids: what may stand after ``IN``
        :param SQL warehouse_ids: what may stand after ``IN``
        """
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._get_free_sql(product_ids, warehouse_ids),
            self._get_demand_sql(product_ids, warehouse_ids),
            self._get_pending_sql(product_ids, warehouse_ids),
        )

    @api.model
    def _get_free_sql(self, product_ids, warehouse_ids):
        """On hand minus reserved, per quant. A quant that only carries a reservation has no quantity."""
        return SQL(
            """
            SELECT quant.product_id, location.warehouse_id,
                   COALESCE(quant.quantity, 0) - COALESCE(quant.reserved_quantity, 0) AS quantity
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
             WHERE location.warehouse_id IN %s AND quant.product_id IN %s
            """,
            warehouse_ids,
            product_ids,
        )

    @api.model
    def _get_demand_sql(self, product_ids, warehouse_ids):
        """What confirmed transfers will take out of the warehouse and have not reserved, as negative quantities."""
        return SQL(
            """
            SELECT move.product_id, source.warehouse_id,
                   -GREATEST(move.product_qty * (1 - COALESCE(move.quantity, 0) / move.product_uom_qty), 0)
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE move.state IN %s AND move.product_uom_qty > 0
               AND source.warehouse_id IN %s AND move.product_id IN %s
               AND target.warehouse_id IS DISTINCT FROM source.warehouse_id
            """,
            OPEN_MOVE_STATES,
            warehouse_ids,
            product_ids,
        )

    @api.model
    def _get_pending_sql(self, product_ids, warehouse_ids):
        """Units in marketplace orders that are not confirmed yet, as negative quantities."""
        return SQL(
            """
            SELECT line.product_id, line.warehouse_id,
                   -line.product_uom_qty * line_uom.factor / product_uom.factor
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE sale.marketplace_shop_id IS NOT NULL AND sale.state IN ('draft', 'sent')
               AND sale.marketplace_fulfilment = 'merchant'
               AND line.warehouse_id IN %s AND line.product_id IN %s
            """,
            warehouse_ids,
            product_ids,
        )

    # === TARGETS === #

    @api.model
    def _compute_targets(self, shops):
        """Units that each published listing of the shops should show, computed in one query.

        :return: ``[(listing id, units)]`` of active, matched listings of storable products that we ship ourselves
        """
        self._flush_targets()
        return self.env.execute_query(self._get_targets_sql(shops))

    @api.model
    def _flush_targets(self):
        self._flush_stock()
        rule = ["publish_share", "publish_buffer", "publish_cap", "publish_end_when"]
        self.env["marketplace.shop"].flush_model(["warehouse_ids", *rule])
        self.env["marketplace.listing"].flush_model(
            ["shop_id", "product_id", "active", "state", "fulfilment", "publish", "override_rule", *rule]
            + ["target_qty", "push_state", "pushed_at"]
        )

    @api.model
    def _get_targets_sql(self, shops):
        """Query of ``(listing_id, target)``; a shop without warehouses has no targets rather than zeros."""
        field = self.env["marketplace.shop"]._fields["warehouse_ids"]
        source = SQL(
            "SELECT %s AS shop_id, %s AS warehouse_id FROM %s WHERE %s IN %s",
            SQL.identifier(field.column1),
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            tuple(shops.ids) or (0,),
        )
        parts = self._get_parts_sql(SQL("(SELECT product_id FROM listed)"), SQL("(SELECT warehouse_id FROM source)"))
        return SQL(
            """
            WITH source AS (%s),
                 listed AS (
                SELECT listing.*
                  FROM marketplace_listing listing
                  JOIN product_product product ON product.id = listing.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE listing.shop_id IN (SELECT shop_id FROM source) AND listing.active
                   AND listing.state = 'matched' AND listing.fulfilment = 'merchant' AND template.is_storable
            ),   available AS (
                SELECT source.shop_id, part.product_id, SUM(part.quantity) AS quantity
                  FROM (%s) AS part
                  JOIN source ON source.warehouse_id = part.warehouse_id
                 GROUP BY source.shop_id, part.product_id
            )
            SELECT listing.id AS listing_id,
                   CASE WHEN listing.publish IS NOT TRUE OR offer.quantity <= COALESCE(rule.end_when, 0) THEN 0
                        WHEN rule.cap > 0 THEN LEAST(offer.quantity, rule.cap)
                        ELSE offer.quantity
                   END::integer AS target
              FROM listed listing
              JOIN marketplace_shop shop ON shop.id = listing.shop_id
              LEFT JOIN available ON available.shop_id = listing.shop_id AND available.product_id = listing.product_id
             CROSS JOIN LATERAL (
                SELECT CASE WHEN own THEN listing.publish_share ELSE shop.publish_share END AS share,
                       COALESCE(CASE WHEN own THEN listing.publish_buffer ELSE shop.publish_buffer END, 0) AS buffer,
                       COALESCE(CASE WHEN own THEN listing.publish_cap ELSE shop.publish_cap END, 0) AS cap,
                       CASE WHEN own THEN listing.publish_end_when ELSE shop.publish_end_when END AS end_when
                  FROM (SELECT listing.override_rule IS TRUE AS own) AS choice
             ) AS rule
             CROSS JOIN LATERAL (
                SELECT GREATEST(FLOOR(ROUND(
                           ((COALESCE(available.quantity, 0) - rule.buffer) * COALESCE(rule.share, 0) / 100)::numeric, 6
                       )), 0) AS quantity
             ) AS offer
            """,
            source,
            parts,
        )

    @api.model
    def _get_changes(self, shop):
        """Targets that the shop has not been told yet.

        :return: ``[(listing id, units)]``
        """
        self._flush_targets()
        return self.env.execute_query(
            SQL(
                """
                SELECT change.listing_id, change.target
                  FROM (%s) AS change
                  JOIN marketplace_listing listing ON listing.id = change.listing_id
                 WHERE listing.push_state = 'none' OR change.target <> COALESCE(listing.target_qty, 0)
                    OR (listing.push_state = 'sent' AND listing.pushed_at < %s)
                """,
                self._get_targets_sql(shop),
                fields.Datetime.now() - ANSWER_TIMEOUT,
            )
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _marketplace_pending_idx = models.Index(
        "(warehouse_id) WHERE marketplace_shop_id IS NOT NULL AND state IN ('draft', 'sent')"
    )
