from odoo import fields
from odoo.addons.marketplace.contract import Buyer
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .review_case import ReviewCase


@tagged("post_install", "-at_install")
class TestBlacklist(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rule("blacklist")
        cls.Blacklist = cls.env["marketplace.blacklist"]
        cls.buyer = Buyer(key="troublemaker")

    def _block(self, ref="B-0"):
        order = self._import(self._order(ref, buyer=self.buyer))
        action = order.action_marketplace_block()
        return order, self.Blacklist.search(action["domain"])

    def test_a_blocked_buyer_is_held_at_once_and_later(self):
        other = self._import(self._order("B-1", self._line("PEN", 1, "3.00"), buyer=self.buyer))
        order, blocks = self._block()
        self.assertEqual(sorted(blocks.mapped("kind")), ["address", "buyer"])
        moved = self._address(street="1 High Street")
        for held in (order, other, self._import(self._order("B-2", buyer=self.buyer, address=moved))):
            self._assert_held(held, "blacklist")

    def test_evidence_names_reason_and_origin(self):
        order, blocks = self._block()
        blocks.write({"reason": "chargeback", "note": "Two in May"})
        order.action_marketplace_check()
        evidence = self._evidence(self._assert_held(order, "blacklist"))
        self.assertEqual(evidence["Buyer"], "Charged Back, Two in May, since order B-0")

    def test_the_address_is_recognised_however_it_is_spelled(self):
        self._block()
        address = self._address(name="Somebody Else", street="12, MILL LN", postal_code="ls14ap")
        hold = self._assert_held(self._import(self._order("B-3", address=address)), "blacklist")
        self.assertEqual(list(self._evidence(hold)), ["Address"])

    def test_no_personal_data_is_kept(self):
        _order, blocks = self._block()
        text = " ".join(str(value) for block in blocks.read() for value in block.values()).lower()
        for word in ("mill", "leeds", "ls1", "ada", "byron", "troublemaker"):
            self.assertNotIn(word, text)

    def test_others_are_free(self):
        self._block()
        self._assert_free(self._import(self._order("B-4", address=self._address(street="14 Mill Lane"))))

    def test_released_for_good(self):
        order, _blocks = self._block()
        self._assert_released_for_good(order, "blacklist")

    def test_a_block_that_is_removed_or_over_holds_nothing(self):
        order, blocks = self._block()
        blocks.until = fields.Date.subtract(fields.Date.today(), days=1)
        order.action_marketplace_check()
        self._assert_free(order)
        _order, again = self._block("B-5")
        self.assertEqual(again, blocks)
        self._assert_held(_order, "blacklist")
        again.unlink()
        self._assert_free(_order)

    def test_nobody_in_particular_cannot_be_blocked(self):
        order = self._import(self._order("B-6", buyer=Buyer(), address=None))
        with self.assertRaisesRegex(UserError, "recognised"):
            order.action_marketplace_block()
        self.assertFalse(self.Blacklist.search([]))

    def test_operators_block_but_only_managers_remove(self):
        operator = new_test_user(self.env, "v2-operator", groups="marketplace.group_operator")
        stranger = new_test_user(self.env, "v2-stranger", groups="marketplace.group_operator")
        self.shop.user_ids = operator
        order = self._import(self._order("B-7", buyer=self.buyer))
        action = order.with_user(operator).action_marketplace_block()
        blocks = self.Blacklist.with_user(operator).search(action["domain"])
        self.assertEqual(len(blocks), 2)
        with self.assertRaises(AccessError):
            blocks.unlink()
        self.assertFalse(self.Blacklist.with_user(stranger).search(action["domain"]))
        with self.assertRaises(AccessError):
            order.with_user(stranger).action_marketplace_block()

    def test_other_companies_see_nothing_and_hold_nothing(self):
        _order, blocks = self._block()
        company = self.env["res.company"].create({"name": "Other"})
        manager = new_test_user(
            self.env,
            "v2-other",
            groups="marketplace.group_manager",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        self.assertFalse(self.Blacklist.with_user(manager).search([("id", "in", blocks.ids)]))
        self.assertFalse(self.Blacklist._find(blocks.mapped("key"), company))
