import base64
import io

from odoo.exceptions import UserError, ValidationError
from openpyxl import Workbook

from .first_mile_case import FirstMileCase

HEADER = ["箱号", "货号", "每箱数量", "尺寸", "毛重"]


class TestPackingList(FirstMileCase):
    def _import(self, shipment, *rows):
        book = Workbook()
        for row in (HEADER, *rows):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        wizard = self.env["first.mile.packing.list.import"].create(
            {"shipment_id": shipment.id, "file": base64.b64encode(content.getvalue())}
        )
        return wizard.action_import()

    def test_cartons_and_goods_come_from_the_list(self):
        shipment = self._create_shipment()
        self._import(
            shipment, ["1-3", "FM-KETTLE", 20, "60x40x30", 22.5], ["4", "FM-KETTLE", 5, "50x40x30", 9],
            [None, "FM-LID", 40, None, None],
        )  # fmt: skip
        self.assertEqual(shipment.carton_ids.mapped("number"), ["1", "2", "3", "4"])
        self.assertEqual(shipment.weight, 76.5)
        self.assertEqual(
            {line.product_id: line.quantity for line in shipment.line_ids}, {self.kettle: 65, self.lid: 40}
        )

    def test_a_list_that_does_not_match_changes_nothing(self):
        shipment = self._create_shipment({self.kettle: 20})
        with self.assertRaises(ValidationError) as caught:
            self._import(shipment, ["1", "FM-KETTLE", 19, "60x40x30", 22], ["2", "FM-LID", 5, "60x40x30", 9])
        message = str(caught.exception)
        self.assertIn("Row 2: 'FM-KETTLE': 19 units are packed, 20 are to be shipped", message)
        self.assertIn("Row 3: 'FM-LID' is not on this shipment", message)
        self.assertEqual(shipment.carton_ids.weight, 12)

    def test_all_faults_are_said_with_their_rows(self):
        with self.assertRaises(ValidationError) as caught:
            self._import(
                self._create_shipment(), ["1", "FM-KETTLE", 1, "60x40x30", None], ["9-8", "FM-LID", 1, "1x1x1", 1]
            )
        self.assertIn("Row 2: Carton '1' has no gross weight", str(caught.exception))
        self.assertIn("Row 3: '9-8' is no range", str(caught.exception))

    def test_unknown_skus_are_named(self):
        with self.assertRaisesRegex(ValidationError, "Row 2: There is no product with the SKU 'GHOST'"):
            self._import(self._create_shipment(), ["1", "GHOST", 1, "60x40x30", 2])

    def test_planned_shipments_keep_their_cartons(self):
        shipment = self._create_shipment({self.kettle: 20})
        shipment.action_plan()
        with self.assertRaisesRegex(UserError, "planned already"):
            self._import(shipment, ["1", "FM-KETTLE", 20, "60x40x30", 22])

    def test_more_cartons_take_no_more_queries(self):
        self._import(self._create_shipment(), ["1-5", "FM-KETTLE", 1, "60x40x30", 2])
        counts = []
        for last in (50, 200):
            shipment = self._create_shipment()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._import(shipment, [f"1-{last}", "FM-KETTLE", 1, "60x40x30", 2])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(shipment.carton_ids), 200)
        self.assertLessEqual(counts[1], counts[0] + 4, counts)  # inserts go in batches
