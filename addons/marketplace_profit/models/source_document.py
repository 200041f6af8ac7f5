import json

from odoo import api, models
from odoo.tools import SQL

from .sql_share import sql_share

# Products that carry the charges of marketplace orders, and what these are.
_CHARGES = {
    "shipping": "shipping_credit",
    "gift_wrap": "gift_wrap",
    "cod": "cod",
    "tip": "other_income",
    "other": "other_income",
}
_REFUNDS = {"shipping_credit": "shipping_refund", "gift_wrap": "gift_wrap_refund"}


class ProfitEntry(models.Model):
    """Facts of invoices of orders: one for each order line that an invoice line is about."""

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add invoices and credit notes of orders."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("document", self._sql_document_facts(company, first, last)),
        ]

    @api.model
    def _get_claims(self, company, first, last):
        """Add invoice lines of orders."""
        documents = SQL("SELECT item.id FROM (%s) AS item", self._sql_document_items(company, first, last))
        return [*super()._get_claims(company, first, last), documents]

    @api.model
    def _sql_document_items(self, company, first, last):
        """Lines of invoices and credit notes that are about order lines, and hold no amounts of settlements."""
        return SQL(
            """SELECT item.*, move.move_type
                 FROM (%s) AS item JOIN account_move move ON move.id = item.move_id
                WHERE move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND EXISTS (SELECT FROM sale_order_line_invoice_rel rel WHERE rel.invoice_line_id = item.id)
                  AND NOT EXISTS (SELECT FROM marketplace_settlement_line held WHERE held.move_line_id = item.id)
                  AND NOT EXISTS (SELECT FROM marketplace_settlement_line held
                                   WHERE held.document_line_id = item.id)""",
            self._sql_items(company, first, last),
        )

    @api.model
    def _sql_document_code(self):
        """Code of the kind of an invoice line: by the charge that its product stands for, else goods."""
        find = self.env["ir.model.data"]._xmlid_to_res_id
        charges = {find(f"marketplace.product_{name}"): code for name, code in _CHARGES.items()}
        sold = SQL(
            """COALESCE(%s::jsonb ->> product.id::text,
                        CASE WHEN line.is_delivery THEN 'shipping_credit' ELSE 'principal' END)""",
            json.dumps(charges),
        )
        return SQL(
            """CASE WHEN item.move_type = 'out_refund' THEN COALESCE(%(refunds)s::jsonb ->> %(sold)s, 'income_refund')
                    WHEN item.balance > 0 THEN 'item_promotion'
                    ELSE %(sold)s END""",
            refunds=json.dumps(_REFUNDS),
            sold=sold,
        )

    @api.model
    def _sql_document_facts(self, company, first, last):
        shares = SQL(
            """SELECT item.id AS part_of, line.id AS tie, item.id, line.id AS sale_line_id, item.date, item.account_id,
                      item.currency_id, COALESCE(item.product_id, line.product_id) AS product_id,
                      COALESCE(item.fee_kind_id, kind.id) AS kind_id,
                      CASE WHEN template.type != 'consu' THEN 0 WHEN item.move_type = 'out_refund' THEN -1 ELSE 1 END
                          * item.quantity * uom.factor / product_uom.factor * weight.share AS units,
                      -item.balance AS amount_total, %(unit)s AS amount_unit,
                      -item.balance * weight.share AS amount_exact,
                      -item.amount_currency AS amount_currency_total, %(unit_currency)s AS amount_currency_unit,
                      -item.amount_currency * weight.share AS amount_currency_exact
                 FROM (%(items)s) AS item
                 JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                 JOIN sale_order_line line ON line.id = rel.order_line_id
                 JOIN res_currency currency ON currency.id = item.currency_id
                 LEFT JOIN product_product product ON product.id = COALESCE(item.product_id, line.product_id)
                 LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN marketplace_fee_kind kind ON kind.code = (%(code)s)
                 LEFT JOIN uom_uom uom ON uom.id = COALESCE(item.product_uom_id, template.uom_id)
                 LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                 JOIN LATERAL (
                      SELECT CASE WHEN SUM(ABS(other.price_subtotal)) > 0
                                  THEN ABS(line.price_subtotal) / SUM(ABS(other.price_subtotal))
                                  ELSE 1.0 / NULLIF(COUNT(*), 0) END AS share
                        FROM sale_order_line_invoice_rel same
                        JOIN sale_order_line other ON other.id = same.order_line_id
                       WHERE same.invoice_line_id = item.id) AS weight ON TRUE""",
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
            items=self._sql_document_items(company, first, last),
            code=self._sql_document_code(),
        )
        return self._sql_facts(
            {
                "key": "'i' || part.id || '-' || part.sale_line_id",
                "day": "part.date",
                "origin": "'document'",
                "kind_id": "part.kind_id",
                "sale_line_id": "part.sale_line_id",
                "product_id": "part.product_id",
                "units": "COALESCE(part.units, 0)",
                "currency_id": "part.currency_id",
                "amount_currency": "part.amount_currency",
                "amount": "part.amount",
                "ledger_account_id": "part.account_id",
                "move_line_id": "part.id",
            },
            SQL("FROM (%s) AS part", sql_share(shares, ("amount", "amount_currency"))),
        )
