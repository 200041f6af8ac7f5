import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...engine.insight import FACTORS, close, prepare
from ...engine.insight_rules import Facts, find
from ...engine.insight_sum import decompose_sum

# A year of whole weeks, so that weekends meet weekends.
_YEAR_DAYS = 364
_DAYS = 28
# What a product's shops, a shop's SKUs, a country's and all together are summed by; None: all.
_SUMS = {"product": "product_id", "shop": "shop_id", "country": "country_id", "all": None}


class SalesInsight(models.Model):
    """Why sales changed between two windows of time, per SKU and shop, and what to do first. Computed by
    :meth:`action_compute` and kept until it is computed again."""

    _name = "sales.insight"
    _description = "Sales Analysis"
    _check_company_auto = True
    _order = "date_to desc, id desc"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, required=True, precompute=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shop_ids = fields.Many2many(
        "marketplace.shop", string="Shops", check_company=True, help="Empty: all shops that you may see."
    )
    category_ids = fields.Many2many("product.category", string="Product Categories", help="Empty: all.")
    date_from = fields.Date("From", required=True, default=lambda self: self._default_date(_DAYS - 1))
    date_to = fields.Date("To", required=True, default=lambda self: self._default_date(0), help="Last day, in UTC.")
    comparison = fields.Selection(
        [("before", "The Days Before"), ("year", "Same Weeks Last Year"), ("own", "Own Days")],
        "Compared With",
        required=True,
        default="before",
    )
    before_from = fields.Date(
        "Earlier From", compute="_compute_before", store=True, readonly=False, required=True, precompute=True
    )
    before_to = fields.Date(
        "Earlier To", compute="_compute_before", store=True, readonly=False, required=True, precompute=True
    )
    rating_effect = fields.Float(
        "Rating Effect %",
        digits=(5, 1),
        default=7.0,
        help="By how much a star more raises conversion. 7 % is the middle of the 5 to 9 % of sales that M. Luca "
        "measured (Reviews, Reputation, and Revenue: The Case of Yelp.com, Harvard Business School). 0: nothing is put "
        "down to ratings.",
    )
    computed_at = fields.Datetime("Computed", readonly=True, copy=False)
    line_ids = fields.One2many("sales.insight.line", "insight_id", "Lines")
    total_id = fields.Many2one(
        "sales.insight.line", readonly=True, copy=False, ondelete="set null", help="The change of all SKUs together."
    )
    sales_before = fields.Monetary(related="total_id.sales_before")
    sales_after = fields.Monetary(related="total_id.sales_after")
    change = fields.Monetary(related="total_id.change")
    sentence = fields.Text(related="total_id.sentence")
    factor_ids = fields.One2many(related="total_id.factor_ids")
    sku_count = fields.Integer("SKUs in Shops", readonly=True, copy=False)

    _dates = models.Constraint(
        "CHECK(before_from <= before_to AND date_from <= date_to AND before_to < date_from)",
        "The earlier days must end before the later ones begin.",
    )

    @api.model
    def _default_date(self, back):
        """A day before the end of what is to be looked at: the last day with traffic if that is recent, else
        yesterday."""
        yesterday = fields.Date.context_today(self.with_context(tz="UTC")) - timedelta(days=1)
        latest = self.env["traffic.day"].search(
            [("day", ">=", yesterday - timedelta(days=7)), ("day", "<=", yesterday)], order="day desc", limit=1
        )
        return (latest.day or yesterday) - timedelta(days=back)

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for insight in self:
            if insight.date_from and insight.date_to:
                insight.name = f"{insight.date_from} – {insight.date_to}"

    @api.depends("date_from", "date_to", "comparison")
    def _compute_before(self):
        for insight in self:
            first, last = insight.date_from, insight.date_to
            if not first or not last or insight.comparison == "own" and insight.before_from and insight.before_to:
                continue
            back = timedelta(days=_YEAR_DAYS if insight.comparison == "year" else (last - first).days + 1)
            insight.before_from, insight.before_to = first - back, last - back

    @api.constrains("rating_effect")
    def _check_rating_effect(self):
        if any(not -100 < insight.rating_effect <= 100 for insight in self):
            raise ValidationError(self.env._("The effect of a star lies between -100 and 100 percent."))

    # === COMPUTING === #

    def action_compute(self):
        """Find out anew why sales changed. Shops are those that the user may see."""
        for insight in self:
            insight._compute_lines()
        return True

    def _compute_lines(self):
        self.ensure_one()
        self.check_access("write")
        shops = self.shop_ids or self.env["marketplace.shop"].search([("company_id", "=", self.company_id.id)])
        if not shops:
            raise UserError(self.env._("There is no shop to look at. Connect a marketplace account first."))
        shops.check_access("read")
        windows = (self.before_from, self.before_to), (self.date_from, self.date_to)
        known = self.env["sales.insight.figures"].sudo()._get_figures(shops.sudo(), windows, self.category_ids)
        unit = Decimal(str(self.currency_id.rounding))
        rows = self._prepare_rows(shops, known, unit)
        self._store(rows)
        total = self.line_ids.search([("insight_id", "=", self.id), ("level", "=", "all")])
        self.write({"total_id": total.id, "sku_count": len(known), "computed_at": fields.Datetime.now()})

    def _prepare_rows(self, shops, known, unit):
        """Values of the lines: of SKUs in shops, and of their sums."""
        country = {shop.id: shop.country_id.id or None for shop in shops.sudo()}
        effect = self.rating_effect / 100
        rows, sums = [], {level: defaultdict(list) for level in _SUMS}
        for (shop, product), figures in known.items():
            item = prepare(*figures["windows"], effect, unit)
            place = {"shop_id": shop, "product_id": product, "country_id": country[shop]}
            rows.append({**place, "level": "sku", **self._prepare_values([figures], close(item, unit))})
            for level, name in _SUMS.items():
                sums[level][name and place[name]].append((item, figures, place))
        for level, groups in sums.items():
            for key, members in groups.items():
                if level == "product" and len(members) == 1:
                    continue  # the same as the SKU's own line
                if level == "country" and not key:
                    continue  # of shops that name no country
                analysis = decompose_sum([item for item, _figures, _place in members], unit, effect)
                values = self._prepare_values([figures for _item, figures, _place in members], analysis)
                name = _SUMS[level]
                shared = {name: key} if name else {}
                if level == "shop":
                    shared["country_id"] = country[key]
                rows.append({**shared, "level": level, **values})
        return rows

    def _prepare_values(self, figures, analysis):
        """Values of a line: what the analysis says, and the first thing to do.

        :param list figures: of the SKUs that the line sums up
        """
        finding = find(analysis, self._get_facts(figures))
        windows = [pair["windows"] for pair in figures]
        return {
            "sales_before": analysis.before,
            "sales_after": analysis.after,
            "change": analysis.change,
            "change_share": None if finding.share is None else round(100 * finding.share, 2),
            "units_before": sum(before.units for before, _after in windows),
            "units_after": sum(after.units for _before, after in windows),
            "trend": finding.trend,
            "cause": finding.cause or None,
            "further": finding.further or None,
            "cause_part": finding.part,
            "further_part": finding.further_part,
            "campaign_id": figures[0]["campaign"] if len(figures) == 1 else None,
            "missing": " ".join(analysis.missing) or None,
            "figures": {name: list(pair) for name, pair in finding.figures.items()},
            "factors": {
                factor.code: [factor.before, factor.after, str(factor.contribution)] for factor in analysis.factors
            },
            **{f"part_{code}": analysis.part(code) for code in FACTORS},
        }

    @api.model
    def _get_facts(self, figures):
        """Spend and clicks of all SKUs; the buy box of one."""

        def total(name):
            pairs = [pair[name] for pair in figures]
            return None if any(None in pair for pair in pairs) else tuple(map(sum, zip(*pairs, strict=True)))

        box = figures[0]["buy_box"] if len(figures) == 1 else None
        return Facts(spend=total("spend"), clicks=total("clicks"), buy_box=None if box is None or None in box else box)

    def _store(self, rows):
        """Replace the lines, in one statement."""
        Line = self.env["sales.insight.line"]
        Line.flush_model()
        self.env.execute_query(SQL("DELETE FROM sales_insight_line WHERE insight_id = %s", self.id))
        columns = Line._get_columns()
        self.env.execute_query(
            SQL(
                "INSERT INTO sales_insight_line (insight_id, company_id, %s) "
                "SELECT %s, %s, %s FROM jsonb_to_recordset(%s) AS row (%s)",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                self.id,
                self.company_id.id,
                SQL(", ").join(SQL("row.%s", SQL.identifier(name)) for name in columns),
                json.dumps(rows, default=str),
                SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in columns.items()),
            )
        )
        self.env.invalidate_all()

    # === OPENING === #

    def _get_line_action(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"marketplace_ads.{name}")
        return {**action, "domain": [("insight_id", "=", self.id), *domain]}

    def action_open_skus(self):
        """The SKUs of this analysis, those that lost most first."""
        return self._get_line_action("action_insight_lines", [("level", "=", "sku")])

    def action_open_sums(self):
        """The sums by product, shop and country."""
        return self._get_line_action("action_insight_sums", [("level", "not in", ("sku", "all"))])

    def action_open_chart(self):
        """From sales before to sales after, factor by factor."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_insight_factors")
        return {**action, "domain": [("line_id", "=", self.total_id.id)]}
