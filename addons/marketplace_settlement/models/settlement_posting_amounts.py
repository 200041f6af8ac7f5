from decimal import Decimal

from odoo import models

from ..engine import FEE_ROLES, REVENUE_ROLES, TAX, Amount, get_role, is_refund

# What buyers pay; subsidies come from the marketplace and are in no buyer's invoice.
_OF_INVOICES = {*REVENUE_ROLES, TAX} - {"subsidies"}
# Tax that buyers pay and the marketplace owes to the state: invoices have it as an item of its own. What is withheld of
# it is no buyer's.
_COLLECTED = ("tax_collected", "tax_shipping", "tax_gift_wrap", "tax_promotion", "tax_refund")


class MarketplaceSettlement(models.Model):
    """What is to be posted: sums of the amounts that are alike."""

    _inherit = "marketplace.settlement"

    def _get_posting_groups(self):
        """Sums of the amounts that are alike; one query, however many there are.

        :return: list of :class:`PostingGroup`
        """
        kinds = self.env["marketplace.fee.kind"].sudo().search([("active", "in", (True, False))])
        roles = {kind.id: get_role(kind.code, kind.group, kind.nature) for kind in kinds}
        self.env.flush_all()
        self.env.cr.execute(
            _GROUPS,
            {
                "settlement": self.id,
                "of_orders": [kind for kind, role in roles.items() if role in _OF_INVOICES],
                "of_taxes": [kind for kind, role in roles.items() if role == TAX],
                "collected": kinds.filtered(lambda kind: kind.code in _COLLECTED).ids,
                "collected_tax": self.env.ref("marketplace.product_collected_tax").id,
            },
        )
        by_id = {kind.id: kind for kind in kinds}
        return [
            PostingGroup(key, roles.get(row[1]), by_id.get(row[1]), *row)
            for key, row in enumerate(self.env.cr.fetchall())
        ]


class PostingGroup:
    """Amounts of one settlement that are alike in all that posting looks at.

    :ivar key: number of the group
    :ivar role: what their account is for
    :ivar kind: ``marketplace.fee.kind``, ``None`` where unknown
    :ivar country: code of the country of the sale
    :ivar taxes: ids of the order line's taxes, ``None`` without one
    :ivar order: id of the order that gets an invoice of its own
    :ivar value: their sum; Decimal
    :ivar last: day of the last of them
    :ivar lines: their ids
    """

    __slots__ = ("category", "country", "key", "kind", "last", "lines", "month", "order", "role", "taxes", "value")

    def __init__(self, key, role, kind, month, _kind_id, country, taxes, category, order, value, last, lines):
        self.key, self.role, self.kind = key, role, kind
        self.month, self.country, self.category = month, country or "", category
        self.taxes = None if taxes is None else tuple(taxes)
        self.order = order
        self.value, self.last, self.lines = Decimal(value), last, lines

    def is_fee(self):
        """Whether the marketplace has a bill for it."""
        return self.role in FEE_ROLES

    def is_refund(self):
        """Whether it is paid back to a buyer, tax included."""
        return is_refund(self.role, self.kind.code)

    def to_amount(self, counter=None):
        """
        :param Counter counter: the document that the amounts settle
        :return: :class:`~odoo.addons.marketplace_settlement.engine.Amount`
        """
        kind = self.kind
        return Amount(
            key=self.key,
            month=self.month,
            kind=kind.code if kind else "",
            group=kind.group if kind else "",
            nature=kind.nature if kind else "",
            value=self.value,
            country=self.country,
            category=self.category,
            taxes=self.taxes,
            counter=counter,
        )


# Taxes of an amount are those of its order line; without one those of the order, where all its lines have the same.
# Tax is part of an order's invoice where the order's own taxes contain it, or as the item of collected tax.
# An order whose sale an earlier settlement summarised gets no invoice: it would be booked twice.
# Everything is looked up by index, amount by amount: of what was imported a moment ago PostgreSQL has no statistics,
# and would join whole lists to one another row by row.
_GROUPS = """
    SELECT date_trunc('month', line.date)::date AS month, line.kind_id, country.code, tax.taxes, template.categ_id,
           CASE WHEN line.kind_id = ANY(%(of_orders)s)
                 AND (sale.marketplace_is_business OR shop.settlement_sales_policy = 'invoice')
                 AND NOT EXISTS (
                     SELECT FROM marketplace_settlement_line earlier
                       JOIN account_move_line item ON item.id = earlier.move_line_id
                       JOIN account_account account ON account.id = item.account_id
                      WHERE earlier.order_id = line.order_id AND earlier.kind_id = ANY(%(of_orders)s)
                        AND account.account_type != 'asset_receivable')
                 AND (line.kind_id != ALL(%(of_taxes)s) OR cardinality(tax.taxes) > 0
                      OR (line.kind_id = ANY(%(collected)s) AND EXISTS (
                          SELECT FROM sale_order_line item
                           WHERE item.order_id = line.order_id AND item.product_id = %(collected_tax)s)))
                THEN sale.id END AS sale,
           sum(line.amount)::text, max(line.date), array_agg(line.id)
      FROM marketplace_settlement_line line
      LEFT JOIN sale_order sale ON sale.id = line.order_id
      LEFT JOIN marketplace_shop shop ON shop.id = line.shop_id
      LEFT JOIN res_partner delivery ON delivery.id = sale.partner_shipping_id
      LEFT JOIN res_country country ON country.id = COALESCE(delivery.country_id, shop.country_id)
      LEFT JOIN LATERAL (
           SELECT CASE WHEN count(DISTINCT item.taxes) = 1 THEN min(item.taxes) END AS taxes
             FROM (SELECT COALESCE(array_agg(rel.account_tax_id ORDER BY rel.account_tax_id)
                                   FILTER (WHERE rel.account_tax_id IS NOT NULL), '{}') AS taxes
                     FROM sale_order_line item
                     LEFT JOIN account_tax_sale_order_line_rel rel ON rel.sale_order_line_id = item.id
                    WHERE item.order_id = line.order_id AND item.display_type IS NULL
                      AND (line.sale_line_id IS NULL OR item.id = line.sale_line_id)
                    GROUP BY item.id) AS item) AS tax ON line.order_id IS NOT NULL
      LEFT JOIN product_product product ON product.id = line.product_id
      LEFT JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE line.settlement_id = %(settlement)s
     GROUP BY 1, 2, 3, 4, 5, 6
     ORDER BY 1, 2, 3, 4, 5, 6
"""
