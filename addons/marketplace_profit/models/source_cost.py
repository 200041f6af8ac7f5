from odoo import api, models
from odoo.addons.stock_cost_layer.engine import COMPONENTS
from odoo.tools import SQL

from .sql_share import sql_share

_KINDS = {
    "purchase": "purchase_cost",
    "freight": "freight_cost",
    "duty": "duty_cost",
    "insurance": "insurance_cost",
    "preparation": "preparation_cost",
    "other": "other_landed_cost",
}


class ProfitEntry(models.Model):
    """Facts of cost layers: what each delivery, return, loss and late bill moved to cost of sales, by component.

    On the accounts of goods they stand in the place of the ledger's items; what the ledger has beyond them is one fact
    of each account and month, so that nothing is counted twice and nothing is left out.
    """

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add costs of goods, and what the accounts of goods have beyond them."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("cost", self._sql_cost_facts(company, first, last)),
            ("difference", self._sql_goods_difference(company, first, last)),
        ]

    # === COSTS === #

    @api.model
    def _sql_cost_facts(self, company, first, last):
        share = sql_share(self._sql_cost_parts(company, first, last), ("amount",))
        return self._sql_facts(
            {
                "key": "'c' || part.posting_id || '-' || part.component || COALESCE('-' || part.sale_line_id, '')",
                "day": "part.day",
                "origin": "'cost'",
                "kind_id": "kind.id",
                "sale_line_id": "part.sale_line_id",
                "product_id": "part.product_id",
                "currency_id": SQL("%s", company.currency_id.id),
                "amount_currency": "part.amount",
                "amount": "part.amount",
                "ledger_account_id": "part.ledger_account_id",
                "posting_id": "part.posting_id",
            },
            SQL("FROM (%s) AS part JOIN marketplace_fee_kind kind ON kind.code = part.code", share),
        )

    @api.model
    def _sql_cost_parts(self, company, first, last):
        """What each event moved, by component and by the order lines whose goods it is about."""
        components = SQL(", ").join(
            SQL("(%s, %s, %s)", name, _KINDS[name], SQL.identifier("posting", name)) for name in COMPONENTS
        )
        return SQL(
            """SELECT posting.id || component.name AS part_of, COALESCE(target.sale_line_id, 0) AS tie,
                      posting.id AS posting_id, posting.day, event.product_id, component.name AS component,
                      CASE WHEN event.kind = 'loss' THEN 'stock_loss' ELSE component.code END AS code,
                      CASE WHEN component.name = 'purchase' THEN %(goods_account)s ELSE %(cost_account)s END
                          AS ledger_account_id,
                      target.sale_line_id, -component.amount AS amount_total, %(unit)s AS amount_unit,
                      -component.amount * COALESCE(target.share, 1) AS amount_exact
                 FROM cost_posting posting
                 LEFT JOIN cost_event event ON event.id = posting.event_id
                 LEFT JOIN product_product product ON product.id = event.product_id
                 LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                 LEFT JOIN product_category category ON category.id = template.categ_id
                 JOIN LATERAL (VALUES %(components)s) AS component (name, code, amount) ON component.amount != 0
                 LEFT JOIN (%(targets)s) AS target ON target.move_id = event.move_id
                WHERE posting.company_id = %(company)s AND posting.day BETWEEN %(first)s AND %(last)s""",
            goods_account=self._sql_goods_account(company),
            cost_account=company.cost_layer_expense_account_id.id or None,
            unit=self._sql_unit(company.currency_id),
            components=components,
            targets=self._sql_cost_targets(company, first, last),
            company=company.id,
            first=first,
            last=last,
        )

    @api.model
    def _sql_goods_account(self, company):
        """Account on which Odoo books purchases of a product, as ``_get_product_accounts`` finds it."""
        return SQL(
            """COALESCE((template.property_account_expense_id ->> %(company)s)::integer,
                        (category.property_account_expense_categ_id ->> %(company)s)::integer, %(account)s)""",
            company=str(company.id),
            account=company.expense_account_id.id or company.cost_layer_expense_account_id.id or None,
        )

    @api.model
    def _sql_cost_targets(self, company, first, last):
        """Order lines that stock moves of the month's costs are about, with their shares of the units.

        A transfer of what the marketplace shipped takes units of many orders; units of it that no order line names
        stay with the product.
        """
        return SQL(
            """WITH moved AS MATERIALIZED (
                    SELECT DISTINCT move.id, move.sale_line_id, move.product_qty
                      FROM cost_posting posting
                      JOIN cost_event event ON event.id = posting.event_id
                      JOIN stock_move move ON move.id = event.move_id
                     WHERE posting.company_id = %(company)s AND posting.day BETWEEN %(first)s AND %(last)s
               ), line AS MATERIALIZED (
                    SELECT line.marketplace_move_id AS move_id, line.id,
                           line.marketplace_qty_moved * uom.factor / product_uom.factor AS units
                      FROM sale_order_line line
                      JOIN uom_uom uom ON uom.id = line.product_uom_id
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                     WHERE line.marketplace_move_id IN (SELECT id FROM moved WHERE sale_line_id IS NULL)
                       AND line.marketplace_qty_moved > 0
               ), named AS (
                    SELECT move_id, SUM(units) AS units FROM line GROUP BY move_id
               )
               SELECT id AS move_id, sale_line_id, 1 AS share FROM moved WHERE sale_line_id IS NOT NULL
                UNION ALL
               SELECT line.move_id, line.id, line.units / GREATEST(named.units, moved.product_qty::numeric)
                 FROM line JOIN named ON named.move_id = line.move_id JOIN moved ON moved.id = line.move_id
                UNION ALL
               SELECT moved.id, NULL, 1 - named.units / moved.product_qty::numeric
                 FROM named JOIN moved ON moved.id = named.move_id
                WHERE named.units < moved.product_qty::numeric""",
            company=company.id,
            first=first,
            last=last,
        )

    # === ACCOUNTS OF GOODS === #

    @api.model
    def _sql_goods_items(self, company, first, last):
        """Items that costs of goods stand for: of the accounts of goods, unless another source or a kind of its own
        tells what an item is, or it is of a bill of something that is no goods."""
        if not company.cost_layer_method:
            return SQL("SELECT NULL::integer AS id, NULL::integer AS account_id, 0 AS balance WHERE FALSE")
        return SQL(
            """SELECT item.id, item.account_id, item.balance
                 FROM (%(items)s) AS item
                 JOIN profit_result_account row ON row.company_id = %(company)s AND row.account_id = item.account_id
                 JOIN account_move move ON move.id = item.move_id
                 LEFT JOIN product_product product ON product.id = item.product_id
                 LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE row.is_goods AND item.fee_kind_id IS NULL
                  AND (move.move_type NOT IN ('in_invoice', 'in_refund', 'in_receipt') OR template.type = 'consu')
                  AND NOT EXISTS (SELECT FROM (%(claims)s) AS claim (id) WHERE claim.id = item.id)""",
            items=self._sql_items(company, first, last),
            company=company.id,
            claims=self._sql_claims(company, first, last),
        )

    @api.model
    def _sql_goods_difference(self, company, first, last):
        """What the ledger has on accounts of goods beyond the costs, which are in the table by now."""
        amounts = SQL(
            """SELECT account_id, SUM(amount) AS amount
                 FROM (SELECT goods.account_id, -goods.balance AS amount FROM (%(goods)s) AS goods
                        UNION ALL
                       SELECT ledger_account_id, -amount FROM profit_entry
                        WHERE company_id = %(company)s AND day BETWEEN %(first)s AND %(last)s AND origin = 'cost'
                          AND state = 'booked') AS each
                GROUP BY account_id""",
            goods=self._sql_goods_items(company, first, last),
            company=company.id,
            first=first,
            last=last,
        )
        return self._sql_facts(
            {
                "key": SQL("'g' || COALESCE(account_id, 0) || %s", f"-{first:%Y%m}"),
                "day": SQL("%s", last),
                "origin": "'ledger'",
                "kind_id": self._sql_kind("stock_difference"),
                "currency_id": SQL("%s", company.currency_id.id),
                "amount_currency": "amount",
                "amount": "amount",
                "ledger_account_id": "account_id",
            },
            SQL("FROM (%s) AS account WHERE amount != 0", amounts),
        )
