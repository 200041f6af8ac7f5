from dateutil.relativedelta import relativedelta
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_company import LOCKS

DAYS_TO_CLOSE = 10  # after the month, until it is late: settlements of its last days have come by then
_MADE_BY_CLOSING = {"state", "digest", "closed_by", "closed_at", "name", "fingerprint", "fact_count", "built_at"}


class ProfitMonth(models.Model):
    """Closing: a checklist, a person, a name and a digest; afterwards the facts stay."""

    _inherit = "profit.month"

    user_id = fields.Many2one("res.users", "Responsible", tracking=True)
    check_ids = fields.One2many("profit.month.check", "month_id", "Checklist", readonly=True)
    checked_at = fields.Datetime("Checked On", readonly=True, copy=False)
    warning_count = fields.Integer("To Look At", compute="_compute_check_counts", store=True)
    is_blocked = fields.Boolean("Cannot Be Closed", compute="_compute_check_counts", store=True)
    lock = fields.Selection(
        LOCKS,
        compute="_compute_lock",
        store=True,
        readonly=False,
        help="Odoo's lock dates that closing sets to the last day of the month. Nothing: entries of the month can "
        "still be posted; the month then says that its sources changed.",
    )
    reason = fields.Text(
        "Reason to Close",
        copy=False,
        help="Why the month is closed although something is open. It stays with the closing.",
    )
    reopen_reason = fields.Text("Reason to Reopen", copy=False)
    closing_ids = fields.One2many("profit.closing", "month_id", "Closings", readonly=True)

    @api.depends("check_ids.state")
    def _compute_check_counts(self):
        for month in self:
            states = month.check_ids.mapped("state")
            month.warning_count = len(states) - states.count("ok")
            month.is_blocked = "block" in states

    @api.depends("company_id")
    def _compute_lock(self):
        for month in self:
            month.lock = month.company_id.profit_lock

    def write(self, vals):
        """Override of `base`: closing, not people, says what a month is; a closed one only gets a reason to reopen."""
        if not self.env.su:
            closed = self.filtered(lambda month: month.state == "closed")
            if _MADE_BY_CLOSING & set(vals) or (closed and set(vals) - {"reopen_reason", "user_id"}):
                raise UserError(
                    self.env._("Close and reopen months by their buttons; nothing else of them is written.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        """A closed month stays."""
        if self.filtered("closing_ids"):
            raise UserError(self.env._("A month that was closed is never deleted."))

    # === CHECKLIST === #

    def action_check(self):
        """Look again at everything on the list."""
        self.check_access("write")
        for month in self.filtered(lambda month: month.state == "open").sudo():
            rows = month.with_company(month.company_id)._prepare_checks()
            month.write(
                {"checked_at": fields.Datetime.now(), "check_ids": [Command.clear(), *map(Command.create, rows)]}
            )

    # === CLOSING === #

    def action_close(self):
        """Close the month: look once more, keep name, digest and what was open, and lock the books as chosen.

        :raise UserError: it is not over, something blocks it, or is open and no reason is given
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "closed":
            raise UserError(self.env._("%s is closed already.", self.name))
        if self.last >= fields.Date.context_today(self):
            raise UserError(self.env._("%s is not over yet. Close it when it is.", self.name))
        self.sudo().lock_for_update(allow_referencing=True)
        self.action_check()
        self._check_closable()
        closing = self.sudo()._make_closing()
        self._lock_books()
        self.message_post(
            body=self.env._("Closed as %(name)s, SHA-256 %(digest)s", name=closing.name, digest=closing.digest)
        )
        self.sudo().activity_ids.action_feedback(self.env._("Closed"))
        return True

    def _check_closable(self):
        open_checks = self.check_ids.filtered(lambda check: check.state != "ok")
        if blocking := open_checks.filtered(lambda check: check.state == "block"):
            raise UserError(
                self.env._("%s cannot be closed yet.", self.name)
                + "".join(f"\n\n{check.display_name}\n{check.advice}" for check in blocking)
            )
        if open_checks and not (self.reason or "").strip():
            raise UserError(
                self.env._("Something is open. Put it right, or say in the reason why the month is closed anyway.")
                + "".join(f"\n• {check.display_name}" for check in open_checks)
            )

    def _make_closing(self):
        number = max(self.closing_ids.mapped("number"), default=0) + 1
        name = self.env._("%(month)s · close %(number)s", month=f"{self.first:%Y-%m}", number=number)
        values = {"digest": self._compute_digest(), "closed_at": fields.Datetime.now()}
        closing = self.env["profit.closing"].create(
            {
                "month_id": self.id,
                "number": number,
                "name": name,
                "user_id": self.env.uid,
                "reason": self.reason,
                "lock": self.lock,
                "fact_count": self.env["profit.entry"].search_count(self._get_fact_domain()),
                "amount": self.fact_total,
                "open_checks": "\n".join(
                    check.display_name for check in self.check_ids.filtered(lambda check: check.state != "ok")
                ),
                **values,
            }
        )
        closing._take_parts()
        self.write({"state": "closed", "closed_by": self.env.uid, "name": name, "reopen_reason": False, **values})
        return closing

    def _lock_books(self):
        """Set Odoo's lock dates as chosen; one that is later already stays.

        :raise UserError: the user may not set them
        """
        company = self.company_id.sudo()
        names = {
            "sale_purchase": ("sale_lock_date", "purchase_lock_date"),
            "fiscalyear": ("fiscalyear_lock_date",),
        }.get(self.lock, ())
        names = [name for name in names if not company[name] or company[name] < self.last]
        if not names:
            return
        if not self.env.user.has_group("account.group_account_manager"):
            raise UserError(
                self.env._(
                    "Only accounting managers set lock dates. Choose to lock nothing, or ask one to close the month."
                )
            )
        company.write(dict.fromkeys(names, self.last))

    def action_verify(self):
        """Compare the facts with those of the closing, by digest, and show where they differ."""
        self.ensure_one()
        self.check_access("read")
        closing = self.closing_ids.filtered(lambda closing: not closing.reopened_at)
        if self.state != "closed":
            raise UserError(self.env._("%s is not closed.", self.name))
        return closing.sudo()._verify()

    # === REOPENING === #

    def action_reopen(self):
        """Open the month again; the closing stays on record. Odoo's lock dates stay.

        :raise AccessError: the user is no manager
        :raise UserError: no reason is given
        """
        self.ensure_one()
        if not self.env.user.has_group("marketplace.group_manager"):
            raise AccessError(self.env._("Only managers of the marketplaces reopen a month."))
        if self.state != "closed":
            raise UserError(self.env._("%s is not closed.", self.name))
        if not (self.reopen_reason or "").strip():
            raise UserError(self.env._("Say first why %s is opened again.", self.name))
        reason = self.reopen_reason
        month = self.sudo()
        month.closing_ids.filtered(lambda closing: not closing.reopened_at).write(
            {"reopened_at": fields.Datetime.now(), "reopened_by_id": self.env.uid, "reopen_reason": reason}
        )
        values = {"digest": False, "closed_by": False, "closed_at": False, "reason": False}
        month.write({"state": "open", "name": f"{self.first:%Y-%m}", "check_ids": [Command.clear()], **values})
        self.message_post(body=self.env._("Opened again: %s", reason))

    # === PROPOSING === #

    @api.model
    def _cron_propose(self):
        """Check the month before for each company that has facts, and remind who closes it."""
        first = fields.Date.context_today(self) + relativedelta(day=1, months=-1)
        for company in self._get_companies():
            self._ensure_months(company)
        for month in self.search([("first", "=", first), ("state", "=", "open")]):
            month = month.with_company(month.company_id)
            if not month.user_id:
                month.user_id = self.env["cost.closing"]._get_responsible(month.company_id)
            month.action_check()
            month._remind()

    def _remind(self):
        """One activity of the responsible, which says how much is open now."""
        count = self.warning_count
        text = (
            self.env._("Close %(month)s: %(count)s open", month=self.name, count=count)
            if count
            else self.env._("Close %s: nothing is open", self.name)
        )
        mine = self.activity_ids.filtered(lambda activity: activity.automated)
        if text in mine.mapped("summary"):
            return
        deadline = min(mine.mapped("date_deadline"), default=self.last + relativedelta(days=DAYS_TO_CLOSE))
        mine.unlink()
        user = self.user_id.id or self.env.uid
        self.activity_schedule("mail.mail_activity_data_todo", deadline, summary=text, user_id=user)
