from odoo import models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    def _check_month_end_open(self, day):
        """Entries of a month's end are posted and taken back on this day.

        :raise UserError: the books of the day are locked, or the profit of its month is closed
        """
        self.ensure_one()
        if locks := self._get_lock_date_violations(day, sale=False, purchase=False, tax=False):
            raise UserError(
                self.env._(
                    "An entry of %(day)s cannot be posted: the books are locked (%(locks)s). Open the period, or have "
                    "an exception granted.",
                    day=day,
                    locks=self._format_lock_dates(locks),
                )
            )
        closed = [("state", "=", "closed"), ("first", "<=", day), ("last", ">=", day)]
        if month := self.env["profit.month"].sudo().search([("company_id", "=", self.id), *closed], limit=1):
            raise UserError(
                self.env._(
                    "An entry of %(day)s cannot be posted: the profit of %(month)s is closed. Reopen the month first.",
                    day=day,
                    month=month.name,
                )
            )
