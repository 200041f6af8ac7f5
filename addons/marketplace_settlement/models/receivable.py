from odoo import fields, models
from odoo.tools import SQL

from ..engine import REVENUE_ROLES

# Money that the marketplace keeps for later or carries from one settlement to the next: it owes it all the same.
_KEPT = ("reserve_current", "reserve_previous", "deferred", "opening_balance")
_TO_BANK = ("transfer", "transfer_failed", "disbursement_correction")


class MarketplaceReceivable(models.Model):
    """What a marketplace owes, by shop and month, as posted: with reserves and deferred money, less what the bank
    received."""

    _name = "marketplace.receivable"
    _description = "Marketplace Receivable"
    _auto = False
    _order = "month desc, account_id, shop_id"
    _rec_name = "account_id"
    _depends = {
        "marketplace.settlement": ["account_id", "shop_id", "currency_id", "state", "clearing_line_id"],
        "marketplace.settlement.line": ["settlement_id", "kind_id", "amount", "date", "move_line_id"],
        "marketplace.fee.kind": ["code", "group", "nature"],
        "account.partial.reconcile": ["debit_move_id", "credit_move_id", "debit_amount_currency"],
        "account.move.line": ["date", "move_id"],
        "account.move": ["statement_line_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, help="Empty: settlements of several shops.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    month = fields.Date(readonly=True, help="Its first day.")
    opening = fields.Monetary("Owed Before", readonly=True, aggregator=None)
    income = fields.Monetary(readonly=True, help="Sales less refunds and promotions.")
    fees = fields.Monetary(readonly=True, help="Fees, advertising and reimbursements.")
    taxes = fields.Monetary(readonly=True, help="Collected for the seller, less those withheld and those on fees.")
    money = fields.Monetary("Loans and Charges", readonly=True, help="Loans, card charges, top-ups, adjustments.")
    transfers = fields.Monetary(readonly=True, help="Received on bank accounts, as matched.")
    closing = fields.Monetary("Owed After", readonly=True, aggregator=None)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH flow AS (
                SELECT company_id, account_id, shop_id, currency_id, month, SUM(income) AS income, SUM(fees) AS fees,
                       SUM(taxes) AS taxes, SUM(money) AS money, SUM(transfers) AS transfers
                  FROM (%(amounts)s UNION ALL %(received)s) AS part
                 GROUP BY company_id, account_id, shop_id, currency_id, month
            ), running AS (
                SELECT *, SUM(income + fees + taxes + money + transfers) OVER (
                           PARTITION BY company_id, account_id, shop_id, currency_id ORDER BY month
                       ) AS closing
                  FROM flow
            )
            SELECT row_number() OVER (ORDER BY month, account_id, shop_id, currency_id) AS id, *,
                   closing - income - fees - taxes - money - transfers AS opening
              FROM running
            """,
            amounts=self._get_amounts_query(),
            received=self._get_received_query(),
        )

    def _get_amounts_query(self):
        """Amounts of posted settlements, in the month of their journal item."""
        return SQL(
            """
            SELECT settlement.company_id, settlement.account_id, settlement.shop_id, settlement.currency_id,
                   date_trunc('month', COALESCE(item.date, line.date))::date AS month,
                   CASE WHEN kind."group" IN %(revenue)s THEN line.amount ELSE 0 END AS income,
                   CASE WHEN kind.nature = 'profit' AND kind."group" NOT IN %(revenue)s
                        THEN line.amount ELSE 0 END AS fees,
                   CASE WHEN kind.nature = 'tax' THEN line.amount ELSE 0 END AS taxes,
                   CASE WHEN kind.nature = 'money' AND kind.code NOT IN %(moved)s
                        THEN line.amount ELSE 0 END AS money,
                   CASE WHEN kind.code IN %(to_bank)s THEN line.amount ELSE 0 END AS transfers
              FROM marketplace_settlement_line AS line
              JOIN marketplace_settlement AS settlement ON settlement.id = line.settlement_id
              JOIN marketplace_fee_kind AS kind ON kind.id = line.kind_id
              LEFT JOIN account_move_line AS item ON item.id = line.move_line_id
             WHERE settlement.state = 'posted'
            """,
            revenue=REVENUE_ROLES,
            moved=_KEPT + _TO_BANK,
            to_bank=_TO_BANK,
        )

    def _get_received_query(self):
        """What bank transactions settle of payouts, in the settlements' currency and the month of the bank."""
        return SQL(
            """
            SELECT settlement.company_id, settlement.account_id, settlement.shop_id, settlement.currency_id,
                   date_trunc('month', item.date)::date AS month, 0, 0, 0, 0,
                   CASE WHEN partial.debit_move_id = settlement.clearing_line_id
                        THEN -partial.debit_amount_currency ELSE partial.credit_amount_currency END
              FROM marketplace_settlement AS settlement
              JOIN account_partial_reconcile AS partial
                ON settlement.clearing_line_id IN (partial.debit_move_id, partial.credit_move_id)
              JOIN account_move_line AS item
                ON item.id IN (partial.debit_move_id, partial.credit_move_id)
               AND item.id != settlement.clearing_line_id
              JOIN account_move AS move ON move.id = item.move_id
             WHERE move.statement_line_id IS NOT NULL
            """
        )
