from datetime import datetime

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_amount, format_date

LEARNERS = ("logistic", "boosting", "both")


class MarketplaceRiskModel(models.Model):
    """The model card: what the model learnt from, how good it is, what it must not be used for."""

    _inherit = "marketplace.risk.model"

    card_html = fields.Html("Model Card", compute="_compute_card_html", sanitize=False)

    @api.depends("metrics", "version", "verdict")
    @api.depends_context("lang")
    def _compute_card_html(self):
        for model in self:
            model.card_html = model.metrics and self.env["ir.qweb"]._render(
                "marketplace_review.risk_card", model._prepare_card()
            )

    def _prepare_card(self):
        from ..risk.plot import calibration_plot, cost_plot

        card, test = self.metrics, self.metrics["test"]
        labels = self.env["marketplace.risk.facts"]._get_labels()
        calibration = calibration_plot(test["bins"], self.env._("Expected bad orders"), self.env._("Found"))
        costs = cost_plot(
            card["curve"], card["threshold"], self.env._("Share of orders held"), self.env._("Cost per order")
        )
        return {
            "model": self,
            "card": card,
            "test": test,
            "features": [labels.get(name, name) for name in card["columns"]],
            "left_out": [labels.get(name, name) for name in card["left_out"]],
            "learner": self._get_learner_names()[card["learner"]],
            "learners": [(self._get_learner_names()[name], card["learners"][name]) for name in LEARNERS],
            "calibration": Markup(calibration),
            "costs": Markup(costs),
            "day": lambda text: format_date(self.env, datetime.fromisoformat(text).date()),
            "money": lambda amount: format_amount(self.env, amount, self.company_id.currency_id),
            "percent": lambda share: "–" if share is None else f"{100 * share:.1f} %",
        }

    def _get_learner_names(self):
        return {
            "logistic": self.env._("Logistic regression"),
            "boosting": self.env._("Boosted trees"),
            "both": self.env._("Mean of both"),
        }
