from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .publisher_case import PublisherCase


@tagged("post_install", "-at_install")
class TestPause(PublisherCase):
    def setUp(self):
        super().setUp()
        self.product = self._create_product("A", 10)
        self.listing = self._create_listing("A", self.product)
        self._publish()

    def _run(self, *methods):
        with trap_jobs():
            for method in methods:
                method()
        self._publish()
        return self._pushed()[1:]

    def test_off_sale_and_undo(self):
        company = self.env.company
        switches = [
            (self.listing.action_unpublish, self.listing.action_publish),
            (self.shop.action_off_sale, self.shop.action_on_sale),
            (self.shop.action_company_off_sale, self.shop.action_company_off_sale),
            (
                lambda: self.product.write({"marketplace_off_sale": True}),
                lambda: self.product.write({"marketplace_off_sale": False}),
            ),
        ]
        wanted = []
        for off, on in switches:
            wanted.append({"A": 0})
            self.assertEqual(self._run(off), wanted)
            wanted.append({"A": 10})
            self.assertEqual(self._run(on), wanted)
        self.assertFalse(company.marketplace_off_sale)

    def test_freeze_and_undo(self):
        switches = [
            (self.listing.action_freeze, self.listing.action_unfreeze),
            (self.shop.action_freeze, self.shop.action_unfreeze),
            (self.shop.action_company_freeze, self.shop.action_company_freeze),
            (
                lambda: self.product.write({"marketplace_frozen": True}),
                lambda: self.product.write({"marketplace_frozen": False}),
            ),
        ]
        sent = []
        for number, (freeze, undo) in enumerate(switches, 1):
            self.env["stock.quant"]._update_available_quantity(self.product, self.stock, -1)
            self.assertEqual(self._run(freeze), sent, "the shop keeps what it shows")
            sent.append({"A": 10 - number})
            self.assertEqual(self._run(undo), sent)

    def test_frozen_between_decision_and_sending(self):
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, -1)
        with trap_jobs():
            self.publisher._job_publish(self.shop)
            self.product.marketplace_frozen = True
            self.publisher._job_push(self.shop)
        self.assertEqual(self._pushed()[1:], [])

    def test_company_is_stopped_by_managers_only(self):
        user = new_test_user(self.env, "operator", groups="marketplace.group_operator")
        with self.assertRaises(AccessError):
            self.shop.with_user(user).action_company_off_sale()
