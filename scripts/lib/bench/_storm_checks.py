"""What must hold after every step of the storm, each as one query that finds what breaks it."""

from collections import Counter

# Units that can be promised, from the books alone: what lies there, less what living orders still ask for.
AVAILABLE = """
    SELECT product.id AS product_id, COALESCE(shelf.units, 0) - COALESCE(asked.units, 0) AS units
      FROM unnest(%(products)s) AS product (id)
      LEFT JOIN (
        SELECT quant.product_id, SUM(quant.quantity) AS units
          FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
         WHERE place.usage = 'internal' GROUP BY quant.product_id
      ) AS shelf ON shelf.product_id = product.id
      LEFT JOIN (
        SELECT line.product_id, SUM(line.product_uom_qty - LEAST(line.qty_delivered, line.product_uom_qty)) AS units
          FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
         WHERE sale.state IN ('draft', 'sale') AND NOT EXISTS (
            SELECT FROM stock_picking picking WHERE picking.sale_id = sale.id AND picking.state = 'done')
         GROUP BY line.product_id
      ) AS asked ON asked.product_id = product.id
"""
SHORT = "move.state IN ('waiting', 'confirmed', 'partially_available')"
CHECKS = {
    "reserved_beyond_on_hand": """
        SELECT quant.product_id FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
         WHERE place.usage = 'internal' AND (quant.reserved_quantity > quant.quantity OR quant.quantity < 0)
        UNION ALL
        SELECT quant.product_id FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
         WHERE place.usage = 'internal' GROUP BY quant.product_id, place.warehouse_id
        HAVING SUM(quant.reserved_quantity) > SUM(quant.quantity)
    """,
    "reserved_unlike_transfers": """
        SELECT product_id FROM (
            SELECT quant.product_id, quant.location_id, quant.reserved_quantity AS units
              FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
             WHERE place.usage = 'internal'
            UNION ALL
            SELECT line.product_id, line.location_id, -line.quantity_product_uom
              FROM stock_move_line line JOIN stock_location place ON place.id = line.location_id
             WHERE place.usage = 'internal' AND line.state IN ('assigned', 'partially_available')
        ) AS part GROUP BY product_id, location_id HAVING SUM(units) <> 0
    """,
    "oversold": f"""
        SELECT sale.id FROM sale_order sale
         WHERE sale.state = 'sale' AND sale.marketplace_shop_id IS NOT NULL AND sale.marketplace_hold IS NULL
           AND (EXISTS (SELECT FROM stock_move move JOIN sale_order_line line ON line.id = move.sale_line_id
                         WHERE line.order_id = sale.id AND {SHORT})
             OR NOT EXISTS (SELECT FROM stock_move move JOIN sale_order_line line ON line.id = move.sale_line_id
                             WHERE line.order_id = sale.id AND move.state IN ('assigned', 'done')))
    """,
    "held_without_reason": """
        SELECT id FROM sale_order WHERE (marketplace_hold IS NULL) <> (COALESCE(marketplace_hold_note, '') = '')
           AND marketplace_shop_id IS NOT NULL
    """,
    "doubled": """
        SELECT min(id) FROM sale_order WHERE marketplace_shop_id IS NOT NULL
         GROUP BY marketplace_shop_id, marketplace_ref HAVING count(*) > 1
        UNION ALL
        SELECT line.order_id FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
         WHERE sale.marketplace_shop_id IS NOT NULL AND sale.state <> 'cancel'
         GROUP BY line.order_id HAVING SUM(line.product_uom_qty) <> 1
        UNION ALL
        SELECT line.order_id FROM stock_move move JOIN sale_order_line line ON line.id = move.sale_line_id
         WHERE move.state <> 'cancel' AND move.origin_returned_move_id IS NULL
         GROUP BY line.order_id HAVING SUM(move.product_uom_qty) <> 1
    """,
    "stuck": "SELECT id FROM marketplace_inbox WHERE state IN ('new', 'waiting', 'failed')",
}
# Right after the shops were told: no shop is to show more than there is, nor all of them together where it is divided.
PUBLISHED = f"""
    WITH available AS ({AVAILABLE})
    SELECT listing.id FROM marketplace_listing listing JOIN available USING (product_id)
     WHERE listing.target_qty > GREATEST(available.units, 0)
    UNION ALL
    SELECT listing.product_id FROM marketplace_listing listing JOIN available USING (product_id)
     WHERE listing.scarce GROUP BY listing.product_id, available.units
    HAVING SUM(listing.target_qty) > GREATEST(available.units, 0)
"""


class Checks:
    """Counts what was checked and what was found.

    :param cr: cursor of the process that watches; every check reads what is committed, and writes nothing
    :param products: ids of the storm's products
    """

    def __init__(self, cr, products: list[int]):
        self.cr = cr
        self.products = products
        self.done = 0
        self.violations: Counter = Counter()
        self.examples: dict[str, object] = {}

    def _query(self, statement: str) -> list[tuple]:
        self.cr.execute(statement, {"products": self.products})
        rows = self.cr.fetchall()
        self.cr.rollback()
        return rows

    def note(self, name: str, found: list) -> None:
        """Record that a check was made, and what broke it."""
        self.done += 1
        self.violations[name] += len(found)
        if found:
            self.examples.setdefault(name, found[:3])

    def stand(self) -> None:
        """What must hold at any time when no work is waiting."""
        for name, statement in CHECKS.items():
            self.note(name, self._query(statement))

    def published(self) -> None:
        self.note("published_beyond_available", self._query(PUBLISHED))

    def available(self) -> dict[int, float]:
        """Units that can be promised, by product."""
        return {product_id: float(units) for product_id, units in self._query(AVAILABLE)}

    def orders(self) -> dict[tuple[str, str], tuple]:
        """``{(shop, number): (state, marketplace's status, hold, transfer left)}`` as the house knows them."""
        rows = self._query(
            """
            SELECT shop.external_id, sale.marketplace_ref, sale.state, sale.marketplace_status,
                   COALESCE(sale.marketplace_hold, ''), EXISTS (
                       SELECT FROM stock_picking picking WHERE picking.sale_id = sale.id AND picking.state = 'done')
              FROM sale_order sale JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
            """
        )
        return {row[:2]: row[2:] for row in rows}

    def held_short(self) -> int:
        """Orders that were ever held for want of stock."""
        return self._query(
            """SELECT count(DISTINCT order_id) FROM marketplace_order_event
                WHERE kind = 'held' AND data ->> 'hold' = 'short'"""
        )[0][0]
