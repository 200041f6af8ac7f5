import base64
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

CSV = """Date,USD,GBP,CNY,ISK,
2026-05-05,1.20,0.80,8.00,N/A,
2026-05-04,1.10,0.88,7.70,140,
"""


class _Site(BaseHTTPRequestHandler):
    """The bank's site: serves what it is given, and notes what it was asked for."""

    files, asked = {}, []

    def do_GET(self):
        self.asked.append(self.path)
        content = self.files.get(self.path.rsplit("/", 1)[1])
        self.send_response(200 if content else 503)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *args):
        """Quiet."""


@tagged("post_install", "-at_install")
class TestRates(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.eur, cls.usd, cls.gbp, cls.cny = (
            currencies.search([("name", "=", code)]) for code in ("EUR", "USD", "GBP", "CNY")
        )
        (cls.eur | cls.usd | cls.gbp | cls.cny).active = True
        cls.company = cls.env["res.company"].create({"name": "Shenzhen", "currency_id": cls.cny.id})
        cls.Rate = cls.env["res.currency.rate"]

    def _import(self, text=CSV, since="2026-01-01"):
        wizard = self.env["currency.rate.import"].create(
            {
                "company_id": self.company.id,
                "origin": "file",
                "since": since,
                "content": base64.b64encode(text.encode()),
                "file_name": "eurofxref.csv",
            }
        )
        return wizard.action_import()["params"]["message"]

    def _convert(self, amount, source, target, day):
        return source._convert(amount, target, self.company, fields.Date.to_date(day))

    def test_a_file_gives_rates_by_the_companys_currency(self):
        count = len(self.env["res.currency"].search([("name", "in", ("EUR", "USD", "GBP", "ISK"))]))
        self.assertEqual(self._import().split()[0], str(2 * count - ("ISK" in self._get_active())))
        self.assertEqual(self._convert(80, self.cny, self.eur, "2026-05-05"), 10)
        self.assertEqual(self._convert(80, self.cny, self.usd, "2026-05-05"), 12)
        self.assertEqual(self._convert(12, self.usd, self.gbp, "2026-05-06"), 8)
        self.assertEqual(self._convert(77, self.cny, self.gbp, "2026-05-04"), 8.8)
        self.assertEqual(self.company.ecb_last_day, date(2026, 5, 5))

    def _get_active(self):
        return self.env["res.currency"].search([]).mapped("name")

    def test_the_same_file_twice_changes_nothing(self):
        self._import()
        self.assertEqual(self._import().split()[0], "0")

    def test_a_corrected_rate_is_taken_and_a_persons_rate_stays(self):
        vals = {"company_id": self.company.id, "currency_id": self.gbp.id, "name": "2026-05-05", "rate": 0.123}
        own = self.Rate.create(vals)
        self._import()
        self._import(CSV.replace("1.20,0.80", "1.24,0.90"))
        self.assertEqual(own.rate, 0.123)
        self.assertEqual(self._convert(80, self.cny, self.usd, "2026-05-05"), 12.4)

    def test_only_days_from_the_wanted_one_on(self):
        self._import(since="2026-05-05")
        rates = self.Rate.search([("company_id", "=", self.company.id)])
        self.assertEqual(set(rates.mapped("name")), {date(2026, 5, 5)})
        self.assertEqual(set(rates.mapped("source")), {"ecb"})

    def test_a_base_that_is_not_one_is_kept(self):
        """Where a company's own currency has a rate, all others are relative to it."""
        vals = {"company_id": self.company.id, "currency_id": self.cny.id, "name": "2026-01-01", "rate": 4}
        self.Rate.create(vals)
        self._import()
        self.assertEqual(self._convert(80, self.cny, self.usd, "2026-05-05"), 12)

    def test_a_bad_file_is_refused(self):
        for text, reason in (("", "Choose a file"), ("a,b\n1,2\n", "neither XML nor CSV"), ("<x", "broken XML")):
            with self.assertRaisesRegex(UserError, reason):
                self._import(text)
        with self.assertRaisesRegex(UserError, "cannot be the rate of USD"):
            self._import(CSV.replace("1.20", "-1"))
        self.assertFalse(self.Rate.search([("company_id", "=", self.company.id)]))

    # === THE SITE === #

    def _serve(self, **files):
        _Site.files = {name.replace("_", "-"): content.encode() for name, content in files.items()}
        _Site.asked = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_address[1]}/stats"
        self.env["ir.config_parameter"].set_param("currency_rate_ecb.site", address)

    def test_the_schedule_asks_for_what_is_missing(self):
        self._serve(**{"eurofxref-hist-90d.xml": CSV, "eurofxref-hist.zip": CSV})
        self.company.ecb_rates = True
        self.env["res.company"].search([("id", "!=", self.company.id)]).ecb_rates = False
        self.env["res.company"]._cron_fetch_ecb_rates()
        self.assertEqual((_Site.asked, self.company.ecb_error), (["/stats/eurofxref-hist-90d.xml"], False))
        self.company.ecb_last_day = fields.Date.today() - timedelta(days=400)
        self.env["res.company"]._cron_fetch_ecb_rates()
        self.assertEqual(_Site.asked[1:], ["/stats/eurofxref-hist.zip"])

    def test_a_site_that_does_not_answer_is_said(self):
        self._serve()
        wizard = self.env["currency.rate.import"].create({"company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "does not answer.*choose File"):
            wizard.action_import()
        self.company.ecb_rates = True
        self.env["res.company"]._cron_fetch_ecb_rates()
        self.assertIn("does not answer", self.company.ecb_error)
        self._serve(**{"eurofxref-hist-90d.xml": "no rates"})
        self.env["res.company"]._cron_fetch_ecb_rates()
        self.assertIn("holds no rates", self.company.ecb_error)
