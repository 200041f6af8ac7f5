from odoo import fields, models
from odoo.tools import SQL

from .facts import RESULT_TYPES


class ProfitTieOut(models.Model):
    """Proof of a month, account by account: what the ledger says, and what the facts of the account add up to.

    The ledger is asked by a query of its own that knows nothing of how facts are made.
    """

    _name = "profit.tie.out"
    _description = "Profit against Ledger"
    _auto = False
    _order = "month_id desc, account_id"
    _rec_name = "account_id"
    _depends = {
        "account.move.line": ["account_id", "balance", "company_id", "date", "parent_state"],
        "profit.entry": ["amount", "company_id", "day", "ledger_account_id", "state"],
        "profit.month": ["company_id", "first", "last"],
    }

    month_id = fields.Many2one("profit.month", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", "Ledger Account", readonly=True)
    ledger = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="Balance of its posted items; positive: earned."
    )
    facts = fields.Monetary("Profit Entries", "company_currency_id", readonly=True)
    difference = fields.Monetary(currency_field="company_currency_id", readonly=True, help="0.00: equal.")
    fault = fields.Monetary("Size of the Difference", "company_currency_id", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT month.id::bigint * 1000000 + COALESCE(part.account_id, 0) AS id, month.id AS month_id,
                      month.company_id, part.account_id, part.ledger, part.facts,
                      part.ledger - part.facts AS difference,
                      ABS(part.ledger - part.facts) AS fault
                 FROM profit_month month
                 JOIN LATERAL (
                      SELECT account_id, SUM(ledger) AS ledger, SUM(facts) AS facts
                        FROM (SELECT item.account_id, -item.balance AS ledger, 0 AS facts
                                FROM account_move_line item
                                JOIN account_account account ON account.id = item.account_id
                               WHERE item.company_id = month.company_id AND item.parent_state = 'posted'
                                 AND item.date BETWEEN month.first AND month.last
                                 AND account.account_type = ANY(%s)
                               UNION ALL
                              SELECT entry.ledger_account_id, 0, entry.amount
                                FROM profit_entry entry
                               WHERE entry.company_id = month.company_id AND entry.state = 'booked'
                                 AND entry.day BETWEEN month.first AND month.last
                             ) AS amounts
                       GROUP BY account_id
                      ) AS part ON TRUE""",
            RESULT_TYPES,
        )

    def action_view_items(self):
        """The journal items of the account in the month."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.account_id.display_name,
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("account_id", "=", self.account_id.id),
                ("parent_state", "=", "posted"),
                ("date", ">=", self.month_id.first),
                ("date", "<=", self.month_id.last),
            ],
        }

    def action_view_facts(self):
        """The profit entries of the account in the month."""
        self.ensure_one()
        return self.env["profit.entry"]._get_action(
            [
                *self.month_id._get_fact_domain(),
                ("ledger_account_id", "=", self.account_id.id),
                ("state", "=", "booked"),
            ],
            self.account_id.display_name,
        )
