from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from .estimate_sources import get_rate_sql

DRAFT, POSTED, UNDONE = "draft", "posted", "undone"
# Roles of accounts that hold money of marketplaces.
ROLES = ("clearing", "carry_over", "reserve", "deferred", "loan", "card", "transfer")


class ProfitRevaluation(models.Model):
    """Foreign money of marketplaces, wallets and banks at the rate of a month's last day: the difference is booked as
    unrealised and taken back on the next day."""

    _name = "profit.revaluation"
    _description = "Unrealised Exchange Differences"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "day desc, id desc"
    _rec_name = "day"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date("Closing Day", required=True, default=lambda self: self._get_default_day())
    state = fields.Selection(
        [(DRAFT, "Preview"), (POSTED, "Posted"), (UNDONE, "Undone")],
        required=True,
        readonly=True,
        default=DRAFT,
        tracking=True,
    )
    line_ids = fields.One2many("profit.revaluation.line", "revaluation_id", readonly=True)
    difference = fields.Monetary(
        "Gain", "company_currency_id", compute="_compute_difference", store=True, help="As a negative number: loss."
    )
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True, copy=False, check_company=True)
    reversal_id = fields.Many2one("account.move", readonly=True, copy=False, check_company=True)

    _day_uniq = models.UniqueIndex(
        "(company_id, day) WHERE state != 'undone'", "There is a revaluation of this day. Open that one."
    )

    @api.model
    def _get_default_day(self):
        return fields.Date.context_today(self).replace(day=1) - relativedelta(days=1)

    @api.depends("line_ids.difference")
    def _compute_difference(self):
        for revaluation in self:
            revaluation.difference = sum(revaluation.line_ids.mapped("difference"))

    @api.model_create_multi
    def create(self, vals_list):
        """With the preview."""
        revaluations = super().create(vals_list)
        revaluations._prepare_lines()
        return revaluations

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.filtered("move_id"):
            raise UserError(self.env._("Revaluations with journal entries are kept. Undo them instead."))

    # === PREVIEW === #

    def action_refresh(self):
        """Compute the differences anew."""
        self.check_access("write")
        self._check_state(DRAFT)
        self._prepare_lines()

    def _prepare_lines(self):
        """Balances of the accounts at the day's end, by currency, at its rate; one query for each day."""
        self.line_ids.sudo().unlink()
        self.env.flush_all()
        Line = self.env["profit.revaluation.line"].sudo()
        for revaluation in self:
            unit = revaluation.company_id.currency_id
            rows = self.env.execute_query(revaluation._get_balances_query())
            Line.create(
                [
                    {
                        "revaluation_id": revaluation.id,
                        "ledger_account_id": account,
                        "currency_id": currency,
                        "rate": rate,
                        "balance_currency": in_currency,
                        "booked": booked,
                        "at_closing": unit.round(in_currency * rate),
                        "difference": unit.round(unit.round(in_currency * rate) - booked),
                    }
                    for account, currency, in_currency, booked, rate in rows
                    if in_currency or booked
                ]
            )

    def _get_balances_query(self):
        """Open items as they were at the day's end: what was matched later was open then, and what was matched before
        adds up to nothing. Items in the company's own currency have no difference."""
        company, unit = self.company_id, self.company_id.currency_id
        root = SQL("%s", company.root_id.id)
        return SQL(
            """
            SELECT item.account_id, item.currency_id, SUM(item.amount_currency), SUM(item.balance),
                   (%(own_rate)s / %(rate)s)::float
              FROM account_move_line item JOIN account_account account ON account.id = item.account_id
             WHERE item.company_id = %(company)s AND item.parent_state = 'posted' AND item.date <= %(day)s
               AND item.currency_id != %(unit)s
               AND (account.account_type IN ('asset_cash', 'liability_credit_card')
                    OR item.account_id = ANY(%(accounts)s))
             GROUP BY item.account_id, item.currency_id
             ORDER BY item.account_id, item.currency_id
            """,
            own_rate=get_rate_sql(SQL("%s", unit.id), root, SQL("%s", self.day)),
            rate=get_rate_sql(SQL("item.currency_id"), root, SQL("%s", self.day)),
            company=company.id,
            day=self.day,
            unit=unit.id,
            accounts=self._get_accounts().ids,
        )

    def _get_accounts(self):
        """Accounts of marketplaces' money, and those where transfers wait between two banks."""
        rows = self.env["marketplace.fee.account"].sudo()
        accounts = rows.search([("company_id", "=", self.company_id.id), ("role", "in", ROLES)]).account_id
        return accounts | self.company_id.sudo().transfer_account_id

    def _check_state(self, state):
        if others := self.filtered(lambda revaluation: revaluation.state != state):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(days)s: this can only be done with state '%(state)s'.",
                    days=", ".join(str(revaluation.day) for revaluation in others),
                    state=states[state],
                )
            )

    # === POSTING === #

    def action_post(self):
        """Post the difference and its reversal on the next day; the preview is made anew before.

        :raise UserError: nothing differs, an exchange account is missing, or the books are closed
        """
        self.check_access("write")
        self._check_state(DRAFT)
        for revaluation in self:
            revaluation.sudo().with_company(revaluation.company_id)._post()

    def _post(self):
        self.lock_for_update()
        self._check_ready()
        self._prepare_lines()
        if not self.line_ids.filtered("difference"):
            raise UserError(
                self.env._("Nothing differs on %s: there is no foreign money, or its rate is the same.", self.day)
            )
        move = self.env["account.move"].create(self._prepare_move_vals())
        move._post(soft=False)
        day = fields.Date.add(self.day, days=1)
        reversal = move._reverse_moves([{"date": day, "ref": self.env._("Reversal of %s", move.name)}], cancel=True)
        self.write({"state": POSTED, "move_id": move.id, "reversal_id": reversal.id})

    def _check_ready(self):
        """:raise UserError: the company has no exchange accounts or journal, or the books are closed"""
        company = self.company_id
        needed = (
            company.income_currency_exchange_account_id,
            company.expense_currency_exchange_account_id,
            company.currency_exchange_journal_id,
        )
        if not all(needed):
            raise UserError(
                self.env._(
                    "State the exchange journal and the accounts of exchange gain and loss of %s, under Accounting, "
                    "Configuration, Settings, Default Accounts.",
                    company.name,
                )
            )
        for day in (self.day, fields.Date.add(self.day, days=1)):
            company._check_month_end_open(day)

    def _prepare_move_vals(self):
        company = self.company_id
        difference = self.env["marketplace.fee.kind"].search([("code", "=", "exchange_difference")])
        items = []
        for line in self.line_ids.filtered("difference"):
            gain = line.difference > 0
            account = company.income_currency_exchange_account_id
            if not gain:
                account = company.expense_currency_exchange_account_id
            label = self.env._(
                "%(account)s: %(currency)s at the rate of %(day)s",
                account=line.ledger_account_id.display_name,
                currency=line.currency_id.name,
                day=self.day,
            )
            items += [
                {
                    "name": label,
                    "account_id": line.ledger_account_id.id,
                    "currency_id": line.currency_id.id,
                    "amount_currency": 0.0,
                    "balance": line.difference,
                },
                {
                    "name": label,
                    "account_id": account.id,
                    "currency_id": company.currency_id.id,
                    "amount_currency": -line.difference,
                    "balance": -line.difference,
                    "fee_kind_id": difference.id,
                },
            ]
        return {
            "move_type": "entry",
            "journal_id": company.currency_exchange_journal_id.id,
            "date": self.day,
            "ref": self.env._("Unrealised exchange differences of %s", self.day),
            "line_ids": [Command.create(values) for values in items],
        }

    def action_undo(self):
        """Reverse both entries on their own days; the day can be revalued again."""
        self.check_access("write")
        self._check_state(POSTED)
        for revaluation in self.sudo():
            revaluation._check_ready()
            moves = revaluation.move_id | revaluation.reversal_id
            moves.line_ids.remove_move_reconcile()
            moves._reverse_moves(
                [{"date": move.date, "ref": self.env._("Reversal of %s", move.name)} for move in moves], cancel=True
            )
            revaluation.state = UNDONE
        # The database allows one for each day: a new one must find this one undone.
        self.flush_recordset(["state"])

    def action_view_moves(self):
        """The entry and its reversal, with those that took them back."""
        moves = self.move_id | self.reversal_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unrealised Exchange Differences"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": ["|", ("id", "in", moves.ids), ("reversed_entry_id", "in", moves.ids)],
        }


class ProfitRevaluationLine(models.Model):
    """The foreign money on one account in one currency."""

    _name = "profit.revaluation.line"
    _description = "Revalued Balance"
    _order = "revaluation_id desc, ledger_account_id, currency_id"
    _rec_name = "ledger_account_id"

    revaluation_id = fields.Many2one("profit.revaluation", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="revaluation_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    ledger_account_id = fields.Many2one("account.account", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    rate = fields.Float(
        "Closing Rate", digits=(16, 8), readonly=True, aggregator=None, help="Company currency for one."
    )
    balance_currency = fields.Monetary("Balance in Currency", readonly=True, aggregator=None)
    booked = fields.Monetary("As Booked", "company_currency_id", readonly=True)
    at_closing = fields.Monetary("At Closing Rate", "company_currency_id", readonly=True)
    difference = fields.Monetary("Gain", "company_currency_id", readonly=True)

    def action_view_items(self):
        """The journal items that the balance is made of."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.ledger_account_id.display_name,
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("account_id", "=", self.ledger_account_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", self.revaluation_id.day),
                ("move_id", "!=", self.revaluation_id.move_id.id),
            ],
        }
