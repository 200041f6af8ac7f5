from odoo import models


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    def _match_orders(self):
        """Find the orders, order lines, shops and products that amounts are about: a fixed number of statements,
        however many amounts there are."""
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env["marketplace.listing"].flush_model()
        for statement in (_MATCH_ORDERS, _MATCH_ITEMS, _MATCH_SKUS_OF_ORDERS, _MATCH_LISTINGS):
            self.env.cr.execute(statement, {"settlement": self.id})
        self.env["marketplace.settlement.line"].invalidate_model()
        self.env.cr.execute(
            "SELECT count(*) FROM marketplace_settlement_line"
            " WHERE settlement_id = %s AND order_ref IS NOT NULL AND order_id IS NULL",
            [self.id],
        )
        self.unmatched_count = self.env.cr.fetchone()[0]

    def action_match(self):
        """Look for the orders once more, after they were imported."""
        self.check_access("write")
        for settlement in self.sudo():
            settlement._match_orders()


_MATCH_ORDERS = """
    UPDATE marketplace_settlement_line line
       SET order_id = sale.id, shop_id = sale.marketplace_shop_id
      FROM sale_order sale JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
     WHERE line.settlement_id = %(settlement)s AND line.order_ref IS NOT NULL AND line.order_id IS NULL
       AND sale.marketplace_ref = line.order_ref AND shop.account_id = line.account_id
"""
_MATCH_ITEMS = """
    UPDATE marketplace_settlement_line line
       SET sale_line_id = item.id, product_id = item.product_id
      FROM sale_order_line item
     WHERE line.settlement_id = %(settlement)s AND line.sale_line_id IS NULL
       AND item.order_id = line.order_id AND item.marketplace_line_ref = line.order_line_ref
"""
# An order with one line of a SKU's product leaves no doubt which line the SKU means.
_MATCH_SKUS_OF_ORDERS = """
    UPDATE marketplace_settlement_line line
       SET sale_line_id = item.id, product_id = item.product_id
      FROM (SELECT entry.id AS line_id, min(item.id) AS id, min(item.product_id) AS product_id
              FROM marketplace_settlement_line entry
              JOIN marketplace_listing listing ON listing.shop_id = entry.shop_id AND listing.sku = entry.sku
              JOIN sale_order_line item ON item.order_id = entry.order_id AND item.product_id = listing.product_id
             WHERE entry.settlement_id = %(settlement)s AND entry.sale_line_id IS NULL AND entry.order_line_ref IS NULL
             GROUP BY entry.id
            HAVING count(DISTINCT item.id) = 1) item
     WHERE line.id = item.line_id
"""
_MATCH_LISTINGS = """
    UPDATE marketplace_settlement_line line
       SET product_id = listing.product_id
      FROM marketplace_listing listing JOIN marketplace_shop shop ON shop.id = listing.shop_id
     WHERE line.settlement_id = %(settlement)s AND line.product_id IS NULL AND line.sku IS NOT NULL
       AND listing.sku = line.sku AND shop.account_id = line.account_id AND listing.product_id IS NOT NULL
       AND (line.shop_id IS NULL OR listing.shop_id = line.shop_id)
"""
