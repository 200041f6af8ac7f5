from datetime import date

from freezegun import freeze_time
from odoo.addons.overseas_warehouse_fba.engine.movements import Kind
from odoo.addons.overseas_warehouse_fba.tests.fba_case import PAID, event, text_of
from odoo.addons.overseas_warehouse_fba.tests.test_claim import paid
from odoo.addons.overseas_warehouse_fba.tests.test_removal import ORDER, line
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .movement_case import MovementCase

# Codes of adjustments that a warehouse at Amazon makes, and the movements they are.
CODES = {
    "F": ("found", 1),
    "1": ("count_gain", 1),
    "3": ("reconciliation_in", 1),
    "P": ("disposition_in", 1),
    "M": ("lost", -1),
    "E": ("damaged", -1),
    "2": ("count_loss", -1),
    "4": ("reconciliation_out", -1),
    "Q": ("disposition_out", -1),
    "D": ("disposal", -1),
}


@tagged("post_install", "-at_install")
class TestMovement(MovementCase):
    """What happens at Amazon and on the way there is one statement."""

    def test_what_lay_there_is_the_opening(self):
        units, cost = self._statement()
        self.assertEqual((units.kind, units.attribute, units.units, units.value), ("opening", "available", 50, 0))
        self.assertEqual((units.day, units.balance, units.direction), (date(2026, 5, 1), 50, "in"))
        self.assertEqual(units.source, self._rows(("state", "=", "opening"), ("msku", "=", "CUP")))
        self.assertEqual((cost.kind, cost.units, cost.purchase, cost.value), ("opening_cost", 0, 200, 200))
        self.assertEqual((cost.direction, cost.source, cost.source.is_opening), ("value", cost.cost_event_id, True))
        self.assertEqual((units.msku, units.fnsku), ("CUP", "X-CUP"))
        self._check()

    def test_rows_of_the_ledger_share_the_cost_of_their_move(self):
        self._book(
            event(units=-1, Reason="M", Reference_ID="CASE-1"),
            event(units=-2, Reason="M", Reference_ID="CASE-2", Fulfillment_Center="LTN4"),
        )
        rows = self._statement(("kind", "=", "lost"))
        self.assertEqual(len(rows.move_id), 1)
        self.assertEqual(
            [(row.document, row.centre, row.units, row.value) for row in rows.sorted("document")],
            [("CASE-1", "BHX4", -1, -4), ("CASE-2", "LTN4", -2, -8)],
        )
        self.assertEqual(rows.mapped("source"), list(rows.move_id.fba_row_ids.sorted("id")))
        self.assertEqual(set(rows.mapped("cost_source")), {"Opening stock"})
        self._check()

    def test_rows_that_wait_have_moved_nothing(self):
        self._book(event("Shipments", -2, Reference_ID="202-9"), event("VendorReturns", -1, Reference_ID="RO-9"))
        self.assertEqual(set(self._kinds()), {"opening", "opening_cost"})
        self._check()

    def test_a_shipment_is_followed_on_its_way(self):
        self._buy(20, 5, "2026-05-02")
        notice = self._ship("FBA1", 12, "2026-05-03")
        self._book(event("Receipts", 9, day="05/05/2026", Reference_ID="FBA1"))
        self.assertEqual(
            {(row.kind, row.attribute, row.units, row.value, row.balance) for row in self._statement()[2:]},
            {
                ("in_transit_in", "in_transit", 12, 60, 12),
                ("receipt", "available", 9, 45, 59),
                ("in_transit_out", "in_transit", -9, -45, 3),
            },
        )
        receipt = self._statement(("kind", "=", "receipt"))
        self.assertEqual((receipt.document, receipt.source), ("FBA1", self._rows(("kind", "=", "receipt"))))
        self._check()
        self._end(notice, "2026-05-10")
        self._book(event("Receipts", 5, day="05/12/2026", Reference_ID="FBA1"))
        self.assertEqual(
            self._kinds(("day", ">=", "2026-05-10")),
            {
                "first_leg_loss": (-3, -15),
                "first_leg_make_up": (3, 12.46),
                "over_receipt_after_close": (2, 8.3),
            },
            "found: 5 units at what 59 cost on average, 245 / 59",
        )
        self._check()

    def test_losses_are_settled_when_amazon_pays_for_them(self):
        self._buy(12, 5, "2026-05-02")
        notice = self._ship("FBA1", 12, "2026-05-03")
        self._book(
            event("Receipts", 9, day="05/05/2026", Reference_ID="FBA1"),
            event(units=-3, Reason="M", day="05/06/2026"),
            event(units=-1, Reason="E", day="05/07/2026"),
        )
        self._end(notice, "2026-05-10")
        before = {row.kind: row.version for row in self._statement()}
        self._read(
            "compensation", text_of(PAID, paid("R1", 2, "9.00"), paid("R2", 3, "9", "Lost_Inbound", day="2026-06-20"))
        )
        settled = {row.kind: row.settled_on for row in self._statement() if row.direction == "out"}
        self.assertEqual(
            settled,
            {"in_transit_out": False, "lost": False, "damaged": False, "first_leg_loss": date(2026, 6, 20)},
            "one lost unit is still owed",
        )
        later = paid("R3", 1, "4.50", day="2026-06-02"), paid("R4", 1, "4", "Damaged_Warehouse", day="2026-06-03")
        self._read("compensation", text_of(PAID, *later))
        settled = {row.kind: row.settled_on for row in self._statement() if row.direction == "out"}
        self.assertEqual((settled["lost"], settled["damaged"]), (date(2026, 6, 2), date(2026, 6, 3)))
        after = {row.kind: row.version for row in self._statement()}
        self.assertEqual({kind for kind in after if after[kind] != before[kind]}, {"lost", "damaged", "first_leg_loss"})

    def test_sales_are_settled_when_the_marketplace_books_their_money(self):
        if "marketplace.settlement.line" not in self.env:
            self.skipTest("Settlements are not installed.")
        order = self._sell("202-1", 2, "2026-05-04")
        self._sell("202-2", 1, "2026-05-04")
        self._transfer("2026-05-04")
        settlement = self.env["marketplace.settlement"].create({"account_id": self.seller.id, "external_id": "S1"})
        for row, day in enumerate(("2026-05-18", "2026-05-06"), 1):
            self.env["marketplace.settlement.line"].create(
                {
                    "settlement_id": settlement.id,
                    "company_id": self.company.id,
                    "account_id": self.seller.id,
                    "provider": "amazon",
                    "currency_id": self.company.currency_id.id,
                    "row": row,
                    "words": "Principal",
                    "amount": 9,
                    "amount_text": "9",
                    "posted_at": day,
                    "date": day,
                    "order_id": order.id,
                }
            )
        rows = self._statement(("direction", "=", "out")).sorted("document")
        self.assertEqual(rows.mapped("settled_on"), [date(2026, 5, 6), False])

    def test_orders_of_a_day_are_rows_of_their_own(self):
        first, second = self._sell("202-1", 2, "2026-05-04"), self._sell("202-2", 1, "2026-05-04")
        again = self._sell("202-3", 1, "2026-05-04", marketplace_is_replacement=True)
        self._transfer("2026-05-04")
        rows = self._statement(("direction", "=", "out")).sorted("document")
        self.assertEqual(len(rows.move_id), 1)
        self.assertEqual(
            [(row.kind, row.document, row.source, row.units, row.value) for row in rows],
            [
                ("sale", "202-1", first, -2, -8),
                ("sale", "202-2", second, -1, -4),
                ("replacement", "202-3", again, -1, -4),
            ],
        )
        self._check()

    def test_every_kind_of_movement_is_produced(self):
        self._happen()
        wanted = {kind.value for kind in Kind} - {"unknown"}
        self.assertEqual(set(self._statement().mapped("kind")), wanted)
        self._check()
        signs = {"in": 1, "out": -1, "value": 0}
        for row in self._statement():
            sign = (row.units > 0) - (row.units < 0)
            self.assertEqual(sign, signs[row.direction], row.kind)
        self.assertEqual(len(set(self._statement().ids)), len(self._statement()))

    def _happen(self):
        """Everything once."""
        self._buy(40, 5, "2026-05-02")
        notice, full = self._ship("FBA1", 12, "2026-05-03"), self._ship("FBA2", 4, "2026-05-03")
        self._sell("202-1", 2, "2026-05-04")
        self._sell("202-3", 1, "2026-05-04", marketplace_is_replacement=True)
        self._transfer("2026-05-04")
        sold = self.env["sale.order"].create({"partner_id": self.env.user.partner_id.id})
        self._deliver_elsewhere(sale_id=sold.id)
        self._deliver_elsewhere()
        self._read("removal", text_of(ORDER, line("RO-1")))
        self._book(
            event("Receipts", 9, day="05/05/2026", Reference_ID="FBA1"),
            event("Receipts", 6, day="05/05/2026", Reference_ID="FBA2"),
            event("Receipts", 1, day="05/05/2026", Reference_ID="FBA9"),
            event("CustomerReturns", 1, day="05/06/2026", Reference_ID="202-1", Disposition="DEFECTIVE"),
            event("CustomerReturns", 1, day="05/06/2026", Reference_ID="NOBODY"),
            event("WhseTransfers", -2, day="05/06/2026"),
            event("WhseTransfers", 2, day="05/07/2026", Fulfillment_Center="LTN4"),
            event("VendorReturns", -1, day="05/07/2026", Reference_ID="RO-1"),
            *(event(units=sign, Reason=code, day="05/08/2026") for code, (_kind, sign) in CODES.items()),
        )
        self.assertEqual(full.difference_ids, self.env["overseas.difference"])
        self._end(notice, "2026-05-10")
        self._book(event("Receipts", 5, day="05/12/2026", Reference_ID="FBA1"))
        self._add_cost(self._statement(("kind", "=", "in_transit_in"))[:1].move_id, "freight", 24, "2026-05-13")
        units = self._units(self.cup)
        self._move(self.stock, self.customers, units + 3, "2026-05-14")
        self._buy(3, 7, "2026-05-15", self.stock)

    def _deliver_elsewhere(self, **vals):
        """What Amazon ships for others than its own marketplace."""
        places = {"location_id": self.stock.id, "location_dest_id": self.customers.id}
        picking = self.env["stock.picking"].create(
            {"picking_type_id": self.warehouse.warehouse_id.out_type_id.id, **places}
        )
        self.env["overseas.outbound"].create(
            {
                "picking_id": picking.id,
                "account_id": self.account.id,
                "warehouse_id": self.warehouse.id,
                "reference": f"OUT-{picking.id}",
            }
        )
        self._move(self.stock, self.customers, 1, "2026-05-04", picking_id=picking.id)
        picking.write(vals)

    # === READING === #

    def test_queries_do_not_depend_on_the_number_of_rows(self):
        self._read_all()  # what is asked once per process
        few = self._count_queries()
        self._book(*(event(units=-1, Reason="M", day=f"05/{day:02}/2026") for day in range(2, 22)))
        self.assertEqual(len(self._statement()), 22)
        self.assertEqual(self._count_queries(), few)

    def _read_all(self):
        self.env.invalidate_all()
        return self._statement().web_read(
            {name: {} for name in ("kind", "units", "balance", "cost_source", "value", "version", "settled_on")}
        )

    def _count_queries(self):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self._read_all()
        return self.env.cr.sql_log_count - before

    def test_a_filter_does_not_change_the_balance(self):
        self._book(event(units=-3, Reason="M", day="05/02/2026"), event(units=1, Reason="F", day="05/20/2026"))
        found = self._statement(("day", ">", "2026-05-10"))
        self.assertEqual((found.kind, found.balance), ("found", 48))
        self.assertEqual(self.env["fba.movement"].browse(found.id).balance, 48)

    def test_rows_are_exported_and_lead_to_their_source(self):
        self._book(event(units=-3, Reason="M", day="05/02/2026"))
        lost = self._statement(("kind", "=", "lost"))
        (row,) = lost.export_data(["day", "kind", "units", "balance", "cost_source", "value", "version"])["datas"]
        self.assertEqual(row[1:6], ["Lost", -3, 47, "Opening stock", -12])
        self.assertEqual(len(row[6]), 12)
        opened = lost.action_open_source()
        self.assertEqual((opened["res_model"], opened["res_id"]), ("fba.ledger.row", lost.source.id))
        self.assertIn(
            ("id", "in", sorted(lost.cost_event_id.ids + self._openings().ids)),
            [tuple(part) for part in lost.action_open_cost()["domain"]],
        )

    def _openings(self):
        return self.env["cost.event"].search([("is_opening", "=", True), ("product_id", "=", self.cup.id)])

    def test_people_see_the_movements_of_their_companies(self):
        user = new_test_user(self.env, "counter", "marketplace.group_warehouse")
        own = self._statement().with_user(user)
        self.assertEqual(own.read(["units", "cost_source"])[0]["units"], 50)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["fba.movement"].with_user(user).with_company(other).search([]))
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["fba.movement"].with_user(stranger).search([])

    def test_the_ledger_may_begin_after_the_costs(self):
        """What moved before the ledger's first day is in the opening, units and value."""
        with freeze_time("2026-05-01"):
            self._move(self.suppliers, self.stock, 10, "2026-04-20")
        opening = self._kinds()
        self.assertEqual(opening, {"opening": (60, 0), "opening_cost": (0, 240)})
        self._check()
