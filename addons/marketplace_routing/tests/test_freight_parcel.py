from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .freight_case import FreightCase


@tagged("post_install", "-at_install")
class TestFreightParcel(FreightCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Parcel = cls.env["marketplace.routing.parcel"]
        cls.product = cls._create_product("SKU", 1000, weight=1)

    def _plan(self, *refs, estimated=10.0, weight=1.0):
        """Routed and confirmed orders; their parcels."""
        buyer = self._create_buyer()
        orders = self.env["sale.order"].concat(
            *(self._create_order(ref, [(self.product, 1, "L1")], partner_id=buyer.id) for ref in refs)
        )
        parcels = self.Parcel._create_planned([self._prepare(order, estimated, weight) for order in orders])
        self._confirm(orders)
        return parcels

    def _prepare(self, order, estimated=10.0, weight=1.0):
        return {
            "order_id": order.id,
            "warehouse_id": self.warehouse.id,
            "carrier_id": self.carrier.id,
            "weight": weight,
            "chargeable_weight": weight,
            "estimated_freight": estimated,
        }

    def _confirm(self, orders):
        orders.with_context(skip_procurement=True).action_confirm()
        self.env["marketplace.delivery.builder"]._build(orders)

    def _bill(self, *lines, **vals):
        return self.env["marketplace.freight.actual"].create({"file": self._encode(*lines), **vals})

    # === PLANNING === #

    def test_a_parcel_gets_its_transfer(self):
        parcels = self._plan("A", "B")
        self.assertEqual(parcels.picking_id, parcels.order_id.picking_ids)
        self.assertEqual(parcels[0].picking_id.sale_id, parcels[0].order_id)
        self.assertEqual(parcels.country_id, self.germany)
        self.assertEqual(parcels.shop_id, self.shop)

    def test_routing_again_replaces_the_plan(self):
        parcel = self._plan("A")
        vals = self._prepare(parcel.order_id, estimated=3)
        again = self.Parcel._create_planned([vals])
        self.assertFalse(parcel.exists())
        self.assertEqual(again.picking_id, again.order_id.picking_ids)
        again.actual_freight = 4
        third = self.Parcel._create_planned([vals])
        self.assertEqual(self.Parcel.search([("order_id", "=", again.order_id.id)]), third + again)

    def test_queries_do_not_grow_with_the_batch(self):
        def plan(refs):
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            orders = orders_by_ref[refs]
            self.Parcel._create_planned([self._prepare(order) for order in orders])
            self.env.flush_all()
            return self.env.cr.sql_log_count - count

        orders_by_ref = {}
        for refs in ("ab", "cdefghijklmnopqrst"):
            orders_by_ref[refs] = self._plan(*refs).order_id
        self.assertLessEqual(plan("cdefghijklmnopqrst"), plan("ab") + 2)

    # === ACTUAL === #

    def test_entered_by_hand(self):
        parcel = self._plan("A")
        self.assertEqual((parcel.difference, parcel.actual_source), (0, False))
        parcel.actual_freight = 12.5
        self.assertEqual((parcel.actual_source, parcel.difference, parcel.difference_percent), ("manual", 2.5, 0.25))
        parcel.actual_freight = 0
        self.assertEqual((parcel.actual_source, parcel.difference), (False, 0))

    def test_what_a_carrier_charges_comes_by_itself(self):
        parcel = self._plan("A")
        picking = parcel.picking_id
        picking.carrier_id = self.carrier
        picking.carrier_price = 11
        self.assertFalse(parcel.actual_source, "Our own price is no charge of the carrier.")
        # As if the rate table were the interface of a carrier: a real one needs an account.
        self.patch(self.env.registry["stock.picking"], "_has_carrier_charge", lambda picking: True)
        self.carrier.write({"margin": 0.1, "fixed_margin": 1})
        picking.carrier_price = 12
        self.assertEqual((parcel.actual_source, parcel.actual_freight), ("carrier", 10))

    def test_a_bill(self):
        parcels = self._plan("A", "B", "C")
        for parcel, tracking in zip(parcels, ("T1", "T2", "T3, T4"), strict=True):
            parcel.picking_id.carrier_tracking_ref = tracking
        wizard = self._bill(
            "Date;Tracking Number;Freight;Currency",
            "1.5.;T1;1.010,50;",
            "1.5.;T 2;8,00;EUR",
            "1.5.;T3;3,00;",
            "1.5.;T4;2,00;",
        )
        wizard.action_preview()
        self.assertEqual((wizard.number_count, wizard.parcel_count, wizard.unknown_count), (4, 3, 0))
        self.assertEqual(wizard.amount, self.own.round(1015.5 + self._own(8)))
        self.assertFalse(any(parcels.mapped("actual_source")))
        wizard.action_import()
        self.assertEqual(parcels.mapped("actual_freight"), [1010.5, self._own(8), 5])
        self.assertEqual(set(parcels.mapped("actual_source")), {"import"})
        wizard.action_import()
        self.assertEqual(parcels.mapped("actual_freight"), [1010.5, self._own(8), 5])
        self._bill("tracking,amount", "T4,2.50").action_import()
        self.assertEqual(parcels[2].actual_freight, 5.5)

    def test_a_number_of_several_orders_is_shared_to_the_cent(self):
        parcels = self._plan("A", "B", "C")
        parcels.picking_id.carrier_tracking_ref = "SHARED"
        self._bill("tracking,amount", "SHARED,10.00").action_import()
        self.assertEqual(sorted(parcels.mapped("actual_freight")), [3.33, 3.33, 3.34])

    def test_unknown_numbers_stop_the_import_until_they_are_left_out(self):
        parcel = self._plan("A")
        parcel.picking_id.carrier_tracking_ref = "T1"
        wizard = self._bill("tracking,amount", "T1,8", "NOWHERE,5")
        wizard.action_preview()
        self.assertEqual((wizard.unknown, wizard.unknown_count), ("NOWHERE", 1))
        with self.assertRaisesRegex(UserError, "NOWHERE"), self.cr.savepoint():
            wizard.action_import()
        self.assertFalse(parcel.actual_source)
        wizard.skip_unknown = True
        wizard.action_import()
        self.assertEqual(parcel.actual_freight, 8)

    def test_a_bill_that_cannot_be_read(self):
        lines = ["tracking,amount,currency", ",5,", "T1,x,", "T1,,", "T1,5,QQQ"]
        with self.assertRaises(UserError) as error:
            self._bill(*lines).action_preview()
        for text in (
            "Line 2: The tracking number is missing",
            "Line 3: x is not a number",
            "Line 4: There is no number in the column 'amount'",
            "Line 5: There is no active currency QQQ",
        ):
            self.assertIn(text, str(error.exception))

    def test_queries_of_a_bill_do_not_grow(self):
        parcels = self._plan(*"abcdefghijklmnopqrst")
        for parcel in parcels:
            parcel.picking_id.carrier_tracking_ref = f"T{parcel.id}"

        def bill(some):
            lines = [f"T{parcel.id},5" for parcel in some]
            wizard = self._bill("tracking,amount", *lines)
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            wizard.action_import()
            self.env.flush_all()
            return self.env.cr.sql_log_count - count

        self.assertLessEqual(bill(parcels[2:]), bill(parcels[:2]) + 2)

    # === ACCESS === #

    def test_who_sees_and_who_bills(self):
        parcel = self._plan("A")
        operator = new_test_user(self.env, "freight_operator", groups="marketplace.group_operator")
        own = self.Parcel.with_user(operator)
        self.assertFalse(own.search([("id", "=", parcel.id)]))
        self.shop.user_ids = operator
        self.assertTrue(own.search([("id", "=", parcel.id)]))
        with self.assertRaises(AccessError):
            parcel.with_user(operator).actual_freight = 1
        accountant = new_test_user(self.env, "freight_accountant", groups="marketplace.group_accountant")
        parcel.picking_id.carrier_tracking_ref = "T1"
        self.env.flush_all()
        self._bill("tracking,amount", "T1,7").with_user(accountant).action_import()
        self.assertEqual(parcel.actual_freight, 7)
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="marketplace.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertFalse(self.Parcel.with_user(stranger).search([("id", "=", parcel.id)]))
