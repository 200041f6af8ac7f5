from collections import Counter
from datetime import datetime, time, timedelta

from odoo import api, fields, models


class FbaLedgerRow(models.Model):
    _inherit = "fba.ledger.row"

    @api.model
    def _get_booking_dates(self, warehouse, groups):
        """When the units of each group moved: at the time that the ledger states, else at noon of its day.

        What belongs to a closed period moves on the first open day, and the warehouse is told.

        :param dict groups: ``{key: rows of one day}``
        :return: ``{key: naive UTC datetime}``
        """
        dates = {key: max(row._get_moment() for row in rows) for key, rows in groups.items()}
        open_days = warehouse._get_fba_open_days({moment.date() for moment in dates.values()})
        late = Counter()
        for key, rows in groups.items():
            day = dates[key].date()
            if open_days[day] != day:
                dates[key] = _noon(open_days[day])
                late[rows[0].day, open_days[day]] += len(rows)
        if late:
            warehouse._tell_closed_period(late)
        return dates

    def _get_moment(self):
        return self.happened_at or _noon(self.day)


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _get_fba_open_days(self, days):
        """``{day: the first day from it on that neither a lock date nor a cost snapshot closes}``."""
        company = self.company_id.sudo()
        snapshot = company._get_cost_closed_day() if "cost.snapshot" in self.env else False
        open_days = {}
        for day in days:
            first = max(day, snapshot + timedelta(days=1)) if snapshot else day
            locks = company._get_violated_lock_dates(first, False, company.account_stock_journal_id)
            open_days[day] = locks[-1][0] + timedelta(days=1) if locks else first
        return open_days

    def _tell_closed_period(self, late):
        """Say which rows were booked on another day than the ledger's.

        :param dict late: ``{(day of the ledger, day of the moves): number of rows}``
        """
        self.message_post(
            body=self.env._(
                "%(count)d rows of Amazon's ledger of %(first)s to %(last)s belong to a closed period. They are booked "
                "on %(day)s; their moves name the day of the ledger.",
                count=sum(late.values()),
                first=fields.Date.to_string(min(day for day, _booked in late)),
                last=fields.Date.to_string(max(day for day, _booked in late)),
                day=", ".join(sorted({fields.Date.to_string(booked) for _day, booked in late})),
            )
        )


def _noon(day):
    """A time that is of this day in nearly every zone."""
    return datetime.combine(day, time(12))
