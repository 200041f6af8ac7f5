from odoo import api, models
from odoo.addons.marketplace_settlement.models.settlement_posting import unit_of
from odoo.tools import SQL

from .entry import LEVEL_OF_GROUP

RESULT_TYPES = [
    "income",
    "income_other",
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
]
# What a source states of a fact, and its type in SQL; all else follows from it.
_FACT_COLUMNS = {
    "key": "varchar",
    "day": "date",
    "state": "varchar",
    "origin": "varchar",
    "kind_id": "integer",
    "account_id": "integer",
    "shop_id": "integer",
    "country_id": "integer",
    "order_id": "integer",
    "sale_line_id": "integer",
    "product_id": "integer",
    "units": "double precision",
    "currency_id": "integer",
    "amount_currency": "numeric",
    "amount": "numeric",
    "ledger_account_id": "integer",
    "move_line_id": "integer",
    "settlement_line_id": "integer",
    "posting_id": "integer",
}
# Large tables that facts are made from.
_SOURCES = ("marketplace_settlement_line", "account_move_line", "cost_posting", "sale_order_line")
# These are taken from the order line, order, shop … where the source names none.
_DERIVED = {
    "account_id": "COALESCE(fact.account_id, shop.account_id)",
    "shop_id": "shop.id",
    "country_id": "COALESCE(fact.country_id, delivery.country_id, shop.country_id)",
    "order_id": "sale.id",
    "product_id": "product.id",
    "provider": "account.provider",
    "template_id": "template.id",
    "category_id": "template.categ_id",
    "user_id": "sale.user_id",
    "developer_id": "template.developer_id",
    "group": 'kind."group"',
}


class ProfitEntry(models.Model):
    """How facts are made: each source is one SELECT, and each month is made by one INSERT for each source."""

    _inherit = "profit.entry"

    # === HOOKS === #

    @api.model
    def _get_fact_columns(self):
        """Hook: columns that sources may state.

        :return: ``{name: type in SQL}``
        """
        return dict(_FACT_COLUMNS)

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Hook: where the facts of a month come from. They run in this order; a later one may read the facts of those
        before it, which are in the table by then.

        :param company: ``res.company``
        :param date first: first day of the month
        :param date last: last day of the month
        :return: list of ``(name, SQL)``; make the SQL with :meth:`_sql_facts`. Days are in the month, keys unique in
            the company, and what is booked adds up to journal items that no other source states.
        """
        return []

    @api.model
    def _get_claims(self, company, first, last):
        """Hook: journal items of result accounts that a source states. All others become facts as they are.

        :return: list of SQL, SELECTs of one column: ids of journal items
        """
        return []

    # === PARTS OF QUERIES === #

    @api.model
    def _sql_facts(self, values, tail):
        """The SELECT of a source.

        :param dict values: ``{column: SQL or str}``; columns that are left out are empty, ``state`` is booked, and
            strings are taken as expressions
        :param SQL tail: FROM and all after it
        """
        values = {"state": "'booked'", "units": "0", **values}
        columns = self._get_fact_columns()
        if unknown := set(values) - set(columns):
            raise ValueError(f"no columns of facts: {', '.join(sorted(unknown))}")
        return SQL(
            "SELECT %s %s",
            SQL(", ").join(
                SQL("(%s)::%s AS %s", _to_sql(values.get(name, "NULL")), SQL(kind), SQL.identifier(name))
                for name, kind in columns.items()
            ),
            tail,
        )

    @api.model
    def _sql_kind(self, code):
        """Id of a kind; asked once for a query."""
        return SQL("(SELECT id FROM marketplace_fee_kind WHERE code = %s)", code)

    @api.model
    def _sql_unit(self, currency):
        """Smallest coin of a currency.

        :param currency: alias of the table ``res_currency``, or a record
        """
        if isinstance(currency, str):
            places = SQL.identifier(currency, "decimal_places")
            return SQL("ROUND(10::numeric ^ (-%s), %s)", places, places)
        return SQL("%s::numeric", str(unit_of(currency)))

    @api.model
    def _sql_items(self, company, first, last):
        """Posted journal items of a month on result accounts; profit is all of them."""
        return SQL(
            """SELECT item.id, item.move_id, item.account_id, item.date, item.balance, item.amount_currency,
                      item.currency_id, item.product_id, item.product_uom_id, item.quantity, item.fee_kind_id,
                      item.display_type, account.account_type
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                WHERE item.company_id = %s AND item.parent_state = 'posted' AND item.date BETWEEN %s AND %s
                  AND account.account_type = ANY(%s)""",
            company.id,
            first,
            last,
            RESULT_TYPES,
        )

    @api.model
    def _sql_claims(self, company, first, last):
        """Ids of all journal items that some source states; may hold one more than once."""
        return SQL(" UNION ALL ").join(SQL("(%s)", claim) for claim in self._get_claims(company, first, last))

    # === WRITING === #

    @api.model
    def _insert_facts(self, company, first, last):
        """Make the facts of a month anew; one statement for each source.

        :return: number of facts
        """
        self.env.flush_all()
        self._refresh_statistics()
        self.env.cr.execute(
            SQL("DELETE FROM profit_entry WHERE company_id = %s AND day BETWEEN %s AND %s", company.id, first, last)
        )
        count = 0
        for _name, source in self._get_fact_sources(company, first, last):
            self.env.cr.execute(self._sql_insert(company, source))
            count += self.env.cr.rowcount
        self.env.invalidate_all()
        return count

    @api.model
    def _refresh_statistics(self):
        """Have PostgreSQL look at tables that grew. It does so by itself, but later than a large settlement that was
        imported and posted a moment ago needs it: with what it knew before it would join row by row."""
        self.env.cr.execute(
            """SELECT relname FROM pg_stat_user_tables
                WHERE schemaname = current_schema AND relname = ANY(%s)
                  AND n_mod_since_analyze > 1000 + n_live_tup / 20""",
            [list(_SOURCES)],
        )
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    @api.model
    def _sql_insert(self, company, source):
        values = {name: f"fact.{name}" for name in self._get_fact_columns()} | _DERIVED
        return SQL(
            """INSERT INTO profit_entry (company_id, level, %(names)s)
               SELECT %(company)s, %(level)s, %(values)s
                 FROM (%(source)s) AS fact
                 JOIN marketplace_fee_kind kind ON kind.id = fact.kind_id
                 LEFT JOIN sale_order_line line ON line.id = fact.sale_line_id
                 LEFT JOIN sale_order sale ON sale.id = COALESCE(fact.order_id, line.order_id)
                 LEFT JOIN marketplace_shop shop ON shop.id = COALESCE(fact.shop_id, sale.marketplace_shop_id)
                 LEFT JOIN marketplace_account account ON account.id = COALESCE(fact.account_id, shop.account_id)
                 LEFT JOIN res_partner delivery ON delivery.id = sale.partner_shipping_id
                 LEFT JOIN product_product product ON product.id = COALESCE(fact.product_id, line.product_id)
                 LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE fact.amount != 0 OR fact.amount_currency != 0 OR fact.units != 0""",
            company=company.id,
            names=SQL(", ").join(SQL.identifier(name) for name in values),
            level=SQL(
                'CASE kind."group" %s END',
                SQL(" ").join(SQL("WHEN %s THEN %s", *pair) for pair in LEVEL_OF_GROUP.items()),
            ),
            values=SQL(", ").join(SQL(expression) for expression in values.values()),
            source=source,
        )


def _to_sql(value):
    return value if isinstance(value, SQL) else SQL(value)
