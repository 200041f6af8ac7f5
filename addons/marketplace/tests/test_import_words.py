from dataclasses import replace

from odoo.tests import new_test_user, tagged

from ..contract import OrderStatus
from .import_case import ImportCase


@tagged("post_install", "-at_install")
class TestUnknownStatus(ImportCase):
    def _unknown(self, *lines, word="ON_THE_MOON", **vals):
        return self._order("O1", *lines, status=OrderStatus.UNKNOWN, status_text=word, **vals)

    def test_imported_and_held_with_the_word_of_the_marketplace(self):
        order = self._import(self._unknown())
        self.assertRecordValues(
            order,
            [
                {
                    "state": "draft",
                    "marketplace_status": "unknown",
                    "marketplace_status_text": "ON_THE_MOON",
                    "marketplace_hold": "unknown",
                    "amount_total": 12.0,
                }
            ],
        )
        self.assertIn("ON_THE_MOON", order.marketplace_hold_note)
        self.assertFalse(order.picking_ids)
        self.assertEqual(self._rows("O1").state, "done")

    def test_known_status_ends_the_hold_and_confirms(self):
        order = self._import(self._unknown())
        self._import(self._order("O1", revision=2))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", False))
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 1)

    def test_release_by_a_person_confirms_and_reserves(self):
        order = self._import(self._unknown())
        operator = new_test_user(self.env, "operator_word", groups="marketplace.group_operator")
        self.shop.user_ids = operator
        order.with_user(operator).action_marketplace_release()
        self._reserve()
        self.assertEqual((order.state, order.marketplace_hold), ("sale", False))
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_released_word_is_not_raised_again_but_a_new_one_is(self):
        order = self._import(self._unknown())
        order.action_marketplace_release()
        self._import(self._unknown(revision=2))
        self.assertFalse(order.marketplace_hold)
        self._import(self._unknown(word="ON_MARS", revision=3))
        self.assertEqual(order.marketplace_hold, "unknown")
        self.assertIn("ON_MARS", order.marketplace_hold_note)

    def test_draft_follows_the_marketplace(self):
        order = self._import(self._unknown())
        self._import(self._unknown(self._line("PEN", 2, "5.00"), word="ON_MARS", revision=2))
        self.assertEqual((order.state, order.marketplace_hold, order.amount_total), ("draft", "unknown", 5.0))
        self.assertEqual(self._summary(order), [("PEN", 2, 2.5)])
        self.assertIn("ON_MARS", order.marketplace_hold_note)

    def test_order_that_becomes_unknown_is_held(self):
        order = self._import(self._order("O1"))
        self._import(self._unknown(revision=2))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "unknown"))


@tagged("post_install", "-at_install")
class TestWarnings(ImportCase):
    def test_warned_order_is_held_until_released(self):
        order = self._import(self._order("O1", warnings=("High risk of fraud", "Address does not match the card")))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "risk"))
        self.assertIn("High risk of fraud\nAddress does not match the card", order.marketplace_hold_note)
        order.action_marketplace_release()
        self._import(self._order("O1", revision=2, warnings=("High risk of fraud", "Address does not match the card")))
        self.assertFalse(order.marketplace_hold, "a person has released it")

    def test_new_warning_holds_again(self):
        order = self._import(self._order("O1", warnings=("Medium risk",)))
        order.action_marketplace_release()
        self._import(self._order("O1", revision=2, warnings=("High risk",)))
        self.assertEqual((order.marketplace_hold, order.marketplace_warnings), ("risk", "High risk"))

    def test_warning_of_a_pending_order_is_raised_when_it_is_paid(self):
        order = self._import(self._order("O1", status=OrderStatus.PENDING, warnings=("High risk",)))
        self.assertFalse(order.marketplace_hold)
        self._import(self._order("O1", revision=2, warnings=("High risk",)))
        self.assertEqual(order.marketplace_hold, "risk")

    def test_another_reason_also_shows_the_warning(self):
        order = self._import(self._order("O1", warnings=("High risk",), cancel_request="Changed my mind"))
        self.assertEqual(order.marketplace_hold, "cancel_request")
        self.assertIn("High risk", order.marketplace_hold_note)


@tagged("post_install", "-at_install")
class TestSubsidies(ImportCase):
    def _vouchered(self, **vals):
        """A buyer pays 10.00 for 12.00 with a voucher of the platform, which also pays 3.50 of the shipping."""
        line = self._line("MUG", 1, "12.00", self._charge("item_discount", "-2.00"))
        subsidies = (self._charge("item_discount", "2.00"), self._charge("shipping", "3.50"))
        return self._order("O1", line, subsidies=subsidies, **vals)

    def test_kept_as_received_and_no_part_of_the_total(self):
        order = self._import(self._vouchered())
        self.assertEqual((order.amount_total, order.marketplace_total), (10.0, 10.0))
        self.assertEqual(order.marketplace_subsidy_total, 5.5)
        self.assertEqual(
            [(part["kind"], part["amount"], part["currency"]) for part in order.marketplace_subsidies],
            [("item_discount", "2.00", self.currency), ("shipping", "3.50", self.currency)],
        )
        self.assertIn("3.50", order.marketplace_subsidy_html)

    def test_follow_a_revision(self):
        order = self._import(self._vouchered())
        self._import(replace(self._vouchered(revision=2), subsidies=()))
        self.assertEqual((order.marketplace_subsidies, order.marketplace_subsidy_total), (False, 0.0))


@tagged("post_install", "-at_install")
class TestBuyerNote(ImportCase):
    def test_note_and_number_of_the_buyer(self):
        order = self._import(self._order("O1", number="#1001", buyer_note="Leave it with the neighbour"))
        self.assertEqual((order.client_order_ref, order.marketplace_ref), ("#1001", "O1"))
        self.assertEqual(order.marketplace_buyer_note, "Leave it with the neighbour")
        self._import(self._order("O1", revision=2, buyer_note="Ring twice"))
        self.assertEqual(order.marketplace_buyer_note, "Ring twice")

    def test_note_is_erased_with_the_order_and_no_other(self):
        first = self._import(self._order("O1", buyer_note="Ring twice"))
        second = self._import(self._order("O2", buyer_note="Ring thrice"))
        self.account._erase_orders(first)
        self.assertFalse(first.marketplace_buyer_note)
        self.assertEqual(second.marketplace_buyer_note, "Ring thrice")
        self.account._erase_belongings(self.account._get_expired_domain())
        self.assertEqual(second.marketplace_buyer_note, "Ring thrice")
