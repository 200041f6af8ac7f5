from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import ZERO

METHOD_NAMES = [
    ("fifo", "First In First Out"),
    ("moving", "Moving Average"),
    ("monthly", "Monthly Average"),
    ("batch", "Batch Actual"),
]
ACCOUNTS = ("cost_layer_account_id", "cost_layer_clearing_account_id", "cost_layer_expense_account_id")


class ResCompany(models.Model):
    _inherit = "res.company"

    cost_layer_method = fields.Selection(
        METHOD_NAMES, "Costing Method", help="Method of the books; the others are always there to compare with."
    )
    cost_layer_account_id = fields.Many2one(
        "account.account",
        "Capitalised Costs",
        check_company=True,
        help="Its balance is the freight, duty and other costs of what is in stock. Nobody else posts on it.",
    )
    cost_layer_clearing_account_id = fields.Many2one(
        "account.account",
        "Costs to Capitalise",
        check_company=True,
        help="Account that bills of freight and duty are booked on; capitalised costs are taken from there.",
    )
    cost_layer_expense_account_id = fields.Many2one(
        "account.account", "Cost of Sales", check_company=True, help="Takes the costs of what was sold or lost."
    )
    cost_layer_journal_id = fields.Many2one(
        "account.journal", "Cost Journal", check_company=True, domain="[('type', '=', 'general')]"
    )

    cost_layer_since = fields.Datetime(
        "Costed Since",
        compute="_compute_cost_layer_since",
        store=True,
        help="What moved before is in the opening stock.",
    )
    cost_layer_user_id = fields.Many2one(
        "res.users",
        "Closes Months",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Gets an activity for each month that shall be closed. Nobody: the first accounting manager.",
    )

    @api.depends("cost_layer_method")
    def _compute_cost_layer_since(self):
        for company in self:
            first = company.cost_layer_method and fields.Datetime.now()
            company.cost_layer_since = company.cost_layer_since or first

    @api.constrains(*ACCOUNTS)
    def _check_cost_accounts(self):
        for company in self:
            accounts = [company[name] for name in ACCOUNTS if company[name]]
            if len(accounts) != len(set(accounts)):
                raise ValidationError(
                    self.env._(
                        "Choose three different accounts for capitalised costs, costs to capitalise and cost of sales."
                    )
                )

    def write(self, vals):
        """Override of `base`: the first method takes the stock over, another one replays the log."""
        changed = self.filtered(
            lambda company: "cost_layer_method" in vals and company.cost_layer_method != vals["cost_layer_method"]
        )
        if any(company.cost_layer_method for company in changed) and not vals["cost_layer_method"]:
            raise ValidationError(self.env._("Cost layers cannot be switched off; choose another method instead."))
        result = super().write(vals)
        for company in changed:
            company.sudo()._start_costing()
        if any(name in vals for name in (*ACCOUNTS, "cost_layer_journal_id")) or changed:
            for company in self.filtered("cost_layer_method"):
                company.sudo()._post_cost_difference()
        return result

    # === METHOD === #

    def _start_costing(self):
        events = self.env["cost.event"].with_company(self)
        if events.search_count([("company_id", "=", self.id)], limit=1):
            self.env["cost.state"]._rebuild(self)
        else:
            events._append(self._prepare_opening())

    # === BOOKS === #

    def _get_cost_accounts(self):
        """The accounts that cost layers post on, as far as they are set."""
        return self.env["account.account"].union(*(self[name] for name in ACCOUNTS))

    def _can_post_costs(self):
        return all(self[name] for name in (*ACCOUNTS, "cost_layer_journal_id"))

    def _post_cost_difference(self):
        """Bring the account of capitalised costs to what the layers hold, against cost of sales."""
        if not self._can_post_costs():
            return
        posting = self.env["cost.posting"]
        difference = self.env["cost.state"]._get_capitalised(self) - posting._get_ledger_balance(self)
        if difference:
            day = self._get_cost_open_day(fields.Date.context_today(self))
            numbers = ((self.cost_layer_account_id, difference), (self.cost_layer_expense_account_id, -difference))
            entry = posting._create_entry(self, day, numbers, self.env._("Cost layers: taken over"))
            posting.create({"company_id": self.id, "day": day, "account_move_id": entry.id})

    def _get_cost_closed_day(self):
        """The last day of the last closed month; False when none is closed."""
        last = self.env["cost.snapshot"].sudo().search([("company_id", "=", self.id)], order="day desc", limit=1)
        return last.day

    def _get_cost_open_day(self, day):
        """The first day from `day` on that neither a snapshot nor a lock date closes."""
        closed = self._get_cost_closed_day()
        if closed and day <= closed:
            day = closed + timedelta(days=1)
        locks = self._get_violated_lock_dates(day, False, self.cost_layer_journal_id)
        return locks[-1][0] + timedelta(days=1) if locks else day

    def _close_cost_month(self, day):
        """Give a month of the monthly average its last word."""
        if self.cost_layer_method != "monthly":
            return
        states = self.env["cost.state"]
        states = states._lock(self, states.search([("company_id", "=", self.id)]).product_id.ids)
        moved = states._close_month(self, day) if states else ZERO
        if any(moved):
            posting = self.env["cost.posting"]
            locks = self._get_violated_lock_dates(day, False, self.cost_layer_journal_id)
            posted = locks[-1][0] + timedelta(days=1) if locks else day
            entry = posting._post_entry(self, posted, ZERO, moved, self.env._("Monthly average of %s", day))
            amounts = posting._prepare_amounts(moved, self.currency_id)
            posting.create({"company_id": self.id, "day": posted, "account_move_id": entry.id, **amounts})
