from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

OUTCOMES = [
    ("good", "Good"),
    ("cancelled_unpaid", "Cancelled Unpaid"),
    ("returned_to_sender", "Returned to Sender"),
    ("chargeback", "Charged Back"),
    ("refused", "Refused"),
]


class SaleOrder(models.Model):
    """What became of an order, as far as it tells good buyers from bad ones. A return of goods that did not please is
    no bad outcome."""

    _inherit = "sale.order"

    marketplace_outcome = fields.Selection(
        OUTCOMES,
        "Outcome",
        copy=False,
        index="btree_not_null",
        help="What became of the order. Found by itself from cancellations, returns and refunds; good when nothing bad "
        "was heard for long enough. What you set here or import stays.",
    )
    marketplace_outcome_at = fields.Datetime(
        "Outcome Known Since", copy=False, help="The risk score learns nothing of it that was not known at the time."
    )
    marketplace_outcome_by_hand = fields.Boolean("Outcome Set by Hand", copy=False, readonly=True)

    def write(self, vals):
        """Override to remember that a person decided the outcome, and when."""
        if "marketplace_outcome" in vals and not self.env.context.get("marketplace_outcome_derived"):
            outcome = vals["marketplace_outcome"]
            vals = {
                "marketplace_outcome_at": bool(outcome) and fields.Datetime.now(),
                **vals,
                "marketplace_outcome_by_hand": bool(outcome),
            }
        return super().write(vals)

    def _action_cancel(self):
        """Override of `sale`: who lets an order lapse without paying it has shown something."""
        unpaid = self.filtered(
            lambda order: order.state == "draft" and order.marketplace_status == "pending" and order.marketplace_shop_id
        )
        result = super()._action_cancel()
        unpaid._set_outcome("cancelled_unpaid")
        return result

    def _set_outcome(self, outcome, known_at=None):
        """Note what became of orders, unless a person has."""
        orders = self.sudo().filtered(lambda order: not order.marketplace_outcome_by_hand)
        orders.with_context(marketplace_outcome_derived=True, tracking_disable=True).write(
            {"marketplace_outcome": outcome, "marketplace_outcome_at": known_at or fields.Datetime.now()}
        )

    # === IN THE NIGHT === #

    @api.model
    def _derive_outcomes(self, policy):
        """Bring the outcomes of a company's orders up to date with what is known by now.

        :param policy: `marketplace.risk.policy`
        """
        self._derive_from_returns(policy)
        self._derive_from_refunds(policy)
        self._mature(policy)

    def _derive_from_returns(self, policy):
        domain = [("company_id", "=", policy.company_id.id), *self._get_undecided_domain("order_id.")]
        returns = self.env["marketplace.return"].sudo().search(domain)
        self._note_reasons(
            [
                (
                    ticket.order_id,
                    (ticket.reason, ticket.status_text, *ticket.line_ids.mapped("reason")),
                    ticket.updated_at or ticket.create_date,
                )
                for ticket in returns
            ]
        )

    def _derive_from_refunds(self, policy):
        domain = [("company_id", "=", policy.company_id.id), ("state", "in", ["pending", "confirmed"])]
        refunds = self.env["marketplace.refund"].sudo().search([*domain, *self._get_undecided_domain("order_id.")])
        self._note_reasons([(refund.order_id, (refund.reason, refund.note), refund.create_date) for refund in refunds])

    @api.model
    def _get_undecided_domain(self, path=""):
        """Orders of which nothing bad is known yet and nobody has decided."""
        return [
            (f"{path}marketplace_outcome_by_hand", "=", False),
            (f"{path}marketplace_outcome", "in", [False, "good"]),
        ]

    def _note_reasons(self, told):
        """:param list told: ``[(order, texts, since when they are known)]``"""
        from ..risk.words import outcome_of

        for order, texts, known_at in told:
            if outcome := outcome_of(*texts):
                order._set_outcome(outcome, known_at)

    def _mature(self, policy):
        """Orders that were shipped, and of which nothing bad was heard for long enough, were good."""
        self.env["sale.order"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sale_order
                   SET marketplace_outcome = 'good', marketplace_outcome_at = date_order + %(wait)s
                 WHERE company_id = %(company)s AND marketplace_outcome IS NULL AND marketplace_shop_id IS NOT NULL
                   AND state = 'sale' AND marketplace_status = 'shipped' AND marketplace_fulfilment = 'merchant'
                   AND date_order + %(wait)s <= %(now)s
                """,
                wait=timedelta(days=policy.mature_days),
                company=policy.company_id.id,
                now=fields.Datetime.now(),
            )
        )
        self.env["sale.order"].invalidate_model(["marketplace_outcome", "marketplace_outcome_at"])
