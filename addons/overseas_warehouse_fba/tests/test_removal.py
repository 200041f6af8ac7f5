from odoo.tests import tagged

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
