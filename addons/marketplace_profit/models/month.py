import hashlib

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

# Columns that the digest of a month is made of: all that a fact says, in this order.
_DIGEST = (
    "key", "day", "state", "origin", "kind_id", '"group"', "level", "account_id", "shop_id", "country_id", "order_id",
    "sale_line_id", "product_id", "units", "currency_id", "amount_currency", "amount", "ledger_account_id",
    "move_line_id", "settlement_line_id", "posting_id",
)  # fmt: skip
_UNATTRIBUTED = ("income_unattributed", "cost_unattributed")


class ProfitMonth(models.Model):
    """One month of one company: its facts, whether they are as new as their sources, and that they equal the ledger."""

    _name = "profit.month"
    _description = "Profit of a Month"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "first desc, id desc"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=True, help="A closed month has the name of its closing."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    first = fields.Date("First Day", required=True, readonly=True)
    last = fields.Date("Last Day", compute="_compute_last", store=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        help="Facts of a closed month are never made anew.",
    )
    digest = fields.Char("SHA-256", readonly=True, copy=False, help="Of all facts of the month when it was closed.")
    closed_by = fields.Many2one("res.users", readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    fingerprint = fields.Char(readonly=True, help="Of the sources, when the facts were made.")
    built_at = fields.Datetime("Made", readonly=True, help="When the facts were made.")
    fact_count = fields.Integer("Facts", readonly=True)
    is_stale = fields.Boolean(
        "Sources Changed",
        compute="_compute_is_stale",
        help="Entries, settlements or costs changed since. A month that is open is made anew by itself.",
    )
    tie_out_ids = fields.One2many("profit.tie.out", "month_id", readonly=True)
    ledger_total = fields.Monetary(
        "Ledger", "company_currency_id", compute="_compute_totals", help="Result accounts of the month."
    )
    fact_total = fields.Monetary(
        "Profit", "company_currency_id", compute="_compute_totals", help="Sum of the booked facts."
    )
    difference = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_totals",
        help="Sum of the differences of all accounts, as sizes. 0.00: each result account equals its facts.",
    )
    unattributed = fields.Monetary(
        "Not Attributed",
        "company_currency_id",
        compute="_compute_unattributed",
        help="Income and cost, as sizes, of which nothing says what they are. State the meaning of their accounts.",
    )

    _month_uniq = models.Constraint("UNIQUE(company_id, first)", "This month is there already.")
    _first_day = models.Constraint("CHECK(EXTRACT(DAY FROM first) = 1)", "A month begins on its first day.")

    @api.depends("first")
    def _compute_name(self):
        for month in self:
            month.name = f"{month.first:%Y-%m}" if month.first else False

    @api.depends("first")
    def _compute_last(self):
        for month in self:
            month.last = month.first and month.first + relativedelta(months=1, days=-1)

    def _compute_is_stale(self):
        for month in self:
            month.is_stale = month.fingerprint != month.sudo()._get_fingerprint()

    @api.depends("tie_out_ids")
    def _compute_totals(self):
        rows = (
            self.env["profit.tie.out"]
            .sudo()
            ._read_group([("month_id", "in", self.ids)], ["month_id"], ["ledger:sum", "facts:sum", "fault:sum"])
        )
        totals = {month.id: sums for month, *sums in rows}
        for month in self:
            ledger, facts, fault = totals.get(month.id, (0.0, 0.0, 0.0))
            month.ledger_total, month.fact_total, month.difference = ledger, facts, fault

    @api.depends("fact_count")
    def _compute_unattributed(self):
        for month in self:
            domain = [*month._get_fact_domain(), ("kind_id.code", "in", _UNATTRIBUTED)]
            rows = self.env["profit.entry"].sudo()._read_group(domain, ["kind_id"], ["amount:sum"])
            month.unattributed = sum(abs(amount) for _kind, amount in rows)

    def _get_fact_domain(self):
        self.ensure_one()
        return [("company_id", "=", self.company_id.id), ("day", ">=", self.first), ("day", "<=", self.last)]

    def action_view_facts(self):
        """The facts of the month."""
        return self.env["profit.entry"]._get_action(self._get_fact_domain(), self.env._("Profit of %s", self.name))

    def action_view_unattributed(self):
        """The facts of which nothing says what they are; then state the meaning of their accounts."""
        domain = [*self._get_fact_domain(), ("kind_id.code", "in", _UNATTRIBUTED)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Not Attributed in %s", self.name))

    # === MAKING FACTS === #

    def action_rebuild(self):
        """Make the facts of the months anew, also where nothing changed.

        :raise UserError: a month is closed, or is being made by another user
        """
        self.check_access("write")
        self.sudo()._rebuild()

    def _rebuild(self):
        """Make the facts of the months from their sources: a fixed number of queries for each.

        :raise UserError: a month is closed, or is being made by another user
        """
        if closed := self.filtered(lambda month: month.state == "closed"):
            raise UserError(
                self.env._(
                    "%s: closed, so its facts stay as they are. Reopen the month first, with a reason.",
                    ", ".join(closed.mapped("name")),
                )
            )
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(self.env._("The facts are being made right now. Try again in a minute.")) from error
        for month in self:
            month._rebuild_one()

    def _rebuild_one(self):
        self.env["profit.result.account"]._prepare(self.company_id)
        fingerprint = self._get_fingerprint()
        count = self.env["profit.entry"]._insert_facts(self.company_id, self.first, self.last)
        self.write({"fingerprint": fingerprint, "built_at": fields.Datetime.now(), "fact_count": count})

    # === SOURCES === #

    def _get_fingerprint(self):
        """Changes when a source of the month's facts changes."""
        self.ensure_one()
        self.env.flush_all()
        sources = self._get_fingerprint_sources()
        selects = SQL(", ").join(SQL("(%s)", source) for source in sources)
        ((*values,),) = self.env.execute_query(SQL("SELECT %s", selects))
        return hashlib.sha256(repr(values).encode()).hexdigest()

    def _get_fingerprint_sources(self):
        """Hook: what tells that a source changed.

        :return: list of SQL, SELECTs of one value each; cheap ones: counts, sums, last changes
        """
        company, first, last = self.company_id, self.first, self.last
        items = self.env["profit.entry"]._sql_items(company, first, last)
        return [
            SQL(
                """SELECT ROW(COUNT(*), SUM(hashtext(ROW(item.id, item.account_id, item.date, item.balance,
                              item.fee_kind_id, item.product_id)::text)::numeric))
                     FROM (%s) AS item""",
                items,
            ),
            SQL(
                """SELECT ROW(COUNT(*), SUM(hashtext(ROW(line.id, line.document_line_id, line.move_line_id,
                              line.kind_id, line.sale_line_id, line.order_id, line.product_id, line.shop_id,
                              line.amount, line.units)::text)::numeric))
                     FROM (%s) AS held JOIN marketplace_settlement_line line ON line.id = held.line_id""",
                self.env["profit.entry"]._sql_held(company, first, last),
            ),
            SQL(
                "SELECT ROW(COUNT(*), SUM(value), MAX(id)) FROM cost_posting"
                " WHERE company_id = %s AND day BETWEEN %s AND %s",
                company.id,
                first,
                last,
            ),
            SQL(
                "SELECT ROW(COUNT(*), MAX(id), MAX(write_date)) FROM profit_result_account WHERE company_id = %s",
                company.id,
            ),
            SQL("SELECT ROW(COUNT(*), MAX(write_date)) FROM marketplace_fee_kind"),
            SQL("SELECT %s || ''", str(company.cost_layer_method)),
        ]

    # === MONTHS === #

    @api.model
    def _cron_refresh(self):
        """Make anew the facts of open months whose sources changed."""
        companies = self._get_companies()
        for company in companies:
            self._ensure_months(company)
        months = self.search([("state", "=", "open"), ("company_id", "in", companies.ids)], order="first desc")
        self.env["ir.cron"]._commit_progress(remaining=len(months))
        for month in months:
            stale = month.with_company(month.company_id)
            if stale.fingerprint != stale._get_fingerprint() and stale.try_lock_for_update(allow_referencing=True):
                stale._rebuild_one()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_companies(self):
        """Companies that sell on marketplaces, or that have months already."""
        accounts = self.env["marketplace.account"].sudo().with_context(active_test=False)
        sellers = accounts._read_group([], ["company_id"])
        kept = self._read_group([], ["company_id"])
        return self.env["res.company"].union(*(company for (company,) in (*sellers, *kept)))

    @api.model
    def _ensure_months(self, company, until=None):
        """Every month from the first day that has something to show until today is there.

        :param date until: another last day than today
        :return: all months of the company
        """
        known = self.sudo().search([("company_id", "=", company.id)])
        days = [day for day in self._get_days(company) if day]
        if not days:
            return known
        end = max(*days, until or fields.Date.context_today(self))
        known_days = {month.first for month in known}
        missing, first = [], min(days).replace(day=1)
        while first <= end:
            if first not in known_days:
                missing.append({"company_id": company.id, "first": first})
            first += relativedelta(months=1)
        return known | self.sudo().create(missing)

    @api.model
    def _get_days(self, company):
        """Hook: first and last days of the company's sources of facts; may hold empty ones."""
        items = self.env["account.move.line"].sudo()
        domain = [
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("account_id.internal_group", "in", ("income", "expense")),
        ]
        postings = self.env["cost.posting"].sudo()
        return [
            *items._read_group(domain, [], ["date:min", "date:max"])[0],
            *postings._read_group([("company_id", "=", company.id)], [], ["day:min", "day:max"])[0],
        ]

    # === PROOF === #

    def _compute_digest(self):
        """SHA-256 over the SHA-256 of each fact, in the order of their keys; equal facts have an equal digest.

        :return: hexadecimal text
        """
        self.ensure_one()
        self.env.flush_all()
        ((digest,),) = self.env.execute_query(
            SQL(
                """SELECT encode(sha256(convert_to(COALESCE(string_agg(
                              encode(sha256(convert_to(ROW(%s)::text, 'UTF8')), 'hex'), '' ORDER BY key COLLATE "C"
                          ), ''), 'UTF8')), 'hex')
                     FROM profit_entry WHERE company_id = %s AND day BETWEEN %s AND %s""",
                SQL(", ").join(SQL(name) for name in _DIGEST),
                self.company_id.id,
                self.first,
                self.last,
            )
        )
        return digest
