from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged

from .fba_case import FbaCase, balance, event

SKUS = [f"SKU{number}" for number in range(10)]
ORDER = "202-0000001-0000001"
KINDS = [
    {"units": -1, "Reason": "M"},
    {"units": 1, "Reason": "F"},
    {"units": -1, "Reason": "E"},
    {"units": 1, "Reason": "P", "Disposition": "WAREHOUSE_DAMAGED"},
    {"kind": "CustomerReturns", "units": 1, "Reference_ID": ORDER},
]
# The ORM writes new and changed rows in statements of a hundred.
ROWS_PER_STATEMENT = 100


@tagged("post_install", "-at_install")
class TestBookingBatch(FbaCase):
    """Moves of the ledger are done by the thousand, and are what Odoo's own would be."""

    def _add_events(self, days, repeat=1):
        """Events of every SKU and kind on each day: a move of each, of ``repeat`` rows."""
        self._ledger(
            *(
                event(sku=sku, day=f"05/{day:02d}/2026", **{"Reference_ID": f"{copy}", **kind})
                for copy in range(repeat)
                for day in days
                for sku in SKUS
                for kind in KINDS
            )
        )

    def _sell_all(self):
        """An order of every SKU, taken out of stock, to which units come back."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "warehouse_id": self.warehouse.warehouse_id.id,
                "marketplace_ref": ORDER,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.env["product.product"].search([("default_code", "=", sku)]).id,
                            "marketplace_by_data": True,
                            "marketplace_qty_shipped": 400,
                        }
                    )
                    for sku in SKUS
                ],
                "marketplace_updated_at": "2026-05-01 10:00:00",
            }
        )
        self.env["marketplace.fulfilment.transfer"]._job_transfer(order.company_id)
        self.assertEqual(len(order.order_line.marketplace_move_id), len(SKUS))

    def _count_queries(self):
        """``(moves, queries)`` of booking all that waits."""
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        moves = self.env["fba.ledger.row"]._book(self.warehouse)
        self.env.flush_all()
        return len(moves), self.env.cr.sql_log_count - start

    def test_queries_grow_neither_with_moves_nor_with_rows(self):
        for sku in SKUS:
            self._put(self._create_product(sku), 500)
        self._sell_all()
        self._open(*(balance(sku, 500) for sku in SKUS))
        self._add_events([2])  # from now on every product has been everywhere
        self.env["fba.ledger.row"]._book(self.warehouse)
        self._add_events([3])
        few_moves, few = self._count_queries()
        self._add_events(range(4, 14))
        many_moves, many = self._count_queries()
        self._add_events([14], repeat=20)
        same_moves, more_rows = self._count_queries()
        self.assertEqual((few_moves, many_moves, same_moves), (50, 500, 50))
        self.assertLessEqual(more_rows, few)
        # Moves and their lines are inserted and then marked as done.
        self.assertLessEqual(many, few + 4 * (many_moves - few_moves) // ROWS_PER_STATEMENT)

    # === STOCK === #

    def test_reservations_of_units_that_amazon_lost_are_given_up(self):
        self._open()
        move = self.env["stock.move"].create(
            {
                "product_id": self.cup.id,
                "product_uom_qty": 10,
                "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self._ledger(event(units=-30, Reason="M"), event(units=-14, Reason="M", day="05/03/2026"))
        self._take()
        quant = self.env["stock.quant"].search([("product_id", "=", self.cup.id), ("location_id", "=", self.stock.id)])
        self.assertEqual((quant.quantity, quant.reserved_quantity, move.quantity), (6, 6, 6))

    def test_units_that_odoo_does_not_have_leave_a_negative_number(self):
        self._open(balance(), balance("PLATE", 60))
        self._ledger(event(sku="PLATE", units=-50, Reason="M"), event(sku="PLATE", units=4, Reason="F"))
        self._take()
        self.assertEqual(self._units(self.plate), -26)

    def test_a_quant_that_another_transaction_holds_is_left_alone(self):
        self._open()
        self._ledger(event(units=-2, Reason="M"))
        quants = self.env["stock.quant"].search([("product_id", "=", self.cup.id)])
        held = quants.filtered(lambda quant: quant.location_id == self.stock)
        lock = type(held).try_lock_for_update

        def skip(quants, **options):
            """As PostgreSQL does with rows that another transaction has locked."""
            return lock(quants - held, **options)

        with patch.object(type(held), "try_lock_for_update", skip):
            self.env["fba.ledger.row"]._book(self.warehouse)
        self.assertEqual((held.quantity, self._units(self.cup)), (50, 48))

    # === DATES === #

    def test_moves_bear_the_time_of_the_ledger(self):
        self._open()
        self._ledger(
            event(units=-2, Reason="M"),
            event(units=-1, Reason="M", day="05/03/2026", Date_and_Time="2026-05-03T22:30:00-0700"),
        )
        self._take()
        moves = self._rows(("state", "=", "booked")).sorted("day").move_id.sorted("date")
        self.assertEqual(moves.mapped(lambda move: str(move.date)), ["2026-05-02 12:00:00", "2026-05-04 05:30:00"])
        self.assertEqual(moves.move_line_ids.mapped("date"), moves.mapped("date"))

    def test_a_closed_period_is_not_touched_and_the_warehouse_says_so(self):
        self._open()
        self.env.company.fiscalyear_lock_date = date(2026, 5, 31)
        self._ledger(event(units=-2, Reason="M"), event(units=-1, Reason="M", day="06/02/2026"))
        self._take()
        moves = self._rows(("state", "=", "booked")).move_id.sorted("date")
        self.assertEqual(moves.mapped(lambda move: str(move.date)), ["2026-06-01 12:00:00", "2026-06-02 12:00:00"])
        self.assertIn("1 rows of Amazon's ledger of 2026-05-02", self.warehouse.message_ids[0].body)
        self.assertIn("2026-06-01", self.warehouse.message_ids[0].body)

    def test_a_month_that_only_a_cost_snapshot_closes_is_not_touched_either(self):
        if "cost.snapshot" not in self.env:
            self.skipTest("Cost layers are not installed.")
        with freeze_time("2026-04-20"):
            self.env.company.cost_layer_method = "fifo"
        self._open()
        with freeze_time("2026-06-05"):
            self.env["cost.snapshot"].create({"day": date(2026, 5, 31)})
            self._ledger(event(units=-2, Reason="M"), event(units=-1, Reason="M", day="06/02/2026"))
            self._take()
        moves = self._rows(("state", "=", "booked")).move_id.sorted("date")
        self.assertEqual(moves.mapped(lambda move: str(move.date)), ["2026-06-01 12:00:00", "2026-06-02 12:00:00"])
        self.assertIn("1 rows of Amazon's ledger of 2026-05-02", self.warehouse.message_ids[0].body)
        events = self.env["cost.event"].search([("move_id", "in", moves.ids)])
        self.assertEqual(set(events.mapped("stated_day")), {date(2026, 6, 1), date(2026, 6, 2)})

    def test_entries_of_valued_places_bear_the_day(self):
        accounts = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Stock", "X1001", "asset_current"),
                    ("Lost at Amazon", "X6001", "expense"),
                )
            ]
        )
        journal = self.env["account.journal"].create({"name": "Stock", "code": "XSTK", "type": "general"})
        self.env.company.account_stock_journal_id = journal
        self.cup.categ_id = self.env["product.category"].create(
            {
                "name": "Valued",
                "property_valuation": "real_time",
                "property_stock_valuation_account_id": accounts[0].id,
            }
        )
        self.cup.property_stock_inventory.valuation_account_id = accounts[1]
        self._open()
        self._ledger(event(units=-2, Reason="M"), event(units=-1, Reason="M", day="05/03/2026"))
        self._take()
        entries = self._rows(("state", "=", "booked")).move_id.account_move_id.sorted("date")
        self.assertEqual(entries.mapped("date"), [date(2026, 5, 2), date(2026, 5, 3)])
        self.assertEqual(entries.mapped("amount_total"), [8, 4])
        self.assertIn("FBA ledger of 2026-05-02", entries[0].line_ids[0].name)
