from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.addons.marketplace.contract import Money
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..contract import BillLine, FeeKind
from .overseas_case import OverseasCase

CHARGED = datetime(2026, 1, 31, 9, tzinfo=timezone.utc)


class ChargeCase(OverseasCase):
    def setUp(self):
        super().setUp()
        self.euro = self.env["overseas.bill"]._get_currencies({"EUR"})["EUR"]

    def _charge(self, number, text, kind=FeeKind.STORAGE, **vals):
        amount = Money(Decimal(text), "EUR", text)
        return BillLine(number, kind=kind, amount=amount, charged_at=CHARGED, warehouse="MEM-DE", **vals)

    def _keep(self, *charges):
        return self.env["overseas.bill"]._keep(self.account, list(charges))


@tagged("post_install", "-at_install")
class TestPriceList(ChargeCase):
    """Charges for taking goods in and storing them are compared with the price list."""

    def _create_price(self, kind, basis, price, **vals):
        return self.env["overseas.price"].create(
            {
                "warehouse_id": self.warehouse.id,
                "kind": kind,
                "basis": basis,
                "price": price,
                "currency_id": self.euro.id,
                "valid_from": "2026-01-01",
                **vals,
            }
        )

    def _take_in(self, units, day):
        """Cups that were taken in on a day."""
        inbound = self._create_inbound([{self.cup: units}])
        self.env["stock.quant"]._update_available_quantity(self.cup, self.warehouse.transit_location_id, units)
        inbound.action_announce()
        self._exchange("overseas.inbound")
        self.world.receive(inbound.reference, {"CUP": (units, 0)}, True)
        self._exchange("overseas.inbound")
        inbound.receipt_ids.received_at = day
        return inbound

    def _store(self, number, text, units):
        """A charge for cups in store on the last two days of January."""
        period = (date(2026, 1, 30), date(2026, 1, 31))
        return self._charge(number, text, document="", sku="CUP", units=units, period=period)

    def test_goods_taken_in_are_priced_by_unit_and_carton(self):
        inbound = self._create_inbound()
        self._create_price("inbound", "unit", 0.10)
        self._create_price("inbound", "carton", 0.50)
        right = self._keep(self._charge("1", "3.30", FeeKind.INBOUND, document=inbound.reference))
        self.assertEqual((right.match, right.quoted, right.difference), ("equal", 3.30, 0))
        twice = self._keep(self._charge("2", "3.30", FeeKind.INBOUND, document=inbound.reference))
        self.assertEqual(twice.match, "different")
        self.assertAlmostEqual(twice.difference, 3.30)
        self.assertEqual(twice.bill_id.flagged_count, 1)

    def test_storage_is_priced_by_volume_and_age(self):
        self._take_in(6, "2025-12-01 08:00:00")
        self._take_in(4, "2026-01-20 08:00:00")
        self._create_price("storage", "m3_day", 100)
        self._create_price("storage", "m3_day", 250, age_from=60)
        # A cup has 0.0008 m³. The four young ones cost 0.08 a day each; of the six others the sixtieth day is the 30th.
        right = self._keep(self._store("1", "3.04", 10))
        self.assertEqual((right.match, right.quoted), ("equal", 3.04))
        wrong = self._keep(self._store("2", "3.20", 10))
        self.assertEqual(wrong.match, "different")
        self.assertAlmostEqual(wrong.difference, 0.16)
        # What has left is the oldest: four units are the young ones.
        young = self._keep(self._store("3", "0.64", 4))
        self.assertEqual(young.match, "equal")

    def test_units_that_never_came_in_have_no_quote(self):
        self._take_in(6, "2025-12-01 08:00:00")
        self._create_price("storage", "m3_day", 100)
        self.assertEqual(self._keep(self._store("1", "3.04", 7)).match, "no_quote")

    def test_prices_in_another_currency_do_not_count(self):
        self._take_in(6, "2025-12-01 08:00:00")
        self._create_price("storage", "m3_day", 100, currency_id=self.env.ref("base.GBP").id)
        self.assertEqual(self._keep(self._store("1", "3.04", 6)).match, "no_quote")

    def test_a_price_that_came_later_is_found_by_matching_again(self):
        self._take_in(6, "2026-01-20 08:00:00")
        line = self._keep(self._store("1", "0.96", 6))
        self.assertEqual(line.match, "no_quote")
        self._create_price("storage", "m3_day", 100)
        line.action_match_again()
        self.assertEqual(line.match, "equal")

    def test_a_kind_has_bases_of_its_own(self):
        for kind, basis in (("storage", "carton"), ("inbound", "order"), ("return", "m3_day")):
            with self.assertRaisesRegex(ValidationError, "per m³ and day"):
                self._create_price(kind, basis, 1)

    def _give(self, **quotes):
        """An order of three cups that the operator has."""
        self._stock(self.cup, 50)
        picking = self._create_delivery(units=3)
        self._exchange("overseas.outbound")
        picking.overseas_outbound_ids.quotes = quotes
        return picking.overseas_outbound_ids

    def test_handling_and_packing_are_priced_by_order_and_unit(self):
        outbound = self._give(**{"freight EUR": "4.20"})
        self._create_price("handling", "order", 1.20)
        self._create_price("handling", "unit", 0.15)
        self._create_price("packing", "order", 0.30)
        handling, packing = self._keep(
            self._charge("1", "1.65", FeeKind.HANDLING, document=outbound.reference),
            self._charge("2", "0.40", FeeKind.PACKING, document=outbound.reference),
        )
        self.assertEqual((handling.match, handling.quoted), ("equal", 1.65))
        self.assertEqual((packing.match, packing.quoted, packing.difference), ("different", 0.30, 0.10))

    def test_what_the_operator_quoted_goes_before_the_price_list(self):
        outbound = self._give(**{"handling EUR": "1.00"})
        self._create_price("handling", "order", 1.20)
        line = self._keep(self._charge("1", "1.00", FeeKind.HANDLING, document=outbound.reference))
        self.assertEqual((line.match, line.quoted), ("equal", 1.00))

    def test_returns_are_priced_by_return_and_unit(self):
        outbound = self._give()
        self.world.ship(outbound.reference)
        self._exchange("overseas.outbound")
        self.world.bring_back(outbound.reference)
        back = self.env["overseas.return"]._keep(self.account, self.world.returns)
        self._create_price("return", "order", 2)
        self._create_price("return", "unit", 0.50)
        line = self._keep(self._charge("1", "3.50", FeeKind.RETURN, document=back.external_id))
        self.assertEqual((line.match, line.quoted), ("equal", 3.50))
        twice = self._keep(self._charge("2", "3.50", FeeKind.RETURN, document=outbound.reference))
        self.assertEqual((twice.match, twice.difference), ("different", 3.50))

    def test_queries_do_not_grow_with_the_charges(self):
        self._take_in(6, "2025-12-01 08:00:00")
        self._create_price("storage", "m3_day", 100)
        counts = []
        for batch, size in enumerate((3, 3, 30)):
            lines = self._keep(*(self._store(f"{batch}-{number}", "0.48", 3) for number in range(size)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines._match()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 1)


@tagged("post_install", "-at_install")
class TestVendorBill(ChargeCase):
    """What was charged becomes a vendor bill, once."""

    def setUp(self):
        super().setUp()
        self.env.company.account_purchase_tax_id = False
        self.expense = self.env["account.account"].create(
            {"name": "Logistics", "code": "698877", "account_type": "expense"}
        )
        self.env["account.journal"].search([("type", "=", "purchase")]).default_account_id = self.expense
        self.vendor = self.env["res.partner"].create({"name": "Memory Logistics"})
        self.account.partner_id = self.vendor
        self.lines = self._keep(
            self._charge("1", "10.10", document=""),
            self._charge("2", "5.05", document=""),
            self._charge("3", "-0.15", FeeKind.HANDLING, document=self._give().reference),
        )
        self.bill = self.lines.bill_id
        # Handling was not quoted: a person has looked at the credit for it.
        self.lines[2].action_accept()

    def _give(self):
        self._stock(self.cup, 50)
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        return picking.overseas_outbound_ids

    def _create(self):
        return self.env["account.move"].browse(self.bill.action_create_vendor_bill()["res_id"])

    def test_a_line_per_kind(self):
        move = self._create()
        self.assertEqual((move.move_type, move.state, move.partner_id), ("in_invoice", "draft", self.vendor))
        self.assertEqual((move.currency_id, move.invoice_date), (self.euro, date(2026, 1, 31)))
        amounts = sorted(move.invoice_line_ids.mapped("price_unit"))
        self.assertEqual(amounts, [-0.15, 15.15])
        self.assertIn("Storage 2026-01: 2 charges", move.invoice_line_ids.mapped("name"))
        self.assertEqual((move.amount_total, self.bill.amount), (15.0, 15.0))
        self.assertEqual((self.bill.unbilled_count, self.bill.billed_difference), (0, 0))

    def _create_tax(self, percent):
        return self.env["account.tax"].create(
            {"name": f"{percent}% purchase", "type_tax_use": "purchase", "amount_type": "percent", "amount": percent}
        )

    def test_taxes_are_those_of_the_service(self):
        tax = self._create_tax(20)
        service = self.env["product.product"].create(
            {"name": "Storage", "type": "service", "supplier_taxes_id": [Command.set(tax.ids)]}
        )
        self.account.fee_product_ids = [Command.create({"kind": "storage", "product_id": service.id})]
        move = self._create()
        storage = move.invoice_line_ids.filtered("product_id")
        self.assertEqual((storage.product_id, storage.tax_ids, storage.price_unit), (service, tax, 15.15))
        self.assertIn("Storage 2026-01: 2 charges", storage.name)
        self.assertEqual((move.amount_untaxed, move.amount_tax, self.bill.billed_difference), (15.0, 3.03, 0))

    def test_the_vendors_fiscal_position_maps_the_taxes(self):
        tax = self._create_tax(20)
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        reverse = self._create_tax(0)
        reverse.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": [Command.link(tax.id)]})
        self.vendor.property_account_position_id = position
        service = self.env["product.product"].create(
            {"name": "Storage", "type": "service", "supplier_taxes_id": [Command.set(tax.ids)]}
        )
        self.account.fee_product_ids = [Command.create({"kind": "storage", "product_id": service.id})]
        move = self._create()
        self.assertEqual(move.invoice_line_ids.filtered("product_id").tax_ids, reverse)
        self.assertEqual(move.amount_tax, 0)

    def test_without_a_service_taxes_are_those_of_the_expense_account(self):
        tax = self._create_tax(10)
        self.expense.tax_ids = tax
        move = self._create()
        self.assertEqual((move.invoice_line_ids.account_id, move.invoice_line_ids.tax_ids), (self.expense, tax))
        self.assertEqual(move.amount_total, 16.5)

    def test_a_charge_is_billed_once(self):
        self._create()
        with self.assertRaisesRegex(UserError, "have a vendor bill"):
            self.bill.action_create_vendor_bill()

    def test_late_charges_become_a_bill_of_their_own(self):
        first = self._create()
        self._keep(self._charge("4", "1.00", document=""))
        self.assertEqual(self.bill.unbilled_count, 1)
        second = self._create()
        self.assertEqual((second.amount_total, self.bill.move_ids), (1.0, first | second))

    def test_disputed_charges_stay_out(self):
        self.lines[0].action_dispute()
        self.assertEqual(self._create().amount_total, 4.90)
        self.assertFalse(self.lines[0].move_id)

    def test_what_is_flagged_is_decided_first(self):
        self._keep(self._charge("4", "1.00", FeeKind.FREIGHT, document="NOBODY"))
        with self.assertRaisesRegex(UserError, "accept or dispute the 1 charges"):
            self.bill.action_create_vendor_bill()

    def test_without_a_vendor_it_says_where_to_choose_one(self):
        self.account.partner_id = False
        with self.assertRaisesRegex(UserError, "Choose the vendor on the account Memory"):
            self.bill.action_create_vendor_bill()
        self.assertFalse(self.lines.move_id)

    def test_credits_that_outweigh_are_a_refund(self):
        self._keep(self._charge("4", "-20.00", document=""))
        move = self._create()
        self.assertEqual((move.move_type, move.amount_total), ("in_refund", 5.0))
        self.assertEqual(self.bill.billed_difference, 0)

    def test_a_cancelled_bill_gives_its_charges_back(self):
        self._create().button_cancel()
        self.assertEqual((self.bill.unbilled_count, self.bill.move_ids.ids), (3, []))
        self.assertEqual(self._create().amount_total, 15.0)

    def test_a_bill_that_was_entered_is_linked_and_its_difference_shown(self):
        move = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.vendor.id,
                "currency_id": self.euro.id,
                "invoice_date": "2026-02-03",
                "invoice_line_ids": [
                    Command.create({"name": "January", "price_unit": 15.5, "tax_ids": [Command.clear()]})
                ],
            }
        )
        self.bill.vendor_bill_id = move
        self.bill.action_link_vendor_bill()
        self.assertEqual((self.lines.move_id, self.bill.vendor_bill_id.ids), (move, []))
        self.assertAlmostEqual(self.bill.billed_difference, 0.5)

    def test_a_bill_in_another_currency_is_not_linked(self):
        move = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.vendor.id, "currency_id": self.env.ref("base.GBP").id}
        )
        self.bill.vendor_bill_id = move
        with self.assertRaisesRegex(UserError, "vendor bill in EUR"):
            self.bill.action_link_vendor_bill()

    def test_accountants_may(self):
        accountant = new_test_user(self.env, "ada.books", groups="marketplace.group_accountant")
        action = self.bill.with_user(accountant).action_create_vendor_bill()
        self.assertEqual(self.lines.move_id.id, action["res_id"])
        self.assertEqual(self.bill.with_user(accountant).move_ids.ids, [action["res_id"]])
