"""A seller account at the training marketplace, spoken to over HTTP, with its warehouse connected."""

from odoo.addons.marketplace_simulator.server.spapi import accounts
from odoo.addons.marketplace_simulator.tests.simulated import Simulated
from odoo.tests import TransactionCase

GB = accounts.marketplace_id("GB")


class FbaSellerCase(Simulated, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})

    def _connect(self):
        self.seller = self.env["marketplace.account"].create(
            {
                "name": "Amazon (training)",
                "provider": "amazon",
                "state": "test",
                "amazon_region": "eu",
                "amazon_client_id": accounts.CLIENT_ID,
                "amazon_client_secret": accounts.CLIENT_SECRET,
                "amazon_refresh_token": accounts.refresh_token("eu"),
                "amazon_seller_id": accounts.SELLERS["eu"]["id"],
                "amazon_endpoint": self.url,
            }
        )
        self.account = self.env["overseas.account"].create(
            {"name": "FBA (training)", "provider": "fba", "state": "test", "fba_account_id": self.seller.id}
        )
        finder = self.env["overseas.warehouse.finder"]._find(self.account)
        finder.line_ids.filtered(lambda line: line.code == GB).connect = True
        finder.action_connect()
        self.warehouse = self.account.warehouse_ids
