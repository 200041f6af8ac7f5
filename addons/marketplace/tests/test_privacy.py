from dataclasses import replace

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..contract import Buyer, OrderStatus
from .import_case import ADDRESS, ImportCase


@tagged("post_install", "-at_install")
class TestPrivacy(ImportCase):
    def setUp(self):
        super().setUp()
        self.account.retention_days = 30

    def _shipped(self, ref, **vals):
        line = replace(self._line("MUG", 1, "12.00"), quantity_shipped=1)
        buyer = Buyer(key=f"k-{ref}", name="Ada Byron", email="ada@relay.example")
        return self._import(self._order(ref, line, **{"status": OrderStatus.SHIPPED, "buyer": buyer, **vals}))

    def _age(self, orders, days):
        """Let everything about the orders be that old."""
        self.env.flush_all()
        partners = orders.partner_id | orders.partner_shipping_id
        ago = f"(now() AT TIME ZONE 'UTC') - interval '{days} days'"
        self.env.cr.execute(f"UPDATE sale_order SET marketplace_updated_at = {ago} WHERE id = ANY(%s)", [orders.ids])
        self.env.cr.execute(f"UPDATE res_partner SET create_date = {ago} WHERE id = ANY(%s)", [partners.ids])
        self.env.cr.execute(
            f"UPDATE marketplace_inbox SET received_at = {ago} WHERE external_id = ANY(%s)",
            [orders.mapped("marketplace_ref")],
        )
        self.env.invalidate_all()

    def _erase(self):
        self.account._job_erase_buyer_data()
        self.env.invalidate_all()

    def _is_erased(self, order):
        """Whether nothing of the buyer is left; fails when something is left of an erased one."""
        partners = order.partner_id | order.partner_shipping_id
        if not all(partners.mapped("marketplace_erased_at")):
            self.assertEqual(order.partner_id.email, "ada@relay.example")
            return False
        for field in ("street", "street2", "phone", "email"):
            self.assertEqual(set(partners.mapped(field)), {False})
        self.assertNotIn("Ada", " ".join(partners.mapped("display_name")) + " ".join(partners.mapped("name")))
        return True

    def test_buyers_of_old_finished_orders_are_erased(self):
        order = self._shipped("O1", address=replace(ADDRESS, name="Ada B.", street2="Flat 2"))
        self.assertNotEqual(order.partner_id, order.partner_shipping_id)
        self._age(order, 31)
        self._erase()
        self.assertTrue(self._is_erased(order))
        self.assertEqual(
            (order.partner_id.country_id.code, order.partner_id.zip, order.partner_id.city), ("GB", "LS1", False)
        )
        self.assertEqual((order.amount_total, order.order_line.qty_delivered), (12.0, 1.0))

    def test_younger_and_unfinished_orders_keep_their_buyers(self):
        young = self._shipped("O1")
        unshipped = self._shipped("O2", status=OrderStatus.UNSHIPPED)
        cancelled = self._shipped("O3", status=OrderStatus.CANCELLED)
        self._age(young, 29)
        self._age(unshipped | cancelled, 90)
        self._erase()
        self.assertEqual([self._is_erased(order) for order in (young, unshipped, cancelled)], [False, False, True])

    def test_buyer_who_bought_again_is_kept(self):
        buyer = Buyer(key="k1", name="Ada Byron", email="ada@relay.example")
        old, new = self._shipped("O1", buyer=buyer), self._shipped("O2", buyer=buyer)
        self.assertEqual(old.partner_id, new.partner_id)
        self._age(old, 60)
        self._age(new, 5)
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = create_date - interval '90 days' WHERE id = %s", old.partner_id.ids
        )
        self._erase()
        self.assertFalse(self._is_erased(old))

    def test_invoiced_buyer_is_kept_for_the_books(self):
        order = self._shipped("O1")
        order._create_invoices()
        self._age(order, 90)
        self._erase()
        self.assertFalse(self._is_erased(order))

    def test_other_partners_are_never_touched(self):
        customer = self.env["res.partner"].create({"name": "Our Customer", "email": "c@example.com", "street": "Main"})
        self.env.cr.execute("UPDATE res_partner SET create_date = '2020-01-01' WHERE id = %s", customer.ids)
        self._erase()
        self.assertEqual((customer.name, customer.email), ("Our Customer", "c@example.com"))

    def test_raw_payloads_go_with_them_unless_they_are_still_needed(self):
        order, waiting = self._shipped("O1"), self._order("O2", self._line("CUP", 1, "5.00"))
        self._import(waiting)
        self._age(order, 31)
        self.env.cr.execute("UPDATE marketplace_inbox SET received_at = '2020-01-01' WHERE external_id = 'O2'")
        self._erase()
        self.assertEqual((self._rows("O1").payload, self._rows("O1").state), (False, "done"))
        self.assertEqual(self._rows("O2").payload["id"], "O2")

    def test_younger_payloads_stay(self):
        order = self._shipped("O1")
        self._age(order, 29)
        self._erase()
        self.assertTrue(self._rows("O1").payload)

    def test_notes_on_buyers_go(self):
        order = self._shipped("O1")
        order.partner_id.message_post(body="Ada called")
        self._age(order, 31)
        self._erase()
        self.assertFalse(order.partner_id.message_ids)

    def _add_belongings(self, order):
        """A label and a return of the order."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
            }
        )
        label = self.env["ir.attachment"].create({"name": "label.pdf", "raw": b"Ada Byron, 12 Mill Lane"})
        vals = {"order_id": order.id, "shop_id": self.shop.id}
        parcel = {**vals, "picking_id": picking.id, "reference": order.marketplace_ref, "attachment_id": label.id}
        self.env["marketplace.parcel"].create(parcel)
        returned = {
            **vals,
            "name": f"R-{order.marketplace_ref}",
            "kind": "return",
            "state": "closed",
            "note": "Call me, Ada",
        }
        return label, self.env["marketplace.return"].create(returned)

    def test_labels_and_notes_go_with_their_orders(self):
        old, young = self._shipped("O1"), self._shipped("O2")
        old_label, old_return = self._add_belongings(old)
        young_label, young_return = self._add_belongings(young)
        self._age(old, 31)
        self._age(young, 29)
        self._erase()
        self.assertEqual((old_label.exists().ids, old_return.note), ([], False))
        self.assertEqual((young_label.exists(), young_return.note), (young_label, "Call me, Ada"))

    def test_customer_who_asks_is_erased_with_labels_and_notes(self):
        order = self._shipped("O1")
        label, returned = self._add_belongings(order)
        self.account._erase_orders(order)
        self.assertEqual((label.exists().ids, returned.note, self._rows("O1").payload), ([], False, False))

    def test_running_again_changes_nothing(self):
        order = self._shipped("O1")
        self._age(order, 31)
        self._erase()
        before = order.partner_id.marketplace_erased_at
        self.env.cr.execute(
            "UPDATE res_partner SET marketplace_erased_at = marketplace_erased_at - interval '1 day' WHERE id = %s",
            order.partner_id.ids,
        )
        self._erase()
        self.assertLess(order.partner_id.marketplace_erased_at, before)

    def test_erased_buyer_who_returns_is_known_again_until_the_next_erasure(self):
        for address in (ADDRESS, replace(ADDRESS, name="Ada B.", street="7 High Street")):
            with self.subTest(street=address.street):
                buyer = Buyer(key=address.street, name="Ada Byron", email="ada@relay.example")
                order = self._shipped(f"1 {address.street}", buyer=buyer, address=address)
                self._age(order, 31)
                self._erase()
                again = self._shipped(f"2 {address.street}", buyer=buyer, address=address)
                self.assertEqual(again.partner_id, order.partner_id)
                self.assertEqual(again.partner_shipping_id, order.partner_shipping_id)
                delivery = again.partner_shipping_id
                self.assertEqual((delivery.street, delivery.name), (address.street, address.name))
                self.assertFalse(self._is_erased(again))
                self._age(order | again, 31)
                self._erase()
                self.assertTrue(self._is_erased(again))

    def test_large_erasures_go_on_in_a_further_job(self):
        orders = self._shipped("O1") | self._shipped("O2") | self._shipped("O3")
        self._age(orders, 31)
        with trap_jobs() as trap:
            self.account._job_erase_buyer_data(limit=2)
            trap.assert_jobs_count(1)
        self.env.invalidate_all()
        self.assertEqual(len(orders.partner_id.filtered("marketplace_erased_at")), 2)

    def test_schedule_skips_accounts_that_keep_data(self):
        self.env["marketplace.account"].search([("id", "!=", self.account.id)]).retention_days = 0
        for days, count in ((30, 1), (0, 0)):
            self.account.retention_days = days
            with self.subTest(days=days), trap_jobs() as trap:
                self.env["marketplace.account"]._cron_erase_buyer_data()
                trap.assert_jobs_count(count)
