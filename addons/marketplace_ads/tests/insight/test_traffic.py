import base64
import io
from datetime import date

import openpyxl
from odoo.addons.marketplace.tests.fake_connector import FakeMarketplaceCase
from odoo.exceptions import UserError
from odoo.tests import tagged

DAY = date(2026, 5, 4)
BUSINESS_REPORT = (
    "﻿(Parent) ASIN,(Child) ASIN,Title,SKU,Sessions - Total,Page Views - Total,"
    "Featured Offer (Buy Box) Percentage,Units Ordered,Unit Session Percentage\n"
    'B0A,B0A1,Mug,MUG,"1,234","2,000",95.50%,61,4.94%\n'
    "B0A,B0A2,Unknown,OTHER,10,12,-,0,0.00%\n"
)


@tagged("post_install", "-at_install")
class TestTraffic(FakeMarketplaceCase):
    """Files of visits per SKU and day, read by their headings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug = cls._create_product("MUG")
        cls._create_listing("MUG", cls.mug, external_product_id="B0A1")
        cls.Traffic = cls.env["traffic.day"]

    def _upload(self, *files, day=DAY):
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": f"file{number}.csv",
                    "datas": base64.b64encode(content.encode() if isinstance(content, str) else content),
                }
                for number, content in enumerate(files)
            ]
        )
        wizard = self.env["traffic.upload"].create(
            {"shop_id": self.shop.id, "attachment_ids": attachments.ids, "day": day}
        )
        action = wizard.action_upload()
        return self.env[action["res_model"]].search(action["domain"], order="sku")

    def test_business_report(self):
        mug, other = self._upload(BUSINESS_REPORT)
        self.assertRecordValues(
            mug,
            [
                {
                    "day": DAY,
                    "sku": "MUG",
                    "item": "B0A1",
                    "product_id": self.mug.id,
                    "sessions": 1234,
                    "page_views": 2000,
                    "buy_box": 95.5,
                    "units": 61,
                    "company_id": self.shop.company_id.id,
                }
            ],
        )
        self.assertAlmostEqual(mug.unit_share, 4.943, 3)
        self.assertFalse(other.product_id)

    def test_again(self):
        """A file replaces its days; other days stay."""
        self._upload(BUSINESS_REPORT)
        self._upload(BUSINESS_REPORT, day=date(2026, 5, 5))
        self._upload(BUSINESS_REPORT.replace('"1,234"', "1300"))
        rows = self.Traffic.search([("shop_id", "=", self.shop.id), ("sku", "=", "MUG")], order="day")
        self.assertEqual(rows.mapped("sessions"), [1300, 1234])

    def test_chinese_headings_and_dashes(self):
        text = "（父）ASIN,（子）ASIN,标题,会话数 – 总计,页面浏览量 – 总计,已订购商品数量\nB0A,B0A1,杯子,7,9,1\n"
        row = self._upload(text.encode("gb18030"))
        self.assertEqual((row.sessions, row.page_views, row.units, row.product_id), (7, 9, 1, self.mug))

    def test_workbook_with_days(self):
        book = openpyxl.Workbook()
        for cells in (
            ("Product report",),
            ("Date", "SKU", "Visitors", "Buy Box", "Rating", "Reviews"),
            (date(2026, 5, 1), "MUG", 40, 0.9, 4.5, 120),
            (date(2026, 5, 2), "MUG", 60, 0.5, 4.4, 121),
        ):
            book.active.append(cells)
        content = io.BytesIO()
        book.save(content)
        rows = self._upload(content.getvalue(), day=False)
        self.assertEqual(sorted(rows.mapped("sessions")), [40, 60])
        self.assertEqual(sorted(rows.mapped("buy_box")), [50, 90])
        self.assertEqual(max(rows.mapped("reviews")), 121)

    def test_ratios_of_groups(self):
        """By page views and sessions, not as means of days."""
        head = "Date,SKU,Sessions,Page Views,Buy Box %,Units\n"
        self._upload(head + "2026-05-01,MUG,100,300,90,10\n2026-05-02,MUG,300,100,50,10\n", day=False)
        ((box, share),) = self.Traffic._read_group(
            [("shop_id", "=", self.shop.id)], [], ["buy_box:avg", "unit_share:avg"]
        )
        self.assertEqual((box, share), (80, 5))

    def test_product_found_later(self):
        other = self._upload(BUSINESS_REPORT).filtered(lambda row: row.sku == "OTHER")
        product = self._create_product("OTHER")
        self._create_listing("OTHER", product)
        self.Traffic.action_find_products()
        self.assertEqual(other.product_id, product)

    def test_refused(self):
        """Nothing is taken over of a file that cannot be read as a whole, nor of files beside it."""
        head = "Date,SKU,Sessions\n"
        for content, reason in (
            ("SKU,Visits\nMUG,1\n", "no layout knows the headings"),
            (head + "2026-05-01,MUG,many\n", "row 2, sessions: 'many' is no number"),
            (head + "2026-05-01,MUG,-3\n", "row 2, sessions: -3 is no count"),
            (head + "yesterday,MUG,3\n", "row 2, day"),
            (head + "2026-05-01,,3\n", "neither a SKU nor an item number"),
            (head + "2026-05-01,MUG,3\n2026-05-01,MUG,4\n", "MUG is there twice on 2026-05-01"),
            ('{"other": 1}', "no Sales and Traffic report"),
            ("", "empty"),
        ):
            self._assert_refused(reason, BUSINESS_REPORT, content)
        self._assert_refused("of which day", BUSINESS_REPORT, day=False)
        self._assert_refused("Two files hold the same day: 2026-05-04", BUSINESS_REPORT, BUSINESS_REPORT)
        self.env.cr.execute("SELECT COUNT(*) FROM traffic_day WHERE shop_id = %s", (self.shop.id,))
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def _assert_refused(self, reason, *files, **values):
        with self.assertRaises(UserError) as caught:
            self._upload(*files, **values)
        self.assertIn(reason, str(caught.exception))
