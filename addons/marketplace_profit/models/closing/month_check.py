from odoo import api, fields, models

KINDS = [
    ("stale", "Facts as new as their sources"),
    ("tie_out", "Facts equal the ledger"),
    ("unknown", "Every fee known"),
    ("unposted", "Settlements posted"),
    ("draft", "No drafts of entries"),
    ("short", "Nothing sold before it came"),
    ("cost_month", "Costs of the month closed"),
    ("bank", "Bank transactions matched"),
    ("clearing", "Payouts received in time"),
    ("rate", "Exchange rates known"),
    ("share", "Shared costs approved"),
    ("estimate", "Delivered orders settled or accrued"),
    ("revaluation", "Foreign money revalued"),
    ("unattributed", "Income and cost attributed"),
    ("earlier", "Earlier months closed"),
]
BLOCKING = {"stale", "tie_out"}  # what a closed month would keep wrong for good


class ProfitMonthCheck(models.Model):
    """One line of the checklist of a month: whether it is done, and the way to what is not."""

    _name = "profit.month.check"
    _description = "Check of a Month"
    _order = "month_id, sequence, id"
    _rec_name = "kind"

    month_id = fields.Many2one("profit.month", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="month_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(KINDS, "Check", required=True, readonly=True)
    state = fields.Selection(
        [("ok", "Done"), ("warn", "Look at It"), ("block", "Blocks")],
        required=True,
        readonly=True,
        help="Look at it: the month can be closed with a reason. Blocks: it cannot.",
    )
    count = fields.Integer("How Many", readonly=True)
    amount = fields.Monetary(readonly=True)
    advice = fields.Text("What to Do", compute="_compute_advice")
    res_model = fields.Char(readonly=True)
    domain = fields.Json(readonly=True)

    @api.depends("kind", "state")
    def _compute_advice(self):
        advice = self._get_advice()
        for check in self:
            check.advice = False if check.state == "ok" else advice.get(check.kind)

    @api.depends("kind", "count")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for check in self:
            check.display_name = f"{names.get(check.kind)} ({check.count})" if check.count else names.get(check.kind)

    @api.model
    def _get_blocking(self):
        """Hook: kinds with which a month cannot be closed, not even with a reason."""
        return BLOCKING

    @api.model
    def _get_advice(self):
        """Hook: what to do about each kind that is not done."""
        return {
            "stale": self.env._(
                "Entries, settlements or costs changed. Press Make Anew and look at the figures again."
            ),
            "tie_out": self.env._(
                "Facts and result accounts differ. Press Make Anew; if they still differ, open the accounts named and "
                "compare their journal items with their facts."
            ),
            "unknown": self.env._("Choose the kinds of these amounts under Unknown Fees, then post their settlements."),
            "unposted": self.env._(
                "Post these settlements. Without them their sales and fees are missing, or estimated only."
            ),
            "draft": self.env._("Post these entries, or move them to the open month."),
            "short": self.env._(
                "Units went out that have no cost yet. Enter the missing receipts, or count the stock; their cost "
                "otherwise counts in a later month."
            ),
            "cost_month": self.env._(
                "Close the costs of the month first (Accounting, Cost of Stock, Close Months). Late costs of it "
                "otherwise change the month's profit."
            ),
            "bank": self.env._("Match these bank transactions with payouts, invoices or bills."),
            "clearing": self.env._(
                "The marketplace paid these settlements out, but no bank transaction is matched. Look for the "
                "transfer, or ask the marketplace."
            ),
            "rate": self.env._(
                "These currencies have no rate of the last days of the month. Fetch rates, or enter them under "
                "Accounting, Configuration, Currencies."
            ),
            "share": self.env._(
                "Costs of shops and of the company are not shared over SKUs, or their voucher waits for approval. The "
                "profit of the company is right without it, that of SKUs is not."
            ),
            "estimate": self.env._(
                "These amounts are estimates: no settlement or bill has come. Post the accrual of the month, or accept "
                "that they count in the month in which they are settled."
            ),
            "revaluation": self.env._(
                "What marketplaces, wallets and banks hold in foreign currency is worth more or less at the rate of "
                "the last day. Post the revaluation of this day (Unrealised Exchange Differences)."
            ),
            "unattributed": self.env._(
                "State the meaning of the accounts that these amounts are booked on, then press Make Anew."
            ),
            "earlier": self.env._("Close these months first, so that no profit moves between closed months."),
        }

    def action_open(self):
        """Open what is not done."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": self.domain,
            "context": {"create": False},
        }
