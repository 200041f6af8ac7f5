from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from ..connector import check_currency


class AdsPurchase(models.Model):
    """What was bought through a campaign that advertises no single item, by day. Says how its cost is shared."""

    _name = "ads.purchase"
    _description = "Purchase Through Advertising"
    _order = "day desc, id desc"
    _rec_name = "asin"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    profile_id = fields.Many2one("ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade")
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null")
    campaign_id = fields.Many2one("ads.campaign", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True)
    asin = fields.Char("Item Number", required=True, readonly=True, help="ASIN or the like.")
    product_id = fields.Many2one("product.product", "SKU", readonly=True, ondelete="restrict", index="btree_not_null")
    orders = fields.Integer(readonly=True)
    units = fields.Integer(readonly=True)
    sales = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)

    _purchase_uniq = models.UniqueIndex("(campaign_id, day, asin)")
    _profile_idx = models.Index("(profile_id, day)")

    @api.model
    def _import(self, profile, rows, since, until):
        """Replace what was bought in the days that a report covers; then share the campaigns' costs by it.

        Reports name campaigns by their names here. What a campaign without costs brought in is not needed.

        :param list rows: :class:`~..connector.AdDay`
        :return: number of rows that were taken over
        """
        check_currency(rows, profile.currency_id.name)
        names = [("profile_id", "=", profile.id), ("ad_type", "=", "sb")]
        campaigns = {campaign.name: campaign.id for campaign in self.env["ads.campaign"].search(names, order="id desc")}
        sums = {}
        for row in rows:
            if row.asin and row.campaign in campaigns:
                total = sums.setdefault((campaigns[row.campaign], row.day, row.asin), [0, 0, 0])
                sums[campaigns[row.campaign], row.day, row.asin] = [
                    total[0] + row.orders, total[1] + row.units, total[2] + row.sales
                ]  # fmt: skip
        self.env.cr.execute(
            "DELETE FROM ads_purchase WHERE profile_id = %s AND day BETWEEN %s AND %s", [profile.id, since, until]
        )
        fixed = (profile.company_id.id, profile.id, profile.shop_id.id or None, profile.currency_id.id)
        if sums:
            self.env.cr.execute_values(
                """
                INSERT INTO ads_purchase (
                    company_id, profile_id, shop_id, currency_id, campaign_id, day, asin, orders, units, sales)
                VALUES %s
                """,
                [(*fixed, *key, *total) for key, total in sums.items()],
                page_size=len(sums),
            )
        self.invalidate_model()
        self.env["ads.cost"]._match(profile.shop_id)
        self._share_months(profile, since, until)
        return len(sums)

    @api.model
    def _share_months(self, profile, since, until):
        """Costs of whole months are shared anew: one more day of purchases changes the month's weights."""
        domain = [
            ("profile_id", "=", profile.id),
            ("day", ">=", since.replace(day=1)),
            ("day", "<=", until + relativedelta(day=31)),
        ]
        self.env["ads.cost"]._share_again(domain)
