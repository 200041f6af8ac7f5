from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ProfitShare(models.Model):
    """The shared costs of one month: a voucher that brings them from where the ledger has them to those that caused
    them. It changes no sum: what it takes from a shop or the company is what it gives to SKUs and shops.

    A blue voucher shares. A red one takes a blue one back whose month is closed, in a month that is open.
    """

    _name = "profit.share"
    _description = "Shared Costs of a Month"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "month desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(
        required=True, default=lambda self: self._get_last_month(), help="Any day of the month whose costs are shared."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("to_approve", "To Approve"), ("approved", "Approved"), ("reversed", "Reversed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Only what is approved counts in the profit.",
    )
    color = fields.Selection(
        [("blue", "Blue"), ("red", "Red")],
        "Voucher",
        compute="_compute_color",
        store=True,
        help="Blue: shares costs. Red: takes a blue one of a closed month back.",
    )
    reversal_of_id = fields.Many2one("profit.share", "Takes Back", readonly=True, ondelete="restrict", copy=False)
    reversal_ids = fields.One2many("profit.share", "reversal_of_id", "Taken Back By", readonly=True)

    computed_at = fields.Datetime(readonly=True, copy=False)
    computed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reversed_at = fields.Datetime(readonly=True, copy=False)
    reversed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reason = fields.Text("Reason of the Reversal", copy=False)

    source_ids = fields.One2many("profit.share.source", "share_id", "Costs", readonly=True)
    line_ids = fields.One2many("profit.share.line", "share_id", "Parts", readonly=True)
    line_count = fields.Integer("Number of Parts", compute="_compute_totals")
    amount = fields.Monetary("Amounts to Share", compute="_compute_totals", help="Costs are negative.")
    amount_shared = fields.Monetary("Shared", compute="_compute_totals")
    amount_left = fields.Monetary("Stays Where It Is", compute="_compute_totals", help="No rule, or a driver of zero.")
    digest = fields.Char("Fingerprint of the Costs", readonly=True, copy=False)
    is_outdated = fields.Boolean(
        "Out of Date", compute="_compute_is_outdated", help="The costs of the month are other than those shared."
    )
    needs_second_person = fields.Boolean(related="company_id.profit_four_eyes")

    _month_uniq = models.UniqueIndex(
        "(company_id, month) WHERE state != 'reversed' AND reversal_of_id IS NULL",
        "The costs of this month are shared already. Open that voucher, or reverse it first.",
    )

    @api.model
    def _get_last_month(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)

    @api.depends("reversal_of_id")
    def _compute_color(self):
        for share in self:
            share.color = "red" if share.reversal_of_id else "blue"

    @api.depends("source_ids.amount", "source_ids.part_count")
    def _compute_totals(self):
        sources = self.env["profit.share.source"]
        sums = {
            (share, is_shared): (amount, parts)
            for share, is_shared, amount, parts in sources._read_group(
                [("share_id", "in", self.ids)], ["share_id", "is_shared"], ["amount:sum", "part_count:sum"]
            )
        }
        for share in self:
            share.amount_shared, share.line_count = sums.get((share, True), (0, 0))
            share.amount_left = sums.get((share, False), (0, 0))[0]
            share.amount = share.amount_shared + share.amount_left

    @api.depends("month", "color")
    def _compute_display_name(self):
        for share in self:
            month = format_date(self.env, share.month, date_format="y-MM") if share.month else ""
            share.display_name = (
                self.env._("Taken back in %s", month)
                if share.color == "red"
                else self.env._("Shared costs of %s", month)
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base`: a month is kept by its first day, and its costs are shared at once."""
        shares = super().create([self._with_first_day(vals) for vals in vals_list])
        blue = shares.filtered(lambda share: not share.reversal_of_id)
        blue._refresh_months(only_stale=True)
        blue._compute_shares()
        return shares

    def write(self, vals):
        """Override of `base`: another month is another computation; only drafts have one."""
        if "month" in vals:
            if self.filtered(lambda share: share.state != "draft"):
                raise UserError(self.env._("Only a draft may get another month."))
            result = super().write(self._with_first_day(vals))
            self._refresh_months(only_stale=True)
            self._compute_shares()
            return result
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        """What counted in the profit stays to be seen."""
        if self.filtered(lambda share: share.state in ("approved", "reversed")):
            raise UserError(self.env._("Approved and reversed vouchers stay. Reverse an approved one instead."))

    def _with_first_day(self, vals):
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}

    # === WORKFLOW === #

    def action_compute(self):
        """Share the costs that the month has now; also takes a voucher back from approval."""
        self._check_state(("draft", "to_approve"), self.env._("Only vouchers that are not approved are computed anew."))
        self.state = "draft"
        self._refresh_months(only_stale=True)
        self._compute_shares()

    def action_submit(self):
        """Ask for approval."""
        self._check_state(("draft",), self.env._("Only a draft is submitted."))
        for share in self:
            if not share.line_count:
                raise UserError(self.env._("%s: nothing is shared. Look at the costs why.", share.display_name))
        self.state = "to_approve"

    def action_approve(self):
        """Let the parts count in the profit.

        :raise UserError: the approver computed them and the company wants two persons; the costs have changed since
        """
        self._check_state(("draft", "to_approve"), self.env._("This voucher is approved or reversed already."))
        self._refresh_months(only_stale=True)
        for share in self:
            share._check_approval()
        self.write({"state": "approved", "approved_at": fields.Datetime.now(), "approved_by_id": self.env.uid})
        self._refresh_months()

    def _check_approval(self):
        self.ensure_one()
        company = self.company_id
        if company.profit_four_eyes and self.state == "draft":
            raise UserError(self.env._("Submit the voucher; another person approves it."))
        if company.profit_four_eyes and self.computed_by_id == self.env.user:
            raise UserError(
                self.env._(
                    "You computed these parts, and %s wants a second person to approve them (settings of Invoicing).",
                    company.name,
                )
            )
        if not self.line_count:
            raise UserError(self.env._("%s: nothing is shared. Look at the costs why.", self.display_name))
        if self.is_outdated:
            raise UserError(
                self.env._("%s: the costs have changed since they were shared. Compute again.", self.display_name)
            )
        self._check_month_open(self.month)

    def action_reverse(self):
        """Take an approved voucher back; its reason is asked for first.

        While the month is open the parts just stop to count. A closed month keeps them, and a red voucher takes them
        back on the first open one.
        """
        self._check_state(("approved",), self.env._("Only an approved voucher is reversed; drafts are deleted."))
        for share in self:
            if not (share.reason or "").strip():
                raise UserError(self.env._("Say in the reason why %s is reversed.", share.display_name))
        red = self.filtered(lambda share: share._is_closed(share.month))
        red._create_red()
        self.write({"state": "reversed", "reversed_at": fields.Datetime.now(), "reversed_by_id": self.env.uid})
        self._refresh_months()

    def _create_red(self):
        """Red vouchers that take these back; they count at once, as the blue ones were approved."""
        for share in self:
            month = share._get_open_month()
            red = self.create(
                {
                    "company_id": share.company_id.id,
                    "month": month,
                    "reversal_of_id": share.id,
                    "reason": share.reason,
                    "state": "approved",
                    "computed_at": fields.Datetime.now(),
                    "computed_by_id": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                    "approved_by_id": self.env.uid,
                }
            )
            share._copy_negated(red)
            red._refresh_months()

    def _check_state(self, states, message):
        self.check_access("write")
        if self.filtered(lambda share: share.state not in states):
            raise UserError(message)

    # === MONTHS === #

    def _get_months(self):
        """Profit months of these vouchers."""
        Month = self.env["profit.month"].sudo()
        months = Month.browse()
        for company, shares in self.grouped("company_id").items():
            wanted = set(shares.mapped("month"))
            own = Month._ensure_months(company, until=max(wanted))
            months |= own.filtered(lambda month, wanted=wanted: month.first in wanted)
        return months

    def _refresh_months(self, only_stale=False):
        """Make the facts of these months anew, so that the profit has what is approved now.

        :param bool only_stale: only where their sources have changed
        """
        months = self._get_months().filtered(lambda month: month.state == "open")
        (months.filtered("is_stale") if only_stale else months)._rebuild()

    def _is_closed(self, day):
        """Whether the profit of the month is closed."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id), ("first", "=", day), ("state", "=", "closed")]
        return bool(self.env["profit.month"].sudo().search_count(domain, limit=1))

    def _check_month_open(self, day):
        if self._is_closed(day):
            raise UserError(
                self.env._("The profit of %s is closed. Open it again first, or share in a later month.", day)
            )

    def _get_open_month(self):
        """First day of the first month after the voucher's whose profit is open."""
        month = self.month
        while self._is_closed(month):
            month += relativedelta(months=1)
        return month

    # === SCREENS === #

    def action_open_lines(self):
        """Open all parts."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_share_lines"),
            "domain": [("share_id", "=", self.id)],
        }
