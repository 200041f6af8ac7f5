from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.insight import FACTORS

# After sales before, before sales after: so the chart goes from one to the other.
CODES = [
    ("before", "Before"),
    ("stock", "Stock-Outs"),
    ("impressions", "Ad Impressions"),
    ("ctr", "Ad Click Rate"),
    ("organic", "Other Traffic"),
    ("traffic", "All Traffic"),
    ("conversion", "Conversion"),
    ("rating", "Rating"),
    ("basket", "Units per Order"),
    ("demand", "Demand"),
    ("price", "Price"),
    ("rate", "Exchange Rate"),
    ("mix", "Mix"),
    ("new", "New"),
    ("ended", "Ended"),
    ("after", "After"),
]


class SalesInsightFactor(models.Model):
    """A line's factors one below the other: its figures before and after, and what it contributes to the change."""

    _name = "sales.insight.factor"
    _description = "Factor of a Change of Sales"
    _auto = False
    _order = "line_id, sequence"
    _rec_name = "code"
    _depends = {
        "sales.insight.line": ["insight_id", "company_id", "shop_id", "level", "factors", "sales_before", "sales_after"]
    }

    line_id = fields.Many2one("sales.insight.line", readonly=True)
    insight_id = fields.Many2one("sales.insight", "Analysis", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shop_id = fields.Many2one("marketplace.shop", readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    code = fields.Selection(CODES, "Factor", readonly=True)
    before = fields.Float(readonly=True, aggregator=None)
    after = fields.Float(readonly=True, aggregator=None)
    contribution = fields.Monetary(readonly=True, help="Sales before, plus all contributions, are sales after.")
    before_text = fields.Char("Earlier", compute="_compute_texts")
    after_text = fields.Char("Later", compute="_compute_texts")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id * %(step)s + part.sequence AS id, line.id AS line_id, line.insight_id, line.company_id,
                   line.shop_id, part.sequence, part.code, part.before, part.after, part.contribution
              FROM sales_insight_line AS line
             CROSS JOIN LATERAL (
                  SELECT 0 AS sequence, 'before' AS code, NULL::float AS before, NULL::float AS after,
                         line.sales_before AS contribution
                  UNION ALL
                  SELECT array_position(%(codes)s::text[], factor.key), factor.key, (factor.value->>0)::float,
                         (factor.value->>1)::float, (factor.value->>2)::numeric
                    FROM jsonb_each(line.factors) AS factor
                  UNION ALL
                  SELECT %(step)s - 1, 'after', NULL, NULL, line.sales_after
             ) AS part
            """,
            step=len(FACTORS) + 2,
            codes=list(FACTORS),
        )

    @api.depends("before", "after", "code")
    @api.depends_context("lang")
    def _compute_texts(self):
        texts = self.env["sales.insight.text"]
        for factor in self:
            known = (factor.line_id.factors or {}).get(factor.code) or (None, None)
            factor.before_text = texts._format_figure(factor.code, known[0], factor.line_id)
            factor.after_text = texts._format_figure(factor.code, known[1], factor.line_id)
