import base64
from unittest import SkipTest

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestReports(TransactionCase):
    """ECCANG's interface has orders and notices; its stock, returns and charges come by file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "eccang_url" not in cls.env["overseas.account"]:
            raise SkipTest("the connector to ECCANG's WMS is not installed")
        cls.account = cls.env["overseas.account"].create(
            {
                "name": "ECCANG (test)",
                "provider": "eccang",
                "state": "test",
                "eccang_url": "https://wms.example/svc",
                "eccang_app_key": "key-0123456789",
                "eccang_app_token": "token-0123456789",
                "eccang_warehouses": "DE1, Hamburg, DE",
            }
        )
        finder = cls.env["overseas.warehouse.finder"].create(
            {
                "account_id": cls.account.id,
                "line_ids": [
                    Command.create({"code": "DE1", "name": "Hamburg", "country_code": "DE", "connect": True}),
                ],
            }
        )
        finder.action_connect()
        cls.warehouse = cls.account.warehouse_ids
        cls.cup = cls.env["product.product"].create({"name": "Cup", "default_code": "CUP", "is_storable": True})
        cls.env["overseas.product"].create({"account_id": cls.account.id, "product_id": cls.cup.id, "sku": "CUP"})

    def _upload(self, kind, *lines):
        wizard = self.env["overseas.file.upload"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "file": base64.b64encode("\n".join(lines).encode()),
                "filename": f"{kind}.csv",
            }
        )
        with trap_jobs() as trap:
            wizard.action_upload()
            trap.perform_enqueued_jobs()

    def test_its_stock_is_checked(self):
        self._upload("stock", "warehouse,SKU,available", "DE1,CUP,7")
        line = self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)]).line_ids
        self.assertEqual((line.product_id, line.theirs, line.ours), (self.cup, 7, 0))

    def test_its_charges_are_filed(self):
        self._upload("bills", "费用类型,金额,币种,日期", "仓租,4.20,EUR,2019-03-05")
        charge = self.env["overseas.bill.line"].search([("account_id", "=", self.account.id)])
        self.assertEqual((charge.kind, charge.amount), ("storage", 4.2))

    def test_its_returns_are_taken_in(self):
        self._upload("returns", "return,warehouse,SKU,quantity,grade,date", "R1,DE1,CUP,2,good,2026-03-05")
        back = self.env["overseas.return"].search([("account_id", "=", self.account.id)])
        self.assertEqual((back.external_id, back.state, back.picking_id.state), ("R1", "done", "done"))

    def test_what_the_interface_tells_is_not_uploaded(self):
        self.assertTrue(self.account.takes_reports)
        with self.assertRaisesRegex(UserError, "By file it takes: Stock, Returns, Charges"):
            self._upload("receipts", "ASN,SKU,Received (good)", "OV-1,CUP,1")

    def test_an_interface_without_reports_stays_as_it_is(self):
        known = self.account._get_connector().capabilities
        self._upload("bills", "费用类型,金额,币种,日期", "仓租,4.20,EUR,2019-03-05")
        # All of the file is taken over: nothing is asked of it again.
        self.assertEqual(self.account._get_connector().capabilities, known)

    def test_an_account_that_lacks_credentials_takes_none(self):
        self.account.eccang_url = False
        self.account.invalidate_recordset(["takes_reports"])
        self.assertFalse(self.account.takes_reports)
        with self.assertRaisesRegex(UserError, "is not set up"):
            self._upload("stock", "warehouse,SKU,available", "DE1,CUP,7")
