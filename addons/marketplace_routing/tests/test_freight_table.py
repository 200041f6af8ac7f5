from decimal import Decimal

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..freight import Destination, Parcel
from .freight_case import FreightCase

HOME = Destination("DE", "", "10115")


@tagged("post_install", "-at_install")
class TestFreightTable(FreightCase):
    def _quote(self, destination=HOME, weight=1, **vals):
        quotes, refusals = (
            self.env["marketplace.rate.book"]
            ._load(self.env.company)
            .quotes(self.warehouse.id, destination, Parcel(weight, **vals))
        )
        return (quotes or refusals)[0]

    # === TABLES === #

    def test_a_table_is_read_whole(self):
        self.carrier.write({"rate_divisor": 5000, "rate_step": 0.5, "rate_max_length": 120})
        self.carrier.freight_surcharge_ids = [
            Command.create({"name": "Fuel", "value": 10, "sequence": 2}),
            Command.create({"name": "Toll", "value": 0.19, "kind": "amount", "sequence": 1}),
        ]
        quote = self._quote(weight=0.3, length_cm=40, width_cm=20, height_cm=20)
        self.assertEqual((quote.zone, quote.chargeable_kg, quote.days_max), ("Germany", Decimal("3.5"), 4))
        self.assertEqual(quote.currency, self.own.name)
        self.assertEqual(
            [(label, float(amount)) for label, amount in quote.parts],
            [("Freight", self._own(8.4)), ("Toll", self._own(0.19)), ("Fuel", self._own(0.84))],
        )
        self.assertEqual(self._quote(length_cm=121, width_cm=1, height_cm=1).code, "too_long")

    def test_steps_and_minimum(self):
        self.zone.rate_ids[1].write({"price": 2, "step_price": 0.5, "step_kg": 0.5, "included_kg": 2, "minimum": 5})
        self.assertEqual(float(self._quote(weight=3).amount), self._own(5))
        self.assertEqual(float(self._quote(weight=10).amount), self._own(10))

    def test_the_most_specific_zone_wins(self):
        berlin = self.env.ref("base.state_de_be")
        self._create_zone("Berlin", [(0, 5, 3)], state_ids=berlin.ids)
        self._create_zone("World", [(0, 5, 30)], country_ids=[], everywhere=True)
        self.assertEqual(self._quote(Destination("DE", berlin.code, "10115")).zone, "Berlin")
        self.assertEqual(self._quote(Destination("DE", "SH", "25980")).zone, "Islands")
        self.assertEqual(self._quote(Destination("DE", "SH", "24103")).zone, "Germany")
        self.assertEqual(self._quote(Destination("JP", "13", "1000001")).zone, "World")

    def test_a_zone_of_a_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self._create_zone("From Other", [(0, 5, 1)], warehouse_ids=other.ids)
        book = self.env["marketplace.rate.book"]._load(self.env.company)
        zones = [book.quotes(place.id, HOME, Parcel(1))[0][0].zone for place in (self.warehouse, other)]
        self.assertEqual(zones, ["Germany", "From Other"])

    def test_limits_that_odoo_has_for_carriers_hold_too(self):
        self.carrier.max_weight = 1.5
        self.assertEqual(self._quote(weight=2).code, "over_weight")
        self.carrier.write({"max_weight": 0, "country_ids": self.env.ref("base.fr").ids})
        self.assertEqual(self._quote().code, "no_zone")

    def test_pounds_are_converted(self):
        self.env["ir.config_parameter"].set_param("product.weight_in_lbs", "1")
        parcel = self.env["marketplace.rate.book"]._prepare_parcel(10, 0)
        self.assertAlmostEqual(float(parcel.weight_kg), 4.536, 3)

    def test_a_book_takes_the_same_queries_for_any_number_of_tables(self):
        def load():
            self.env.invalidate_all()
            book = self.env["marketplace.rate.book"]._load(self.env.company)
            return len(book.carrier_ids)

        self.assertEqual(load(), 1)
        before = self._count_queries(load)
        for number in range(8):
            carrier = self._create_carrier(f"Carrier {number}", rate_currency_id=(self.eur, self.own)[number % 2].id)
            for name in ("A", "B", "C"):
                self._create_zone(name, [(0, 1, 1), (1, 2, 2), (2, 3, 3)], carrier)
            carrier.freight_surcharge_ids = [Command.create({"name": "Fuel", "value": 10})]
        self.assertEqual(load(), 9)
        self.assertLessEqual(self._count_queries(load), before + 1)

    def _count_queries(self, function):
        self.env.flush_all()
        count = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - count

    def test_carriers_of_other_companies_are_left_out(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.carrier.company_id = company
        self.assertFalse(self.env["marketplace.rate.book"]._load(self.env.company).carrier_ids)
        self.assertEqual(self.zone.company_id, company)

    # === BAD INPUT === #

    def test_bad_tables_get_a_message_and_change_nothing(self):
        cases = [
            ("20000-10000 are upside down", lambda: self._create_zone("X", [], postcodes="20000-10000")),
            ("has no places", lambda: self._create_zone("X", [(0, 1, 1)], country_ids=[])),
            ("is the rest of the world", lambda: self._create_zone("X", [(0, 1, 1)], everywhere=True)),
            (
                "exactly one country",
                lambda: self.islands.write({"country_ids": [Command.link(self.env.ref("base.fr").id)]}),
            ),
            ("states of countries", lambda: self.zone.write({"state_ids": self.env.ref("base.state_us_5").ids})),
            ("0–2 kg and 1.5–3 kg overlap", lambda: self._create_zone("X", [(0, 2, 1), (1.5, 3, 1)])),
            ("overlap", lambda: self.zone.rate_ids[1].write({"weight_from": 1})),
            ("2–2 kg is upside down", lambda: self._create_zone("X", [(2, 2, 1)])),
            ("Prices cannot be negative", lambda: self.zone.rate_ids[0].write({"price": -1})),
            ("step must be above 0", lambda: self.zone.rate_ids[0].write({"step_kg": 0})),
            ("choose its currency", lambda: self.carrier.write({"rate_currency_id": False})),
            ("over which weight", lambda: self._add_surcharge(condition="over_weight")),
            ("choose its countries", lambda: self._add_surcharge(condition="country")),
            ("list its remote postcodes", lambda: self._add_surcharge(condition="remote")),
            (
                "is not a postcode",
                lambda: self._add_surcharge(condition="remote", country_ids=self.germany.ids, postcodes="25*, ?"),
            ),
        ]
        for message, action in cases:
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
                action()
        self.assertEqual(self.carrier.freight_zone_ids, self.zone + self.islands)
        self.assertEqual(self.zone.rate_ids.mapped("price"), [4.2, 8.4])

    def _add_surcharge(self, **vals):
        self.carrier.freight_surcharge_ids = [Command.create({"name": "Extra", "value": 1, **vals})]

    def test_gaps_are_shown(self):
        self.assertFalse(self.zone.gaps)
        self.zone.rate_ids[1].weight_from = 5
        self.assertEqual(self.zone.gaps, "2–5 kg")

    # === ODOO'S CARRIERS === #

    def _create_sale(self, postcode="10115", weight=1.0):
        product = self._create_product("SKU", weight=weight, volume=0.001)
        partner = self._create_buyer(postcode)
        return self._create_order("R1", [(product, 2, "L1")], partner_id=partner.id, partner_shipping_id=partner.id)

    def test_odoo_s_wizard_rates_an_order(self):
        order = self._create_sale()
        action = order.action_open_delivery_wizard()
        form = Form(self.env["choose.delivery.carrier"].with_context(**action["context"]))
        form.carrier_id = self.carrier
        wizard = form.save()
        wizard.update_price()
        self.assertEqual(wizard.delivery_price, self._own(4.2))
        wizard.button_confirm()
        self.assertEqual(order.order_line.filtered("is_delivery").price_unit, self._own(4.2))

    def test_a_refusal_is_the_wizard_s_message(self):
        order = self._create_sale(weight=40)
        answer = self.carrier.rate_shipment(order)
        self.assertFalse(answer["success"])
        self.assertIn("80 kg is above the last weight of zone Germany, 30 kg", answer["error_message"])

    def test_a_transfer_is_priced_when_it_is_sent(self):
        order = self._create_sale("25980")
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = self.carrier
        picking.send_to_shipper()
        self.assertEqual(picking.carrier_price, self._own(16.8))
        self.assertFalse(picking.carrier_tracking_ref)
        self.carrier.tracking_url = "https://track.example/<shipmenttrackingnumber>"
        picking.carrier_tracking_ref = "T1"
        self.assertEqual(picking.carrier_tracking_url, "https://track.example/T1")
        picking.cancel_shipment()
        self.assertFalse(picking.carrier_tracking_ref)

    def test_a_transfer_without_price_leaves_all_the_same(self):
        order = self._create_sale(weight=100)
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = self.carrier
        picking.send_to_shipper()
        self.assertEqual(picking.carrier_price, 0)
        self.assertTrue(any("above the last weight" in body for body in picking.message_ids.mapped("body")))

    # === SCREENS === #

    def test_try_a_quote(self):
        self.carrier.freight_surcharge_ids = [Command.create({"name": "Fuel", "value": 10})]
        action = self.carrier.action_try_quote()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertFalse(form.amount)
        form.country_id = self.germany
        form.postcode = "25980"
        self.assertEqual((form.zone, form.chargeable), ("Islands", "1 kg"))
        self.assertEqual(form.amount, self.own.round(self._own(16.8) + self._own(1.68)))
        self.assertIn("Fuel", form.parts)
        form.weight = 31
        self.assertIn("above the last weight", form.refusal)
        self.assertFalse(form.amount)
        form.length_cm = 10
        self.assertIn("all three sides", form.refusal)

    def test_who_may_change_rates(self):
        operator = new_test_user(self.env, "freight_operator", groups="marketplace.group_operator")
        zone = self.zone.with_user(operator)
        self.assertEqual(zone.rate_ids.mapped("price"), [4.2, 8.4])
        with self.assertRaises(AccessError):
            zone.name = "Mine"
        with self.assertRaises(AccessError):
            self.env["marketplace.freight.import"].with_user(operator).create({"carrier_id": self.carrier.id})
        manager = new_test_user(self.env, "freight_manager", groups="marketplace.group_manager")
        self.zone.with_user(manager).rate_ids[0].price = 5
        self.assertEqual(self.zone.rate_ids[0].price, 5)

    def test_zones_of_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.carrier.company_id = company
        manager = new_test_user(self.env, "freight_manager", groups="marketplace.group_manager")
        self.assertFalse(self.Zone.with_user(manager).search([("id", "in", (self.zone + self.islands).ids)]))
        self.assertFalse(
            self.env["marketplace.freight.rate"].with_user(manager).search([("carrier_id", "=", self.carrier.id)])
        )

    def test_a_copy_has_its_own_table(self):
        copy = self.carrier.copy()
        self.assertEqual(copy.freight_zone_ids.mapped("name"), ["Germany", "Islands"])
        self.assertEqual(len(copy.freight_rate_ids), 3)
