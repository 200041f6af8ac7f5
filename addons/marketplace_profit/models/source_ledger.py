from odoo import api, models
from odoo.tools import SQL


class ProfitEntry(models.Model):
    """Facts of all other journal items, one of each: wages, rent, exchange differences, reversals …"""

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add the journal items that no other source states."""
        return [*super()._get_fact_sources(company, first, last), ("ledger", self._sql_ledger(company, first, last))]

    @api.model
    def _sql_ledger(self, company, first, last):
        return self._sql_facts(
            {
                "key": "'i' || item.id",
                "day": "item.date",
                "origin": "CASE WHEN move.move_type = 'entry' THEN 'ledger' ELSE 'document' END",
                "kind_id": SQL(
                    """COALESCE(item.fee_kind_id, CASE WHEN row.is_goods THEN %s ELSE row.kind_id END,
                                CASE WHEN item.account_type LIKE 'income%%' THEN %s ELSE %s END)""",
                    self._sql_goods_kind(company),
                    self._sql_kind("income_unattributed"),
                    self._sql_kind("cost_unattributed"),
                ),
                "account_id": "settlement.account_id",
                "shop_id": "settlement.shop_id",
                "product_id": "item.product_id",
                "currency_id": "item.currency_id",
                "amount_currency": "-item.amount_currency",
                "amount": "-item.balance",
                "ledger_account_id": "item.account_id",
                "move_line_id": "item.id",
            },
            SQL(
                """FROM (%(items)s) AS item
                   JOIN account_move move ON move.id = item.move_id
                   LEFT JOIN marketplace_settlement settlement ON settlement.id = move.marketplace_settlement_id
                   LEFT JOIN profit_result_account row
                     ON row.company_id = %(company)s AND row.account_id = item.account_id
                  WHERE NOT EXISTS (SELECT FROM (%(claims)s) AS claim (id) WHERE claim.id = item.id)""",
                items=self._sql_items(company, first, last),
                company=company.id,
                claims=SQL(
                    "%s UNION ALL SELECT goods.id FROM (%s) AS goods",
                    self._sql_claims(company, first, last),
                    self._sql_goods_items(company, first, last),
                ),
            ),
        )

    @api.model
    def _sql_goods_kind(self, company):
        """Of items of accounts of goods: without cost layers they are the cost of goods, with them they are none."""
        return SQL("NULL::integer") if company.cost_layer_method else self._sql_kind("purchase_cost")
