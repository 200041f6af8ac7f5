import base64

from odoo.addons.marketplace.contract import Buyer
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .review_case import ReviewCase

LIST = b"name,aliases,country\nIvan Petrov,Iwan Petroff,RU\nAcme Arms Trading GmbH,,IR\n"


@tagged("post_install", "-at_install")
class TestSanction(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rule("forbidden")

    def _import_list(self, data=LIST, **vals):
        wizard = self.env["marketplace.sanction.import"].create(
            {"name": "EU list", "source": "Official Journal", "file": base64.b64encode(data), **vals}
        )
        return self.env["marketplace.sanction.list"].browse(wizard.action_import()["res_id"])

    def test_a_name_on_a_list_is_held_never_cancelled(self):
        self._import_list()
        order = self._import(self._order("S-1", address=self._address(name="PETROV Ivan")))
        hold = self._assert_held(order, "forbidden")
        self.assertEqual(order.state, "sale")
        self.assertIn("EU list", self._evidence(hold)["PETROV Ivan"])
        self.assertIn("100 % like Ivan Petrov (RU)", self._evidence(hold)["PETROV Ivan"])
        self._assert_released_for_good(order, "forbidden")

    def test_the_buyer_counts_like_the_recipient(self):
        self._import_list()
        order = self._import(self._order("S-2", buyer=Buyer(key="s2", name="Iwan Petroff")))
        self._assert_held(order, "forbidden")

    def test_the_rule_says_how_alike_names_must_be(self):
        self._import_list()
        address = self._address(name="Ivan Petrovic")
        self._assert_held(self._import(self._order("S-3", address=address)), "forbidden")
        self.Rule.search([("kind", "=", "forbidden")]).name_score = 0.99
        self._assert_free(self._import(self._order("S-4", address=address)))

    def test_a_newer_file_replaces_the_names(self):
        record = self._import_list()
        order = self._import(self._order("S-5", address=self._address(name="Ivan Petrov")))
        self.assertEqual(record.action_import()["context"]["default_list_id"], record.id)
        same = self._import_list(b"name;aliases;country\nSomebody Else;;\n", list_id=record.id)
        self.assertEqual(same, record)
        self.assertEqual(record.entry_ids.mapped("name"), ["Somebody Else"])
        self.assertEqual(record.entry_count, 1)
        order.action_marketplace_check()
        self._assert_free(order)

    def test_a_list_that_is_switched_off_holds_nothing(self):
        self._import_list().active = False
        self._assert_free(self._import(self._order("S-6", address=self._address(name="Ivan Petrov"))))

    def test_a_bad_file_changes_nothing(self):
        record = self._import_list()
        for data, message in (
            (b"name,aliases,country\n", "names nobody"),
            (b"name,country\nIvan,RU\n", "'aliases' is missing"),
            (b"name,aliases,country\n,Vanja,RU\n", "Line 2 has no name"),
            (b"name,aliases,country\nAda,,\nada,,\n", "Line 3: ada is on the list already"),
            (b"name,aliases,country\n\xff\xfe,,\n", "Line 2 is not UTF-8"),
        ):
            with self.subTest(message):
                with self.assertRaises(ValidationError) as caught:
                    self._import_list(data, list_id=record.id, name="Renamed")
                self.assertIn(message, str(caught.exception))
            self.assertEqual(record.name, "EU list")
            self.assertEqual(len(record.entry_ids), 2)

    def test_two_lists_of_one_name_are_refused(self):
        self._import_list()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._import_list()

    def test_only_managers_import(self):
        operator = new_test_user(self.env, "v2-sanction", groups="marketplace.group_operator")
        with self.assertRaises(AccessError):
            self.env["marketplace.sanction.import"].with_user(operator).create({"name": "x", "file": "eA=="})
        record = self._import_list()
        self.assertEqual(record.with_user(operator).name, "EU list")
        with self.assertRaises(AccessError):
            record.with_user(operator).active = False
