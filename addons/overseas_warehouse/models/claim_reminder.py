from datetime import timedelta

from odoo import api, fields, models

REMINDER_DAYS = 7


class OverseasClaimReminder(models.AbstractModel):
    """Claims that end on a `deadline`: nobody loses money because a day was forgotten."""

    _name = "overseas.claim.reminder"
    _inherit = ["mail.activity.mixin"]
    _description = "Claim With a Reminder"
    # Kind of activity that reminds.
    _claim_activity = "overseas_warehouse.activity_type_claim"

    @api.model
    def _get_reminder_domain(self):
        """Claims that nobody has made and that end soon."""
        soon = fields.Date.context_today(self) + timedelta(days=REMINDER_DAYS)
        return [("state", "=", "open"), ("deadline", "<=", soon)]

    @api.model
    def _cron_remind(self):
        """Remind of claims that nobody has made, once each, a week before it is too late."""
        kind = self.env.ref(self._claim_activity)
        reminded = [("activity_ids", "not any", [("activity_type_id", "=", kind.id)])]
        due = self.sudo().search([*self._get_reminder_domain(), *reminded])
        managers = due._get_managers()
        model_id = self.env["ir.model"]._get_id(self._name)
        # Nobody gets a mail for each of them: they stand in the list of activities.
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": claim.id,
                    "user_id": user.id,
                    "date_deadline": claim.deadline,
                    "summary": self.env._("Claim %s", claim.display_name),
                }
                for claim in due
                if (user := claim._get_responsible(managers))
            ]
        )

    def _get_responsible(self, managers):
        """A manager of the company."""
        return managers.filtered(lambda manager: self.company_id in manager.company_ids)[:1]

    def _get_managers(self):
        group = self.env.ref("marketplace.group_manager")
        domain = [("all_group_ids", "in", group.ids), ("company_ids", "in", self.company_id.ids), ("share", "=", False)]
        return self.env["res.users"].sudo().search(domain, order="id")

    def _end_reminders(self):
        self.sudo().activity_unlink([self._claim_activity])
