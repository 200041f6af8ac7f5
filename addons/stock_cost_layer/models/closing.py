from dateutil.relativedelta import relativedelta
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

DAYS_TO_CLOSE = 5  # after the proposal, until it is late


class CostClosing(models.Model):
    """A month that shall be closed: what is missing in it, who closes it, and why it was closed all the same.

    A scheduled action proposes it; only a person closes it, which makes the `cost.snapshot`.
    """

    _name = "cost.closing"
    _inherit = ["cost.month", "mail.thread", "mail.activity.mixin"]
    _description = "Month to Close"
    _order = "day desc, id desc"
    _rec_name = "day"

    state = fields.Selection([("open", "To Close"), ("closed", "Closed")], compute="_compute_state", store=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self._get_responsible(self.env.company), tracking=True
    )
    checked_at = fields.Datetime("Checked On", readonly=True)
    item_ids = fields.One2many("cost.closing.item", "closing_id", "What Is Missing", readonly=True)
    missing_count = fields.Integer("Missing", compute="_compute_missing", store=True)
    is_blocked = fields.Boolean("Cannot Be Closed", compute="_compute_missing", store=True)
    reason = fields.Text(
        "Reason to Close", help="Why the month is closed although something is missing. It stays with the month."
    )
    snapshot_id = fields.Many2one("cost.snapshot", "Closed Month", readonly=True, ondelete="restrict", copy=False)
    value = fields.Monetary(related="snapshot_id.value")

    _day_uniq = models.Constraint("UNIQUE(company_id, day)", "This month is already proposed or closed.")

    @api.depends("snapshot_id")
    def _compute_state(self):
        for closing in self:
            closing.state = "closed" if closing.snapshot_id else "open"

    @api.depends("item_ids.is_blocking")
    def _compute_missing(self):
        for closing in self:
            closing.missing_count = len(closing.item_ids)
            closing.is_blocked = any(closing.item_ids.mapped("is_blocking"))

    @api.depends("day")
    def _compute_display_name(self):
        for closing in self:
            closing.display_name = format_date(self.env, closing.day, date_format="y-MM")

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base`: what is missing is said at once."""
        closings = super().create(vals_list)
        closings.action_check()
        return closings

    def write(self, vals):
        """Override of `base`: a closed month keeps its day, its company and the reason that was given."""
        if not {"day", "company_id", "reason"}.isdisjoint(vals) and self.snapshot_id:
            raise UserError(self.env._("A closed month is never changed; what comes later counts in the open month."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        """A closed month stays."""
        if self.snapshot_id:
            raise UserError(self.env._("A closed month is never deleted; what comes later counts in the open month."))

    # === PROPOSING === #

    @api.model
    def _cron_propose(self):
        """Propose the month before to whoever closes it, company by company. Nothing is posted."""
        day = self._get_last_day()
        for company in self.env["res.company"].search([("cost_layer_method", "!=", False)]):
            closed = company._get_cost_closed_day()
            if company.cost_layer_since.date() > day or (closed and closed >= day):
                continue
            closings = self.with_company(company)
            if closing := closings.search([("company_id", "=", company.id), ("day", "=", day)]):
                closing.action_check()
            else:
                user = self._get_responsible(company)
                closing = closings.create({"company_id": company.id, "day": day, "user_id": user.id})
            closing._remind()

    @api.model
    def _get_responsible(self, company):
        """Who closes months: chosen in the settings, or else the first accounting manager of the company."""
        if company.cost_layer_user_id:
            return company.cost_layer_user_id
        managers = [
            ("all_group_ids", "in", self.env.ref("account.group_account_manager").ids),
            ("company_ids", "in", company.ids),
            ("share", "=", False),
        ]
        return self.env["res.users"].sudo().search(managers, order="id", limit=1)

    def _remind(self):
        """One activity of the responsible, which says how much is missing now."""
        for closing in self:
            month, count = closing.display_name, closing.missing_count
            text = (
                self.env._("Close %(month)s: %(count)s missing", month=month, count=count)
                if count
                else self.env._("Close %s: nothing is missing", month)
            )
            mine = closing.activity_ids.filtered(lambda activity: activity.automated)
            if text in mine.mapped("summary"):
                continue
            deadline = min(mine.mapped("date_deadline"), default=False)
            mine.unlink()
            closing.activity_schedule(
                "mail.mail_activity_data_todo",
                deadline or fields.Date.context_today(self) + relativedelta(days=DAYS_TO_CLOSE),
                summary=text,
                user_id=closing.user_id.id or self.env.uid,
            )

    # === CLOSING === #

    def action_check(self):
        """Look again for what is missing."""
        for closing in self.filtered(lambda closing: closing.state == "open"):
            items = closing.sudo()._prepare_items()
            closing.sudo().write(
                {"checked_at": fields.Datetime.now(), "item_ids": [Command.clear(), *map(Command.create, items)]}
            )

    def action_close(self):
        """Close the month: check once more, take the stock, and keep what was missing.

        :raise UserError: something does not allow it, or is missing and no reason is given
        """
        self.ensure_one()
        self.check_access("write")
        self.action_check()
        if self.is_blocked:
            blocking = self.item_ids.filtered("is_blocking")
            raise UserError(
                self.env._("%(month)s cannot be closed yet.", month=self.display_name)
                + "".join(f"\n\n{item.display_name}\n{item.advice}" for item in blocking)
            )
        if self.item_ids and not (self.reason or "").strip():
            raise UserError(
                self.env._("Something is missing. Put it right, or say in the reason why the month is closed anyway.")
                + "".join(f"\n• {item.display_name}" for item in self.item_ids)
            )
        snapshots = self.env["cost.snapshot"]
        month = {"company_id": self.company_id.id, "day": self.day}
        made = snapshots.search([(name, "=", value) for name, value in month.items()])
        self.snapshot_id = made or snapshots.create(month)
        self.activity_ids.action_feedback(self.env._("Closed"))
        return True
