from lxml import etree
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .test_return import ReturnCase


@tagged("post_install", "-at_install")
class TestScreens(ReturnCase):
    """Each role opens what it works with; nobody is stopped by records that the role may not see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = ("operator", "warehouse", "accountant", "manager")
        cls.users = {role: new_test_user(cls.env, f"screen-{role}", f"marketplace.group_{role}") for role in roles}
        cls.shop.user_ids = cls.users["operator"]

    def setUp(self):
        super().setUp()
        self.order = self._shipped("O1")
        self.ticket = self._import_returns(self._return())
        with trap_jobs():
            self.env["marketplace.cancellation"]._cancel(self._import(self._order("O2")), "other")
            context = {"default_order_id": self.order.id}
            self.env["marketplace.refund"].with_context(**context).create({"reason": "Late"}).action_send()

    def _open(self, record, role):
        self.env.invalidate_all()
        with self.subTest(role=role, model=record._name):
            return Form(record.with_user(self.users[role]))

    def test_orders_and_returns(self):
        for role in ("operator", "accountant", "manager"):
            form = self._open(self.order, role)
            self.assertEqual((len(form.marketplace_refund_ids), form.marketplace_return_count), (1, 1))
            self.assertEqual(len(self._open(self._find("O2"), role).marketplace_cancellation_ids), 1)
            self.assertEqual(self._open(self.ticket, role).state, "requested")

    def test_transfers_of_the_warehouse(self):
        picking = self._import_and_reserve(self._order("O3")).picking_ids
        self.env["marketplace.parcel"]._create_from_pickings(picking)
        self.assertEqual(self._open(picking, "warehouse").marketplace_label_state, "pending")
        self._open(picking.marketplace_parcel_ids, "warehouse")
        self._open(self.ticket, "warehouse")

    def test_each_hold_says_what_to_do(self):
        arch = etree.fromstring(
            self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id, "form")["arch"]
        )
        hints = [hint.get("invisible") for hint in arch.xpath("//div[.//field[@name='marketplace_hold_note']]/div")]
        for kind, label in self.env["sale.order"]._fields["marketplace_hold"]._description_selection(self.env):
            with self.subTest(label):
                vals = {"marketplace_hold": kind, "marketplace_can_cancel": True, "state": "sale"}
                self.assertEqual([safe_eval(hint, vals) for hint in hints].count(False), 1)

    def test_cancelled_here_but_not_at_the_marketplace(self):
        order = self._import(self._order("O4"))
        order._action_cancel()
        self._import(self._order("O4", revision=2))
        self.assertEqual(order.marketplace_hold, "changed")
        held = safe_eval(self.env.ref("marketplace.action_orders_held").domain)
        self.assertIn(order, self.env["sale.order"].search(held))

    def test_sales_people_without_a_role(self):
        user = new_test_user(self.env, "screen-sales", "sales_team.group_sale_manager")
        order = self.env["sale.order"].create({"partner_id": self.order.partner_id.id})
        self.env.invalidate_all()
        self.assertFalse(Form(order.with_user(user)).marketplace_can_cancel)

    def test_shop(self):
        for role in ("operator", "manager"):
            self.assertEqual(self._open(self.shop, role).return_count, 1)
