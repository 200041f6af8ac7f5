"""What must be true of the cost layers whatever happened, asked of PostgreSQL in a few queries."""

from odoo.tools import SQL

from ..engine import COMPONENTS


class Truths:
    """Checks of one company; each is one query, however long its log is.

    :param case: the test that fails
    :param company: res.company whose layers are in the ledger
    """

    def __init__(self, case, company):
        self.case = case
        self.env = case.env
        self.company = company

    def check(self, billed, receipts):
        """All but the replay.

        :param int billed: what bills asked so far, in the smallest unit of the company's currency
        :param receipts: done stock.move of purchases
        """
        self.env.flush_all()
        self._check_ledger(billed)
        self._check_units()
        self._check_flows()
        self._check_purchases(receipts)

    def check_replay(self):
        """A replay of the log from zero makes what is kept."""
        self.case.assertEqual(self.env["cost.state"]._get_difference(self.company), {})

    def _check_ledger(self, billed):
        """The account holds what the layers hold beyond purchase; the rest of all bills is in cost of sales."""
        company = self.company
        accounts = (
            company.cost_layer_account_id,
            company.cost_layer_expense_account_id,
            company.cost_layer_clearing_account_id,
        )
        ((held, capitalised, expensed, cleared),) = self.env.execute_query(
            SQL(
                """SELECT (SELECT COALESCE(SUM(value - purchase), 0) FROM cost_layer WHERE company_id = %(company)s),
                          COALESCE(SUM(balance) FILTER (WHERE account_id = %(capitalised)s), 0),
                          COALESCE(SUM(balance) FILTER (WHERE account_id = %(expensed)s), 0),
                          COALESCE(SUM(balance) FILTER (WHERE account_id = %(cleared)s), 0)
                     FROM account_move_line
                    WHERE company_id = %(company)s AND parent_state = 'posted' AND account_id IN %(accounts)s""",
                company=company.id,
                capitalised=accounts[0].id,
                expensed=accounts[1].id,
                cleared=accounts[2].id,
                accounts=tuple(account.id for account in accounts),
            )
        )
        self.case.assertEqual(round(held * 100), round(capitalised * 100))
        self.case.assertEqual(round((capitalised + expensed) * 100), billed)
        self.case.assertEqual(round(cleared * 100), -billed)

    def _check_units(self):
        """In every warehouse and transit the layers have the quants' units."""
        wrong = self.env.execute_query(
            SQL(
                """WITH place AS (
                       SELECT location.id, location.parent_path FROM stock_location location
                        WHERE location.company_id = %(company)s
                          AND (location.usage = 'transit'
                               OR location.id IN (SELECT view_location_id FROM stock_warehouse))
                   ), quant AS (
                       SELECT quant.product_id, place.id place_id, SUM(quant.quantity) units
                         FROM stock_quant quant
                         JOIN stock_location location ON location.id = quant.location_id
                         JOIN place ON location.parent_path LIKE place.parent_path || '%%'
                        GROUP BY quant.product_id, place.id
                   ), layer AS (
                       SELECT product_id, place_id, SUM(quantity) units
                         FROM cost_layer WHERE company_id = %(company)s GROUP BY product_id, place_id
                   )
                   SELECT product_id, place_id, quant.units, layer.units
                     FROM quant FULL JOIN layer USING (product_id, place_id)
                    WHERE ROUND(COALESCE(quant.units, 0)::numeric, 6) != ROUND(COALESCE(layer.units, 0)::numeric, 6)
                """,
                company=self.company.id,
            )
        )
        self.case.assertFalse(wrong, "Units of product and place: (quants, layers)")

    def _check_flows(self):
        """What came to a place and went from it adds up to its layers, in units and in every component."""
        names = (*COMPONENTS, "quantity", "value")
        sums = SQL(", ").join(SQL("ROUND(SUM(%s)::numeric, 6) %s", *[SQL.identifier(name)] * 2) for name in names)
        wrong = self.env.execute_query(
            SQL(
                """WITH layer AS (SELECT product_id, place_id, %(sums)s FROM cost_layer
                                   WHERE company_id = %(company)s GROUP BY product_id, place_id),
                        flow AS (SELECT product_id, place_id, %(sums)s FROM cost_flow
                                  WHERE company_id = %(company)s GROUP BY product_id, place_id)
                   SELECT product_id, place_id, layer::text, flow::text
                     FROM flow FULL JOIN layer USING (product_id, place_id)
                    WHERE %(differences)s""",
                sums=sums,
                company=self.company.id,
                differences=SQL(" OR ").join(
                    SQL(
                        "COALESCE(%s, 0) != COALESCE(%s, 0)",
                        SQL.identifier("layer", name),
                        SQL.identifier("flow", name),
                    )
                    for name in names
                ),
            )
        )
        self.case.assertFalse(wrong, "Product and place: (layers, flows)")

    def _check_purchases(self, receipts):
        """The log has of each receipt what Odoo says it is worth."""
        wrong = self.env.execute_query(
            SQL(
                """SELECT move.id, move.value, SUM(event.purchase)
                     FROM stock_move move LEFT JOIN cost_event event ON event.move_id = move.id
                    WHERE move.id = ANY(%s)
                    GROUP BY move.id
                   HAVING ROUND(COALESCE(SUM(event.purchase), 0)::numeric, 2) != ROUND(move.value::numeric, 2)""",
                receipts.ids,
            )
        )
        self.case.assertFalse(wrong, "Purchase value of receipts: (Odoo, log)")
