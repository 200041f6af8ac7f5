from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL, format_datetime

from ..checks.duplicates import Purchase, find_duplicates
from ..checks.finding import Finding
from ..checks.text import address_digest, digest, tokens


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    # === DUPLICATES === #

    def _check_duplicate(self, cases):
        """Later orders of the same buyer, to the same address, with the same products."""
        rule = cases.rule
        around = self._load_purchases(cases.orders, rule)
        found = find_duplicates(
            [around[order.id][0] for order in cases.orders if order.id in around],
            [purchase for purchase, _ref, _shop in around.values()],
            rule.hours,
        )
        return [
            self._prepare_duplicate_finding(order, [around[earlier.order] for earlier in found[order.id]])
            for order in cases.orders
            if order.id in found
        ]

    def _load_purchases(self, orders, rule):
        """What was bought around the orders, by whoever lives where they go to, as far as it was bought twice.

        :return: ``{order id: (Purchase, marketplace order, shop name)}``
        """
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "product_uom_qty", "marketplace_line_ref"])
        self.env["res.partner"].flush_model()
        first, last = min(orders.mapped("date_order")), max(orders.mapped("date_order"))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.id, o.marketplace_ref, s.name, s.account_id, o.marketplace_shop_id, b.marketplace_key,
                       COALESCE(p.name, ''), CONCAT_WS(' ', p.street, p.street2), COALESCE(p.city, ''),
                       COALESCE(p.zip, ''), COALESCE(c.code, ''), o.date_order, l.product_id, SUM(l.product_uom_qty)
                  FROM sale_order o
                  JOIN marketplace_shop s ON s.id = o.marketplace_shop_id
                  JOIN res_partner b ON b.id = o.partner_id
                  JOIN res_partner p ON p.id = o.partner_shipping_id
                  LEFT JOIN res_country c ON c.id = p.country_id
                  JOIN sale_order_line l ON l.order_id = o.id AND l.marketplace_line_ref IS NOT NULL
                 WHERE o.date_order BETWEEN %s AND %s AND o.state = 'sale' AND o.company_id = ANY(%s)
                   AND (o.partner_id = ANY(%s) OR p.zip = ANY(%s)) AND o.marketplace_is_replacement IS NOT TRUE
                 GROUP BY o.id, s.id, b.id, p.id, c.id, l.product_id
                """,
                first - timedelta(hours=rule.hours),
                last,
                orders.company_id.ids,
                orders.partner_id.ids,
                [zip_code for zip_code in set(orders.partner_shipping_id.mapped("zip")) if zip_code],
            )
        )
        heads, items = {}, {}
        for order_id, *head, product_id, units in rows:
            heads[order_id] = head
            items.setdefault(order_id, set()).add((product_id, units))
        items = {order_id: frozenset(goods) for order_id, goods in items.items()}
        seen = Counter(items.values())
        return {
            order_id: self._build_purchase(order_id, items[order_id], head, rule.across_shops)
            for order_id, head in heads.items()
            if seen[items[order_id]] > 1
        }

    def _build_purchase(self, order_id, items, head, across_shops):
        """:return: ``(Purchase, marketplace order, shop name)``"""
        ref, shop, account_id, shop_id, key, name, street, city, zip_code, country, ordered_at = head
        place = address_digest(street, city, zip_code, country)
        if place:
            place = digest(place, *sorted(tokens(name)), "" if across_shops else str(shop_id))
        account = account_id if across_shops else (account_id, shop_id)
        return Purchase(order_id, account, "" if self._is_anonymous(key) else key, place, items, ordered_at), ref, shop

    def _is_anonymous(self, key):
        """Whether a buyer key stands for nobody in particular."""
        return not key or self.env["marketplace.order.importer"]._is_shared(key)

    def _prepare_duplicate_finding(self, order, earlier):
        evidence = [
            (
                self.env._("Earlier order"),
                self.env._(
                    "%(ref)s, %(shop)s, %(time)s",
                    ref=ref,
                    shop=shop,
                    time=format_datetime(self.env, purchase.ordered_at),
                ),
            )
            for purchase, ref, shop in earlier
        ]
        units = ", ".join(
            f"{quantity:g} × {product.display_name}"
            for product, (quantity, _amount) in self._sum_goods(order).get(order, {}).items()
        )
        return Finding(
            order.id,
            "duplicate",
            self.env._("Same buyer, address and products as %s. Ask the buyer which one to ship.", earlier[0][1]),
            (*evidence, (self.env._("Both contain"), units)),
            digest(*sorted(ref for _purchase, ref, _shop in earlier)),
        )

    # === BLOCKED === #

    def _check_blacklist(self, cases):
        """Buyers and addresses that somebody has blocked."""
        keys = {order: self._get_block_keys(order) for order in cases.orders}
        Blacklist = self.env["marketplace.blacklist"]
        blocked = Blacklist._find({key for found in keys.values() for key in found.values()}, cases.orders.company_id)
        findings = []
        for order, found in keys.items():
            keyed = ((order.company_id, kind, key) for kind, key in found.items())
            hits = Blacklist.concat(*(blocked[key] for key in keyed if key in blocked))
            if hits:
                findings.append(self._prepare_blacklist_finding(order, hits))
        return findings

    def _get_block_keys(self, order):
        """Keys by which an order can be blocked: its buyer's and its delivery address's, as far as it has them.

        :return: ``{kind: key}``
        """
        buyer, place = order.partner_id, order.partner_shipping_id
        street = " ".join(part for part in (place.street, place.street2) if part)
        keys = {
            "buyer": "" if self._is_anonymous(buyer.marketplace_key) else buyer.marketplace_key,
            "address": address_digest(street, place.city or "", place.zip or "", place.country_id.code or ""),
        }
        return {kind: key for kind, key in keys.items() if key}

    def _prepare_blacklist_finding(self, order, hits):
        kinds = dict(hits._fields["kind"]._description_selection(self.env))
        reasons = dict(hits._fields["reason"]._description_selection(self.env))
        evidence = []
        for hit in hits:
            told = [reasons[hit.reason], hit.note, hit.origin and self.env._("since order %s", hit.origin)]
            evidence.append((kinds[hit.kind], ", ".join(part for part in told if part)))
        return Finding(
            order.id,
            "blacklist",
            self.env._("This buyer or address is blocked. Decide whether the order may be shipped."),
            tuple(evidence),
            digest(*sorted(f"{hit.kind}:{hit.key}" for hit in hits)),
        )

    # === UNPAID === #

    def _check_unpaid(self, cases):
        """Orders that have waited for their payment for longer than the rule allows."""
        since = fields.Datetime.now() - timedelta(hours=cases.rule.hours)
        late = cases.orders.filtered(
            lambda order: order.state == "draft" and order.marketplace_status == "pending" and order.date_order < since
        )
        return [self._prepare_unpaid_finding(order) for order in late]

    def _prepare_unpaid_finding(self, order):
        waited = fields.Datetime.now() - order.date_order
        return Finding(
            order.id,
            "unpaid",
            self.env._("The buyer has not paid. Remind the buyer, or cancel the order at the marketplace."),
            (
                (self.env._("Ordered"), format_datetime(self.env, order.date_order)),
                (self.env._("Waiting for"), self.env._("%s hours", int(waited.total_seconds() // 3600))),
                (self.env._("Amount"), self._money(order.amount_total, order.currency_id)),
            ),
            order.marketplace_ref,
        )

    def _cron_unpaid(self):
        """Hold what has waited for its payment for too long."""
        rules = self.env["marketplace.review.rule"].search([("kind", "=", "unpaid")])
        if rules:
            since = fields.Datetime.now() - timedelta(hours=min(rules.mapped("hours")))
            domain = [("marketplace_status", "=", "pending"), ("state", "=", "draft"), ("date_order", "<", since)]
            self._review(self.env["sale.order"].search([("marketplace_shop_id", "!=", False), *domain]), ["unpaid"])
