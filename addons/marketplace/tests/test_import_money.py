from dataclasses import replace
from decimal import Decimal
from random import Random

from odoo.tests import tagged

from ..contract import TaxCollector, TaxTreatment
from .import_case import ADDRESS, ImportCase


@tagged("post_install", "-at_install")
class TestImportMoney(ImportCase):
    def _assert_amounts(self, order, total, tax):
        self.assertRecordValues(
            order,
            [{"amount_total": total, "amount_tax": tax, "amount_untaxed": total - tax, "marketplace_total": total}],
        )

    def test_tax_included_in_the_price(self):
        order = self._import(self._order("O1", self._line("MUG", 2, "24.00")))
        self._assert_amounts(order, 24.0, 4.0)
        self.assertEqual(self._summary(order), [("MUG", 2, 12.0)])
        self.assertTrue(order.order_line.tax_ids.price_include)

    def test_product_keeps_its_tax_and_the_twin_is_made_once(self):
        first, second = self._import(
            self._order("O1", self._line("MUG", 1, "12.00")), self._order("O2", self._line("PEN", 1, "6.00"))
        )
        self.assertEqual(self.mug.taxes_id, self.tax)
        self.assertEqual(first.order_line.tax_ids, second.order_line.tax_ids)
        self.assertEqual(first.order_line.tax_ids, self.tax.marketplace_included_id)

    def test_tax_added_to_the_price(self):
        charge = self._charge("item", "20.00", "4.00", tax_treatment=TaxTreatment.ADDED)
        order = self._import(self._order("O1", self._line("MUG", 2, None, charge)))
        self._assert_amounts(order, 24.0, 4.0)

    def test_tax_collected_by_the_marketplace_is_a_line_without_tax(self):
        charge = self._charge(
            "item", "20.00", "1.65", tax_treatment=TaxTreatment.ADDED, tax_collector=TaxCollector.MARKETPLACE
        )
        order = self._import(self._order("O1", self._line("MUG", 2, None, charge)))
        self._assert_amounts(order, 21.65, 0.0)
        self.assertEqual(self._summary(order), [("MUG", 2, 10.0), ("MP-COLLECTED-TAX", 1, 1.65)])

    def test_collected_tax_within_the_price_is_taken_out_of_it(self):
        charge = self._charge("item", "12.00", "2.00", tax_collector=TaxCollector.MARKETPLACE)
        order = self._import(self._order("O1", self._line("MUG", 1, None, charge)))
        self._assert_amounts(order, 12.0, 0.0)
        self.assertEqual(self._summary(order), [("MUG", 1, 10.0), ("MP-COLLECTED-TAX", 1, 2.0)])

    def test_tax_outside_of_the_total(self):
        charge = self._charge(
            "item", "20.00", "1.65", tax_treatment=TaxTreatment.OUTSIDE, tax_collector=TaxCollector.MARKETPLACE
        )
        order = self._import(self._order("O1", self._line("MUG", 2, None, charge)))
        self._assert_amounts(order, 20.0, 0.0)
        self.assertEqual(self._summary(order), [("MUG", 2, 10.0)])

    def test_fiscal_position_of_the_destination_sets_the_tax(self):
        foreign = self._create_tax("Jersey 5 %", 5)
        position = self.env["account.fiscal.position"].create(
            {"name": "Jersey", "auto_apply": True, "country_id": self.env.ref("base.je").id}
        )
        foreign.write({"fiscal_position_ids": position.ids, "original_tax_ids": self.tax.ids})
        address = replace(ADDRESS, country_code="JE")
        order = self._import(self._order("O1", self._line("MUG", 1, "21.00"), address=address))
        self.assertEqual(order.fiscal_position_id, position)
        self._assert_amounts(order, 21.0, 1.0)

    def test_price_that_does_not_come_out_in_coins_is_split(self):
        order = self._import(self._order("O1", self._line("MUG", 3, "10.00")))
        self.assertEqual(self._summary(order), [("MUG", 1, 3.34), ("MUG", 2, 3.33)])
        self.assertEqual(order.amount_total, 10.0)
        self.assertEqual(set(order.order_line.mapped("marketplace_line_ref")), {"MUG-1"})
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 3)

    def test_discounts_reduce_what_they_are_a_discount_on(self):
        line = self._line(
            "MUG", 2, "30.00", self._charge("item_discount", "-6.00"), self._charge("shipping", "4.99"),
            self._charge("shipping_discount", "-1.99"),
        )  # fmt: skip
        order = self._import(self._order("O1", line))
        self.assertEqual(self._summary(order), [("MUG", 2, 12.0), ("MP-SHIPPING", 1, 3.0)])
        self.assertEqual(order.amount_total, 27.0)

    def test_free_shipping_leaves_no_line(self):
        line = self._line(
            "MUG", 1, "12.00", self._charge("shipping", "4.99"), self._charge("shipping_discount", "-4.99")
        )
        order = self._import(self._order("O1", line))
        self.assertEqual(self._summary(order), [("MUG", 1, 12.0)])

    def test_services_are_one_line_per_kind(self):
        order = self._import(
            self._order(
                "O1",
                self._line("MUG", 1, "12.00", self._charge("shipping", "2.50"), self._charge("gift_wrap", "3.00")),
                self._line("PEN", 4, "8.00", self._charge("shipping", "1.50")),
                charges=(self._charge("tip", "2.00"),),
            )
        )
        self.assertEqual(
            self._summary(order),
            [("MUG", 1, 12.0), ("PEN", 4, 2.0), ("MP-GIFT-WRAP", 1, 3.0), ("MP-SHIPPING", 1, 4.0), ("MP-TIP", 1, 2.0)],
        )
        self.assertEqual(order.amount_total, 29.0)

    def test_charges_are_kept_as_received(self):
        line = self._line(
            "MUG", 1, None, self._charge("item", "10.0", "2.00", tax_treatment=TaxTreatment.ADDED),
            self._charge("item_discount", "-.5"),
        )  # fmt: skip
        order = self._import(self._order("O1", line, charges=(self._charge("tip", "1"),)))
        kept = {"currency": self.currency, "tax_collector": "seller"}
        self.assertEqual(
            order.order_line[0].marketplace_charges,
            [
                {"kind": "item", "amount": "10.0", "tax": "2.00", "tax_treatment": "added", **kept},
                {"kind": "item_discount", "amount": "-.5", "tax": None, "tax_treatment": "included", **kept},
            ],
        )
        self.assertEqual(
            order.marketplace_charges,
            [{"kind": "tip", "amount": "1", "tax": None, "tax_treatment": "included", **kept}],
        )

    def test_yen_has_no_smaller_coin(self):
        self.env.ref("base.JPY").active = True
        line = self._line("MUG", 3, None, self._charge("item", "1000", currency="JPY"))
        order = self._import(self._order("O1", line))
        self.assertEqual(order.currency_id.name, "JPY")
        self.assertEqual(order.pricelist_id.currency_id.name, "JPY")
        self.assertEqual(self._summary(order), [("MUG", 1, 334.0), ("MUG", 2, 333.0)])
        self.assertEqual(order.amount_total, 1000.0)

    def test_parts_smaller_than_the_coin_are_refused(self):
        self.env.ref("base.JPY").active = True
        line = self._line("MUG", 3, None, self._charge("item", "1000.50", currency="JPY"))
        self.assertFalse(self._import(self._order("O1", line)))
        self.assertEqual((self._rows("O1").state, self._rows("O1").reason_code), ("failed", "invalid"))

    def test_parts_that_miss_the_total_are_refused(self):
        self.assertFalse(self._import(self._order("O1", total=self._money("12.01"))))
        row = self._rows("O1")
        self.assertEqual((row.state, row.reason_code), ("failed", "invalid"))
        self.assertIn("12.01", row.message)

    def test_totals_equal_to_the_cent_whatever_they_are(self):
        random = Random(19)
        taxes = [self._create_tax(f"Sweep {rate} %", rate) for rate in (5.5, 7, 19, 20, 21, 25)]
        skus = []
        for tax in taxes:
            sku = f"T{tax.amount}"
            self._create_listing(sku, self._create_product(sku, taxes_id=tax.ids))
            skus.append(sku)
        orders = []
        for number in range(60):
            lines = []
            for index in range(random.randint(1, 5)):
                charges = [self._charge("shipping", self._amount(random, 9))] if random.random() < 0.5 else []
                amount, number_ = self._amount(random, 300), f"L{index}"
                lines.append(self._line(random.choice(skus), random.randint(1, 12), amount, *charges, number=number_))
            orders.append(self._order(f"R{number}", *lines))
        imported = self._import(*orders)
        self.assertEqual(len(imported), 60)
        for sale_order, order in zip(imported, orders, strict=True):
            with self.subTest(order=order.external_id):
                self.assertEqual(f"{sale_order.amount_total:.2f}", f"{order.total.amount:.2f}")
                self.assertEqual(f"{self._invoice(sale_order).amount_total:.2f}", f"{order.total.amount:.2f}")

    def _invoice(self, sale_order):
        sale_order.order_line.product_id.invoice_policy = "order"
        return sale_order._create_invoices()

    def _amount(self, random, most):
        return str(Decimal(random.randint(1, most * 100)) / 100)
