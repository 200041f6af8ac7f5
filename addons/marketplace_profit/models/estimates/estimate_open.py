"""Which estimates still stand for something: what is not in the ledger yet."""

from odoo.tools import SQL

_REVENUE = ("sales", "promotions", "subsidies", "refunds")


def get_open_condition(day=None):
    """SQL condition on ``estimate`` and its ``kind``: the ledger does not have the amount yet.

    Amounts of the marketplace are there once a settlement with the order's sale is posted, sales also once the order
    is invoiced. Costs of others (parcel freight …) are there once a bill of their kind is posted on or after the day.

    :param date day: as the ledger was at its end; empty: as it is now
    """
    until = SQL("AND item.date <= %s", day) if day else SQL()
    return SQL(
        """CASE WHEN kind."group" = 'costs' THEN NOT EXISTS (
                    SELECT FROM account_move_line item
                     WHERE item.fee_kind_id = kind.id AND item.company_id = estimate.company_id
                       AND item.parent_state = 'posted' AND item.date >= estimate.day %(until)s
                       AND NOT EXISTS (SELECT FROM profit_accrual accrual
                                        WHERE item.move_id IN (accrual.move_id, accrual.reversal_id)))
                ELSE NOT EXISTS (
                    SELECT FROM marketplace_settlement_line line
                      JOIN marketplace_fee_kind sale ON sale.id = line.kind_id AND sale."group" = 'sales'
                       AND sale.nature = 'profit'
                      JOIN account_move_line item ON item.id = line.move_line_id AND item.parent_state = 'posted'
                     WHERE line.order_id = estimate.order_id %(until)s)
                 AND (kind."group" NOT IN %(revenue)s OR NOT EXISTS (
                    SELECT FROM sale_order_line_invoice_rel rel
                      JOIN account_move_line item ON item.id = rel.invoice_line_id AND item.parent_state = 'posted'
                     WHERE rel.order_line_id = estimate.sale_line_id %(until)s))
           END""",
        until=until,
        revenue=_REVENUE,
    )
