from dataclasses import replace

from odoo.tests import tagged

from ..contract import Address, Buyer, Capability
from .import_case import ADDRESS, ImportCase


@tagged("post_install", "-at_install")
class TestImportPartners(ImportCase):
    def _buyers(self):
        return self.env["res.partner"].search([("marketplace_account_id", "=", self.account.id)], order="id")

    def test_buyer_has_the_delivery_address(self):
        order = self._import(self._order("O1", buyer=Buyer(key="k1", name="A. Byron", email="k1@relay.example")))
        self.assertEqual(order.partner_id.name, "A. Byron")
        self.assertRecordValues(
            order.partner_shipping_id,
            [
                {
                    "name": "Ada Byron",
                    "street": "12 Mill Lane",
                    "street2": False,
                    "city": "Leeds",
                    "zip": "LS1 4AP",
                    "country_id": self.env.ref("base.uk").id,
                    "parent_id": order.partner_id.id,
                    "type": "delivery",
                }
            ],
        )

    def test_buyer_without_a_name_of_its_own_is_who_gets_the_parcel(self):
        order = self._import(self._order("O1"))
        self.assertEqual(order.partner_id, order.partner_shipping_id)
        self.assertEqual(order.partner_id.name, "Ada Byron")

    def test_same_key_is_one_partner_within_and_across_batches(self):
        buyer = Buyer(key="k1")
        first, second = self._import(self._order("O1", buyer=buyer), self._order("O2", buyer=buyer))
        third = self._import(self._order("O3", buyer=buyer))
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id, third.partner_id)
        self.assertEqual(len(self._buyers()), 1)

    def test_archived_buyer_is_found_again(self):
        first = self._import(self._order("O1", buyer=Buyer(key="k1")))
        first.partner_id.active = False
        second = self._import(self._order("O2", buyer=Buyer(key="k1")))
        self.assertEqual(first.partner_id, second.partner_id)

    def test_key_of_a_buyer_does_not_tell_who_it_is(self):
        order = self._import(self._order("O1", buyer=Buyer(key="ada.byron@relay.example")))
        self.assertNotIn("ada", order.partner_id.marketplace_key)
        self.assertNotIn("relay", order.partner_id.marketplace_key)

    def test_second_address_is_one_contact_however_often_it_is_used(self):
        buyer, other = Buyer(key="k1"), replace(ADDRESS, street="7 High Street", name="Charles B.")
        orders = self._import(
            self._order("O1", buyer=buyer),
            self._order("O2", buyer=buyer, address=other),
            self._order("O3", buyer=buyer, address=other),
        )
        orders |= self._import(self._order("O4", buyer=buyer, address=other))
        self.assertEqual(len(orders.partner_id), 1)
        contact = orders[1].partner_shipping_id
        self.assertEqual(orders.mapped("partner_shipping_id"), orders.partner_id | contact)
        self.assertEqual(
            (contact.parent_id, contact.street, contact.name), (orders.partner_id, "7 High Street", "Charles B.")
        )
        self.assertEqual(orders[3].partner_shipping_id, contact)

    def test_without_a_key_the_address_tells_the_buyer(self):
        same, other = Buyer(), replace(ADDRESS, street="7 High Street")
        orders = self._import(
            self._order("O1", buyer=same), self._order("O2", buyer=same), self._order("O3", buyer=same, address=other)
        )
        self.assertEqual(orders[0].partner_id, orders[1].partner_id)
        self.assertNotEqual(orders[0].partner_id, orders[2].partner_id)

    def test_same_key_in_another_account_is_another_buyer(self):
        other = self.shop.copy(
            {
                "account_id": self.account.copy({"name": "Other", "state": "test"}).id,
                "external_id": "X1",
                "warehouse_ids": self.warehouse.ids,
            }
        )
        self.env["marketplace.listing"].create({"shop_id": other.id, "sku": "MUG", "product_id": self.mug.id})
        first = self._import(self._order("O1", buyer=Buyer(key="k1")))
        record = self.connector.add_order(self._order("O2", buyer=Buyer(key="k1"), shop_id="X1"))
        self._run_import(self.Inbox._receive(other, [record]))
        self.assertNotEqual(first.partner_id, self._find("O2").partner_id)

    def test_business_buyer_is_a_company_with_its_vat_and_order_number(self):
        buyer = Buyer(key="k1", name="Purchasing", company="Byron Ltd", vat="GB123456782", purchase_order="PO-77")
        order = self._import(self._order("O1", buyer=buyer, is_business=True))
        self.assertRecordValues(order.partner_id, [{"name": "Byron Ltd", "is_company": True, "vat": "GB123456782"}])
        self.assertEqual(order.client_order_ref, "PO-77")
        self.assertTrue(order.marketplace_is_business)
        self.assertEqual(order.partner_shipping_id.parent_id, order.partner_id)

    def test_vat_that_cannot_be_right_does_not_stop_the_order(self):
        buyer = Buyer(key="k1", company="Byron Ltd", vat="GB000")
        order = self._import(self._order("O1", buyer=buyer, is_business=True))
        self.assertEqual((order.state, order.partner_id.vat), ("sale", "GB000"))

    def test_masked_address_holds_the_order_until_it_is_known(self):
        self.connector.capabilities = frozenset(Capability) - {Capability.LABELS}
        masked = Address(city="Leeds", country_code="GB", masked=True)
        order = self._import(self._order("O1", address=masked))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "address"))
        self.assertEqual(order.partner_shipping_id.city, "Leeds")
        self._import(self._order("O1", revision=2))
        self.assertEqual(order.marketplace_hold, False)
        self.assertEqual(order.partner_shipping_id.street, "12 Mill Lane")
        self.assertEqual(
            order.picking_ids.filtered(lambda p: p.state != "cancel").partner_id, order.partner_shipping_id
        )

    def test_masked_address_holds_nothing_where_the_marketplace_prints_the_label(self):
        masked = self._import(self._order("O1", address=Address(city="Leeds", country_code="GB", masked=True)))
        self.assertFalse(masked.marketplace_hold)
        missing = self._import(self._order("O2", address=None))
        self.assertEqual(missing.marketplace_hold, "address")

    def test_masked_address_of_what_the_marketplace_ships_holds_nothing(self):
        order = self._import(
            self._marketplace_order("O1", shipped=False, address=Address(country_code="GB", masked=True))
        )
        self.assertFalse(order.marketplace_hold)

    def test_buyers_without_key_and_address_share_a_partner_per_country(self):
        uk, de = (Address(country_code=code, masked=True) for code in ("GB", "DE"))
        orders = self._import(
            self._marketplace_order("O1", buyer=Buyer(), address=uk),
            self._marketplace_order("O2", buyer=Buyer(), address=uk),
            self._marketplace_order("O3", buyer=Buyer(), address=de),
        )
        self.assertEqual(orders[0].partner_id, orders[1].partner_id)
        self.assertNotEqual(orders[0].partner_id, orders[2].partner_id)
        self.assertEqual(orders[2].partner_id.country_id.code, "DE")

    def test_phones_are_international_or_as_received(self):
        cases = {
            "0113 496 0000": "+441134960000",
            "+49 30 901820": "+4930901820",
            "ring twice": "ring twice",
            "": False,
        }
        for number, (phone, kept) in enumerate(cases.items()):
            with self.subTest(phone=phone):
                order = self._import(self._order(f"O{number}", address=replace(ADDRESS, phone=phone)))
                self.assertEqual(order.partner_shipping_id.phone, kept)

    def test_state_is_found_by_code_or_name_and_kept_as_text_else(self):
        cases = {"CA": "CA", "California": "CA", "Nowhere": False}
        for number, (state, code) in enumerate(cases.items()):
            with self.subTest(state=state):
                address = replace(ADDRESS, country_code="US", state=state, street2="Flat 2")
                partner = self._import(self._order(f"O{number}", address=address)).partner_shipping_id
                self.assertEqual(partner.state_id.code, code)
                self.assertEqual(partner.street2, "Flat 2" if code else "Flat 2, Nowhere")

    def test_anonymous_buyers_share_a_partner_and_keep_their_places(self):
        leeds = Address(city="Leeds", postal_code="LS1 4AP", country_code="GB")
        london = Address(city="London", postal_code="N1 7GR", country_code="GB")
        orders = self._import(
            self._order("O1", address=leeds, buyer=Buyer()),
            self._order("O2", address=london, buyer=Buyer()),
            self._order("O3", address=leeds, buyer=Buyer()),
        )
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(orders.partner_id.name, f"Buyers of {self.shop.name} GB")
        self.assertFalse(orders.partner_id.city)
        self.assertEqual(orders.mapped("partner_shipping_id.city"), ["Leeds", "London"])
        self.assertEqual(orders.partner_id.country_id.code, "GB")
