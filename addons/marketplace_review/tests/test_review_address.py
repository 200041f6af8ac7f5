from dataclasses import replace

from odoo.addons.marketplace.contract import Buyer
from odoo.tests import tagged

from .review_case import ReviewCase


@tagged("post_install", "-at_install")
class TestReviewAddress(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_rule("address_check")

    def test_a_good_address_is_free(self):
        self._assert_free(self._import(self._order("A-1")))

    def test_each_fault_is_evidence_with_what_would_be_right(self):
        order = self._import(self._order("A-2", address=self._address(street="---", postal_code="12345", phone="000")))
        hold = self._assert_held(order, "address_check")
        evidence = self._evidence(hold)
        self.assertIn("EC1Y 8SY", evidence["Postcode"])
        self.assertIn("'---'", evidence["Street"])
        self.assertIn("+44", evidence["Phone"])
        self.assertIn("Street", hold.note)

    def test_stock_stays_promised_while_held(self):
        order = self._import_and_reserve(self._order("A-3", address=self._address(postal_code="12345")))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_a_correction_of_the_address_solves_it(self):
        order = self._import(self._order("A-4", address=self._address(postal_code="12345")))
        hold = self._assert_held(order, "address_check")
        order.partner_shipping_id.zip = "LS1 4AP"
        self.assertEqual(hold.state, "solved")
        self._assert_free(order)

    def test_another_delivery_address_solves_it(self):
        order = self._import(self._order("A-5", address=self._address(postal_code="12345")))
        order.partner_shipping_id = order.partner_shipping_id.copy({"zip": "LS1 4AP"})
        self._assert_free(order)

    def test_a_revision_of_the_address_solves_it_and_raises_it(self):
        order = self._import(self._order("A-6", address=self._address(postal_code="12345")))
        self._import(self._order("A-6", revision=2))
        self._assert_free(order)
        self._import(self._order("A-6", revision=3, address=self._address(city="")))
        self._assert_held(order, "address_check")

    def test_released_for_good_until_the_address_changes(self):
        order = self._import(self._order("A-7", address=self._address(postal_code="12345")))
        self._assert_released_for_good(order, "address_check")
        order.partner_shipping_id.zip = "54321"
        self._assert_held(order, "address_check")

    def test_a_hidden_address_is_not_judged(self):
        hidden = self._address(street="", postal_code="L", masked=True)
        order = self._import(self._order("A-8", address=hidden, buyer=Buyer(key="x")))
        self.assertTrue(order.marketplace_address_masked)
        self.assertFalse(self._holds(order, "address_check"))

    def test_warnings_alone_hold_nothing_but_are_shown(self):
        self._assert_free(self._import(self._order("A-9", address=self._address(street2="x" * 60))))
        order = self._import(self._order("A-10", address=self._address(street2="x" * 60, city="-")))
        self.assertIn("35", self._evidence(self._assert_held(order, "address_check"))["Street 2"])

    def test_what_was_erased_is_not_judged(self):
        order = self._import(self._order("A-11"))
        order.partner_shipping_id.write({"marketplace_erased_at": "2026-01-01", "street": False, "zip": "L"})
        order.action_marketplace_check()
        self._assert_free(order)

    def test_orders_that_the_marketplace_ships_are_left_alone(self):
        address = replace(self._address(), postal_code="12345")
        self._assert_free(self._import(self._marketplace_order("A-12", address=address, shipped=False)))

    def test_phones_are_checked_as_the_rule_says(self):
        self.rule.check_phone = False
        self._assert_free(self._import(self._order("A-13", address=self._address(phone="000"))))
        self.rule.write({"check_phone": True, "phone_required": True})
        self._assert_held(self._import(self._order("A-14", address=self._address(phone=""))), "address_check")
