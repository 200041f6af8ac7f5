import base64
import csv
import io
from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.marketplace.contract import AuthenticationFailed, ConnectorError, InvalidPayload, NotReady, Rejected
from odoo.addons.marketplace.models.job_retry import get_retry_seconds
from odoo.exceptions import UserError

from ..connector import advice, compensation, ledger, planning, read_report, refunds, removals, returns

KINDS = [
    ("balance", "Ledger: Balances"),
    ("ledger", "Ledger: Events"),
    ("compensation", "Reimbursements"),
    ("planning", "Aged Inventory"),
    ("advice", "Recommended Removals"),
    ("removal", "Removal Orders"),
    ("removal_parcel", "Removal Parcels"),
    ("return", "Returns of Buyers"),
    ("refund", "Refunds to Buyers"),
]
# Amazon has no report on refunds that could be downloaded as a file.
FILE_KINDS = [(kind, label) for kind, label in KINDS if kind != "refund"]
REPORT_TYPES = {
    "balance": ledger.SUMMARY,
    "ledger": ledger.DETAIL,
    "compensation": compensation.REPORT,
    "planning": planning.REPORT,
    "advice": advice.REPORT,
    "removal": removals.ORDERS,
    "removal_parcel": removals.SHIPMENTS,
    "return": returns.REPORT,
    "refund": refunds.SOURCE,
}
# Amazon adds events to days that are over, for a while.
LATE_EVENTS = timedelta(days=5)
FIRST_PERIOD = timedelta(days=30)
# Reimbursements may change until their reversal; removals, returns and refunds take as long to end.
LONG_PERIOD = timedelta(days=60)
_LONG_KINDS = ("compensation", "removal", "removal_parcel", "return", "refund")


class FbaSheet(models.Model):
    """A report of Amazon: asked for and polled in the background, or downloaded by a person."""

    _name = "fba.sheet"
    _description = "FBA Report"
    _order = "id desc"
    _rec_name = "kind"

    warehouse_id = fields.Many2one(
        "overseas.warehouse",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        domain="[('is_fba', '=', True)]",
    )
    account_id = fields.Many2one(related="warehouse_id.account_id")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    since = fields.Date("From", readonly=True)
    until = fields.Date("To", readonly=True)
    handle = fields.Json(readonly=True, copy=False)
    content = fields.Binary(readonly=True, attachment=True, help="The file that a person has downloaded from Amazon.")
    file_name = fields.Char(readonly=True)
    state = fields.Selection(
        [("asked", "Asked For"), ("read", "Read"), ("empty", "Nothing to Report"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="asked",
        help="Nothing to report: Amazon ended the report without a file. It does the same when another program asked "
        "for the same report.",
    )
    message = fields.Text(readonly=True)
    record_count = fields.Integer("Rows", readonly=True, help="Rows that could be read.")
    new_count = fields.Integer("New", readonly=True, help="Rows that were not known yet.")
    fault_ids = fields.One2many("fba.sheet.fault", "sheet_id", readonly=True)
    fault_count = fields.Integer("Not Readable", readonly=True, help="Rows that wait for a person.")

    # === ASKING === #

    @api.model
    def _cron_fetch(self):
        """Ask for the reports of each warehouse at Amazon whose account is in use."""
        domain = self.env["overseas.account"]._get_live_domain()
        warehouses = (
            self.env["overseas.warehouse"].sudo().search([("is_fba", "=", True), ("account_id", "any", domain)])
        )
        for warehouse in warehouses:
            self._ask_for_all(warehouse)

    @api.model
    def _ask_for_all(self, warehouse):
        """Ask for every kind of report, over the time in which it may have changed."""
        today = datetime.now(timezone.utc).date()
        first = warehouse.fba_from or today - FIRST_PERIOD
        last = self.search(
            [("warehouse_id", "=", warehouse.id), ("kind", "=", "ledger"), ("state", "=", "read")],
            order="until desc",
            limit=1,
        )
        ledger_since = max(first, last.until - LATE_EVENTS) if last.until else first
        since = {"planning": today, "advice": today, **dict.fromkeys(_LONG_KINDS, today - LONG_PERIOD)}
        for kind, _label in KINDS:
            if kind != "ledger" or warehouse.fba_from:  # else it is asked for when its beginning is known
                self._ask_for(warehouse, kind, since.get(kind, ledger_since), today)

    @api.model
    def _ask_for(self, warehouse, kind, since, until):
        """Have one report fetched; one that is being waited for is not asked for twice: Amazon would end both."""
        domain = [("warehouse_id", "=", warehouse.id), ("kind", "=", kind), ("state", "=", "asked")]
        sheet = self.search(domain, limit=1) or self.create(
            {"warehouse_id": warehouse.id, "kind": kind, "since": since, "until": until}
        )
        sheet._enqueue()
        return sheet

    def _enqueue(self, seconds=None):
        for sheet in self.sudo():
            sheet.with_delay(
                identity_key=f"fba.sheet._job_fetch.{'retry.' if seconds else ''}{sheet.id}",
                eta=seconds,
                description=self.env._("Fetch FBA report of %s", sheet.warehouse_id.name),
            )._job_fetch()

    def _job_fetch(self):
        """Ask Amazon for the report, or whether it is ready, and read it. Running it twice reads nothing twice."""
        self.ensure_one()
        account = self.account_id
        if self.state != "asked" or account.state == "disabled" or account.needs_authorisation:
            return
        try:
            sheet = self._fetch(account._get_connector().fba)
        except NotReady as pending:
            self.handle = pending.handle
            self._enqueue(get_retry_seconds(pending))
        except ConnectorError as error:
            account._note_error(error, self.env._("Fetch FBA report"))
            self._note_fetch_error(error)
        else:
            account._note_success()
            self._read_safely(lambda: sheet)

    def _fetch(self, fba):
        return fba.fetch_sheet(
            REPORT_TYPES[self.kind],
            self.warehouse_id.code,
            datetime.combine(self.since, time.min, timezone.utc),
            min(datetime.combine(self.until, time.max, timezone.utc), fba.now()),
            handle=self.handle or None,
        )

    def _note_fetch_error(self, error):
        self.message = str(error)
        if seconds := get_retry_seconds(error):
            self._enqueue(seconds)
        elif isinstance(error, Rejected) and error.code == "CANCELLED":
            self.state = "empty"
        elif not isinstance(error, AuthenticationFailed):  # a renewed access asks again by itself
            self.state = "failed"

    def action_retry(self):
        """Ask again for reports that failed; of a file, read it again."""
        self.check_access("write")
        for sheet in self.sudo().filtered(lambda sheet: sheet.state != "read"):
            sheet.write({"state": "asked", "message": False, "handle": False})
            if sheet.content:
                sheet._read_safely(sheet._parse_content)
            else:
                sheet._enqueue()

    # === READING === #

    def _read_safely(self, parse):
        """Read a report; one that cannot be taken over as a whole stays as it is and says why.

        :param parse: function that returns a :class:`~..connector.flat_file.Sheet`
        """
        try:
            with self.env.cr.savepoint():
                self._read_in(parse())
        except (InvalidPayload, UserError) as error:
            self.write({"state": "failed", "message": str(error)})

    def _parse_content(self):
        """The file as :class:`~..connector.flat_file.Sheet`.

        :raise InvalidPayload: it is no such report
        """
        text = _decode(base64.b64decode(self.content))
        return read_report(REPORT_TYPES[self.kind], text)

    def _read_in(self, sheet):
        """Take over what a report holds; rows that could not be read wait with their text.

        :param sheet: :class:`~..connector.flat_file.Sheet`
        """
        self.message = False
        self.env["fba.sheet.fault"]._keep(self, sheet.broken)
        new = self._take_records(sheet.records)
        self.write(
            {
                "state": "read",
                "record_count": len(sheet.records),
                "new_count": new,
                "fault_count": len(sheet.broken),
            }
        )

    def _take_records(self, records):
        """Store the records of a report; returns how many of them are new."""
        return self._get_takers()[self.kind](self, records)

    @api.model
    def _get_takers(self):
        """``{kind: function of a report and its records}``."""
        return {
            "ledger": self.env["fba.ledger.row"]._take,
            "balance": self.env["fba.ledger.row"]._take_balances,
            "compensation": self.env["fba.reimbursement"]._take,
            "planning": self.env["fba.aged.stock"]._take,
        }

    def action_view_faults(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rows That Cannot Be Read"),
            "res_model": "fba.sheet.fault",
            "view_mode": "list,form",
            "domain": [("sheet_id", "=", self.id)],
        }


def _decode(data):
    """Text of a downloaded report with tabs between its columns: Seller Central gives commas and old encodings too."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    if "\t" in head or "," not in head:
        return text
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter="\t", quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text, newline="")))
    return lines.getvalue()
