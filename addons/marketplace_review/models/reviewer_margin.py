from odoo import models

from ..checks.finding import Finding
from ..checks.text import digest


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    def _check_margin(self, cases):
        """Orders that cost more than they bring, or leave less than the rule wants."""
        costs = self._get_unit_costs(cases.orders)
        collected_tax = self.env.ref("marketplace.product_collected_tax")
        findings = []
        for order in cases.orders:
            parts = self._get_margin_parts(order, costs, collected_tax)
            revenue, margin = parts[0][1], sum(amount for _label, amount in parts)
            rounded = order.company_id.currency_id.round(margin)
            if rounded < 0 or rounded < revenue * cases.rule.least_margin / 100:
                findings.append(self._prepare_margin_finding(order, parts, rounded))
        return findings

    def _get_margin_parts(self, order, costs, collected_tax):
        """What an order brings and costs, in the company's currency; costs are negative.

        :param dict costs: ``{(company, product): unit cost}``
        :param collected_tax: product of the tax that the marketplace collects and owes to the state
        :return: ``[(label, amount)]``, revenue first
        """
        rate = order.currency_rate or 1
        foreign_tax = sum(
            order.order_line.filtered(lambda line: line.product_id == collected_tax).mapped("price_subtotal")
        )
        goods = sum(costs[order.company_id, line.product_id] * line.product_uom_qty for line in self._get_goods(order))
        parts = [
            (self.env._("Revenue without tax"), (order.amount_untaxed - foreign_tax) / rate),
            (self.env._("Paid by the marketplace"), self._get_subsidies(order) / rate),
            (self.env._("Cost of the goods"), -goods),
            (self.env._("Fees of the marketplace (estimate)"), -order.marketplace_shop_id._estimate_fee(order) / rate),
            (self.env._("Freight (estimate)"), -self._get_freight(order)),
        ]
        return parts[:1] + [(label, amount) for label, amount in parts[1:] if amount]

    def _get_subsidies(self, order):
        """What the marketplace adds, in the order's currency."""
        parts = order.marketplace_subsidies or []
        return sum(float(part["amount"]) for part in parts if part["currency"] == order.currency_id.name)

    def _get_freight(self, order):
        """Estimated freight in the company's currency; routing estimates it where it is installed."""
        return order.routing_freight_estimate if "routing_freight_estimate" in order._fields else 0.0

    def _prepare_margin_finding(self, order, parts, margin):
        currency = order.company_id.currency_id
        evidence = [(label, self._money(amount, currency)) for label, amount in parts]
        return Finding(
            order.id,
            "margin",
            self.env._(
                "This order leaves %s. Correct the price or the cost, then decide.", self._money(margin, currency)
            ),
            (*evidence, (self.env._("Margin"), self._money(margin, currency))),
            # A cost that moves by cents at each receipt is no new decision.
            digest(f"{order.amount_untaxed:.2f}", f"{margin / (abs(parts[0][1]) or 1):.1f}"),
        )

    # === COSTS === #

    def _get_unit_costs(self, orders):
        """Cost of one unit of each product; a kit costs what its components cost.

        :return: ``{(company, product): cost in the company's currency}``
        """
        costs = {}
        for company, company_orders in orders.grouped("company_id").items():
            products = self._get_goods(company_orders).product_id.with_company(company)
            kits = self.env["marketplace.stock.publisher"]._get_kit_contents(company, products)
            products.union(*(part for parts in kits.values() for part in parts)).fetch(["standard_price"])
            for product in products:
                costs[company, product] = sum(
                    part.with_company(company).standard_price * units
                    for part, units in (kits.get(product) or {product: 1.0}).items()
                )
        return costs
