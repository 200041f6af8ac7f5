from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .fba_case import FbaCase, event, text_of

ORDER = (
    "request-date", "order-id", "order-type", "order-status", "last-updated-date", "sku", "fnsku", "disposition",
    "requested-quantity", "cancelled-quantity", "disposed-quantity", "shipped-quantity", "in-process-quantity",
    "removal-fee", "currency",
)  # fmt: skip
PARCEL = (
    "order-id", "shipment-date", "sku", "fnsku", "disposition", "shipped-quantity", "carrier", "tracking-number",
)  # fmt: skip


def line(number="RO-1", kind="Return", sku="CUP", **counts):
    return {
        "request-date": "2026-05-03T08:00:00+00:00", "order-id": number, "order-type": kind,
        "order-status": "Processing", "last-updated-date": "2026-05-04T08:00:00+00:00", "sku": sku,
        "fnsku": f"X-{sku}", "disposition": "Unsellable", "requested-quantity": 5, "removal-fee": "2.50",
        "currency": "GBP", **counts,
    }  # fmt: skip


PARCEL_ROW = {
    "order-id": "RO-1", "shipment-date": "2026-05-05T09:00:00+00:00", "sku": "CUP", "fnsku": "X-CUP",
    "disposition": "Unsellable", "shipped-quantity": 3, "carrier": "UPS", "tracking-number": "1Z77",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestRemoval(FbaCase):
    """Removal orders come from Amazon's reports."""

    def _removals(self):
        return self.env["fba.removal"].search([("warehouse_id", "=", self.warehouse.id)], order="number")

    def test_orders_follow_the_report(self):
        first = self._read("removal", text_of(ORDER, line(), line(sku="PLATE")))
        self.assertEqual((first.state, first.record_count, first.new_count), ("read", 2, 1))
        removal = self._removals()
        self.assertEqual((removal.purpose, removal.requested, removal.open_units), ("return", 10, 10))
        self.assertEqual(removal.line_ids.product_id, self.cup | self.plate)
        self.assertEqual(sum(removal.line_ids.mapped("fee")), 5)
        changed = line(**{"shipped-quantity": 3, "cancelled-quantity": 1})
        again = self._read("removal", text_of(ORDER, changed, line(sku="PLATE")))
        self.assertEqual(again.new_count, 0)
        self.assertEqual((self._removals(), removal.open_units, len(removal.line_ids)), (removal, 6, 2))

    def test_parcels_are_recorded_once(self):
        lost = self._read("removal_parcel", text_of(PARCEL, PARCEL_ROW))
        self.assertEqual(lost.new_count, 0, "its order is not known yet")
        self._read("removal", text_of(ORDER, line()))
        for new in (1, 0):
            self.assertEqual(self._read("removal_parcel", text_of(PARCEL, PARCEL_ROW)).new_count, new)
        self.assertEqual(self._removals().parcel_ids.mapped("tracking"), ["1Z77"])

    def test_the_ledger_learns_what_became_of_the_units(self):
        self._open()
        self._ledger(
            event("VendorReturns", units=-2, **{"Reference ID": "RO-1"}),
            event("VendorReturns", units=-1, day="05/03/2026", **{"Reference ID": "RO-2"}),
        )
        rows = self._rows(("event_type", "=", "VendorReturns"))
        self.assertEqual(set(rows.mapped("state")), {"question"})
        self._read("removal", text_of(ORDER, line(), line("RO-2", "Disposal")))
        self.assertEqual({row.reference: row.kind for row in rows}, {"RO-1": "removal", "RO-2": "disposal"})
        self.assertEqual(set(rows.mapped("state")), {"open"})

    # === WHAT NEVER CAME === #

    def _claims(self):
        return self.env["fba.claim"].search([("warehouse_id", "=", self.warehouse.id), ("kind", "=", "removal")])

    def _remove(self):
        """Amazon sends 5 cups back of which 3 are in a parcel."""
        self._put(self.cup, 5, self.quarantine)
        self._open()
        self._read("removal", text_of(ORDER, line(**{"shipped-quantity": 5})))
        self._read("removal_parcel", text_of(PARCEL, PARCEL_ROW))
        self._ledger(event("VendorReturns", units=-5, Disposition="DEFECTIVE", Reference_ID="RO-1"))
        self._take()

    def _count(self, units, user=None):
        parcel = self._removals().parcel_ids.with_user(user or self.env.user)
        wizard = self.env["fba.removal.count"].with_user(user or self.env.user)
        count = wizard.with_context(**parcel.action_count()["context"]).create({})
        self.assertEqual(count.arrived_units, 3)
        count.arrived_units = units
        count.action_confirm()
        return count.location_id

    def test_units_in_no_parcel_and_parcels_that_never_came_are_claimed(self):
        self._remove()
        found = {(claim.units, claim.evidence) for claim in self._claims()}
        self.assertEqual(found, {(2, "RO-1"), (3, "1Z77\nRO-1")})
        parcel = self._claims().filtered(lambda claim: claim.units == 3)
        self.assertEqual((parcel.expected_amount, str(parcel.opens_on)), (12, "2026-05-20"))
        self.assertEqual(str(parcel.deadline), "2026-07-19")

    def test_what_arrived_goes_to_stock_and_the_rest_is_owed(self):
        self._remove()
        transit = self.warehouse.transit_location_id
        self.assertEqual(self._units(self.cup, transit), 5)
        location = self._count(2)
        self.assertNotEqual(location, self.stock)
        self.assertEqual((self._units(self.cup, location), self._units(self.cup, transit)), (2, 2))
        owed = self._claims().filtered(lambda claim: "1Z77" in claim.evidence and claim.open_units)
        self.assertEqual((owed.open_units, owed.expected_amount), (1, 4))
        with self.assertRaisesRegex(UserError, "counted already"):
            self._removals().parcel_ids.action_count()

    def test_a_parcel_that_is_complete_ends_its_claim(self):
        self._remove()
        self._count(3)
        parcel = self._claims().filtered(lambda claim: "1Z77" in claim.evidence)
        self.assertEqual((parcel.state, parcel.open_units), ("settled", 0))

    def test_more_than_was_sent_cannot_arrive(self):
        self._remove()
        with self.assertRaisesRegex(UserError, "between none and these"):
            self._count(4)

    def test_an_operator_does_not_count(self):
        self._remove()
        operator = new_test_user(self.env, "fba-counter", groups="marketplace.group_operator")
        with self.assertRaises(AccessError):
            self._count(3, operator)

    def test_lots_come_back_as_they_left(self):
        tracked = self._create_product("VIAL", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": tracked.id})
        self._put(tracked, 2, self.quarantine, lot)
        self._open()
        self._read("removal", text_of(ORDER, line(sku="VIAL", **{"shipped-quantity": 3})))
        self._read("removal_parcel", text_of(PARCEL, {**PARCEL_ROW, "sku": "VIAL", "fnsku": "X-VIAL"}))
        self._ledger(event("VendorReturns", units=-3, sku="VIAL", Disposition="DEFECTIVE", Reference_ID="RO-1"))
        self._take()
        location = self._count(3)
        quants = self.env["stock.quant"].search([("product_id", "=", tracked.id), ("location_id", "=", location.id)])
        self.assertEqual(sorted((quant.lot_id.name or "", quant.quantity) for quant in quants), [("", 1), ("L1", 2)])
