from odoo.tests import tagged

from .first_mile_case import FirstMileCase


@tagged("post_install", "-at_install")
class TestDocuments(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment({self.kettle: 20}, {self.lid: 100})

    def _render(self, name):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(f"first_mile.{name}", self.shipment.ids)
        return content.decode()

    def test_commercial_invoice(self):
        text = self._render("commercial_invoice")
        for word in ("Commercial Invoice", self.shipment.name, "FM-KETTLE", "8516.60", "China", "300.00"):
            self.assertIn(word, text)

    def test_packing_list(self):
        text = self._render("packing_list")
        for word in ("Packing List", "FM-LID × 100", "60 × 50 × 40", "24.000"):
            self.assertIn(word, text)
