"""Published samples of settlements, beside the checkout: imported and posted, or refused with the reason."""

import json
from decimal import Decimal
from unittest import SkipTest

from odoo.addons.marketplace.contract import SettlementDocument
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

try:
    from tests.plain.shopee.payments import payout_document
    from tests.plain.shopee.test_official import official
    from tests.plain.spec_models import shared_specs
    from tests.plain.tiktok.finance import document, statement
    from tests.plain.tiktok.test_settlements import flat_samples, laid_anew, mended
except ImportError:  # the addon is installed without the checkout's own tests
    shared_specs = None

# What a connector is built from; no call leaves Odoo.
SETTINGS = {
    "amazon": {
        "amazon_region": "na",
        "amazon_client_id": "client",
        "amazon_client_secret": "secret",
        "amazon_refresh_token": "token",
    },
    "shopify": {
        "shopify_domain": "sample.myshopify.com",
        "shopify_client_id": "client",
        "shopify_client_secret": "secret",
    },
    "tiktok": {"tiktok_app_key": "key", "tiktok_app_secret": "secret"},
    "shopee": {"shopee_site": "global", "shopee_partner_id": "1", "shopee_partner_key": "key"},
}


@tagged("post_install", "-at_install")
class TestSamples(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.specs = shared_specs and shared_specs()
        if not cls.specs:
            raise SkipTest("the specifications are not beside the checkout")
        cls.Settlement = cls.env["marketplace.settlement"]

    def _get_account(self, provider):
        if provider not in dict(self.env["marketplace.account"]._fields["provider"].selection):
            self.skipTest(f"{provider} is not installed")
        return self.env["marketplace.account"].create({"name": provider, "provider": provider, **SETTINGS[provider]})

    def _give_rate(self, code):
        """Any exchange rate does: samples are of days long ago."""
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        known = currency.rate_ids.filtered(lambda rate: rate.name.year < 2016)
        if currency != self.env.company.currency_id and not known:
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2015-01-01", "inverse_company_rate": 0.37}
            )

    def _check_posted(self, account, document, total, count):
        settlement = self.Settlement._upload(account, document)
        self.assertEqual((settlement.total, settlement.line_count, settlement.unknown_count), (total, count, 0))
        settlement.action_post()
        self.assertEqual((settlement.state, settlement.unexplained), ("posted", 0.0), settlement.message)
        self.assertEqual(settlement.clearing_line_id.amount_currency, total)
        held = sum(Decimal(str(line.amount)) for line in settlement.line_ids if line.move_line_id)
        self.assertEqual(held, Decimal(str(total)))
        with self.assertRaisesRegex(UserError, "Posted already"):
            self.Settlement._upload(account, document)
        return settlement

    def _check_refused(self, account, document, message):
        before = self.Settlement.search_count([])
        with self.assertRaisesRegex(UserError, message):
            self.Settlement._upload(account, document)
        self.assertEqual(self.Settlement.search_count([]), before)

    def test_real_files_of_amazon(self):
        """The second takes over what the first left open, so that both together leave one debt."""
        account = self._get_account("amazon")
        self._give_rate("CAD")
        for number, total, count in ((1, -321.69, 3), (2, -62.31, 15)):
            path = self.specs / "amazon-reports" / "settlement-v1" / f"settlement-v1-ca-{number}.txt"
            content = path.read_bytes()
            self._check_refused(account, SettlementDocument(path.name, content[: len(content) // 2]), "othing was")
            self._check_posted(account, SettlementDocument(path.name, content), total, count)

    def test_the_illustrative_file_of_amazon_does_not_add_up(self):
        account = self._get_account("amazon")
        (path,) = (self.specs / "amazon-reports" / "samples").glob("*SETTLEMENT*")
        self._check_refused(account, SettlementDocument(path.name, path.read_bytes()), "1847.32")

    def test_payouts_of_shopify(self):
        account = self._get_account("shopify")
        self._give_rate("USD")
        folder = self.specs / "shopify" / "rest-fixtures"
        payout = json.loads((folder / "payout.json").read_text())["payout"]
        transactions = json.loads((folder / "payouts_transactions.json").read_text())["transactions"]
        self._check_refused(account, _shopify(payout, transactions), "81.38.*41.90")
        self._check_posted(account, _shopify(payout | {"amount": "81.38"}, transactions), 81.38, 32)

    def test_payouts_of_shopee(self):
        account = self._get_account("shopee")
        (transactions,) = official("payment/get_billing_transaction_info")
        (payouts,) = official("payment/get_payout_info")
        for stated in payouts["response"]["payout_list"]:
            document = payout_document(stated, transactions["response"]["transactions"])
            self._give_rate(stated["payout_currency"])
            if stated["payout_amount"] == "-594.78":
                self._check_posted(account, document, -594.78, 1)
            else:
                self._check_refused(account, document, "add up to -594.78")

    def test_statements_of_tiktok(self):
        account = self._get_account("tiktok")
        self._give_rate("GBP")
        for number, flat in enumerate(flat_samples(), 1):
            entry, _moved = laid_anew(flat)
            self._check_refused(account, document(*statement(number, [entry])), "shipping_cost_amount")
            entry, moved = mended(flat)
            count = sum(bool(amount) for name, amount in moved.items() if name != "affiliate_commission_before_pit")
            total = float(entry["settlement_amount"])
            self._check_posted(account, document(*statement(number, [entry])), total, count + 1)


def _shopify(payout, transactions):
    return SettlementDocument("payout.json", json.dumps({"payout": payout, "transactions": transactions}).encode())
