from odoo import api, fields, models
from odoo.tools import SQL

from .campaign import AD_TYPES

# Ratios as quotients of sums, so that they are right for groups, too: numerator, denominator, factor.
RATIOS = {
    "ctr": ("clicks", "impressions", 100),
    "cpc": ("amount", "clicks", 1),
    "cvr": ("orders", "clicks", 100),
    "acos": ("amount", "sales_amount", 100),
}


class AdsCost(models.Model):
    """What a campaign spent for a SKU on a day, and what came of it. Written in bulk by reports, never by a person.

    A row of a campaign that names no item (Sponsored Brands) is archived when it is shared: its shares by SKU, which
    add up to it, stand for it. So active rows always add up to what the advertising system reported.
    """

    _name = "ads.cost"
    _description = "Advertising Cost"
    _order = "day desc, id desc"
    _rec_name = "campaign_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    profile_id = fields.Many2one("ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade")
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null")
    campaign_id = fields.Many2one("ads.campaign", required=True, readonly=True, ondelete="cascade")
    ad_type = fields.Selection(AD_TYPES, required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="In the advertiser's time zone.")
    sku = fields.Char("Advertised SKU", readonly=True)
    asin = fields.Char("Item Number", readonly=True, help="ASIN or the like.")
    product_id = fields.Many2one(
        "product.product",
        "SKU",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="That the shop's listing of the advertised SKU or item number gives.",
    )
    impressions = fields.Integer(readonly=True)
    clicks = fields.Integer(readonly=True)
    cost = fields.Monetary("Spend in Currency", readonly=True, help="In the currency in which it is billed.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        "Spend", "company_currency_id", readonly=True, help="In the company's currency, at the rate of the day."
    )
    orders = fields.Integer(readonly=True, help="That the advertising system says came of it.")
    units = fields.Integer(readonly=True, help="That the advertising system says came of it.")
    sales = fields.Monetary("Sales in Currency", readonly=True, help="That the advertising system says came of it.")
    sales_amount = fields.Monetary(
        "Sales by Ads", "company_currency_id", readonly=True, help="In the company's currency, at the rate of the day."
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    share_of_id = fields.Many2one("ads.cost", "Shared From", readonly=True, ondelete="cascade", index="btree_not_null")
    active = fields.Boolean(default=True, readonly=True, help="Archived rows are replaced by their shares by SKU.")

    ctr = fields.Float("CTR %", aggregator="avg", compute="_compute_ratios", help="Clicks per 100 impressions.")
    cpc = fields.Monetary("Cost per Click", "company_currency_id", aggregator="avg", compute="_compute_ratios")
    cvr = fields.Float("CVR %", aggregator="avg", compute="_compute_ratios", help="Orders per 100 clicks.")
    acos = fields.Float(
        "ACOS %", aggregator="avg", compute="_compute_ratios", help="Spend per 100 of the sales that came of it."
    )

    _report_uniq = models.UniqueIndex(
        "(campaign_id, day, COALESCE(sku, ''), COALESCE(asin, '')) WHERE share_of_id IS NULL"
    )
    _day_idx = models.Index("(company_id, day)")
    _profile_idx = models.Index("(profile_id, day)")

    @api.depends("impressions", "clicks", "orders", "amount", "sales_amount")
    def _compute_ratios(self):
        for row in self:
            for name, (above, below, factor) in RATIOS.items():
                row[name] = factor * row[above] / row[below] if row[below] else 0

    def _read_group_select(self, aggregate_spec, query):
        """Override of `odoo`: ratios of a group are quotients of its sums."""
        name, _colon, _aggregator = aggregate_spec.partition(":")
        if name not in RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        above, below, factor = RATIOS[name]
        return SQL(
            "%s * SUM(%s)::float / NULLIF(SUM(%s), 0)",
            factor,
            self._field_to_sql(self._table, above, query),
            self._field_to_sql(self._table, below, query),
        )

    @api.model
    def _get_unknown_domain(self):
        """Rows whose item no listing gives a product: they wait until one does."""
        return [
            ("product_id", "=", False),
            ("share_of_id", "=", False),
            "|",
            ("sku", "!=", False),
            ("asin", "!=", False),
        ]

    @api.model
    def _get_unshared_domain(self):
        """Rows without an item that nothing says how to share."""
        return [("product_id", "=", False), ("share_of_id", "=", False), ("sku", "=", False), ("asin", "=", False)]
