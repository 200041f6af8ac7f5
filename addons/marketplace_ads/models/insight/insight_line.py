from odoo import api, fields, models

from .insight_text import CAUSES, FURTHER, TRENDS


class SalesInsightLine(models.Model):
    """A SKU in a shop, or a sum of them: by how much its sales changed, what each factor contributes, and the first
    thing to do. Contributions add up to the change."""

    _name = "sales.insight.line"
    _description = "Change of Sales"
    _order = "insight_id desc, change, id"
    _log_access = False

    insight_id = fields.Many2one(
        "sales.insight", "Analysis", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(
        [("sku", "SKU in a Shop"), ("product", "SKU"), ("shop", "Shop"), ("country", "Country"), ("all", "All")],
        required=True,
        readonly=True,
    )
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", "SKU", readonly=True, ondelete="cascade")
    country_id = fields.Many2one("res.country", readonly=True, ondelete="cascade", help="In which the shop sells.")
    sales_before = fields.Monetary(
        "Before",
        readonly=True,
        help="Ordered goods without tax in the earlier days. Where those are more or fewer, brought to the number of "
        "the later ones.",
    )
    sales_after = fields.Monetary("After", readonly=True, help="Ordered goods without tax in the later days.")
    change = fields.Monetary(readonly=True)
    change_share = fields.Float("Change %", digits=(10, 2), readonly=True, aggregator=None)
    units_before = fields.Float(digits=(16, 0), readonly=True)
    units_after = fields.Float(digits=(16, 0), readonly=True)
    trend = fields.Selection(TRENDS, readonly=True)
    cause = fields.Selection(CAUSES, "First Cause", readonly=True)
    cause_part = fields.Monetary("Of the First Cause", readonly=True)
    further = fields.Selection(FURTHER, "Further Cause", readonly=True)
    further_part = fields.Monetary("Of the Further Cause", readonly=True)
    campaign_id = fields.Many2one(
        "ads.campaign", readonly=True, ondelete="set null", help="The campaign whose clicks changed most."
    )
    missing = fields.Char(readonly=True)
    figures = fields.Json("Stored Figures", readonly=True)
    factors = fields.Json("Stored Factors", readonly=True)
    factor_ids = fields.One2many("sales.insight.factor", "line_id", "Factors")

    part_stock = fields.Monetary("Stock-Outs", readonly=True, help="Because a different part of the time was in stock.")
    part_impressions = fields.Monetary(
        "Ad Impressions", readonly=True, help="Because advertisements were shown more or less often."
    )
    part_ctr = fields.Monetary(
        "Ad Click Rate", readonly=True, help="Because another part of the impressions was clicked."
    )
    part_organic = fields.Monetary(
        "Other Traffic", readonly=True, help="Because of sessions that did not come from advertisements."
    )
    part_traffic = fields.Monetary(
        "All Traffic", readonly=True, help="Because of sessions, where it is not known which came from advertisements."
    )
    part_conversion = fields.Monetary(
        "Conversion", readonly=True, help="Because another part of the sessions became orders."
    )
    part_rating = fields.Monetary(
        "Rating", readonly=True, help="What the stars changed in conversion, by the stated effect of a star."
    )
    part_basket = fields.Monetary("Units per Order", readonly=True, help="Because orders had more or fewer units.")
    part_demand = fields.Monetary(
        "Demand", readonly=True, help="Because of sold units per day in stock, where traffic is not known."
    )
    part_price = fields.Monetary(
        "Price", readonly=True, help="Because of what buyers paid per unit, without tax, in the shop's currency."
    )
    part_rate = fields.Monetary(
        "Exchange Rate", readonly=True, help="Because the shop's currency was worth another amount of yours."
    )
    part_mix = fields.Monetary("Mix", readonly=True, help="Only in sums: units moved between dear and cheap SKUs.")
    part_new = fields.Monetary("New", readonly=True, help="The SKU was not offered before.")
    part_ended = fields.Monetary("Ended", readonly=True, help="The SKU is not offered any more.")

    sentence = fields.Text("What to Do First", compute="_compute_sentence")
    missing_text = fields.Text("Not Known", compute="_compute_sentence")

    _place_idx = models.Index("(insight_id, level)")

    @api.model
    def _get_columns(self):
        """``{column: its SQL type}`` of what an analysis stores."""
        return {
            name: field.column_type[1]
            for name, field in sorted(self._fields.items())
            if field.store and field.column_type and name not in ("id", "insight_id", "company_id")
        }

    @api.depends("product_id", "shop_id", "country_id", "level")
    def _compute_display_name(self):
        for line in self:
            places = (line.product_id, line.shop_id if line.level != "product" else None)
            names = [place.display_name for place in places if place]
            line.display_name = " · ".join(names) or line.country_id.name or self.env._("All Shops")

    @api.depends("trend", "cause", "further", "figures", "missing", "campaign_id")
    @api.depends_context("lang")
    def _compute_sentence(self):
        texts = self.env["sales.insight.text"]
        for line in self:
            line.sentence = texts._get_sentence(line)
            line.missing_text = texts._get_missing(line)

    # === EVIDENCE === #

    def _get_days(self, name):
        """Domain of a field of days in both windows."""
        insight = self.insight_id
        return [
            "|",
            "&", (name, ">=", insight.before_from), (name, "<=", insight.before_to),
            "&", (name, ">=", insight.date_from), (name, "<=", insight.date_to),
        ]  # fmt: skip

    def _get_scope(self, shop="shop_id", product="product_id"):
        """Domain of the line's SKUs and shops."""
        members = self.search(
            [("insight_id", "=", self.insight_id.id), ("level", "=", "sku")]
            + [(name, "=", self[name].id) for name in ("shop_id", "product_id", "country_id") if self[name]]
        )
        return [(shop, "in", members.shop_id.ids), (product, "in", members.product_id.ids)]

    def _open(self, label, model, domain, **values):
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": model,
            "view_mode": "list,pivot,graph",
            "domain": domain,
            **values,
        }

    def action_open_orders(self):
        """The orders of both windows."""
        self.ensure_one()
        domain = [("state", "=", "sale"), *self._get_days("date_order")]
        scope = self._get_scope("marketplace_shop_id", "order_line.product_id")
        return self._open(self.env._("Orders"), "sale.order", domain + scope, view_mode="list,form")

    def action_open_ads(self):
        """What advertising cost and brought."""
        self.ensure_one()
        return self._open(self.env._("Advertising"), "ads.cost", self._get_days("day") + self._get_scope())

    def action_open_traffic(self):
        """Visits, day by day."""
        self.ensure_one()
        return self._open(self.env._("Traffic"), "traffic.day", self._get_days("day") + self._get_scope())

    def action_open_stockouts(self):
        """Days without stock."""
        self.ensure_one()
        return self._open(self.env._("Out of Stock"), "stockout.day", self._get_days("day") + self._get_scope())

    def action_open_chart(self):
        """From sales before to sales after, factor by factor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_insight_factors")
        return {**action, "domain": [("line_id", "=", self.id)], "display_name": self.display_name}
