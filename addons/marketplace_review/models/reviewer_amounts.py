from odoo import fields, models
from odoo.tools import SQL

from ..checks.amounts import learn
from ..checks.finding import Finding
from ..checks.text import digest


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    # === FAR FROM THE USUAL === #

    def _check_amount(self, cases):
        """Unit prices far from what the shop usually gets for the product."""
        history = self._get_history(cases)
        parts = {}
        for order, product, units, amount in self._get_sales(cases):
            counts = history["price"].get((order.marketplace_shop_id.id, product.id, order.currency_id.id), {})
            price = amount / units
            usual = self._learn(cases.rule, counts, log=True)
            if usual and (price <= 0 or abs(usual.score(price)) > cases.rule.threshold):
                low, high = usual.bounds(cases.rule.threshold)
                show = (self._money(value, order.currency_id) for value in (price, usual.typical, low, high))
                parts.setdefault(order, []).append((product, f"{price:.2f}", *show, usual.count))
        note = self.env._("A price is far from what this shop usually gets. Check the offer and its coupons.")
        return [self._prepare_unusual_finding(order, "amount", note, found) for order, found in parts.items()]

    def _check_quantity(self, cases):
        """Many more units than buyers of the shop usually take."""
        history = self._get_history(cases)
        parts = {}
        for order, product, units, _amount in self._get_sales(cases):
            counts = history["units"].get((order.marketplace_shop_id.id, product.id), {})
            usual = self._learn(cases.rule, counts)
            if usual and usual.score(units) > cases.rule.threshold:
                show = (f"{value:g}" for value in (units, usual.typical, 0, int(usual.bounds(cases.rule.threshold)[1])))
                parts.setdefault(order, []).append((product, f"{units:g}", *show, usual.count))
        note = self.env._("Many more units than usual. Make sure that the buyer means it and can be served.")
        return [self._prepare_unusual_finding(order, "quantity", note, found) for order, found in parts.items()]

    def _learn(self, rule, counts, log=False):
        return learn(counts, minimum=rule.minimum_count, least_spread=rule.least_spread, log=log)

    def _prepare_unusual_finding(self, order, kind, note, found):
        """:param list found: ``[(product, value, shown value, usual, low, high, orders seen)]``"""
        evidence = []
        for product, _value, shown, usual, low, high, count in found:
            evidence += [
                (product.display_name, shown),
                (self.env._("Usual"), self.env._("%(usual)s, by %(count)s orders", usual=usual, count=count)),
                (self.env._("Not held"), self.env._("from %(low)s to %(high)s", low=low, high=high)),
            ]
        fingerprint = digest(*sorted(f"{product.id}:{value}" for product, value, *_rest in found))
        return Finding(order.id, kind, note, tuple(evidence), fingerprint)

    def _get_history(self, cases):
        """What was sold of the products under review, and for how much.

        :return: ``{"price": {(shop id, product id, currency id): {price: orders}}, "units": {(shop id, product id):
            {units: orders}}}``, prices per unit without tax
        """
        since = cases.rule._get_since(fields.Datetime.now())
        return cases.keep(("history", cases.rule.window_days), lambda: self._load_history(cases.everything, since))

    def _load_history(self, orders, since):
        self.env["sale.order"].flush_model(
            ["state", "date_order", "marketplace_shop_id", "currency_id", "marketplace_is_replacement"]
        )
        self.env["sale.order.line"].flush_model(
            ["order_id", "product_id", "product_uom_qty", "price_subtotal", "marketplace_line_ref"]
        )
        history = {"price": {}, "units": {}}
        products = self._get_goods(orders).product_id
        if not products:
            return history
        rows = self.env.execute_query(
            SQL(
                """
                SELECT shop_id, product_id, currency_id, price, units, COUNT(*)
                  FROM (SELECT o.marketplace_shop_id AS shop_id, l.product_id, o.currency_id,
                               ROUND(SUM(l.price_subtotal) / SUM(l.product_uom_qty), 2)::float AS price,
                               SUM(l.product_uom_qty)::float AS units
                          FROM sale_order_line l
                          JOIN sale_order o ON o.id = l.order_id
                          LEFT JOIN UNNEST(%s) AS reviewed (id) ON reviewed.id = o.id
                         WHERE l.product_id = ANY(%s) AND o.marketplace_shop_id = ANY(%s) AND o.state = 'sale'
                           AND o.date_order >= %s AND l.marketplace_line_ref IS NOT NULL AND l.product_uom_qty > 0
                           AND reviewed.id IS NULL AND o.marketplace_is_replacement IS NOT TRUE
                         GROUP BY o.id, l.product_id) AS sold
                 GROUP BY shop_id, product_id, currency_id, price, units
                """,
                orders.ids,
                products.ids,
                orders.marketplace_shop_id.ids,
                since,
            )
        )
        for shop_id, product_id, currency_id, price, units, count in rows:
            prices = history["price"].setdefault((shop_id, product_id, currency_id), {})
            prices[price] = prices.get(price, 0) + count
            quantities = history["units"].setdefault((shop_id, product_id), {})
            quantities[units] = quantities.get(units, 0) + count
        return history

    # === FLOOR === #

    def _check_price(self, cases):
        """Unit prices below the floor of the listing or, without one, of the product."""
        floors = self._get_listing_floors(cases)
        parts = {}
        for order, product, units, amount in self._get_sales(cases):
            floor, currency = floors.get((order.marketplace_shop_id, product), (0.0, order.currency_id))
            if not floor:
                product_floor = product.with_company(order.company_id).marketplace_floor_price
                floor, currency = product_floor, order.company_id.currency_id
            price = self._convert(order, amount / units, currency)
            if floor and currency.compare_amounts(price, floor) < 0:
                parts.setdefault(order, []).append((product, price, floor, currency))
        return [self._prepare_floor_finding(order, found) for order, found in parts.items()]

    def _get_listing_floors(self, cases):
        """Lowest floor of the listings that sell a product in a shop.

        :return: ``{(shop, product): (price, currency)}``
        """
        products = self.env["product.product"].union(*(product for _order, product, *_sale in self._get_sales(cases)))
        listings = self.env["marketplace.listing"].search(
            [
                ("shop_id", "in", cases.orders.marketplace_shop_id.ids),
                ("product_id", "in", products.ids),
                ("floor_price", ">", 0),
            ],
            order="floor_price desc",
        )
        return {
            (listing.shop_id, listing.product_id): (
                listing.floor_price,
                listing.currency_id or listing.shop_id.currency_id,
            )
            for listing in listings
        }

    def _convert(self, order, amount, currency):
        """An amount of an order in another currency, at the rate of the order where it is the company's."""
        if currency == order.currency_id:
            return amount
        in_company = amount / (order.currency_rate or 1)
        own = order.company_id.currency_id
        return in_company if currency == own else own._convert(in_company, currency, order.company_id, order.date_order)

    def _prepare_floor_finding(self, order, found):
        evidence = []
        for product, price, floor, currency in found:
            evidence += [
                (product.display_name, self._money(price, currency)),
                (self.env._("Lowest price"), self._money(floor, currency)),
                (self.env._("Short by"), self._money(floor - price, currency)),
            ]
        return Finding(
            order.id,
            "price",
            self.env._("Sold below the lowest price. Correct the offer, then decide whether to ship this one."),
            tuple(evidence),
            digest(*sorted(f"{product.id}:{price:.2f}:{floor:.2f}" for product, price, floor, _currency in found)),
        )
