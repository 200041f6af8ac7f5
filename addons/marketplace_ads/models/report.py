from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, NotReady
from odoo.addons.marketplace.models.job_retry import get_retry_seconds

from .campaign import AD_TYPES

RESTATED_DAYS = 14
"""Advertising systems correct clicks and sales of so many days; they are read again each time."""
NAMES = [
    ("sp", "Sponsored Products by SKU"),
    ("sb", "Sponsored Brands by Campaign"),
    ("sb_purchased", "What Was Bought Through Sponsored Brands"),
    ("sd", "Sponsored Display by SKU"),
    ("file", "File"),
]


class AdsReport(models.Model):
    """A report of an advertiser's days: asked for, waited for and read; or a file that was uploaded."""

    _name = "ads.report"
    _description = "Advertising Report"
    _order = "id desc"

    profile_id = fields.Many2one(
        "ads.profile", "Advertiser", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    shop_id = fields.Many2one(related="profile_id.shop_id", store=True)
    name = fields.Selection(NAMES, "Report", required=True, readonly=True)
    ad_type = fields.Selection(AD_TYPES, required=True, readonly=True)
    since = fields.Date("From", required=True, readonly=True)
    until = fields.Date("To", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
        help="Waiting: the advertising system is working on it, or limits our calls. Failed: the message says why; the "
        "next scheduled fetch asks again.",
    )
    handle = fields.Json(readonly=True)
    message = fields.Text(readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    changed_count = fields.Integer("New or Changed", readonly=True)
    cost = fields.Monetary("Spend", readonly=True, help="Sum of the rows, in the currency of the advertiser.")
    currency_id = fields.Many2one(related="profile_id.currency_id")
    attachment_id = fields.Many2one("ir.attachment", "File", readonly=True, ondelete="set null")

    _one_waiting = models.UniqueIndex("(profile_id, name) WHERE state = 'waiting'", "This report is being fetched.")

    # === ASKING === #

    @api.model
    def _ask_for(self, profiles):
        """Create and queue the reports that are due; what waits goes on. One of each at a time, oldest days first."""
        waiting = self.search([("profile_id", "in", profiles.ids), ("state", "=", "waiting")])
        busy = {(report.profile_id, report.name) for report in waiting}
        (waiting | self.create(self._prepare_due(profiles, busy)))._enqueue()

    @api.model
    def _prepare_due(self, profiles, busy):
        reached = {
            (profile, name): until
            for profile, name, until in self._read_group(
                [("profile_id", "in", profiles.ids), ("state", "=", "done")], ["profile_id", "name"], ["until:max"]
            )
        }
        last = fields.Date.today() - timedelta(days=1)
        values = []
        for account, members in profiles.grouped("account_id").items():
            connector = account._get_connector()
            for profile in members:
                for name in connector.reports:
                    if (profile, name) not in busy:
                        first = last - timedelta(days=connector.lookback[name] - 1)
                        since = self._get_since(reached.get((profile, name)), first)
                        until = min(last, since + timedelta(days=connector.most_days - 1))
                        values.append(self._prepare_report(profile, name, since, until))
        return values

    @api.model
    def _get_since(self, reached, first):
        """First day to read: those that may have been corrected once more, none that the system has dropped.

        :param date reached: last day that was read, ``None`` if none was
        :param date first: that the advertising system still has
        """
        return max(first, reached - timedelta(days=RESTATED_DAYS - 1)) if reached else first

    @api.model
    def _prepare_report(self, profile, name, since, until):
        ad_type = name.partition("_")[0]
        return {"profile_id": profile.id, "name": name, "ad_type": ad_type, "since": since, "until": until}

    # === WORK === #

    def _enqueue(self, seconds=None):
        for report in self:
            report.sudo().with_delay(
                identity_key=f"ads.report._job_run.{'retry.' if seconds else ''}{report.id}",
                eta=seconds,
                description=self.env._("Advertising report %(number)s of %(advertiser)s", number=report.id,
                                       advertiser=report.profile_id.display_name),
            )._job_run()  # fmt: skip

    def _job_run(self):
        """Ask for the report, or whether it is ready, or read it; then go on with the days after it."""
        account = self.profile_id.account_id
        if account.state == "disabled" or account.needs_authorisation:
            return
        if not self.try_lock_for_update() or self.state != "waiting":
            return
        try:
            with self.env.cr.savepoint():
                rows = account._get_connector().fetch_report(
                    self.profile_id.external_id, self.name, self.since, self.until, self.handle or None
                )
                self._read_rows(rows)
        except NotReady as error:
            self.handle = error.handle
            account._note_success()
            self._enqueue(get_retry_seconds(error))
            return
        except ConnectorError as error:
            self._note_problem(error)
            return
        account._note_success()
        self._ask_for_more()

    def _note_problem(self, error):
        self.message = str(error)
        self.profile_id.account_id._note_error(error, self.env._("Advertising report"))
        if self.profile_id.account_id.needs_authorisation:
            return  # goes on when the access is renewed
        if seconds := get_retry_seconds(error):
            self._enqueue(seconds)
        else:
            self.state = "failed"

    def _read_rows(self, rows):
        """Take over the rows of a report that is here.

        :param list rows: :class:`~..connector.AdDay`
        """
        profile = self.profile_id
        if self.name == "sb_purchased":
            changed = self.env["ads.purchase"]._import(profile, rows, self.since, self.until)
        else:
            complete = self.name != "file"  # people download single campaigns, too
            changed = self.env["ads.cost"]._import(profile, self.ad_type, rows, self.since, self.until, complete)
        self.write(
            {
                "state": "done",
                "message": False,
                "handle": False,
                "row_count": len(rows),
                "changed_count": changed,
                "cost": float(sum(row.cost for row in rows)),
            }
        )

    def _ask_for_more(self):
        """The days after it, if the report did not reach yesterday. What was read just now is not read again."""
        last = fields.Date.today() - timedelta(days=1)
        if self.name == "file" or self.until >= last:
            return
        connector = self.profile_id.account_id._get_connector()
        first = last - timedelta(days=connector.lookback[self.name] - 1)
        since = max(first, self.until + timedelta(days=1))
        until = min(last, since + timedelta(days=connector.most_days - 1))
        self.create(self._prepare_report(self.profile_id, self.name, since, until))._enqueue()

    # === ACTIONS === #

    def action_retry(self):
        """Ask for failed reports once more, from the beginning."""
        failed = self.filtered(lambda report: report.state == "failed" and report.name != "file")
        failed.write({"state": "waiting", "handle": False, "message": False})
        failed._enqueue()

    def action_view_costs(self):
        """The days that the report is about."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_costs")
        action["domain"] = [
            ("profile_id", "=", self.profile_id.id),
            ("ad_type", "=", self.ad_type),
            ("day", ">=", self.since),
            ("day", "<=", self.until),
        ]
        return action
