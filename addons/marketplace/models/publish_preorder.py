from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .stock_available import OPEN_MOVE_STATES

PREORDER = [
    ("none", "Never"),
    ("after", "When Nothing Is Left Here"),
    ("add", "Besides What Is Here"),
]


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    preorder = fields.Selection(
        PREORDER,
        string="Offer Incoming Stock",
        required=True,
        default="none",
        help="Offer units that are on their way to the shop's warehouses and that nobody has bought yet. The day on "
        "which the last of them arrives is told to marketplaces that know such a day.",
    )
    preorder_days = fields.Integer(
        "Incoming Within (days)", default=30, help="Only what is expected to arrive within this many days is offered."
    )

    @api.constrains("preorder_days")
    def _check_preorder_days(self):
        if any(shop.preorder_days < 0 for shop in self):
            raise ValidationError(self.env._("The days within which stock arrives cannot be negative."))


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    preorder = fields.Selection(
        [("shop", "As the Shop"), *PREORDER],
        string="Offer Incoming Stock",
        required=True,
        default="shop",
        help="Offer units that are on their way to the shop's warehouses and that nobody has bought yet. The day on "
        "which the last of them arrives is told to marketplaces that know such a day.",
    )
    available_on = fields.Date(
        readonly=True, copy=False, help="Day on which all units of the target are here. Empty: they are here now."
    )


class MarketplaceStockPublisher(models.AbstractModel):
    """Counts what is on its way: receipts and transfers from outside that are not done and have a date."""

    _inherit = "marketplace.stock.publisher"

    @api.model
    def _get_incoming_sql(self):
        """Query of ``(shop_id, product_id, quantity, arrival)`` for the shops asked for that may offer it.

        Of a kit it is what comes to be complete by what is on its way to the same warehouse. ``arrival`` is the day of
        the last receipt of what is needed. What is late is expected today.
        """
        return SQL(
            """
            WITH arriving AS (%s)
            SELECT shop_id, product_id, SUM(quantity) AS quantity, MAX(arrival) AS arrival
              FROM arriving WHERE product_id NOT IN (SELECT product_id FROM kit)
             GROUP BY shop_id, product_id
            UNION ALL
            SELECT shop_id, product_id, SUM(quantity), MAX(arrival) FROM (%s) AS completed
             GROUP BY shop_id, product_id
            """,
            self._get_arriving_sql(),
            self._get_completed_kits_sql(),
        )

    @api.model
    def _get_arriving_sql(self):
        """Query of ``(shop_id, warehouse_id, product_id, quantity, arrival)`` of products and components of kits."""
        return SQL(
            """
            SELECT source.shop_id, source.warehouse_id, receipt.product_id, SUM(receipt.quantity) AS quantity,
                   GREATEST(MAX(receipt.date), %(now)s)::date AS arrival
              FROM (%(receipts)s) AS receipt
              JOIN source ON source.warehouse_id = receipt.warehouse_id AND source.asked
              JOIN marketplace_shop shop ON shop.id = source.shop_id
             WHERE receipt.date < %(now)s + shop.preorder_days * INTERVAL '1 day'
               AND receipt.product_id IN (
                   SELECT piece.product_id FROM piece JOIN listed ON listed.id = piece.listing_id
                    WHERE listed.preorder <> 'none')
               -- Decided once, before any move is read.
               AND EXISTS (SELECT FROM listed WHERE preorder <> 'none')
             GROUP BY source.shop_id, source.warehouse_id, receipt.product_id
            """,
            now=fields.Datetime.now(),
            receipts=self._get_receipts_sql(),
        )

    @api.model
    def _get_receipts_sql(self):
        """Query of ``(product_id, warehouse_id, quantity, date)``: open moves into warehouses from outside."""
        return SQL(
            """
            SELECT move.product_id, target.warehouse_id, move.product_qty AS quantity, move.date
              FROM stock_move move
              JOIN stock_location origin ON origin.id = move.location_id
              JOIN stock_location target ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE move.state IN %s AND origin.usage IN ('supplier', 'transit')
               AND origin.warehouse_id IS DISTINCT FROM target.warehouse_id
            """,
            OPEN_MOVE_STATES,
        )

    @api.model
    def _get_completed_kits_sql(self):
        """Query of ``(shop_id, product_id, quantity, arrival)`` per warehouse: whole kits more, with what arrives."""
        return SQL(
            """
            SELECT shop_id, product_id, MIN(then_whole) - MIN(now_whole) AS quantity,
                   MAX(arrival) FILTER (WHERE here < then_whole) AS arrival
              FROM (
                SELECT source.shop_id, source.warehouse_id, kit.product_id, part.here, arriving.arrival,
                       FLOOR(MIN(part.here) OVER whole) AS now_whole,
                       FLOOR(MIN(part.here + part.coming) OVER whole) AS then_whole
                  FROM kit
                  JOIN source ON source.asked
                  LEFT JOIN cell ON cell.product_id = kit.component_id AND cell.warehouse_id = source.warehouse_id
                  LEFT JOIN arriving ON arriving.product_id = kit.component_id
                       AND arriving.shop_id = source.shop_id AND arriving.warehouse_id = source.warehouse_id
                 CROSS JOIN LATERAL (
                    SELECT ROUND((COALESCE(cell.quantity, 0) / kit.factor)::numeric, 6) AS here,
                           ROUND((COALESCE(arriving.quantity, 0) / kit.factor)::numeric, 6) AS coming
                 ) AS part
                 WHERE kit.product_id IN (SELECT product_id FROM listed WHERE preorder <> 'none')
                WINDOW whole AS (PARTITION BY source.shop_id, source.warehouse_id, kit.product_id)
              ) AS piece_of_kit
             GROUP BY shop_id, warehouse_id, product_id
            """
        )

    @api.model
    def _get_arrivals(self, products, warehouse):
        """Day on which the last of what is on its way to a warehouse arrives: ``{product id: date}``, in one query."""
        if not products:
            return {}
        self._flush_stock()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT product_id, GREATEST(MAX(date), %s)::date
                      FROM (%s) AS receipt
                     WHERE warehouse_id = %s AND product_id IN %s
                     GROUP BY product_id
                    """,
                    fields.Datetime.now(),
                    self._get_receipts_sql(),
                    warehouse.id,
                    tuple(products.ids),
                )
            )
        )


class MarketplaceStockReserver(models.AbstractModel):
    _inherit = "marketplace.stock.reserver"

    def _describe_shortages(self, warehouse, short):
        """Override of `marketplace`: the note of an order that waits for stock says when that arrives."""
        products = self.env["stock.move"].sudo().concat(*short.values()).product_id
        arrivals = self.env["marketplace.stock.publisher"]._get_arrivals(products, warehouse)
        notes = super()._describe_shortages(warehouse, short)
        return {
            order: "\n".join([note, *self._describe_arrivals(short[order].product_id, arrivals)])
            for order, note in notes.items()
        }

    def _describe_arrivals(self, products, arrivals):
        for product in products:
            if product.id in arrivals:
                day = format_date(self.env, arrivals[product.id])
                yield self.env._("%(product)s: expected on %(day)s", product=product.display_name, day=day)
