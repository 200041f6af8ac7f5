import json
from dataclasses import replace
from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..contract import Buyer, Notice, NoticeKind, OrderStatus
from .import_case import ADDRESS, ImportCase


@tagged("post_install", "-at_install")
class TestPrivacyRequest(ImportCase):
    def setUp(self):
        super().setUp()
        self.Request = self.env["marketplace.privacy.request"]

    def _buy(self, ref, name="Ada Byron", shipped=True, **vals):
        """An order of a buyer, who is known by name."""
        line = replace(self._line("MUG", 1, "12.00"), quantity_shipped=1 if shipped else 0)
        first = name.split(maxsplit=1)[0].lower()
        buyer = Buyer(key=f"key-{first}", name=name, email=f"{first}@relay.example")
        return self._import(
            self._order(
                ref,
                line,
                **{
                    "status": OrderStatus.SHIPPED if shipped else OrderStatus.UNSHIPPED,
                    "buyer": buyer,
                    "address": replace(ADDRESS, name=name),
                    **vals,
                },
            )
        )

    def _ask(self, kind, shop_id="DE1", **details):
        with trap_jobs() as trap:
            request = self.Request._receive(
                self.account, Notice(NoticeKind(kind), shop_id, "", details), fields.Datetime.now()
            )
            trap.perform_enqueued_jobs()
        self.env.invalidate_all()
        return request

    def _is_erased(self, order):
        partners = order.partner_id | order.partner_shipping_id
        return all(partners.mapped("marketplace_erased_at")) and not any(partners.mapped("email"))

    # === ERASING === #

    def test_customer_is_found_by_whatever_identifies(self):
        for number, details in enumerate(
            (
                {"orders": ["O0"]},
                {"email": "Ada1@Relay.Example"},
                {"customer_id": "key-ada2"},
                {"phone": "+441134960003"},
            )
        ):
            with self.subTest(details=details):
                address = replace(ADDRESS, name=f"Ada{number} Byron", phone=f"0113 496 000{number}")
                order = self._buy(f"O{number}", f"Ada{number} Byron", address=address)
                other = self._buy(f"P{number}", f"Bob{number} Stone")
                request = self._ask("customer_erasure", **details)
                self.assertEqual((request.state, request.erased_count), ("done", 1))
                self.assertTrue(self._is_erased(order))
                self.assertFalse(self._is_erased(other))
                self.assertFalse(self._rows(f"O{number}").payload)
                self.assertTrue(self._rows(f"P{number}").payload)

    def test_phone_alone_decides_only_when_nothing_else_is_stated(self):
        shared = replace(ADDRESS, phone="0113 496 0009")
        ada = self._buy("O1", address=replace(shared, name="Ada Byron"))
        bob = self._buy("O2", "Bob Stone", address=replace(shared, name="Bob Stone"))
        self.assertEqual(ada.partner_id.phone, bob.partner_id.phone)
        self._ask("customer_erasure", email="ada@relay.example", phone=ada.partner_id.phone)
        self.assertEqual((self._is_erased(ada), self._is_erased(bob)), (True, False))

    def test_wildcards_in_an_address_erase_nobody(self):
        order = self._buy("O1")
        for email in ("%", "a_a@relay.example", "%@relay.example"):
            self.assertEqual(self._ask("customer_erasure", email=email).erased_count, 0)
        self.assertFalse(self._is_erased(order))

    def test_further_addresses_go_with_the_buyer(self):
        order = self._buy("O1")
        again = self._buy("O2", address=replace(ADDRESS, name="Bea Byron", street="7 High Street"))
        self.assertEqual(order.partner_id, again.partner_id)
        self.assertEqual(self._ask("customer_erasure", orders=["O1"]).erased_count, 2)
        self.assertTrue(self._is_erased(again))

    def test_order_still_to_ship_postpones(self):
        order = self._buy("O1", shipped=False)
        request = self._ask("customer_erasure", orders=["O1"], email="ada@relay.example")
        self.assertEqual((request.state, request.open_count, request.done_at), ("scheduled", 1, False))
        self.assertIn("not finished", request.result)
        self.assertFalse(self._is_erased(order))
        order.marketplace_status = "shipped"
        with trap_jobs() as trap:
            self.Request._cron_process()
            trap.perform_enqueued_jobs()
        self.assertEqual((request.state, request.open_count, request.erased_count), ("done", 0, 1))
        self.assertTrue(self._is_erased(order))
        self.assertFalse(request.details)

    def test_order_that_waits_in_the_inbox_postpones(self):
        self._import(self._order("O1", self._line("CUP", 1, "5.00")))
        self.assertEqual(self._rows("O1").state, "waiting")
        request = self._ask("customer_erasure", orders=["O1"])
        self.assertEqual((request.state, request.open_count), ("scheduled", 0))
        self.assertIn("inbox", request.result)
        self.assertTrue(self._rows("O1").payload)

    def test_invoiced_buyer_is_kept_and_said_so(self):
        order = self._buy("O1")
        order._create_invoices()
        request = self._ask("customer_erasure", orders=["O1"])
        self.assertEqual((request.state, request.erased_count, request.kept_count), ("done", 0, 1))
        self.assertIn("invoice", request.result)
        self.assertFalse(self._is_erased(order))

    def test_our_own_customers_are_never_touched(self):
        partner = self.env["res.partner"].create({"name": "Ada", "email": "ada@relay.example"})
        self.assertEqual(self._ask("customer_erasure", email="ada@relay.example").erased_count, 0)
        self.assertEqual(partner.email, "ada@relay.example")

    def test_buyers_of_another_account_are_never_touched(self):
        account = self.env["marketplace.account"].create({"name": "Other", "state": "test"})
        order = self._buy("O1")
        with trap_jobs() as trap:
            self.Request._receive(
                account,
                Notice(NoticeKind.CUSTOMER_ERASURE, "", "", {"orders": ["O1"], "email": "ada@relay.example"}),
                fields.Datetime.now(),
            )
            trap.perform_enqueued_jobs()
        self.assertFalse(self._is_erased(order))

    def test_request_that_names_nobody_erases_nobody(self):
        order = self._buy("O1")
        self.assertEqual(self._ask("customer_erasure").erased_count, 0)
        self.assertFalse(self._is_erased(order))

    def test_shop_is_erased_in_batches(self):
        self.patch(type(self.Request), "_batch_size", 2)
        orders = self.env["sale.order"].concat(*(self._buy(f"O{number}", f"Ada{number} Byron") for number in range(5)))
        open_order = self._buy("O9", "Bob Stone", shipped=False)
        with trap_jobs() as trap:
            request = self.Request._receive(self.account, Notice(NoticeKind.SHOP_ERASURE, "DE1"), fields.Datetime.now())
            jobs = list(trap.enqueued_jobs)
        rounds = 0
        while jobs:
            rounds += 1
            with trap_jobs() as trap:
                request._job_process(*jobs[0].args)
                jobs = list(trap.enqueued_jobs)
        self.env.invalidate_all()
        self.assertEqual(rounds, 4)
        self.assertTrue(all(self._is_erased(order) for order in orders))
        self.assertFalse(self._is_erased(open_order))
        self.assertEqual((request.erased_count, request.open_count, request.state), (5, 1, "scheduled"))

    def test_other_shops_are_not_erased(self):
        order = self._buy("O1")
        self.shop.copy({"name": "Fake FR", "external_id": "FR1"})
        self.assertEqual(self._ask("shop_erasure", shop_id="FR1").erased_count, 0)
        self.assertFalse(self._is_erased(order))

    # === HANDING OUT === #

    def test_all_that_is_known_is_handed_out(self):
        order = self._buy("O1")
        self._buy("O2", "Bob Stone")
        request = self._ask("customer_export", email="ada@relay.example", orders=["O1"])
        self.assertEqual(request.state, "ready")
        content = json.loads(request.attachment_id.raw)
        self.assertEqual([address["email"] for address in content["addresses"]], ["ada@relay.example"])
        self.assertEqual([found["number"] for found in content["orders"]], ["O1"])
        self.assertEqual(content["orders"][0]["total"], order.amount_total)
        self.assertEqual(content["received"], [self._rows("O1").payload])
        self.assertNotIn("Bob", request.attachment_id.raw.decode())
        self.assertEqual(request.activity_ids.date_deadline, request.due_at.date())
        self.assertEqual(request.due_at - request.received_at, timedelta(days=30))

    def test_handed_out_is_done_and_the_file_goes_later(self):
        self._buy("O1")
        request = self._ask("customer_export", email="ada@relay.example")
        request.action_done()
        self.assertEqual((request.state, request.activity_ids.ids, request.details), ("done", [], False))
        self.Request._gc_files()
        self.assertTrue(request.attachment_id)
        request.done_at = fields.Datetime.now() - timedelta(days=31)
        self.Request._gc_files()
        self.assertFalse(request.attachment_id)

    def test_nothing_known_is_an_answer(self):
        request = self._ask("customer_export", email="nobody@relay.example")
        self.assertEqual((request.state, request.attachment_id.ids), ("done", []))
        self.assertIn("nothing", request.result)

    def test_a_second_job_changes_nothing(self):
        self._buy("O1")
        request = self._ask("customer_export", email="ada@relay.example")
        attachment = request.attachment_id
        request._job_process()
        self.assertEqual(request.attachment_id, attachment)

    # === RIGHTS === #

    def test_only_managers_of_the_company_see_requests(self):
        self._buy("O1")
        request = self._ask("customer_export", email="ada@relay.example")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        manager = new_test_user(self.env, "mp-manager", "marketplace.group_manager")
        self.assertTrue(request.with_user(manager).attachment_id.raw)
        for role in ("operator", "warehouse", "buyer", "accountant"):
            user = new_test_user(self.env, f"mp-{role}", f"marketplace.group_{role}")
            with self.assertRaises(AccessError):
                request.with_user(user).read(["kind"])
            with self.assertRaises(AccessError):
                request.attachment_id.with_user(user).read(["raw"])
        stranger = new_test_user(
            self.env, "mp-far", "marketplace.group_manager", company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        self.assertFalse(request.with_user(stranger).has_access("read"))

    def test_request_that_came_by_webhook(self):
        """Nothing personal stays in the call once the request is filed."""
        order = self._buy("O1")
        webhook = self.env["marketplace.webhook"].create(
            {
                "account_id": self.account.id,
                "topic": "customers/redact",
                "delivery_id": "D1",
                "received_at": fields.Datetime.now(),
                "notices": [
                    {
                        "kind": "customer_erasure",
                        "shop_id": "DE1",
                        "external_id": "",
                        "details": {"orders": ["O1"], "email": "ada@relay.example"},
                    }
                ],
            }
        )
        self.account.needs_authorisation = True
        with trap_jobs() as trap:
            self.env["marketplace.webhook"]._job_process(self.account)
            trap.perform_enqueued_jobs()
        self.assertTrue(self._is_erased(order))
        self.assertEqual(webhook.state, "done")
        self.assertNotIn("ada@", webhook.notices_text)
