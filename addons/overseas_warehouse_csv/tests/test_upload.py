from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..connector import CODES
from ..models.fault_words import get_words
from .file_case import FileCase


@tagged("post_install", "-at_install")
class TestUpload(FileCase):
    """Reports of a warehouse: taken as a whole, or refused with every line that is wrong."""

    def _refuse(self, kind, *lines):
        with trap_jobs() as trap, self.assertRaises(ValidationError) as caught:
            self._upload(kind, *lines)
        trap.assert_jobs_count(0)
        self.assertFalse(self._find("in", kind))
        return str(caught.exception)

    def test_stock_becomes_a_check(self):
        with trap_jobs() as trap:
            self._upload("stock", "仓库,SKU编码,可用库存,不良品", "HAM,CUP,7,1")
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        snapshot = self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)])
        found = {line.grade: (line.theirs, line.ours) for line in snapshot.line_ids}
        self.assertEqual((snapshot.state, found), ("different", {"sellable": (7, 0), "damaged": (1, 0)}))

    def test_every_wrong_line_is_told_and_nothing_changes(self):
        message = self._refuse(
            "stock", "warehouse,SKU,available", "HAM,CUP,-4", "HAM,VASE,3", "BER,CUP,x", "HAM,,1", "HAM,CUP,5"
        )
        for text in (
            "Row 2, sellable: -4 is negative: no warehouse holds fewer than no units. Ask it for a corrected file.",
            "Row 3, sku: No product of this account has the SKU VASE. Add it",
            "Row 4, warehouse: The account has no connected warehouse BER. Connect it",
            "Row 4, sellable: 'x' is no number",
            "Row 5, sku: The value is missing",
        ):
            self.assertIn(text, message)
        self.assertNotIn("Row 6", message)

    def test_a_negative_number_is_told_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env = self.env(context={**self.env.context, "lang": "zh_CN"})
        message = self._refuse("stock", "仓库,SKU编码,可用库存", "HAM,CUP,-4")
        self.assertIn("第 2 行，可用库存：-4 是负数", message)
        self.assertNotIn("negative", message)

    def test_every_fault_has_words(self):
        self.assertEqual(set(get_words(self.env)), CODES)

    def test_of_many_faults_the_first_are_told(self):
        message = self._refuse("stock", "warehouse,SKU,available", *("HAM,,1" for _row in range(80)))
        self.assertIn("Row 51, sku", message)
        self.assertNotIn("Row 52", message)
        self.assertTrue(message.endswith("… and 30 more"))

    def test_a_missing_column_is_named(self):
        self.assertIn("The column sellable (可用库存) is missing", self._refuse("stock", "warehouse,SKU", "HAM,CUP"))

    def test_numbers_that_nobody_was_given(self):
        message = self._refuse("shipments", "order number,tracking", "WH-OUT-1,T1")
        self.assertIn("Row 2, reference: The warehouse was given nothing with the number WH-OUT-1", message)

    def test_stock_may_return_to_what_it_was(self):
        for units in (7, 5, 7):
            with trap_jobs():
                self._upload("stock", "warehouse,SKU,available", f"HAM,CUP,{units}")
        self.assertEqual(self._find("in", "stock").mapped("state"), ["in_use", "done", "done"])
        self.assertEqual(self._find("in", "stock").mapped("name"), ["stock (3).csv", "stock (2).csv", "stock.csv"])
        self.env["overseas.snapshot"]._job_take(self.warehouse)
        snapshot = self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)])
        self.assertEqual(snapshot.line_ids.theirs, 7)

    def test_the_same_charges_count_once(self):
        lines = ("费用类型,金额,币种,日期", "仓租,4.20,EUR,2019-03-05", "仓租,4.20,EUR,2019-03-05")
        with trap_jobs() as trap:
            self._upload("bills", *lines)
            trap.perform_enqueued_jobs()
        charges = self.env["overseas.bill.line"].search([("account_id", "=", self.account.id)])
        self.assertEqual(charges.mapped("amount"), [4.2, 4.2])
        self.assertEqual(self._find("in", "bills").state, "done")
        with self.assertRaisesRegex(UserError, "The same file was uploaded on .* as bills.csv"):
            self._upload("bills", *lines)
        with trap_jobs() as trap:
            self._upload("bills", lines[0], "运费,1.00,EUR,2019-03-06")
            trap.perform_enqueued_jobs()
        # A file of the same name is another one: its first line is no repetition.
        charges = self.env["overseas.bill.line"].search([("account_id", "=", self.account.id)])
        self.assertEqual(sorted(charges.mapped("amount")), [1, 4.2, 4.2])

    def test_returns_are_taken_in(self):
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        reference = picking.overseas_outbound_ids.reference
        with trap_jobs():
            self._upload("shipments", "order number,tracking", f"{reference},T1")
        self._exchange("overseas.outbound")
        with trap_jobs() as trap:
            self._upload(
                "returns", "return,warehouse,SKU,quantity,grade,date,order",
                f"R1,HAM,CUP,1,good,2026-03-05,{reference}",
            )  # fmt: skip
            trap.perform_enqueued_jobs()
        back = self.env["overseas.return"].search([("account_id", "=", self.account.id)])
        self.assertEqual((back.external_id, back.outbound_id), ("R1", picking.overseas_outbound_ids))

    def test_the_only_account_is_filled_in(self):
        Upload = self.env["overseas.file.upload"]
        self.env["overseas.account"].search([("id", "!=", self.account.id)]).state = "disabled"
        without = self.account.create({"name": "Without", "provider": "none"})
        self.assertEqual(Upload.default_get(["account_id"])["account_id"], self.account.id)
        self.assertEqual(Upload.new({}).account_id, self.account)
        other = self.account.copy({"name": "Other by file", "state": "test"})
        self.assertFalse(Upload.new({}).account_id, "among several a person chooses")
        self.assertEqual(Upload.with_context(default_account_id=other.id).new({}).account_id, other)
        (self.account | other).state = "disabled"
        self.assertFalse(Upload.new({}).account_id | without.filtered("takes_reports"))

    def test_warehouse_people_upload_and_others_do_not(self):
        clerk = new_test_user(self.env, "clerk", groups="marketplace.group_warehouse")
        reader = new_test_user(self.env, "reader", groups="marketplace.group_all_shops")
        upload = type(self)._upload
        self.env = self.env(user=clerk)
        with trap_jobs():
            upload(self, "stock", "warehouse,SKU,available", "HAM,CUP,7")
        self.env = self.env(user=reader)
        with self.assertRaises(AccessError):
            upload(self, "stock", "warehouse,SKU,available", "HAM,CUP,8")
        with self.assertRaises(AccessError):
            self._find("in", "stock").write({"state": "done"})
