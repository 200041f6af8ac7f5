import json

from odoo import api, fields, models
from odoo.addons.marketplace_profit.models.estimates.estimate_sources import get_rate_sql
from odoo.addons.marketplace_profit.models.sql_share import sql_share
from odoo.tools import SQL

_AMOUNTS = ("amount", "amount_currency")
# Charges and credits that nearly cancel each other out share their line by size, others by their amounts.
_EXACT = """CASE WHEN ABS(charge_sum) * 20 >= charge_size AND charge_sum != 0 THEN {n}_total * charge / charge_sum
                 WHEN charge_size > 0 THEN {n}_total * ABS(charge) / charge_size
                 ELSE {n}_total / charge_count END AS {n}_exact"""


class ProfitEntry(models.Model):
    """Facts of charges of overseas warehouses: booked by their vendor bills, else estimated.

    A bill's line is shared over its charges in proportion to them, and each charge over what it is for: the order
    lines of the delivery, by units; else the SKU that it names; else the units that were taken in or came back. What
    names nothing stays with the company.
    """

    _inherit = "profit.entry"

    overseas_charge_id = fields.Many2one(
        "overseas.bill.line", "Charge of a Warehouse", readonly=True, ondelete="set null", index="btree_not_null"
    )

    @api.model
    def _get_fact_columns(self):
        """Add the charge that a fact is of."""
        return {**super()._get_fact_columns(), "overseas_charge_id": "integer"}

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add billed and unbilled charges."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("overseas_bill", self._sql_overseas_billed(company, first, last)),
            ("overseas_charge", self._sql_overseas_unbilled(company, first, last)),
        ]

    @api.model
    def _get_claims(self, company, first, last):
        """Add the lines of bills that were made of charges."""
        items = SQL("SELECT item.id FROM (%s) AS item", self._sql_overseas_items(company, first, last))
        return [*super()._get_claims(company, first, last), items]

    def _get_source(self):
        """Extends to the charge of a warehouse."""
        return self.overseas_charge_id or super()._get_source()

    # === AMOUNTS OF CHARGES === #

    @api.model
    def _sql_overseas_items(self, company, first, last):
        """Result items of vendor bills that charges are linked with."""
        return SQL(
            """SELECT item.* FROM (%s) AS item
                WHERE EXISTS (SELECT FROM overseas_bill_line charge WHERE charge.move_id = item.move_id)""",
            self._sql_items(company, first, last),
        )

    @api.model
    def _sql_overseas_billed(self, company, first, last):
        """A bill's line holds the charges of its kind; one that was entered by hand, all charges of its bill."""
        held = SQL(
            """SELECT item.id AS item_id, charge.id AS charge_id, item.account_id, item.currency_id,
                      CASE WHEN charge.charged_at::date BETWEEN %(first)s AND %(last)s
                           THEN charge.charged_at::date ELSE item.date END AS day,
                      -item.balance AS amount_total, %(unit)s AS amount_unit,
                      -item.amount_currency AS amount_currency_total, %(unit_currency)s AS amount_currency_unit,
                      charge.amount::numeric AS charge, SUM(charge.amount::numeric) OVER whole AS charge_sum,
                      SUM(ABS(charge.amount::numeric)) OVER whole AS charge_size, COUNT(*) OVER whole AS charge_count
                 FROM (%(items)s) AS item
                 JOIN account_move_line origin ON origin.id = item.id
                 JOIN overseas_bill_line charge ON charge.move_id = item.move_id
                 JOIN res_currency currency ON currency.id = item.currency_id
                WHERE origin.overseas_kind IS NULL OR charge.kind = origin.overseas_kind
                   OR NOT EXISTS (SELECT FROM overseas_bill_line same
                                   WHERE same.move_id = item.move_id AND same.kind = origin.overseas_kind)
               WINDOW whole AS (PARTITION BY item.id)""",
            first=first,
            last=last,
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
            items=self._sql_overseas_items(company, first, last),
        )
        exact = SQL(
            "SELECT held.*, item_id AS part_of, charge_id AS tie, %s FROM (%s) AS held",
            SQL(", ").join(SQL(_EXACT.format(n=name)) for name in _AMOUNTS),
            held,
        )
        amounts = SQL(
            """SELECT 'w' || item_id || '-' || charge_id AS name, 'booked' AS state, 'document' AS origin, item_id,
                      charge_id, account_id, currency_id, day, amount, amount_currency, amount_unit,
                      amount_currency_unit
                 FROM (%s) AS share""",
            sql_share(exact, _AMOUNTS),
        )
        return self._sql_overseas_facts(amounts)

    @api.model
    def _sql_overseas_unbilled(self, company, first, last):
        """Charges that no posted bill has yet, at the rate of their day; without those that are disputed."""
        day = SQL("charge.charged_at::date")
        root = SQL("%s", company.root_id.id)
        amounts = SQL(
            """SELECT 'w' || charge.id AS name, 'estimated' AS state, 'estimate' AS origin, NULL::integer AS item_id,
                      charge.id AS charge_id, NULL::integer AS account_id, charge.currency_id, %(day)s AS day,
                      ROUND(-charge.amount::numeric / (%(rate)s)::numeric * (%(own_rate)s)::numeric, %(places)s)
                          AS amount,
                      -charge.amount::numeric AS amount_currency, %(unit)s AS amount_unit,
                      %(unit_currency)s AS amount_currency_unit
                 FROM overseas_bill_line charge
                 JOIN res_currency currency ON currency.id = charge.currency_id
                 LEFT JOIN account_move bill ON bill.id = charge.move_id
                WHERE charge.company_id = %(company)s AND %(day)s BETWEEN %(first)s AND %(last)s
                  AND charge.decision != 'disputed' AND bill.state IS DISTINCT FROM 'posted'""",
            day=day,
            rate=get_rate_sql(SQL("charge.currency_id"), root, day),
            own_rate=get_rate_sql(SQL("%s", company.currency_id.id), root, day),
            places=company.currency_id.decimal_places,
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
            company=company.id,
            first=first,
            last=last,
        )
        return self._sql_overseas_facts(amounts)

    # === WHAT CHARGES ARE FOR === #

    @api.model
    def _sql_overseas_facts(self, amounts):
        """Facts of amounts of charges, each shared over what its charge is for.

        :param SQL amounts: rows of ``name`` (unique), ``charge_id``, amounts in whole coins with their units, and what
            the facts state
        """
        part = SQL(
            """SELECT amount.name AS part_of, amount.name, amount.state, amount.origin, amount.item_id,
                      amount.charge_id, amount.account_id, amount.currency_id, amount.day, amount.amount_unit,
                      amount.amount_currency_unit, target.sale_line_id, target.product_id,
                      COALESCE('l' || target.sale_line_id, 'p' || target.product_id, '0') AS tie,
                      amount.amount AS amount_total, amount.amount_currency AS amount_currency_total,
                      amount.amount * weight.share AS amount_exact,
                      amount.amount_currency * weight.share AS amount_currency_exact
                 FROM amount
                 LEFT JOIN target ON target.charge_id = amount.charge_id
                 LEFT JOIN LATERAL (SELECT SUM(other.units) AS units, COUNT(*) AS count FROM target other
                                     WHERE other.charge_id = amount.charge_id) AS whole ON TRUE
                 LEFT JOIN LATERAL (SELECT CASE WHEN whole.units > 0 THEN target.units / whole.units
                                                ELSE 1.0 / GREATEST(whole.count, 1) END AS share) AS weight ON TRUE"""
        )
        return SQL(
            "WITH amount AS MATERIALIZED (%s), charge AS MATERIALIZED (%s), target AS MATERIALIZED (%s) %s",
            amounts,
            self._sql_overseas_charges(),
            self._sql_overseas_targets(),
            self._sql_facts(
                {
                    "key": "part.name || '-' || part.tie",
                    "day": "part.day",
                    "state": "part.state",
                    "origin": "part.origin",
                    "kind_id": "kind.id",
                    "sale_line_id": "part.sale_line_id",
                    "product_id": "part.product_id",
                    "currency_id": "part.currency_id",
                    "amount_currency": "part.amount_currency",
                    "amount": "part.amount",
                    "ledger_account_id": "part.account_id",
                    "move_line_id": "part.item_id",
                    "overseas_charge_id": "part.charge_id",
                },
                SQL(
                    """FROM (%s) AS part
                       JOIN charge ON charge.id = part.charge_id
                       JOIN marketplace_fee_kind kind ON kind.code = %s::jsonb ->> charge.kind""",
                    sql_share(part, _AMOUNTS),
                    json.dumps(self.env["overseas.bill.line"]._get_fee_kinds()),
                ),
            ),
        )

    @api.model
    def _sql_overseas_charges(self):
        """The charges with the delivery and the SKU that they name; a return is of the delivery that came back."""
        return SQL(
            """SELECT line.id, line.kind, line.account_id, line.inbound_id, line.return_id,
                      COALESCE(line.outbound_id, back.outbound_id) AS outbound_id, product.product_id
                 FROM overseas_bill_line line
                 LEFT JOIN overseas_return back ON back.id = line.return_id
                 LEFT JOIN overseas_product product ON product.account_id = line.account_id AND product.sku = line.sku
                WHERE line.id IN (SELECT charge_id FROM amount)"""
        )

    @api.model
    def _sql_overseas_targets(self):
        """``charge_id, sale_line_id, product_id, units`` of what each charge is for."""
        return SQL(
            """SELECT charge.id AS charge_id, move.sale_line_id,
                      CASE WHEN move.sale_line_id IS NULL THEN move.product_id END AS product_id,
                      SUM(GREATEST(move.quantity, move.product_uom_qty))::numeric AS units
                 FROM charge
                 JOIN overseas_outbound outbound ON outbound.id = charge.outbound_id
                 JOIN stock_move move ON move.picking_id = outbound.picking_id AND move.state != 'cancel'
                GROUP BY 1, 2, 3
                UNION ALL
               SELECT charge.id, NULL, charge.product_id, 1
                 FROM charge WHERE charge.outbound_id IS NULL AND charge.product_id IS NOT NULL
                UNION ALL
               SELECT charge.id, NULL, line.product_id, SUM(line.units)
                 FROM charge
                 JOIN overseas_inbound_carton carton ON carton.inbound_id = charge.inbound_id
                 JOIN overseas_inbound_carton_line line ON line.carton_id = carton.id
                WHERE charge.outbound_id IS NULL AND charge.product_id IS NULL
                GROUP BY 1, 3
                UNION ALL
               SELECT charge.id, NULL, product.product_id, SUM(line.units)
                 FROM charge
                 JOIN overseas_return_line line ON line.return_id = charge.return_id
                 JOIN overseas_product product ON product.account_id = charge.account_id AND product.sku = line.sku
                WHERE charge.outbound_id IS NULL AND charge.product_id IS NULL AND charge.inbound_id IS NULL
                GROUP BY 1, 3"""
        )
