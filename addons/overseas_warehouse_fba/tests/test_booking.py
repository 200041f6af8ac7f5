from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .fba_case import FbaCase, event


@tagged("post_install", "-at_install")
class TestBooking(FbaCase):
    def setUp(self):
        super().setUp()
        self._open()

    def test_each_movement_goes_to_its_place(self):
        self._put(self.cup, 30, self.warehouse.transit_location_id)
        customers = self.env.ref("stock.stock_location_customers")
        loss = self.cup.property_stock_inventory
        cases = [
            (event("Receipts", 4, Reference_ID="FBA-UNKNOWN"), "receipt_without_shipment", loss, self.stock),
            (event("CustomerReturns", 1), "return_unsourced", customers, self.stock),
            (event("CustomerReturns", 2, Disposition="DEFECTIVE"), "return_unsourced", customers, self.quarantine),
            (event("WhseTransfers", -5), "transfer_out", self.stock, self.moving),
            (event("WhseTransfers", 5, Fulfillment_Center="LTN4"), "transfer_in", self.moving, self.stock),
            (event(units=-2, Reason="M"), "lost", self.stock, loss),
            (event(units=1, Reason="F"), "found", loss, self.stock),
            (event(units=-3, Reason="E"), "damaged", self.stock, self.moving),
            (
                event(units=3, Reason="P", Disposition="WAREHOUSE_DAMAGED"),
                "disposition_in",
                self.moving,
                self.quarantine,
            ),
            (event(units=-1, Reason="D", Disposition="DEFECTIVE"), "disposal", self.quarantine, loss),
            (event(units=2, Reason="1"), "count_gain", loss, self.stock),
            (event(units=-2, Reason="2"), "count_loss", self.stock, loss),
            (event(units=-1, Reason="O"), "reconciliation_out", self.stock, loss),
        ]
        self._ledger(*(row for row, *_expected in cases))
        snapshot = self._take()
        rows = self._rows(("state", "=", "booked"))
        for row, (given, kind, source, target) in zip(rows.sorted("id"), self._in_order(rows, cases), strict=True):
            with self.subTest(kind=kind, units=given["Quantity"]):
                self.assertEqual(
                    (row.kind, row.move_id.location_id, row.move_id.location_dest_id), (kind, source, target)
                )
                self.assertEqual(row.move_id.state, "done")
        self.assertEqual(snapshot.state, "equal")
        self.assertEqual((self._units(self.cup), self._units(self.cup, self.quarantine)), (50, 4))
        self.assertEqual(self._units(self.cup, self.moving), 0)

    def _in_order(self, rows, cases):
        """The cases in the order of the rows that they became."""
        found = {
            (str(given["Quantity"]), given["Event Type"], given.get("Reason", ""), given["Disposition"]): case
            for case in cases
            for given in [case[0]]
        }
        return [found[str(row.units), row.event_type, row.reason or "", row.disposition] for row in rows.sorted("id")]

    def test_rows_of_a_day_and_kind_share_a_move_and_are_booked_once(self):
        self._ledger(event(Reason="M"), event(Reason="M"), event(Reason="M", day="05/03/2026"))
        self._take()
        moves = self._rows(("kind", "=", "lost")).move_id
        self.assertEqual(sorted(moves.mapped("quantity")), [1, 2])
        self.assertEqual(self._units(self.cup), 47)
        self._take()
        self.assertEqual(self._units(self.cup), 47)
        self.assertIn("2026-05-02", moves.sorted("id")[0].origin)

    def test_without_the_approved_rule_rows_wait_and_explain(self):
        self.warehouse.fba_book = False
        self._ledger(event(units=-2, Reason="M"))
        line = self._take().line_ids
        self.assertEqual((line.theirs, line.ours, line.explained, line.unexplained), (48, 50, -2, 0))
        self.assertEqual((line.fba_explanation_ids.cause, line.fba_explanation_ids.kind), ("not_booked", "lost"))
        self.assertEqual(self._units(self.cup), 50)

    def test_a_product_with_lots_blocks_nothing(self):
        tracked = self._create_product("VIAL", tracking="lot")
        old, new = (self.env["stock.lot"].create({"name": name, "product_id": tracked.id}) for name in ("OLD", "NEW"))
        self._put(tracked, 3, lot=old)
        self._put(tracked, 4, lot=new)
        self.env["stock.quant"].search([("lot_id", "=", old.id)]).in_date = fields.Datetime.now() - timedelta(days=90)
        self._ledger(
            event(sku="VIAL", units=7, Reason="1"),
            event(sku="VIAL", units=-5, Reason="M"),
            event(sku="VIAL", units=-4, day="05/03/2026", Reason="M"),
        )
        self._take()
        lost = self._rows(("msku", "=", "VIAL"), ("kind", "=", "lost")).sorted("day").move_id.sorted("id")
        taken = [sorted((line.lot_id.name or "", line.quantity) for line in move.move_line_ids) for move in lost]
        self.assertEqual(taken, [[("NEW", 2), ("OLD", 3)], [("", 2), ("NEW", 2)]])
        self.assertEqual(self._units(tracked), 5)

    # === SALES === #

    def _ship_order(self, units, day="2026-05-02"):
        """An order that Amazon shipped and Odoo has taken out of stock."""
        order = self.env["sale.order"].create(
            {"partner_id": self.env.user.partner_id.id, "warehouse_id": self.warehouse.warehouse_id.id}
        )
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.cup.id,
                "product_uom_qty": units,
                "marketplace_by_data": True,
                "marketplace_qty_shipped": units,
                "marketplace_qty_moved": units,
                "marketplace_shipped_at": day,
            }
        )
        self._put(self.cup, -units)

    def test_sales_are_taken_out_by_orders_not_twice(self):
        self._ledger(event("Shipments", -2), event("Shipments", -1, day="05/03/2026"))
        line = self._take().line_ids
        self.assertEqual((line.theirs, line.ours, line.explained, line.unexplained), (47, 50, -3, 0))
        self._ship_order(3)
        self.assertEqual(self._take().state, "equal")
        rows = self._rows(("kind", "=", "sale"))
        self.assertEqual(rows.mapped("state"), ["booked", "booked"])
        self.assertFalse(rows.move_id)

    def test_what_the_ledger_does_not_show_yet_is_said(self):
        self._ship_order(4)
        line = self._take().line_ids
        self.assertEqual((line.difference, line.explained, line.fba_explanation_ids.cause), (4, 4, "too_early"))
        self._ledger(event("Shipments", -4))
        self.assertEqual(self._take().state, "equal")

    def test_a_sale_without_order_is_booked_by_a_person(self):
        self._ledger(event("Shipments", -2))
        self._take()
        self._rows(("kind", "=", "sale")).action_book_sales()
        self.assertEqual(self._take().state, "equal")
        self.assertEqual(self._units(self.cup), 48)
        with self.assertRaisesRegex(UserError, "wait for their order"):
            self._rows(("kind", "=", "sale")).action_book_sales()

    # === WHO MAY === #

    def test_an_operator_reads_and_books_nothing(self):
        self._ledger(event("Shipments", -2))
        operator = new_test_user(self.env, "fba-operator", groups="marketplace.group_operator")
        row = self._rows(("kind", "=", "sale")).with_user(operator)
        self.assertEqual(row.units, -2)
        with self.assertRaises(AccessError):
            row.action_book_sales()

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "fba-other",
            groups="marketplace.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self._ledger(event(Reason="M"), event(units="two"))
        self._take()
        for model in ("fba.ledger.row", "fba.sheet", "fba.sheet.fault", "fba.claim", "fba.reimbursement"):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).search([]))
        self.assertTrue(self._rows())
