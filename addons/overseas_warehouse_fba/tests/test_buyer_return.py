from odoo import fields
from odoo.addons.marketplace.contract import Money
from odoo.fields import Command
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

    def _refund(self, *refunds, goods=None, key="0"):
        """Refunds ``(order, units)``, as Amazon's finances tell of them.

        :param str goods: what the buyers got back for the goods
        """
        records = tuple(
            BuyerRefund(
                f"{order}/{key}",
                order,
                "CUP",
                units,
                fields.Datetime.to_datetime("2026-05-03 08:00:00").replace(tzinfo=None),
                Money.parse("-12.50", "GBP", ""),
                goods and Money.parse(goods, "GBP", ""),
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

    def _sell(self, number, units, *charges):
        """An order of cups; charges as ``(kind, amount, tax)``, tax included."""
        charged = [
            {"kind": kind, "amount": amount, "tax": tax, "tax_treatment": "included", "currency": "GBP"}
            for kind, amount, tax in charges
        ]
        line = {
            "product_id": self.cup.id,
            "product_uom_qty": units,
            "marketplace_line_ref": "1",
            "marketplace_charges": charged,
        }
        self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "marketplace_ref": number,
                "order_line": [Command.create(line)],
            }
        )

    def test_a_part_of_the_price_claims_no_return_until_the_whole_is_paid_back(self):
        # 30.00 less 3.00 for two, of which 4.50 is tax: 11.25 for one.
        self._sell("202-3", 2, ("item", "30.00", "5.00"), ("item_discount", "-3.00", "-0.50"), ("shipping", "4", None))
        refund = self._refund(("202-3", 1), goods="6.00")
        self.assertEqual((refund.state, refund.new_count, refund.message), ("read", 1, False))
        self.assertFalse(self._claims())
        self._refund(("202-3", 1), goods="5.25", key="1")
        self.assertEqual((self._claims().document, self._claims().open_units), ("202-3", 1))
        self._refund(("202-3", 1), goods="11.00", key="2")
        self.assertEqual(sum(self._claims().mapped("open_units")), 1)

    def test_money_without_units_claims_nothing(self):
        self._refund(("202-4", 0))
        self.assertFalse(self._claims())

    def test_of_an_order_that_nobody_knows_the_stated_units_count(self):
        self._refund(("202-6", 2), goods="1.00")
        self.assertEqual(self._claims().open_units, 2)

    def test_the_price_in_another_currency_says_nothing(self):
        self._sell("202-7", 1, ("item", "900.00", None))
        line = self.env["sale.order.line"].search([("order_id.marketplace_ref", "=", "202-7")])
        line.marketplace_charges = [{**line.marketplace_charges[0], "currency": "JPY"}]
        self._refund(("202-7", 1), goods="12.00")
        self.assertEqual(self._claims().open_units, 1)

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
