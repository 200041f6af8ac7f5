import logging
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import formatLang

_logger = logging.getLogger(__name__)

TO_SHIP = ("unshipped", "partially_shipped")
# A replacement costs nothing and repeats the order that it replaces.
NOT_OF_REPLACEMENTS = ("amount", "price", "margin", "duplicate", "unpaid")


@dataclass
class Cases:
    """Orders that one rule checks.

    :param rule: `marketplace.review.rule`
    :param orders: sale orders of the shops of the rule
    :param everything: all sale orders of the review, to load what several rules need at once
    :param dict kept: what was loaded for the review
    """

    rule: models.BaseModel
    orders: models.BaseModel
    everything: models.BaseModel
    kept: dict = field(default_factory=dict)

    def keep(self, key, function):
        """Answer of ``function()`` for ``key``, computed once per review."""
        if key not in self.kept:
            self.kept[key] = function()
        return self.kept[key]


class MarketplaceReviewer(models.AbstractModel):
    """Checks orders by the review rules, any number of them in a constant number of queries.

    Each kind of rule has a method ``_check_<kind>(cases)`` that gets :class:`Cases` and returns a list of
    :class:`~..checks.finding.Finding`. One that fails is undone and noted on its rule; the orders and the other
    checks go on without it.
    """

    _name = "marketplace.reviewer"
    _description = "Order Review"

    @api.model
    def _review(self, orders, kinds=()):
        """Hold what must not be shipped yet, and end the holds whose reason is gone.

        :param orders: sale orders; those that are shipped, cancelled or not ours to ship are left alone
        :param kinds: only these kinds of rules
        :return: open holds that were found
        """
        orders = orders.sudo().filtered(self._is_reviewable)
        Hold = self.env["marketplace.hold"]
        if not orders:
            return Hold.sudo()
        findings, checked = self._find(orders, self._get_rules(orders, kinds))
        found = {(finding.order_id, finding.kind) for finding in findings}
        gone = [(order_id, kind) for order_id, kind in checked if (order_id, kind) not in found]
        self._solve_gone(orders, set(gone))
        return Hold._raise(findings)

    def _is_reviewable(self, order):
        """Merchant orders that are still to be shipped, or to be paid."""
        if not order.marketplace_shop_id or order.marketplace_fulfilment != "merchant":
            return False
        return self._is_to_ship(order) or (order.state == "draft" and order.marketplace_status == "pending")

    def _is_to_ship(self, order):
        return order.state == "sale" and order.marketplace_status in TO_SHIP and order.delivery_status != "full"

    def _get_rules(self, orders, kinds):
        domain = [("company_id", "in", [*orders.company_id.ids, False])]
        if kinds:
            domain.append(("kind", "in", list(kinds)))
        return self.env["marketplace.review.rule"].sudo().search(domain)

    def _find(self, orders, rules):
        """Run each rule over the orders it is for: the first rule of a kind that fits a shop.

        :return: findings, and the set of ``(order id, kind)`` that were checked
        """
        findings, checked, taken, kept = [], set(), set(), {}
        to_ship = orders.filtered(self._is_to_ship)
        by_shop = {True: orders.grouped("marketplace_shop_id"), False: to_ship.grouped("marketplace_shop_id")}
        for rule in rules:
            groups = by_shop[rule.kind == "unpaid"]
            shops = [shop for shop in groups if (rule.kind, shop) not in taken and rule._is_for(shop)]
            taken.update((rule.kind, shop) for shop in shops)
            chosen = orders.browse().concat(*(groups[shop] for shop in shops))
            cases = chosen.filtered(lambda order, rule=rule: self._is_for(rule, order))
            result = self._check(Cases(rule, cases, to_ship, kept)) if cases else []
            if result is not None:
                findings += result
                checked.update((order_id, rule.kind) for order_id in chosen.ids)
        return findings, checked

    def _is_for(self, rule, order):
        return not order.marketplace_is_replacement or rule.kind not in NOT_OF_REPLACEMENTS

    def _check(self, cases):
        """Findings of one rule, or ``None`` when it failed. An order is worth more than a check of it: any error is
        kept on the rule, and nothing else of the transaction is lost."""
        rule = cases.rule
        try:
            with self.env.cr.savepoint():
                findings = list(getattr(self, f"_check_{rule.kind}")(cases))
        except Exception as error:
            _logger.exception("Review rule %s failed on %s orders", rule.name, len(cases.orders))
            rule._note_error(error)
            return None
        rule._clear_error()
        return findings

    def _solve_gone(self, orders, gone):
        """End open holds that were checked and not found again.

        :param set gone: ``(order id, kind)``
        """
        kinds = {kind for _order_id, kind in gone}
        if kinds:
            holds = self.env["marketplace.hold"]._find_open(orders, kinds)
            holds.filtered(lambda hold: (hold.order_id.id, hold.kind) in gone)._close("solved")

    # === FOR THE CHECKS === #

    def _get_goods(self, orders):
        """Lines with the goods of orders, without shipping and other services."""
        return orders.order_line.filtered(lambda line: line.marketplace_line_ref and line.product_uom_qty > 0)

    def _get_sales(self, cases):
        """What each order contains: a marketplace's item may have several lines, a product several items.

        :return: iterator of ``(order, product, units, amount without tax in the order's currency)``
        """
        sums = cases.keep("sales", lambda: self._sum_goods(cases.everything))
        for order in cases.orders:
            for product, (units, amount) in sums.get(order, {}).items():
                yield order, product, units, amount

    def _sum_goods(self, orders):
        """:return: ``{order: {product: (units, amount without tax)}}``"""
        sums = {}
        for line in self._get_goods(orders):
            of_order = sums.setdefault(line.order_id, {})
            units, amount = of_order.get(line.product_id, (0.0, 0.0))
            of_order[line.product_id] = (units + line.product_uom_qty, amount + line.price_subtotal)
        return sums

    def _money(self, amount, currency):
        return formatLang(self.env, amount, currency_obj=currency)
