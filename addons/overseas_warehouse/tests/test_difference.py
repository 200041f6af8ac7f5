from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestDifference(OverseasCase):
    """Claims that nobody has made are brought to mind before it is too late."""

    def setUp(self):
        super().setUp()
        self.clerk = self.env["res.users"].create(
            {
                "name": "Ada",
                "login": "ada.claims",
                "group_ids": [(4, self.env.ref("marketplace.group_manager").id)],
            }
        )
        self.kind = self.env.ref("overseas_warehouse.activity_type_claim")

    def _find_shortage(self, days, product=None):
        """A shortage whose claim ends in some days."""
        self.warehouse.claim_days = days
        inbound = self._create_inbound([{product or self.cup: 10}])
        line = inbound.carton_ids.line_ids
        stock = self.env["stock.quant"]
        stock._update_available_quantity(line.product_id, self.warehouse.transit_location_id, line.units)
        inbound.action_announce()
        self._exchange("overseas.inbound")
        self.world.receive(inbound.reference, {line.product_id.default_code: (7, 0)}, True)
        self._exchange("overseas.inbound")
        return inbound.difference_ids

    def _remind(self):
        self.env["overseas.difference"]._cron_remind()

    def test_a_claim_that_ends_soon_is_brought_to_mind_once(self):
        soon, late = self._find_shortage(7), self._find_shortage(8)
        self.env.cr.execute(
            "UPDATE overseas_inbound SET create_uid = %s WHERE id = %s", [self.clerk.id, soon.inbound_id.id]
        )
        self.env.invalidate_all()
        self._remind()
        self._remind()
        activity = soon.activity_ids
        self.assertEqual((activity.activity_type_id, activity.user_id), (self.kind, self.clerk))
        self.assertEqual(activity.date_deadline, fields.Date.context_today(soon) + timedelta(days=7))
        self.assertFalse(late.activity_ids)

    def test_goods_announced_by_nobody_who_works_here_are_brought_to_a_manager(self):
        difference = self._find_shortage(3)
        self.assertEqual(difference.inbound_id.create_uid, self.env.ref("base.user_root"))
        self._remind()
        user = difference.activity_ids.user_id
        self.assertTrue(user.has_group("marketplace.group_manager"))
        self.assertNotEqual(user, self.env.ref("base.user_root"))

    def test_a_claim_that_was_made_needs_no_reminder(self):
        difference = self._find_shortage(3)
        self._remind()
        difference.evidence = "Proof of delivery"
        difference.action_claim()
        self._remind()
        self.assertFalse(difference.activity_ids)

    def test_what_was_settled_needs_none(self):
        difference = self._find_shortage(3)
        self._remind()
        difference.action_settle()
        self.assertFalse(difference.activity_ids)

    def test_constant_queries(self):
        counts = []
        for size in (2, 2, 8):
            for _number in range(size):
                self._find_shortage(3)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._remind()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2)
