from dataclasses import asdict
from datetime import timedelta

from odoo import api, fields, models

from ..checks.finding import Finding
from ..checks.text import digest

TOP_REASONS = 5


class MarketplaceReviewRule(models.Model):
    _inherit = "marketplace.review.rule"

    kind = fields.Selection(selection_add=[("risk_score", "Risk Score")], ondelete={"risk_score": "cascade"})

    @api.model
    def _get_explanations(self):
        return {
            **super()._get_explanations(),
            "risk_score": self.env._(
                "Scores each order by what became of your earlier ones, and holds those from the threshold on at which "
                "holding costs less than shipping. Without a model it says nothing. What mistakes cost is set in the "
                "risk score's settings."
            ),
        }


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    def _check_risk_score(self, cases):
        """Score the orders, and find those that are likelier to go bad than their review costs."""
        findings = []
        for company, orders in cases.orders.grouped("company_id").items():
            record = self.env["marketplace.risk.model"]._get_champion(company)
            model = record and record._load()
            if model:
                policy = self.env["marketplace.risk.policy"]._get_policy(company)
                scored = self._score(orders, record, model, policy)
                if policy.hold:
                    findings += [
                        self._prepare_risk_finding(order, record)
                        for order in scored
                        if order.risk_score / 100 >= record.threshold
                    ]
        return findings

    def _score(self, orders, record, model, policy):
        """Keep score and reasons of the orders of one company.

        :param record: `marketplace.risk.model`, :param model: its :class:`~..risk.RiskModel`
        :return: the orders that could be scored: those with goods
        """
        from ..risk.orders import build

        since = fields.Datetime.now() - timedelta(days=policy.history_days)
        facts = self.env["marketplace.risk.facts"]._load_around(orders, since)
        table = build(facts, model.extra)
        table = table[table["order"].isin(orders.ids)]
        reasons = model.explain(table, TOP_REASONS)
        # What was scored already, by this model and alike, is not written again.
        scored = orders.browse(table["order"].tolist()).with_context(tracking_disable=True)
        for order, probability, found in zip(scored, model.probability(table), reasons, strict=True):
            score = round(100 * float(probability), 2)
            if order.risk_model_id != record or order.risk_score != score:
                order.write(
                    {
                        "risk_score": score,
                        "risk_reasons": [asdict(reason) for reason in found],
                        "risk_model_id": record.id,
                    }
                )
        return scored

    def _prepare_risk_finding(self, order, record):
        return Finding(
            order.id,
            "risk_score",
            self.env._(
                "The risk of this order is %(score)s %%; from %(threshold)s %% on, a look costs less than a loss. Ask "
                "the buyer to confirm, or cancel the order at the marketplace.",
                score=f"{order.risk_score:.1f}",
                threshold=f"{100 * record.threshold:.1f}",
            ),
            order._get_risk_evidence(),
            # A person decides once; tomorrow's model is no new evidence, another amount is.
            digest("risk_score", f"{order.amount_total:.2f}"),
        )
