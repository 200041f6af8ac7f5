"""A shop whose sales, traffic, advertising and stock of eight weeks are known."""

from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import count

from odoo.addons.marketplace.contract import TrafficDay
from odoo.addons.marketplace.tests.fake_connector import FakeMarketplaceCase

DAYS = 28


class InsightCase(FakeMarketplaceCase):
    """Two windows of 28 days that ended weeks ago, so that no log of stock updates is looked at for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = datetime.now(timezone.utc).date()
        last = cls.today - timedelta(days=30)
        cls.after = (last - timedelta(days=DAYS - 1), last)
        cls.before = tuple(day - timedelta(days=DAYS) for day in cls.after)
        cls.windows = (cls.before, cls.after)
        cls.shop.country_id = cls.env.ref("base.de")
        cls.buyer = cls.env["res.partner"].create({"name": "Buyer"})
        cls.shop.write({"stockouts_from": cls.before[0], "stockouts_until": cls.today})
        cls.traffic, cls.numbers = [], count()

    @classmethod
    def _offer(cls, sku, shop=None, **vals):
        """A product with a listing that has been there since before both windows."""
        product = cls._create_product(sku, taxes_id=False)
        listing = cls._create_listing(sku, product, acknowledged_at=datetime.combine(cls.today, time()), **vals)
        listing.shop_id = shop or cls.shop
        cls._date_back(listing, cls.before[0] - timedelta(days=90))
        return product

    @classmethod
    def _date_back(cls, listing, day):
        listing.flush_recordset()
        cls.env.cr.execute("UPDATE marketplace_listing SET create_date = %s WHERE id = %s", (day, listing.id))
        listing.invalidate_recordset()

    @classmethod
    def _sell(cls, product, units, price=20, shop=None):
        """As many orders of one unit, spread over each of the windows.

        :param tuple units: (in the earlier window, in the later one)
        :param price: of both windows, or a pair
        """
        shop = shop or cls.shop
        prices = price if isinstance(price, tuple) else (price, price)
        rows = []
        for side, (first, _last) in enumerate(cls.windows):
            for number in range(units[side]):
                moment = datetime.combine(first + timedelta(days=number % DAYS), time(12))
                name = f"{product.default_code}-{next(cls.numbers)}"
                rows.append(
                    {
                        "partner_id": cls.buyer.id,
                        "marketplace_shop_id": shop.id,
                        "marketplace_ref": name,
                        "date_order": moment,
                        "order_line": [
                            (
                                0,
                                0,
                                {
                                    "product_id": product.id,
                                    "price_unit": prices[side],
                                    "tax_ids": [],
                                    "marketplace_line_ref": "1",
                                },
                            )
                        ],
                    }
                )
        orders = cls.env["sale.order"].create(rows)
        orders.write({"state": "sale"})
        return orders

    @classmethod
    def _visit(cls, product, sessions, units=(0, 0), buy_box=(None, None), rating=(None, None)):
        """Traffic of every day; what cannot be spread evenly is on the first."""
        for side, (first, _last) in enumerate(cls.windows):
            each, rest = divmod(sessions[side], DAYS)
            for number in range(DAYS):
                cls.traffic.append(
                    TrafficDay(
                        first + timedelta(days=number),
                        product.default_code,
                        "",
                        each + (rest if not number else 0),
                        page_views=2 * each,
                        buy_box=None if buy_box[side] is None else Decimal(buy_box[side]),
                        rating=None if rating[side] is None else Decimal(rating[side]),
                        units=units[side] if not number else 0,
                    )
                )

    @classmethod
    def _advertise(cls, product, impressions, clicks, cost, campaign="Summer"):
        """Advertising on the first and the last day of each window, so that reports reach over both."""
        for side, days in enumerate(cls.windows):
            for day, part in zip(days, (0, 1), strict=True):
                cls.env["ads.cost"].create(
                    {
                        "company_id": cls.shop.company_id.id,
                        "profile_id": cls._get_campaign(campaign).profile_id.id,
                        "shop_id": cls.shop.id,
                        "campaign_id": cls._get_campaign(campaign).id,
                        "ad_type": "sp",
                        "day": day,
                        "sku": product.default_code,
                        "product_id": product.id,
                        "impressions": impressions[side] * part,
                        "clicks": clicks[side] * part,
                        "cost": cost[side] * part,
                        "amount": cost[side] * part,
                        "currency_id": cls.shop.currency_id.id,
                    }
                )

    @classmethod
    def _get_campaign(cls, name):
        Campaign = cls.env["ads.campaign"]
        found = Campaign.search([("name", "=", name), ("shop_id", "=", cls.shop.id)])
        if found:
            return found
        profile = cls.env["ads.profile"].search([("shop_id", "=", cls.shop.id)]) or cls.env["ads.profile"].create(
            {
                "name": "Seller",
                "account_id": cls.env["ads.account"].create({"name": "Ads of the Insight Case"}).id,
                "shop_id": cls.shop.id,
                "currency_id": cls.shop.currency_id.id,
            }
        )
        return Campaign.create({"name": name, "external_id": name, "profile_id": profile.id, "ad_type": "sp"})

    @classmethod
    def _run_out(cls, product, days, side=1):
        """Whole days without stock at the start of a window."""
        cls.env["stockout.day"].create(
            [
                {
                    "shop_id": cls.shop.id,
                    "company_id": cls.shop.company_id.id,
                    "product_id": product.id,
                    "day": cls.windows[side][0] + timedelta(days=number),
                    "hours": 24,
                }
                for number in range(days)
            ]
        )

    @classmethod
    def _analyse(cls, **vals):
        """An analysis of both windows of the shop."""
        if cls.traffic:
            cls.env["traffic.day"]._take(cls.shop, cls.traffic, "test")
        insight = cls.env["sales.insight"].create(
            {"date_from": cls.after[0], "date_to": cls.after[1], "shop_ids": cls.shop.ids, **vals}
        )
        insight.action_compute()
        return insight

    def _line(self, insight, product=None, level="sku", **place):
        domain = [("insight_id", "=", insight.id), ("level", "=", level)]
        domain += [("product_id", "=", product.id)] if product else []
        return self.env["sales.insight.line"].search(domain + [(name, "=", rec.id) for name, rec in place.items()])

    def _parts(self, line):
        """``{factor: contribution}`` of those that contribute."""
        return {factor.code: factor.contribution for factor in line.factor_ids if factor.contribution} if line else {}
