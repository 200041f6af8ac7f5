from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.addons.marketplace.contract import share

_SHARED = ("impressions", "clicks", "orders", "units", "cost", "amount", "sales", "sales_amount")
_COUNTS = frozenset(("impressions", "clicks", "orders", "units"))
_INSERT = """
    INSERT INTO ads_cost (
        company_id, profile_id, shop_id, ad_type, currency_id, campaign_id, day, active, share_of_id, product_id,
        impressions, clicks, orders, units, cost, amount, sales, sales_amount)
    SELECT source.company_id, source.profile_id, source.shop_id, source.ad_type, source.currency_id,
           source.campaign_id, source.day, TRUE, source.id, part.product_id, part.impressions, part.clicks,
           part.orders, part.units, part.cost, part.amount, part.sales, part.sales_amount
      FROM (VALUES %s) AS part (source_id, product_id, impressions, clicks, orders, units, cost, amount, sales,
                                sales_amount)
      JOIN ads_cost source ON source.id = part.source_id
"""
_TEMPLATE = "(%s, %s, %s, %s, %s, %s, %s::numeric, %s::numeric, %s::numeric, %s::numeric)"


class AdsCost(models.Model):
    _inherit = "ads.cost"

    @api.model
    def _share_again(self, domain):
        """Share rows without an item among SKUs by their campaigns' rules, the same way each time.

        Every number of a row is shared by largest remainder, so its shares add up to it. A row whose campaign gives no
        weights stays as it is and waits.

        :param list domain: of the rows
        """
        sources = self.with_context(active_test=False).search([*domain, *self._get_unshared_domain()], order="id")
        if not sources:
            return
        self.env.cr.execute("DELETE FROM ads_cost WHERE share_of_id = ANY(%s)", [sources.ids])
        weights = self._get_weights(sources.campaign_id)
        rows = []
        for source in sources:
            products = weights.get((source.campaign_id.id, source.day.replace(day=1))) or weights.get(
                (source.campaign_id.id, None)
            )
            rows += source._split(products or {})
        if rows:
            self.env.cr.execute_values(_INSERT, rows, template=_TEMPLATE, page_size=len(rows))
        self.env.cr.execute(
            """
            UPDATE ads_cost source SET active = NOT EXISTS (SELECT FROM ads_cost WHERE share_of_id = source.id)
             WHERE source.id = ANY(%s)
            """,
            [sources.ids],
        )
        self.invalidate_model()

    def _split(self, products):
        """Rows of the shares of one row.

        :param dict products: ``{product id: weight}``
        """
        if not products:
            return []
        order = sorted(products)
        weights = [products[product] for product in order]
        columns = [self._split_number(name, weights) for name in _SHARED]
        return [(self.id, product, *parts) for product, *parts in zip(order, *columns, strict=True)]

    def _split_number(self, name, weights):
        if name in _COUNTS:
            return [int(part) for part in share(Decimal(self[name]), weights, Decimal(1))]
        currency = self.currency_id if name in ("cost", "sales") else self.company_currency_id
        unit = Decimal(1).scaleb(-currency.decimal_places)
        return share(Decimal(str(self[name])).quantize(unit), weights, unit)

    @api.model
    def _get_weights(self, campaigns):
        """``{(campaign id, first day of month or None): {product id: weight}}``; ``None``: of any month."""
        found = defaultdict(lambda: defaultdict(Decimal))
        fixed = campaigns.filtered(lambda campaign: campaign.share_by == "fixed")
        for part in fixed.share_ids:
            found[part.campaign_id.id, None][part.product_id.id] = Decimal(str(part.percent))
        groups = self.env["ads.purchase"]._read_group(
            [("campaign_id", "in", (campaigns - fixed).ids), ("product_id", "!=", False), ("sales", ">", 0)],
            ["campaign_id", "day:month", "product_id"],
            ["sales:sum"],
        )
        for campaign, month, product, sales in groups:
            found[campaign.id, month][product.id] += Decimal(str(round(sales, 4)))
            found[campaign.id, None][product.id] += Decimal(str(round(sales, 4)))
        return found
