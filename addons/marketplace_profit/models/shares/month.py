from odoo import fields, models
from odoo.tools import SQL


class ProfitMonth(models.Model):
    """Months know the voucher of their shared costs, and when it is out of date."""

    _inherit = "profit.month"

    share_id = fields.Many2one("profit.share", "Shared Costs", compute="_compute_share_id")
    share_state = fields.Selection(
        [
            ("none", "Not Shared"),
            ("draft", "Draft"),
            ("to_approve", "To Approve"),
            ("approved", "Approved"),
            ("outdated", "Out of Date"),
        ],
        "Shared Costs Are",
        compute="_compute_share_id",
        help="Out of date: the costs have changed since they were shared. Open the voucher to share them anew.",
    )

    def _compute_share_id(self):
        shares = self.env["profit.share"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("month", "in", list(set(self.mapped("first")))),
                ("state", "!=", "reversed"),
                ("reversal_of_id", "=", False),
            ]
        )
        by_month = {(share.company_id, share.month): share for share in shares}
        for month in self:
            share = by_month.get((month.company_id, month.first), shares.browse())
            month.share_id = share
            month.share_state = "outdated" if share.is_outdated else share.state or "none"

    def action_share_costs(self):
        """Open the voucher of the month's shared costs, a new draft where there is none."""
        self.ensure_one()
        share = self.share_id or self.env["profit.share"].create(
            {"company_id": self.company_id.id, "month": self.first}
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_shares"),
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": share.id,
        }

    def _get_fingerprint_sources(self):
        """Override to look at vouchers of shared costs, too."""
        return [
            *super()._get_fingerprint_sources(),
            SQL(
                """SELECT ROW(COUNT(*), MAX(id), MAX(write_date)) FROM profit_share
                    WHERE company_id = %s AND month = %s AND state IN ('approved', 'reversed')""",
                self.company_id.id,
                self.first,
            ),
        ]

    def _rebuild_one(self):
        """Override to share the costs of drafts anew when they are others now."""
        result = super()._rebuild_one()
        drafts = self.env["profit.share"].search(
            [("company_id", "=", self.company_id.id), ("month", "=", self.first), ("state", "=", "draft")]
        )
        drafts.filtered("is_outdated")._compute_shares()
        return result
