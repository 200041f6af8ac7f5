import json

from odoo import api, models
from odoo.tools import SQL

from .sql_share import sql_share

# Tax inside of a buyer's price is taken out of the sale by the order's taxes: what is left of it is part of the goods.
_PART_OF = {
    "tax_shipping": "shipping_credit",
    "tax_gift_wrap": "gift_wrap",
    "tax_promotion": "item_promotion",
    "tax_refund": "income_refund",
    "tax_withheld_refund": "income_refund",
}
_SOLD, _TAKEN_BACK = ["principal", "order_payment"], ["income_refund", "order_refund"]
# Amounts of whole orders, shipping included.
_OF_ORDERS = ["order_payment", "order_refund"]


class ProfitEntry(models.Model):
    """Facts of settlements: an item holds many amounts; each gets its share of the item's balance."""

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add what settlements brought."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("settlement", self._sql_settlement_facts(company, first, last)),
        ]

    @api.model
    def _get_claims(self, company, first, last):
        """Add the items that hold amounts of settlements."""
        return [*super()._get_claims(company, first, last), self._sql_settlement_claims(company, first, last)]

    @api.model
    def _sql_settlement_claims(self, company, first, last):
        return SQL("SELECT held.item_id FROM (%s) AS held", self._sql_held(company, first, last))

    @api.model
    def _sql_held(self, company, first, last):
        """Amounts of settlements with the result item that holds them: the line of a bill before the entry's item."""
        return SQL(
            """WITH item AS MATERIALIZED (%s)
               SELECT item.id AS item_id, line.id AS line_id
                 FROM item JOIN marketplace_settlement_line line ON line.document_line_id = item.id
                UNION ALL
               SELECT item.id, line.id
                 FROM item JOIN marketplace_settlement_line line ON line.move_line_id = item.id
                WHERE line.document_line_id IS NULL""",
            self._sql_items(company, first, last),
        )

    @api.model
    def _sql_settlement_facts(self, company, first, last):
        shares = SQL(
            """WITH held AS MATERIALIZED (%(held)s), share AS MATERIALIZED (%(share)s), fact AS MATERIALIZED (%(fact)s),
                    part AS (%(part)s)""",
            held=self._sql_held(company, first, last),
            share=sql_share(self._sql_exact(company), ("amount", "amount_currency")),
            fact=self._sql_amounts(first, last),
            part=sql_share(self._sql_parts(company), ("amount", "amount_currency")),
        )
        values = {
            "day": "fact.day",
            "origin": "'settlement'",
            "kind_id": "fact.kind_id",
            "account_id": "fact.account_id",
            "shop_id": "fact.shop_id",
            "order_id": "fact.order_id",
            "currency_id": "fact.currency_id",
            "ledger_account_id": "fact.ledger_account_id",
            "move_line_id": "fact.item_id",
            "settlement_line_id": "fact.id",
        }
        whole = {name: f"fact.{name}" for name in ("sale_line_id", "product_id", "units", "amount", "amount_currency")}
        parts = {name: f"part.{name}" for name in whole}
        return SQL(
            "%s %s UNION ALL %s",
            shares,
            self._sql_facts(
                {**values, **whole, "key": "'s' || fact.id"},
                SQL("FROM fact WHERE NOT EXISTS (SELECT FROM part WHERE part.part_of = fact.id)"),
            ),
            self._sql_facts(
                {**values, **parts, "key": "'s' || fact.id || '-' || part.sale_line_id"},
                SQL("FROM part JOIN fact ON fact.id = part.part_of"),
            ),
        )

    @api.model
    def _sql_exact(self, company):
        """Each amount's exact share of the balance of its item, in both currencies.

        In proportion to the amounts; where they nearly cancel each other out, each at the rate of its entry, and what
        the balance has beyond that by size.
        """
        exact = (
            "CASE WHEN ABS(item_sum) * 20 >= item_size AND item_sum != 0"
            " THEN amount * {n}_total / item_sum"
            " ELSE amount * {rate} + ({n}_total - item_sum * {rate}) * COALESCE(ABS(amount) / NULLIF(item_size, 0),"
            " 1.0 / item_count) END AS {n}_exact"
        )
        return SQL(
            """SELECT line_id AS tie, item_id AS part_of, line_id, amount_total, amount_unit, amount_currency_total,
                      amount_currency_unit, %(exact)s, %(exact_currency)s
                 FROM (SELECT held.line_id, held.item_id, line.amount, -item.balance AS amount_total,
                              -item.amount_currency AS amount_currency_total, COALESCE(entry.rate, 1) AS rate,
                              %(unit)s AS amount_unit, %(unit_currency)s AS amount_currency_unit,
                              SUM(line.amount) OVER whole AS item_sum, SUM(ABS(line.amount)) OVER whole AS item_size,
                              COUNT(*) OVER whole AS item_count
                         FROM held
                         JOIN marketplace_settlement_line line ON line.id = held.line_id
                         JOIN account_move_line item ON item.id = held.item_id
                         JOIN res_currency currency ON currency.id = item.currency_id
                         JOIN (%(rates)s) AS entry ON entry.move_id = item.move_id
                       WINDOW whole AS (PARTITION BY held.item_id)
                      ) AS amounts""",
            exact=SQL(exact.format(n="amount", rate="rate")),
            exact_currency=SQL(exact.format(n="amount_currency", rate="1")),
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
            rates=SQL(
                """SELECT sibling.move_id, SUM(ABS(sibling.balance)) / NULLIF(SUM(ABS(sibling.amount_currency)), 0)
                          AS rate
                     FROM account_move_line sibling
                    WHERE sibling.move_id IN (SELECT item.move_id FROM account_move_line item
                                               WHERE item.id IN (SELECT item_id FROM held))
                    GROUP BY sibling.move_id"""
            ),
        )

    @api.model
    def _sql_amounts(self, first, last):
        """One row for each amount of a settlement, with its share."""
        return SQL(
            """SELECT line.id, share.part_of AS item_id, line.account_id, line.shop_id, line.order_id,
                      line.sale_line_id, line.product_id, kind.id AS kind_id, kind.code, item.currency_id,
                      item.account_id AS ledger_account_id, share.amount, share.amount_currency,
                      CASE WHEN line.date BETWEEN %(first)s AND %(last)s THEN line.date ELSE item.date END AS day,
                      CASE WHEN kind.id != line.kind_id THEN 0
                           WHEN kind.code = ANY(%(sold)s) THEN line.units
                           WHEN kind.code = ANY(%(taken_back)s) THEN -ABS(line.units) ELSE 0 END AS units
                 FROM share
                 JOIN marketplace_settlement_line line ON line.id = share.line_id
                 JOIN account_move_line item ON item.id = share.part_of
                 JOIN (SELECT stated.id, COALESCE(inside.id, stated.id) AS inside
                         FROM marketplace_fee_kind stated
                         LEFT JOIN marketplace_fee_kind inside
                           ON stated.nature = 'tax'
                          AND inside.code = COALESCE(%(part_of)s::jsonb ->> stated.code, 'principal')
                      ) AS meaning ON meaning.id = line.kind_id
                 JOIN marketplace_fee_kind kind
                   ON kind.id = CASE WHEN item.fee_kind_id IS NULL THEN meaning.inside ELSE line.kind_id END""",
            first=first,
            last=last,
            sold=_SOLD,
            taken_back=_TAKEN_BACK,
            part_of=json.dumps(_PART_OF),
        )

    @api.model
    def _sql_parts(self, company):
        """Exact shares of the lines of an order in amounts that name no line: by what the buyer paid for each.

        Payments and refunds of orders are shared over all lines, shipping included, all else over those of goods.
        """
        return SQL(
            """SELECT fact.id AS part_of, line.id AS tie, line.id AS sale_line_id, line.product_id,
                      fact.amount AS amount_total, %(unit)s AS amount_unit,
                      fact.amount * weight.share AS amount_exact,
                      fact.amount_currency AS amount_currency_total, %(unit_currency)s AS amount_currency_unit,
                      fact.amount_currency * weight.share AS amount_currency_exact,
                      CASE WHEN fact.code = ANY(%(sold)s) AND fact.amount > 0 AND template.type = 'consu'
                           THEN line.product_uom_qty * uom.factor / product_uom.factor ELSE 0 END AS units
                 FROM fact
                 JOIN sale_order_line line ON line.order_id = fact.order_id AND NOT COALESCE(line.is_downpayment, FALSE)
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom uom ON uom.id = line.product_uom_id
                 JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                 JOIN res_currency currency ON currency.id = fact.currency_id
                 JOIN LATERAL (%(weight)s) AS weight ON TRUE
                WHERE fact.sale_line_id IS NULL AND fact.product_id IS NULL
                  AND (fact.code = ANY(%(of_orders)s) OR template.type = 'consu')""",
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
            sold=_SOLD,
            of_orders=_OF_ORDERS,
            weight=SQL(
                """SELECT CASE WHEN SUM(GREATEST(other.price_total, 0)) > 0
                               THEN GREATEST(line.price_total, 0) / SUM(GREATEST(other.price_total, 0))
                               ELSE 1.0 / NULLIF(COUNT(*), 0) END AS share
                     FROM sale_order_line other
                     JOIN product_product item ON item.id = other.product_id
                     JOIN product_template kind ON kind.id = item.product_tmpl_id
                    WHERE other.order_id = fact.order_id AND NOT COALESCE(other.is_downpayment, FALSE)
                      AND (fact.code = ANY(%s) OR kind.type = 'consu')""",
                _OF_ORDERS,
            ),
        )
