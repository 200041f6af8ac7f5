from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .settlement_case import SettlementCase

TABLE = "Day;Order;SKU;Goods;Commission\n2026-05-04;A-1;MUG;12.00;-1.80\n2026-05-05;A-2;MUG;24.00;-3.60\n"


@tagged("post_install", "-at_install")
class TestLayout(SettlementCase):
    def setUp(self):
        super().setUp()
        meanings = {"Day": "date", "Order": "order", "SKU": "sku", "Goods": "fee", "Commission": "fee"}
        self.layout = self._create_layout(meanings)

    def _create_layout(self, meanings):
        columns = [Command.create({"name": name, "meaning": meaning}) for name, meaning in meanings.items()]
        return self.env["marketplace.settlement.layout"].create({"name": "Cdiscount", "column_ids": columns})

    def _wizard(self, text=TABLE, count=1, **vals):
        attachments = self.env["ir.attachment"].create([{"name": "may.csv", "raw": text.encode()}] * count)
        vals = {
            "account_id": self.account.id,
            "attachment_ids": attachments.ids,
            "layout_id": self.layout.id,
            "number": "MAY",
            "total": 30.6,
            **vals,
        }
        return self.env["marketplace.settlement.upload"].create(vals)

    def test_a_table_becomes_a_settlement(self):
        action = self._wizard().action_upload()
        settlement = self.Settlement.browse(action["res_id"])
        self.assertEqual((settlement.total, settlement.line_count, settlement.state), (30.6, 4, "unknown"))
        self.assertEqual(settlement.line_ids.mapped("words"), ["Goods", "Commission"] * 2)
        self.Word.search([("words", "=", "Goods")]).kind_id = self.kinds["principal"]
        self.Word.search([("words", "=", "Commission")]).kind_id = self.kinds["commission"]
        self.assertEqual(settlement.state, "ready")
        settlement.action_retry()
        self.assertEqual((settlement.state, settlement.line_count, settlement.total), ("ready", 4, 30.6))

    def test_what_does_not_fit_is_refused(self):
        for vals, reason in (
            ({"total": 30.7}, "add up to 30.60, but the settlement says 30.70"),
            ({"number": False}, "Give the settlement a number"),
            ({"count": 2}, "uploaded alone"),
            ({"text": TABLE.replace("-3.60", "some")}, "row 3, Commission"),
            ({"text": TABLE.replace("Goods", "Price")}, "no column goods"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self._wizard(**vals).action_upload()
        self.assertFalse(self.Settlement.search([("external_id", "=", "MAY")]))

    def test_the_same_file_twice(self):
        self._wizard().action_upload()
        with self.assertRaisesRegex(UserError, "imported from this document"):
            self._wizard().action_upload()

    def test_a_layout_must_tell_days_and_amounts(self):
        for meanings in ({"Day": "date"}, {"Goods": "fee"}, {"Day": "date", "Amount": "amount"}):
            with self.assertRaises(ValidationError):
                self._create_layout(meanings)
