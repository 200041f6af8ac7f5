import base64

from odoo.exceptions import UserError, ValidationError

from .first_mile_case import FirstMileCase

TARIFF = """HS Code,Origin,Destination,Kind,Name,Percent,Valid From
8516,,GB,base,,2.7,
7323,CN,GB,base,,0,
7323,CN,GB,Anti-dumping,Steel,10,2026-01-01
,,GB,VAT,,20,
"""


class TestCustoms(FirstMileCase):
    def _import(self, text):
        content = base64.b64encode(text.encode())
        return self.env["customs.tariff.import"].create({"file": content}).action_import()

    def _count_rows(self):
        return self.env["customs.tariff"].search_count([("company_id", "=", self.env.company.id)])

    def test_duty_and_import_vat(self):
        self._import(TARIFF)
        shipment = self._create_shipment({self.kettle: 20, self.lid: 100})
        shipment.action_estimate_duty()
        by_product = {line.product_id: line for line in shipment.line_ids}
        kettles, lids = by_product[self.kettle], by_product[self.lid]
        self.assertEqual((kettles.declared_value, kettles.duty_amount, kettles.vat_amount), (200, 5.4, 41.08))
        self.assertEqual((lids.duty_percent, lids.duty_amount, lids.vat_amount), (10, 10, 22))
        self.assertIn("Steel 10 % = 10.00", lids.duty_detail)
        self.assertEqual((shipment.cost_ids.component, shipment.cost_ids.estimate), ("duty", 15.4))
        shipment.action_estimate_duty()
        self.assertEqual(len(shipment.cost_ids), 1)

    def test_freight_counts_in_england(self):
        self._import(TARIFF)
        shipment = self._create_shipment({self.kettle: 20})
        cost = self.env["first.mile.cost"].create({"shipment_id": shipment.id, "name": "Sea", "estimate": 100})
        shipment.action_estimate_duty()
        self.assertEqual(shipment.duty_amount, 8.1)
        self.assertEqual(cost.exists().estimate, 100)

    def test_unknown_codes_say_what_to_do(self):
        self._import(TARIFF)
        self.lid.hs_code = "9503.00"
        self.kettle.hs_code = False
        with self.assertRaises(UserError) as caught:
            self._create_shipment({self.kettle: 20, self.lid: 100}).action_estimate_duty()
        self.assertIn("HS code 9503.00 from CN to GB on 2026-03-02", str(caught.exception))
        self.assertIn("HS code — from CN", str(caught.exception))
        self.assertIn("Import customs tariff rows", str(caught.exception))

    def test_an_unknown_import_vat_says_what_to_do(self):
        self._import(TARIFF.replace(",,GB,VAT,,20,\n", ""))
        shipment = self._create_shipment({self.kettle: 20})
        with self.assertRaises(UserError) as caught:
            shipment.action_estimate_duty()
        self.assertIn("No import VAT is known for:\nHS code 8516.60 from CN to GB", str(caught.exception))
        self.assertIn("one of 0 percent", str(caught.exception))
        self._import(TARIFF.replace("VAT,,20", "VAT,,0"))
        shipment.action_estimate_duty()
        self.assertEqual((shipment.duty_amount, shipment.vat_amount), (5.4, 0))

    def test_a_second_import_changes_rows(self):
        before = self._count_rows()
        self._import(TARIFF)
        self._import(TARIFF.replace("2.7", "3.1"))
        self.assertEqual(self._count_rows() - before, 4)
        row = self.env["customs.tariff"].search([("hs_prefix", "=", "8516"), ("kind", "=", "base")])
        self.assertEqual(row.percent, 3.1)

    def test_one_bad_row_and_nothing_is_imported(self):
        before = self._count_rows()
        with self.assertRaises(ValidationError) as caught:
            self._import(TARIFF + "85,,ZZ,base,,2,\n86,,GB,luxury,,2,\n")
        self.assertIn("Row 6: There is no country 'ZZ'", str(caught.exception))
        self.assertIn("Row 7: 'luxury' is no kind", str(caught.exception))
        self.assertEqual(self._count_rows(), before)

    def test_rows_by_hand_are_checked(self):
        england = self.env.ref("base.uk").id
        with self.assertRaisesRegex(ValidationError, "digits only"):
            self.env["customs.tariff"].create({"hs_prefix": "85.16", "destination_id": england})
        with self.assertRaisesRegex(ValidationError, "needs a name"):
            self.env["customs.tariff"].create({"hs_prefix": "85", "destination_id": england, "kind": "additional"})

    def test_larger_imports_take_no_more_queries(self):
        counts = []
        for chapter, size in ((30, 50), (40, 500)):
            lines = [f"{chapter}{number:04},,GB,base,,2," for number in range(size)]
            before = self.env.cr.sql_log_count
            self._import("\n".join([TARIFF.splitlines()[0], *lines]))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5, counts)  # inserts go in batches
