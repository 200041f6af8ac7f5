from odoo import fields
from odoo.addons.marketplace.contract import Money
from odoo.tests import tagged

from ..connector.flat_file import Sheet
from ..connector.refunds import BuyerRefund
from .fba_case import FbaCase, event, text_of

RETURNED = (
    "return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity", "fulfillment-center-id",
    "detailed-disposition", "reason", "status", "license-plate-number", "customer-comments",
)  # fmt: skip


def returned(order, plate, units=1, sku="CUP"):
    return {
        "return-date": "2026-05-04T10:00:00+00:00", "order-id": order, "sku": sku, "fnsku": f"X-{sku}",
        "quantity": units, "detailed-disposition": "CUSTOMER_DAMAGED", "reason": "DEFECTIVE",
        "status": "Unit returned to inventory", "license-plate-number": plate, "customer-comments": "Broke",
    }  # fmt: skip


@tagged("post_install", "-at_install")
class TestBuyerReturn(FbaCase):
    """What buyers got back and did not send back is owed by Amazon."""

    def setUp(self):
        super().setUp()
        self._open()
        self._ledger(event("CustomerReturns", 1, Disposition="CUSTOMER_DAMAGED", Reference_ID="LPN1"))

    def _refund(self, *refunds):
        """Refunds ``(order, units)``, as Amazon's finances tell of them."""
        records = tuple(
            BuyerRefund(
                f"{order}/0",
                order,
                "CUP",
                units,
                fields.Datetime.to_datetime("2026-05-03 08:00:00").replace(tzinfo=None),
                Money.parse("-12.50", "GBP", ""),
            )
            for order, units in refunds
        )
        sheet = self.env["fba.sheet"].create({"warehouse_id": self.warehouse.id, "kind": "refund"})
        sheet._read_safely(lambda: Sheet(records))
        return sheet

    def _claims(self):
        return self.env["fba.claim"].search([("warehouse_id", "=", self.warehouse.id), ("kind", "=", "return")])

    def test_refunded_units_that_did_not_come_back_are_claimed(self):
        self.assertEqual(self._refund(("202-1", 1), ("202-2", 2)).new_count, 2)
        self._read("return", text_of(RETURNED, returned("202-1", "LPN1"), returned("202-2", "LPN2")))
        owed = self._claims().filtered("open_units")
        self.assertEqual((owed.document, owed.open_units, owed.expected_amount, owed.fnsku), ("202-2", 1, 4, "X-CUP"))
        self.assertEqual((str(owed.opens_on), str(owed.deadline)), ("2026-07-02", "2026-08-31"))
        self.assertEqual(owed.evidence, "202-2")
        self._read("return", text_of(RETURNED, returned("202-2", "LPN3")))
        self.assertEqual((owed.state, owed.open_units), ("settled", 0))

    def test_returns_and_refunds_are_recorded_once(self):
        report = text_of(RETURNED, returned("202-1", "LPN1"))
        self.assertEqual([self._read("return", report).new_count for _time in range(2)], [1, 0])
        self.assertEqual([self._refund(("202-1", 1)).new_count for _time in range(2)], [1, 0])

    def test_the_ledger_learns_the_order_behind_a_licence_plate(self):
        row = self._rows(("event_type", "=", "CustomerReturns"))
        self.assertEqual(row.kind, "return_unsourced")
        self._read("return", text_of(RETURNED, returned("202-1", "LPN1"), returned("202-2", "LPN2")))
        self.assertEqual(row.kind, "return_sourced")
        self._ledger(event("CustomerReturns", 1, Reference_ID="LPN2", day="05/06/2026"))
        self.assertEqual(self._rows(("reference", "=", "LPN2")).kind, "return_sourced")

    def test_a_return_that_ledger_and_report_name_counts_once(self):
        self._ledger(event("CustomerReturns", 1, Reference_ID="202-5", day="05/06/2026"))
        self._read("return", text_of(RETURNED, returned("202-5", "LPN5")))
        self._refund(("202-5", 2))
        self.assertEqual(self._claims().open_units, 1)
