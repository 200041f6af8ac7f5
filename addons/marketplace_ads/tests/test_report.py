"""Reports: asked for, waited for and read by jobs; and files that people upload."""

import base64
from datetime import timedelta

from odoo.addons.marketplace.contract import AuthenticationFailed, InvalidPayload, Rejected, Unavailable
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from .ads_case import AdsCase


@tagged("post_install", "-at_install")
class TestReport(AdsCase):
    def test_the_first_fetch_reads_all_that_is_kept(self):
        self.ads.rows["sp"] = [self._row(day=self.yesterday - timedelta(days=days)) for days in (0, 20, 90)]
        reports = self._fetch()
        self.assertEqual(set(reports.mapped("state")), {"done"})
        asked = [(since, until) for name, since, until in self.ads.asked if name == "sp"]
        self.assertEqual(asked[0][0], self.yesterday - timedelta(days=94))
        self.assertEqual(asked[-1][1], self.yesterday)
        for (_since, until), (since, _until) in zip(asked, asked[1:], strict=False):
            self.assertEqual(since, until + timedelta(days=1), "no day is left out or read twice")
        self.assertTrue(all((until - since).days < 31 for since, until in asked))
        self.assertEqual(self._total(), 3.0)

    def test_the_next_fetch_reads_what_may_have_been_corrected(self):
        self._fetch()
        self.ads.asked.clear()
        self._fetch()
        self.assertEqual(
            self.ads.asked,
            [(name, self.yesterday - timedelta(days=13), self.yesterday) for name in self.ads.reports],
        )

    def test_a_failed_report_says_why_and_holds_back_no_other(self):
        answer = self.ads.fetch_report

        def fetch(advertiser, report, *args):
            if report == "sd":
                raise Rejected("no such column", "400")
            return answer(advertiser, report, *args)

        self.ads.fetch_report = fetch
        reports = self._fetch()
        failed = reports.filtered(lambda report: report.state == "failed")
        self.assertEqual((failed.name, failed.message), ("sd", "no such column"))
        self.ads.fetch_report = answer
        reports = self._fetch()
        self.assertIn("done", reports.filtered(lambda report: report.name == "sd").mapped("state"))

    def test_a_file_that_cannot_be_read_leaves_nothing(self):
        self.ads.error = InvalidPayload("report[3].cost", "an amount was expected")
        reports = self._fetch()
        self.assertEqual(set(reports.mapped("state")), {"failed"})
        self.assertIn("report[3].cost", reports[0].message)
        self.assertFalse(self._costs())

    def test_an_outage_is_waited_out(self):
        self.ads.error = Unavailable("HTTP 503")
        with trap_jobs() as trap:
            self.ads_account._enqueue_waiting()
            first = trap.enqueued_jobs[0]
            first.perform()
            self.assertEqual(trap.enqueued_jobs[-1].recordset, first.recordset)
        self.assertEqual(first.recordset.state, "waiting")
        self.assertEqual(self.ads_account.health, "failing")

    def test_a_refused_access_stops_the_account(self):
        self.ads.error = AuthenticationFailed("HTTP 401")
        reports = self._fetch()
        self.assertEqual(set(reports.mapped("state")), {"waiting"})
        self.assertTrue(self.ads_account.needs_authorisation)
        self.assertNotIn(self.ads_account, self.ads_account.search(self.ads_account._get_live_domain()))

    def test_new_credentials_let_all_that_waits_go_on(self):
        self.ads.error = AuthenticationFailed("HTTP 401")
        self._fetch()
        self.ads.error = None
        with trap_jobs() as trap:
            self.ads_account.amazonads_client_secret = "new"
            self.assertFalse(self.ads_account.needs_authorisation)
            self.assertEqual(len(trap.enqueued_jobs), len(self.ads.reports))

    def test_an_account_without_credentials_holds_back_no_other(self):
        def build(account):
            if account == self.ads_account:
                return self.ads
            raise UserError(account.name)

        self.patch(type(self.ads_account), "_build_connector", build)
        other = self.ads_account.copy({"name": "Other", "state": "test"})
        self.profile.copy({"account_id": other.id})
        with trap_jobs() as trap:
            self.env["ads.account"]._cron_fetch()
            asked = trap.enqueued_jobs
        reports = self.env["ads.report"].concat(*(job.recordset for job in asked if job.model_name == "ads.report"))
        self.assertEqual(reports.filtered(lambda report: report.profile_id == self.profile), reports)
        self.assertTrue(reports)

    def test_one_report_of_a_kind_at_a_time(self):
        with trap_jobs():
            self.ads_account._enqueue_waiting()
            self.ads_account._enqueue_waiting()
        domain = [("profile_id", "=", self.profile.id)]
        self.assertEqual(self.env["ads.report"].search_count(domain), len(self.ads.reports))

    def test_advertisers_find_their_shop_and_currency(self):
        self.ads.advertisers = [
            self._advertiser(external_id="4242"),
            self._advertiser(marketplace_id=self.shop.external_id, currency=self.shop.currency_id.name),
            self._advertiser(external_id="78", marketplace_id="elsewhere"),
        ]
        self.ads_account.action_find_advertisers()
        first, second = self.ads_account.profile_ids.filtered(lambda profile: profile.external_id != "4242").sorted(
            "id"
        )
        self.assertEqual((first.shop_id, first.currency_id), (self.shop, self.shop.currency_id))
        self.assertFalse(second.shop_id)

    def test_fetching_needs_a_shop(self):
        self.profile.shop_id = False
        with self.assertRaisesRegex(UserError, "which shop"):
            self.ads_account.action_fetch()

    # === FILES === #

    def _upload(self, text, name="ads.csv"):
        file = self.env["ir.attachment"].create({"name": name, "datas": base64.b64encode(text.encode())})
        upload = self.env["ads.upload"].create({"profile_id": self.profile.id, "attachment_ids": file.ids})
        action = upload.action_upload()
        return self.env["ads.report"].search(action["domain"])

    def test_a_download_is_recognised_and_replaces_its_campaigns(self):
        head = "Day,Campaign,Campaign ID,Item ID,Impr.,Clicks,Cost,Conversions,Conv. value\n"
        self._upload(f"{head}2026-05-04,Shoes,1,MUG,10,2,1.50,1,20\n2026-05-04,Hats,2,PEN,5,1,0.50,0,0\n")
        report = self._upload(f"{head}2026-05-04,Shoes,1,MUG,10,2,1.20,0.6,20\nTotal: all,,,,10,2,1.20,,\n")
        self.assertEqual((report.state, report.row_count, report.cost), ("done", 1, 1.2))
        rows = [(row.campaign_id.name, row.product_id, row.cost, row.orders) for row in self._costs()]
        self.assertEqual(
            sorted(rows, key=lambda row: row[0]), [("Hats", self.pen, 0.5, 0), ("Shoes", self.mug, 1.2, 1)]
        )

    def test_a_refused_download_names_file_and_reason(self):
        with self.assertRaisesRegex(UserError, "(?s)odd.csv was not taken over.*no layout fits"):
            self._upload("a,b\n1,2\n", "odd.csv")

    def test_every_layout_that_is_shipped_is_read(self):
        for layout in self.env["ads.layout"].search([]):
            form = layout.day_form or "%Y-%m-%d"
            values = {"day": f"{self.yesterday:{form}}", "campaign": "C", "campaign_id": "1", "sku": "MUG", "asin": "A",
                      "currency": self.profile.currency_id.name}  # fmt: skip
            names = [column.name.split("|")[0].strip().replace("*", "x") for column in layout.column_ids]
            cells = [values.get(column.meaning, "2") for column in layout.column_ids]
            with self.subTest(layout.name):
                report = self._upload(";".join(names) + "\n" + ";".join(cells) + "\n")
                self.assertEqual((report.ad_type, report.cost), (layout.ad_type, 2.0))
