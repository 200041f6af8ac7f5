from odoo import fields, models
from odoo.tools import SQL

from .estimate_sources import get_rate_sql
from .revaluation import ROLES


class ProfitExchange(models.Model):
    """What exchange rates brought or cost at each of four points: between order and settlement, settlement and wallet,
    wallet and bank, and at the month's end. What is booked equals the exchange accounts of the ledger, item by item."""

    _name = "profit.exchange"
    _description = "Exchange Differences"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "step"
    _depends = {
        "account.move.line": ["balance", "amount_currency", "account_id", "date", "parent_state", "fee_kind_id"],
        "account.partial.reconcile": ["exchange_move_id", "debit_move_id", "credit_move_id"],
        "marketplace.settlement": ["clearing_line_id", "state"],
        "marketplace.settlement.line": ["amount", "order_id", "date"],
        "marketplace.fee.account": ["role", "account_id"],
        "profit.revaluation": ["move_id", "reversal_id"],
        "res.currency.rate": ["rate", "name"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    day = fields.Date(readonly=True)
    step = fields.Selection(
        [
            ("order_settlement", "Order → Settlement"),
            ("settlement_wallet", "Settlement → Wallet"),
            ("wallet_bank", "Wallet → Bank"),
            ("margin", "Margin of Wallet or Bank"),
            ("unrealised", "Month End, Unrealised"),
            ("other", "Customers and Vendors"),
        ],
        readonly=True,
        help="Order → settlement: not booked apart, as sales are booked at the settlement's rate.",
    )
    is_booked = fields.Boolean("Booked", readonly=True)
    settlement_id = fields.Many2one("marketplace.settlement", readonly=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True)
    currency_id = fields.Many2one("res.currency", "Foreign Currency", readonly=True)
    before = fields.Monetary("Value Before", "company_currency_id", readonly=True)
    after = fields.Monetary("Value After", "company_currency_id", readonly=True)
    amount = fields.Monetary("Gain", "company_currency_id", readonly=True, help="As a negative number: loss.")
    ledger_account_id = fields.Many2one("account.account", readonly=True)
    move_line_id = fields.Many2one("account.move.line", "Journal Item", readonly=True)
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True)

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._get_booked_query(), self._get_settled_query())

    def _get_booked_query(self):
        """Every item of the exchange accounts, and the margins that wallets kept; what the item of the other side is
        tells the step. A settlement is named where its payout was matched."""
        return SQL(
            """
            SELECT item.id * 2 AS id, item.company_id, item.date AS day,
                   CASE WHEN kind.code = 'fx_margin' THEN 'margin'
                        WHEN EXISTS (SELECT FROM profit_revaluation revaluation
                                      WHERE move.id IN (revaluation.move_id, revaluation.reversal_id)
                                         OR move.reversed_entry_id IN (revaluation.move_id, revaluation.reversal_id))
                        THEN 'unrealised'
                        WHEN other.is_settled THEN 'settlement_wallet'
                        WHEN other.is_bank THEN 'wallet_bank'
                        ELSE 'other' END AS step,
                   true AS is_booked, paid.id AS settlement_id, paid.account_id, paid.shop_id, other.currency_id,
                   CASE WHEN paid.id IS NOT NULL THEN paid.booked END AS before,
                   CASE WHEN paid.id IS NOT NULL THEN paid.booked - item.balance END AS after,
                   -item.balance AS amount, item.account_id AS ledger_account_id, item.id AS move_line_id, item.move_id
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN res_company company ON company.id = item.company_id
              LEFT JOIN marketplace_fee_kind kind ON kind.id = item.fee_kind_id
              LEFT JOIN LATERAL (
                   SELECT bool_or(owed.account_id IS NOT NULL) AS is_settled,
                          bool_or(account.account_type IN ('asset_cash', 'liability_credit_card')
                                  OR account.id = company.transfer_account_id) AS is_bank,
                          min(sibling.currency_id) FILTER (WHERE sibling.currency_id != company.currency_id)
                          AS currency_id
                     FROM account_move_line sibling
                     JOIN account_account account ON account.id = sibling.account_id
                     LEFT JOIN marketplace_fee_account owed
                       ON owed.account_id = sibling.account_id AND owed.company_id = item.company_id
                      AND owed.role IN %(roles)s AND owed.role != 'transfer'
                    WHERE sibling.move_id = item.move_id AND sibling.balance = -item.balance) other ON true
              LEFT JOIN LATERAL (
                   SELECT settlement.id, settlement.account_id, settlement.shop_id, payout.balance AS booked
                     FROM account_partial_reconcile partial
                     JOIN account_move_line payout ON payout.id IN (partial.debit_move_id, partial.credit_move_id)
                     JOIN marketplace_settlement settlement ON settlement.clearing_line_id = payout.id
                    WHERE partial.exchange_move_id = item.move_id
                    ORDER BY settlement.id LIMIT 1) paid ON true
             WHERE item.parent_state = 'posted' AND item.balance != 0
               AND (item.account_id IN (company.income_currency_exchange_account_id,
                                        company.expense_currency_exchange_account_id) OR kind.code = 'fx_margin')
            """,
            roles=ROLES,
        )

    def _get_settled_query(self):
        """The payout of each foreign settlement at the rates of its orders' days, and as it was booked."""
        root = SQL("COALESCE(NULLIF(split_part(company.parent_path, '/', 1), '')::integer, company.id)")
        return SQL(
            """
            SELECT settlement.id * 2 + 1, settlement.company_id, payout.date, 'order_settlement', false, settlement.id,
                   settlement.account_id, settlement.shop_id, settlement.currency_id,
                   round(ordered.value, unit.decimal_places), payout.balance,
                   payout.balance - round(ordered.value, unit.decimal_places), NULL, payout.id, payout.move_id
              FROM marketplace_settlement settlement
              JOIN account_move_line payout ON payout.id = settlement.clearing_line_id
              JOIN res_company company ON company.id = settlement.company_id
              JOIN res_currency unit ON unit.id = company.currency_id
              JOIN LATERAL (
                   SELECT sum(part.amount * %(own_rate)s / %(rate)s) AS value
                     FROM (SELECT COALESCE(sale.date_order::date, line.date) AS day, sum(line.amount) AS amount
                             FROM marketplace_settlement_line line LEFT JOIN sale_order sale ON sale.id = line.order_id
                            WHERE line.settlement_id = settlement.id GROUP BY 1) AS part) ordered ON true
             WHERE settlement.state = 'posted' AND settlement.currency_id != company.currency_id
            """,
            own_rate=get_rate_sql(SQL("company.currency_id"), root, SQL("part.day")),
            rate=get_rate_sql(SQL("settlement.currency_id"), root, SQL("part.day")),
        )

    def action_view_entry(self):
        """The journal entry behind the row."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.move_id.id,
        }
