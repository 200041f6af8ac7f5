from odoo import fields
from odoo.tests import tagged

from .import_case import ImportCase


@tagged("post_install", "-at_install")
class TestShop(ImportCase):
    def test_missing_rate_is_noticed(self):
        rands = self.env.ref("base.ZAR")
        rands.active = True
        rands.rate_ids.unlink()
        self.assertFalse(self.shop.rate_missing, "it sells in the company's currency")
        self.shop.currency_id = rands
        self.assertTrue(self.shop.rate_missing)
        stranger = self.env["res.company"].create({"name": "Stranger"})
        rate = {"currency_id": rands.id, "name": fields.Date.today(), "rate": 23}
        self.env["res.currency.rate"].create({**rate, "company_id": stranger.id})
        self.assertTrue(self.shop.rate_missing, "another company's rate is not ours")
        self.env["res.currency.rate"].create({**rate, "company_id": self.env.company.id})
        self.assertFalse(self.shop.rate_missing)
