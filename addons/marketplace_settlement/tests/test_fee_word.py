from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from psycopg2.errors import UniqueViolation

from ..models.fee_word import FeeDictionary
from .settlement_case import SettlementCase


@tagged("post_install", "-at_install")
class TestFeeWord(SettlementCase):
    def test_the_most_exact_row_decides(self):
        rows = [
            ("* > ItemFees > *", 1, False),
            ("Order > ItemFees > *", 2, False),
            ("Order > ItemFees > Commission", 3, False),
            ("* > * > Commission", 4, True),
            ("Refund > ItemFees > Commission", False, True),
        ]
        dictionary = FeeDictionary(rows)
        found = [
            dictionary.find(" > ".join(words))
            for words in (
                ("Order", "ItemFees", "Commission"),
                ("Order", "ItemFees", "Closing"),
                ("Refund", "ItemFees", "Closing"),
                ("Other", "Fees", "Commission"),
                ("Refund", "ItemFees", "Commission"),
                ("Other", "Fees", "Closing"),
                ("Commission",),
            )
        ]
        self.assertEqual(found, [3, 2, 1, 4, 4, False, False])

    def test_the_companys_row_comes_before_the_general_one(self):
        rows = [("A > B", 2, True), ("A > B", 1, False), ("A > *", 4, True), ("A > *", 3, False)]
        dictionary = FeeDictionary(rows)
        self.assertEqual((dictionary.find("A > B"), dictionary.find("A > C")), (2, 4))

    def test_unknown_words_wait_and_block(self):
        lines = [("Order > ItemFees > NewFee", "-0.10"), ("Order > ItemFees > NewFee", "-0.15")]
        first, second = self._take(
            self._document("S1", *self._sale("A-1"), *lines), self._document("S2", *self._sale("A-2"), *lines)
        )
        self.assertEqual((first.state, first.unknown_count, second.unknown_count), ("unknown", 2, 2))
        word = self.Word.search([("words", "=", "Order > ItemFees > NewFee")])
        self.assertEqual((len(word), word.kind_id.id, word.company_id), (1, False, self.account.company_id))
        self.assertEqual(word.line_count, 4)
        self.assertIn("0.50", word.amounts)
        action = first.action_view_unknown()
        self.assertEqual(self.Word.search(action["domain"]), word)
        word.kind_id = self.kinds["service_fee"]
        self.assertEqual((first.state, second.state, first.unknown_count), ("ready", "ready", 0))
        self.assertEqual(first.line_ids[2:].kind_id, self.kinds["service_fee"])

    def test_a_meaning_taken_back_blocks_again(self):
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        self.Word.search([("words", "=", "Order > ItemFees > Commission"), ("provider", "=", "none")]).unlink()
        self.assertEqual((settlement.state, settlement.unknown_count), ("unknown", 1))

    def test_an_update_that_changes_no_meaning_looks_at_no_lines(self):
        looked = []
        self.patch(
            type(self.env["marketplace.settlement.line"]),
            "_classify_again",
            lambda _lines, providers: looked.append(set(providers)),
        )
        word = self.Word.search([("words", "=", "Order > ItemFees > Commission"), ("provider", "=", "none")])
        word.write({name: word[name] for name in ("provider", "words")} | {"kind_id": word.kind_id.id})
        self.assertFalse(looked)
        word.kind_id = self.kinds["service_fee"]
        self.assertEqual(looked, [{"none"}])

    def test_what_is_posted_keeps_its_kinds(self):
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        settlement.state = "posted"
        word = self.Word.search([("words", "=", "Order > ItemFees > Commission"), ("provider", "=", "none")])
        word.kind_id = self.kinds["service_fee"]
        self.assertEqual(settlement.line_ids.mapped("kind_id.code"), ["principal", "commission"])

    def test_words_must_have_pieces(self):
        for words in ("*", "* > *", "Order >  > Fee", "Order > ", " Order"):
            with self.assertRaises(ValidationError):
                self.Word.create({"provider": "none", "words": words})
        with self.assertRaises(UniqueViolation):
            self.Word.create([{"provider": "none", "words": "Order > Twice"}] * 2)

    def test_general_meanings_are_not_changed_by_people(self):
        accountant = new_test_user(self.env, "word_accountant", groups="marketplace.group_accountant")
        general = self.Word.search([("words", "=", "Order > ItemFees > Commission"), ("company_id", "=", False)])
        with self.assertRaises(AccessError):
            general.with_user(accountant).kind_id = self.kinds["service_fee"]
        own = self.Word.with_user(accountant).create(
            {
                "provider": "none",
                "words": "Order > ItemFees > Commission",
                "kind_id": self.kinds["service_fee"].id,
                "company_id": accountant.company_id.id,
            }
        )
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        self.assertEqual(settlement.line_ids[1].kind_id, own.kind_id)

    def test_the_tree_holds_what_the_trade_knows(self):
        kinds = self.env["marketplace.fee.kind"].search([])
        self.assertGreaterEqual(len(kinds), 80)
        self.assertEqual(set(kinds.mapped("group")), set(dict(kinds._fields["group"].selection)))
        self.assertFalse(kinds.filtered(lambda kind: kind.nature == "tax" and kind.group != "tax"))
