from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    risk_score = fields.Float(
        "Risk (%)",
        copy=False,
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        index="btree_not_null",
        help="How likely this order goes bad: cancelled unpaid, refused, returned to the sender or charged back.",
    )
    risk_reasons = fields.Json(copy=False, readonly=True)
    risk_model_id = fields.Many2one(
        "marketplace.risk.model", "Scored By", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    risk_level = fields.Selection(
        [("low", "Low Risk"), ("raised", "Raised Risk"), ("high", "High Risk")],
        "Risk",
        compute="_compute_risk_level",
        help="High: from the model's threshold on. Raised: from half of it on.",
    )
    risk_reason_html = fields.Html(
        "Why This Score", compute="_compute_risk_reason_html", sanitize=False, compute_sudo=True
    )

    @api.depends("risk_score", "risk_model_id")
    def _compute_risk_level(self):
        for order in self:
            model = order.sudo().risk_model_id
            share = order.risk_score / 100
            if not model:
                order.risk_level = False
            elif share >= model.threshold:
                order.risk_level = "high"
            else:
                order.risk_level = "raised" if share >= model.threshold / 2 else "low"

    @api.depends("risk_reasons", "risk_model_id")
    @api.depends_context("lang")
    def _compute_risk_reason_html(self):
        Facts = self.env["marketplace.risk.facts"]
        for order in self:
            html = False
            if model := order.risk_model_id:
                rows = Facts._tell_reasons(order.risk_reasons or [], order.company_id.currency_id)
                values = {"rows": rows, "order": order, "model": model}
                html = self.env["ir.qweb"]._render("marketplace_review.risk_reasons", values)
            order.risk_reason_html = html

    def _get_risk_evidence(self):
        """What raises the risk of this order, as evidence of its hold."""
        rows = self.env["marketplace.risk.facts"]._tell_reasons(self.risk_reasons or [], self.company_id.currency_id)
        return tuple(
            (row["label"], self.env._("%(value)s (usually %(usual)s)", value=row["value"], usual=row["usual"]))
            for row in rows
            if row["effect"] > 0
        )
