from dataclasses import replace

from odoo.addons.marketplace.contract import Capability
from odoo.addons.marketplace.tests.import_case import ADDRESS, ImportCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged


class CombinedCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Combined = cls.env["marketplace.combined.parcel"]
        cls.env["stock.picking.type"].search([]).print_label = False
        product = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carriers = cls.env["delivery.carrier"].create(
            [{"name": name, "marketplace_carrier_code": name, "product_id": product.id} for name in ("DHL", "UPS")]
        )

    def setUp(self):
        super().setUp()
        self.connector.capabilities = frozenset(Capability) - {Capability.LABELS}

    def _pair(self, **vals):
        """Two reserved orders to the same address, the second one with ``vals``."""
        return self._import_and_reserve(self._order("O1"), self._order("O2", **vals))

    def _combined(self, **vals):
        orders = self._pair(**vals)
        return orders, self._combine(orders)

    def _combine(self, orders, hours=48):
        return self.Combined._combine(orders, hours)


@tagged("post_install", "-at_install")
class TestCombining(CombinedCase):
    def test_orders_to_one_address_share_a_parcel(self):
        orders, parcel = self._combined()
        self.assertEqual(parcel.picking_ids, orders.picking_ids)
        self.assertRecordValues(
            parcel,
            [
                {
                    "company_id": self.env.company.id,
                    "warehouse_id": self.warehouse.id,
                    "partner_id": orders[0].partner_shipping_id.id,
                    "order_count": 2,
                    "state": "ready",
                    "ship_by": orders[0].marketplace_ship_by,
                }
            ],
        )
        self.assertIn("O2", orders[0].picking_ids.combined_with)
        self.assertNotIn("O1", orders[0].picking_ids.combined_with)

    def test_spelling_of_the_address_does_not_matter(self):
        other = replace(ADDRESS, street="12  mill lane", name="ADA BYRON")
        self.assertTrue(self._combined(address=other)[1])

    def test_other_addresses_ship_alone(self):
        for field, value in (("name", "Bob Byron"), ("street", "13 Mill Lane"), ("postal_code", "LS1 4AQ")):
            with self.subTest(field=field), self.env.cr.savepoint() as savepoint:
                self.assertFalse(self._combined(address=replace(ADDRESS, **{field: value}))[1])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_unknown_street_is_never_the_same(self):
        orders = self._pair()
        orders.partner_shipping_id.street = False
        self.assertFalse(self._combine(orders))

    def test_what_cannot_leave_together(self):
        other = self.env["stock.warehouse"].create({"name": "Bremen", "code": "BRE"})
        spoil = {
            "held": lambda order, picking: order._hold("address", "?"),
            "carrier": lambda order, picking: picking.write({"carrier_id": self.carriers[0].id}),
            "tracking": lambda order, picking: picking.write({"carrier_tracking_ref": "T1"}),
            "picked": lambda order, picking: picking.move_ids.write({"picked": True}),
            "warehouse": lambda order, picking: picking.write({"picking_type_id": other.out_type_id.id}),
            "alone": lambda order, picking: picking.write({"ships_alone": True}),
            "cancelled": lambda order, picking: order._action_cancel(),
        }
        orders = self._pair()
        for name, action in spoil.items():
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                action(orders[1], orders[1].picking_ids)
                self.assertFalse(self._combine(orders))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertTrue(self._combine(orders))

    def test_marketplace_that_makes_the_label(self):
        orders = self._pair()
        self.connector.capabilities = frozenset(Capability)
        self.shop.invalidate_recordset(["can_label"])
        self.assertFalse(self._combine(orders))

    def test_earlier_order_is_joined_while_it_is_open(self):
        first = self._import_and_reserve(self._order("O1"))
        second = self._import_and_reserve(self._order("O2"))
        self.assertEqual(self._combine(second).picking_ids, (first | second).picking_ids)
        third = self._import_and_reserve(self._order("O3"))
        self.assertEqual(len(self._combine(third).picking_ids), 3)
        self.assertEqual(self.Combined.search_count([]), 1)

    def test_earlier_order_is_too_old(self):
        first = self._import_and_reserve(self._order("O1"))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET create_date = create_date - interval '5 hours' WHERE id = %s",
            [first.picking_ids.id],
        )
        self.env.invalidate_all()
        second = self._import_and_reserve(self._order("O2"))
        self.assertFalse(self._combine(second, hours=4))
        self.assertTrue(self._combine(second, hours=6))

    def test_parcel_with_a_label_takes_no_more(self):
        _orders, parcel = self._combined()
        parcel.tracking = "T1"
        third = self._import_and_reserve(self._order("O3"))
        self.assertFalse(self._combine(third))

    def test_combining_again_changes_nothing(self):
        orders, parcel = self._combined()
        self.assertEqual(self._combine(orders), parcel)
        self.assertEqual(self.Combined.search_count([]), 1)

    def test_queries_do_not_grow_with_the_batch(self):
        def combine(prefix, pairs):
            orders = self._import(
                *(
                    self._order(f"{prefix}{number}", address=replace(ADDRESS, street=f"{number // 2} {prefix} Road"))
                    for number in range(2 * pairs)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parcels = self.Combined.with_context(tracking_disable=True, mail_create_nolog=True)._combine(orders, 48)
            self.env.flush_all()
            self.assertEqual(len(parcels), pairs)
            return self.env.cr.sql_log_count - before

        combine("W", 1)
        few, many = combine("A", 2), combine("B", 15)
        self.assertLessEqual(many, few + 3)


@tagged("post_install", "-at_install")
class TestShippingTogether(CombinedCase):
    def test_one_number_for_all_and_each_order_is_confirmed(self):
        orders, parcel = self._combined()
        parcel.write({"tracking": "T1", "carrier_id": self.carriers[0].id})
        self.assertEqual(set(orders.picking_ids.mapped("carrier_tracking_ref")), {"T1"})
        with trap_jobs():
            self.assertIs(parcel.action_validate(), True)
        self.assertEqual((parcel.state, set(orders.picking_ids.mapped("state"))), ("done", {"done"}))
        shipments = orders.marketplace_shipment_ids
        self.assertEqual(shipments.order_id, orders)
        self.assertEqual(
            set(shipments.mapped(lambda s: (s.tracking, s.carrier_code, s.state))), {("T1", "DHL", "pending")}
        )

    def test_number_entered_on_one_transfer(self):
        orders, parcel = self._combined()
        orders[1].picking_ids.carrier_tracking_ref = "T2"
        self.assertEqual(parcel.tracking, "T2")
        self.assertEqual(orders[0].picking_ids.carrier_tracking_ref, "T2")

    def test_number_that_comes_after_shipping(self):
        orders, parcel = self._combined()
        with trap_jobs():
            parcel.action_validate()
        self.assertEqual(set(orders.marketplace_shipment_ids.mapped("state")), {"waiting_tracking"})
        with trap_jobs():
            parcel.tracking = "T3"
        self.assertEqual(set(orders.marketplace_shipment_ids.mapped("tracking")), {"T3"})

    def test_waits_for_all_goods(self):
        orders, parcel = self._combined()
        orders[1].picking_ids.do_unreserve()
        self.assertEqual(parcel.state, "waiting")
        with self.assertRaisesRegex(UserError, orders[1].picking_ids.name):
            parcel.action_validate()

    def test_taken_apart_stays_apart(self):
        orders, parcel = self._combined()
        parcel.tracking = "T1"
        action = parcel.action_take_apart()
        self.assertEqual(action["res_model"], "marketplace.combined.parcel")
        self.assertFalse(parcel.exists() or orders.picking_ids.combined_parcel_id)
        self.assertFalse(any(orders.picking_ids.mapped("carrier_tracking_ref")))
        self.assertFalse(self._combine(orders))

    def test_parcel_that_left_is_not_taken_apart(self):
        _orders, parcel = self._combined()
        with trap_jobs():
            parcel.action_validate()
        with self.assertRaises(UserError):
            parcel.action_take_apart()

    def test_one_is_taken_out_and_the_others_go_on(self):
        orders = self._import_and_reserve(*(self._order(f"O{number}") for number in range(3)))
        parcel = self._combine(orders)
        orders[1].picking_ids.action_leave_combined_parcel()
        self.assertEqual(parcel.picking_ids, (orders[0] | orders[2]).picking_ids)

    def test_person_combines(self):
        orders = self._pair()
        orders.picking_ids.ships_alone = True
        action = orders.picking_ids.action_marketplace_combine()
        self.assertEqual(self.Combined.browse(action["res_id"]).picking_ids, orders.picking_ids)

    def test_person_combines_what_does_not_fit(self):
        orders = self._pair(address=replace(ADDRESS, street="13 Mill Lane"))
        with self.assertRaisesRegex(UserError, "same name and address"):
            orders.picking_ids.action_marketplace_combine()
        orders[1].picking_ids.carrier_tracking_ref = "T1"
        with self.assertRaisesRegex(UserError, orders[1].picking_ids.name):
            orders.picking_ids.action_marketplace_combine()


@tagged("post_install", "-at_install")
class TestLeaving(CombinedCase):
    def setUp(self):
        super().setUp()
        self.orders = self._import_and_reserve(*(self._order(f"O{number}") for number in range(3)))
        self.parcel = self._combine(self.orders)
        self.parcel.tracking = "T1"
        self.picking = self.orders[2].picking_ids

    def _assert_left(self):
        self.assertEqual(self.parcel.picking_ids, self.orders[:2].picking_ids)
        self.assertFalse(self.picking.combined_parcel_id)
        self.assertFalse(self.picking.carrier_tracking_ref)
        self.assertEqual(set(self.orders[:2].picking_ids.mapped("carrier_tracking_ref")), {"T1"})

    def test_cancelled_order(self):
        self.orders[2]._action_cancel()
        self._assert_left()

    def test_cancelled_units(self):
        self.picking.move_ids._action_cancel()
        self._assert_left()

    def test_held_order(self):
        self.orders[2]._hold("address", "?")
        self._assert_left()

    def test_other_address(self):
        self.picking.partner_id = self.env["res.partner"].create({"name": "Bob", "street": "1 Lane", "zip": "1"})
        self._assert_left()

    def test_other_carrier(self):
        self.picking.carrier_id = self.carriers[1]
        self._assert_left()

    def test_carrier_of_the_parcel_is_that_of_all(self):
        self.parcel.carrier_id = self.carriers[1]
        self.assertEqual(self.parcel.picking_ids.carrier_id, self.carriers[1])
        self.assertEqual(len(self.parcel.picking_ids), 3)

    def test_last_one_is_no_parcel(self):
        self.orders[1:]._hold("address", "?")
        self.assertFalse(self.parcel.exists())
        self.assertEqual(self.orders[0].picking_ids.carrier_tracking_ref, "T1")

    def test_backorder_is_not_in_the_parcel(self):
        order = self._import_and_reserve(self._order("O9", self._line("MUG", 2, "24.00")))
        parcel = self._combine(order)
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        with trap_jobs():
            order.picking_ids.with_context(cancel_backorder=False)._action_done()
        backorder = order.picking_ids.backorder_ids
        self.assertTrue(backorder)
        self.assertNotIn(backorder, parcel.picking_ids)


@tagged("post_install", "-at_install")
class TestAccess(CombinedCase):
    def test_operators_see_parcels_of_their_shops(self):
        _orders, parcel = self._combined()
        operator = new_test_user(self.env, "combined_op", "marketplace.group_operator")
        self.assertFalse(self.Combined.with_user(operator).search([]))
        self.shop.user_ids += operator
        self.assertEqual(self.Combined.with_user(operator).search([]), parcel)
        parcel.with_user(operator).action_take_apart()
        self.assertFalse(parcel.exists())

    def test_another_company_sees_none_of_it(self):
        _orders, parcel = self._combined()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "combined_other", "marketplace.group_warehouse", company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(AccessError):
            parcel.with_user(stranger).check_access("read")

    def test_buyers_only_look(self):
        _orders, parcel = self._combined()
        buyer = new_test_user(self.env, "combined_buyer", "marketplace.group_buyer")
        self.assertEqual(parcel.with_user(buyer).name, parcel.name)
        with self.assertRaises(AccessError):
            parcel.with_user(buyer).action_take_apart()
