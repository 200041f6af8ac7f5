from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .line_units import LINE_PRODUCT, LINE_UNITS

OPEN_MOVE_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class MarketplaceStockPublisher(models.AbstractModel):
    """Keeps the quantities in the shops equal to what can be sold. This part counts what can be sold."""

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
        warehouse_ids = SQL("%s", tuple(warehouses.ids))
        asked = SQL("SELECT UNNEST(%s) AS product_id", list(products.ids))
        return self.env.execute_query(
            SQL(
                """
                WITH asked AS (%s),
                     kit AS (%s),
                     cell AS (%s),
                     place AS (SELECT id AS warehouse_id FROM stock_warehouse WHERE id IN %s)
                SELECT product_id, warehouse_id, quantity FROM cell JOIN asked USING (product_id)
                 WHERE product_id NOT IN (SELECT product_id FROM kit)
                UNION ALL
                SELECT product_id, warehouse_id, quantity FROM (%s) AS kit_cell JOIN asked USING (product_id)
                """,
                asked,
                self._get_kits_sql(warehouses),
                self._get_cells_sql(
                    SQL(
                        "(SELECT product_id FROM asked"
                        " UNION SELECT component_id FROM kit JOIN asked USING (product_id))"
                    ),
                    warehouse_ids,
                ),
                warehouse_ids,
                self._get_kit_cells_sql(),
            )
        )

    @api.model
    def _get_cells_sql(self, product_ids, warehouse_ids):
        """Query of ``(product_id, warehouse_id, quantity)``: what can still be sold of a product in a warehouse."""
        return SQL(
            "SELECT product_id, warehouse_id, SUM(quantity) AS quantity FROM (%s) AS part"
            " GROUP BY product_id, warehouse_id",
            self._get_parts_sql(product_ids, warehouse_ids),
        )

    @api.model
    def _get_kit_cells_sql(self):
        """Query of ``(product_id, warehouse_id, quantity)``: whole kits that the components in each ``place`` allow."""
        return SQL(
            """
            SELECT kit.product_id, place.warehouse_id,
                   FLOOR(ROUND(MIN(COALESCE(cell.quantity, 0) / kit.factor), 6)) AS quantity
              FROM kit
             CROSS JOIN place
              LEFT JOIN cell ON cell.product_id = kit.component_id AND cell.warehouse_id = place.warehouse_id
             GROUP BY kit.product_id, place.warehouse_id
            """
        )

    @api.model
    def _get_kit_contents(self, company, products=None):
        """Products that are sold as a set of others; addons that know such products override this.

        :param products: the products asked about; all by default
        :return: ``{product: {component: units per unit of the product}}``, components being no sets themselves
        """
        return {}

    @api.model
    def _get_kits(self, owners):
        """What kits take from the shelf.

        :param owners: shops or warehouses; the kits of their companies are meant
        :return: ``[(product id, component id, units of the component per unit of the product)]``, components being
            storable and no sets themselves
        """
        contents = {}
        for company in owners.company_id:
            contents = self._get_kit_contents(company) | contents
        return [
            (product.id, component.id, units)
            for product, components in contents.items()
            for component, units in components.items()
            if component.is_storable
        ]

    @api.model
    def _get_kit_parts(self, owners):
        """Components of each kit: ``{product id: [(component id, units per unit of the product)]}``."""
        parts = defaultdict(list)
        for product_id, component_id, factor in self._get_kits(owners):
            parts[product_id].append((component_id, float(factor)))
        return parts

    @api.model
    def _get_kits_sql(self, owners):
        """Query of ``(product_id, component_id, factor)``: what is taken from the shelf for a unit of a kit."""
        kits = self._get_kits(owners)
        if not kits:
            return SQL("SELECT 0 AS product_id, 0 AS component_id, 1::numeric AS factor WHERE FALSE")
        product_ids, component_ids, factors = zip(*kits, strict=True)
        return SQL(
            "SELECT * FROM UNNEST(%s::integer[], %s::integer[], %s::numeric[])"
            " AS kit (product_id, component_id, factor)",
            list(product_ids),
            list(component_ids),
            list(factors),
        )

    @api.model
    def _flush_stock(self):
        """Write to the database what the query of available stock reads."""
        self.env["stock.location"].flush_model(["warehouse_id"])
        self.env["stock.quant"].flush_model(["product_id", "location_id", "quantity", "reserved_quantity"])
        self.env["stock.move"].flush_model(
            ["product_id", "location_id", "location_dest_id", "location_final_id", "state", "product_qty"]
            + ["product_uom_qty", "quantity", "date"]
        )
        self.env["product.product"].flush_model(["product_tmpl_id"])
        self.env["product.template"].flush_model(["uom_id", "is_storable"])
        self.env["sale.order"].flush_model(["state", "marketplace_shop_id", "marketplace_fulfilment"])
        self.env["sale.order.line"].flush_model(
            ["order_id", "product_id", "product_uom_id", "product_uom_qty", "warehouse_id"]
        )

    @api.model
    def _get_parts_sql(self, product_ids, warehouse_ids):
        """Query of ``(product_id, warehouse_id, kind, quantity)``, several rows each, that add up to the available
        stock. It reads the kits from a ``kit`` of :meth:`_get_kits_sql` around it.

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
            SELECT quant.product_id, location.warehouse_id, 'free' AS kind,
                   COALESCE(quant.quantity, 0) - COALESCE(quant.reserved_quantity, 0) AS quantity
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
             WHERE location.warehouse_id IN %s AND quant.product_id IN %s
            """,
            warehouse_ids,
            product_ids,
        )

    @api.model
    def _get_counted_sql(self, product_ids, warehouse_ids):
        """The parts one by one, for people: ``on_hand`` and ``reserved`` in place of the ``free`` units."""
        return SQL(
            """
            SELECT quant.product_id, location.warehouse_id, part.kind, part.quantity
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
             CROSS JOIN LATERAL (
                VALUES ('on_hand', COALESCE(quant.quantity, 0)), ('reserved', -COALESCE(quant.reserved_quantity, 0))
             ) AS part (kind, quantity)
             WHERE location.warehouse_id IN %s AND quant.product_id IN %s
            UNION ALL %s UNION ALL %s
            """,
            warehouse_ids,
            product_ids,
            self._get_demand_sql(product_ids, warehouse_ids),
            self._get_pending_sql(product_ids, warehouse_ids),
        )

    @api.model
    def _get_demand_sql(self, product_ids, warehouse_ids):
        """What confirmed transfers will take out of the warehouse and have not reserved, as negative quantities."""
        return SQL(
            """
            SELECT move.product_id, source.warehouse_id, 'demand',
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
        """Units in marketplace orders that are not confirmed yet, as negative quantities; kits by their components."""
        return SQL(
            """
            SELECT COALESCE(kit.component_id, line.product_id), line.warehouse_id, 'pending',
                   -%s * COALESCE(kit.factor, 1)
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
              %s
              LEFT JOIN kit ON kit.product_id = line.product_id
             WHERE sale.marketplace_shop_id IS NOT NULL AND sale.state IN ('draft', 'sent')
               AND sale.marketplace_fulfilment = 'merchant'
               AND line.warehouse_id IN %s AND COALESCE(kit.component_id, line.product_id) IN %s
            """,
            LINE_UNITS,
            LINE_PRODUCT,
            warehouse_ids,
            product_ids,
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _marketplace_pending_idx = models.Index(
        "(warehouse_id) WHERE marketplace_shop_id IS NOT NULL AND state IN ('draft', 'sent')"
    )
