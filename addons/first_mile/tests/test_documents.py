import io

import pypdf
from odoo.exceptions import UserError
from odoo.tests import tagged

from .first_mile_case import FirstMileCase


@tagged("post_install", "-at_install")
class TestDocuments(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment({self.kettle: 20}, {self.lid: 100})

    def _render(self, name, records=None):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"first_mile.{name}", (records or self.shipment).ids
        )
        return content.decode()

    def _print(self, name, records):
        """The pages of the report as PDF."""
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        if reports.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            self.skipTest("this machine has no wkhtmltopdf; Odoo shows reports as HTML")
        content, kind = reports._render_qweb_pdf(f"first_mile.{name}", records.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        return pypdf.PdfReader(io.BytesIO(content)).pages

    def test_commercial_invoice(self):
        text = self._render("commercial_invoice")
        for word in ("Commercial Invoice", self.shipment.name, "FM-KETTLE", "8516.60", "China", "300.00"):
            self.assertIn(word, text)

    def test_commercial_invoice_has_what_customs_ask_for(self):
        yen = self.env.ref("base.JPY")
        self.env.company.partner_id.write({"vat": "/", "eori": "CN77"})
        importer = self.env["res.partner"].create({"name": "Kettles Import Ltd", "vat": "/", "eori": "GB123456789000"})
        incoterm = self.env.ref("account.incoterm_FOB")
        self.shipment.write(
            {"importer_id": importer.id, "incoterm_id": incoterm.id, "incoterm_place": "Yantian", "currency_id": yen.id}
        )
        text = self._render("commercial_invoice")
        for word in ("Kettles Import Ltd", "GB123456789000", "CN77", "FOB", "Yantian", "20.000", "10.000", "30.000"):
            self.assertIn(word, text)
        self.assertEqual(text.count(">JPY<"), 3, "on each line and on the total")

    def test_packing_list(self):
        text = self._render("packing_list")
        for word in ("Packing List", "FM-LID × 100", "60 × 50 × 40", "24.000"):
            self.assertIn(word, text)

    def test_papers_are_printed_as_pdf(self):
        for name in ("commercial_invoice", "packing_list"):
            with self.subTest(name):
                self.assertEqual(len(self._print(name, self.shipment)), 1)

    def test_each_carton_has_its_label(self):
        cartons = self.shipment.carton_ids
        cartons[0].label = "FBA1234U000001"
        text = self._render("carton_label", cartons)
        for word in (self.shipment.name, "England of the test", "FBA1234U000001", f"{self.shipment.name}/2"):
            self.assertIn(word, text)
        self.assertEqual(cartons[1]._get_position(), (2, 2))
        self.assertEqual(text.count("data:image/svg+xml;base64,"), 2)
        cartons[1].number = "箱2"
        self.assertGreater(len(cartons[1]._draw_barcode()), 1000, "what no Code 128 has is drawn as QR")
        self.assertEqual(len(self._print("carton_label", cartons)), 2)

    def test_labels_of_lost_cartons_are_not_printed(self):
        self.shipment.carton_ids[0].lost_on = "2026-04-01"
        action = self.shipment.action_print_labels()
        self.assertEqual(action["context"]["active_ids"], self.shipment.carton_ids[1].ids)
        self.shipment.carton_ids.lost_on = "2026-04-01"
        with self.assertRaisesRegex(UserError, "no cartons to label"):
            self.shipment.action_print_labels()
