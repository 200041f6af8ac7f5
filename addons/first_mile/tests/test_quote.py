from odoo import Command
from odoo.exceptions import UserError, ValidationError

from .first_mile_case import FirstMileCase


class TestQuote(FirstMileCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env.company.currency_id
        cls.cny = cls.env.ref("base.CNY")
        cls.cny.active = True
        cls.env["res.currency.rate"].search([("currency_id", "in", (cls.cny + cls.own).ids)]).unlink()
        cls.env["res.currency.rate"].create({"currency_id": cls.cny.id, "rate": 8, "name": "2020-01-01"})
        cls.sea = cls._create_sheet("sea_lcl", 100, basis="revenue_ton", least=1, days_max=35)
        cls.air = cls._create_sheet("air", 40, basis="kg", divisor=6000, step=0.5, currency_id=cls.cny.id, days_max=9)

    @classmethod
    def _create_sheet(cls, mode, price, **values):
        return cls.env["first.mile.tariff"].create(
            {
                "partner_id": cls.forwarder.id,
                "lane_id": cls.lane.id,
                "mode": mode,
                "currency_id": cls.own.id,
                "break_ids": [Command.create({"start": 0, "price": price})],
                **values,
            }
        )

    def test_forwarders_and_modes_side_by_side(self):
        self.air.fee_ids = [Command.create({"name": "Papers", "kind": "shipment", "amount": 160})]
        self.air.fuel_percent = 10
        shipment = self._create_shipment({self.kettle: 20}, {self.kettle: 20})
        shipment.action_compare_quotes()
        cheap, dear = shipment.quote_ids
        self.assertEqual((cheap.tariff_id, cheap.amount, cheap.billed), (self.sea, 100, 1))
        # 2 × 20 kg of space at 40, 10 % fuel and the papers; 8 yuan are 1 unit of the company's currency
        self.assertEqual((dear.amount, dear.company_amount, dear.chargeable), (1920, 240, 40))
        self.assertIn("Papers 160", dear.detail)

    def test_who_makes_no_offer_says_why(self):
        self.sea.valid_to = "2026-03-01"
        prices = [Command.clear(), Command.create({"container_type": "40HQ", "price": 3})]
        self.air.write({"basis": "container", "break_ids": prices})
        shipment = self._create_shipment({self.kettle: 20})
        shipment.action_compare_quotes()
        refusals = {quote.tariff_id: quote.refusal for quote in shipment.quote_ids}
        self.assertIn("2026-03-02", refusals[self.sea])
        self.assertIn("container", refusals[self.air])
        self.sea.write({"valid_to": False, "break_ids": [Command.clear()]})
        shipment.action_compare_quotes()
        refusals = {quote.tariff_id: quote.refusal for quote in shipment.quote_ids}
        self.assertEqual(refusals[self.sea], "The price sheet has no prices. Enter them.")

    def test_prices_in_a_currency_without_exchange_rate_are_not_compared(self):
        rouble = self.env.ref("base.RUB")
        rouble.active = True
        rouble.rate_ids.unlink()
        self.air.currency_id = rouble
        shipment = self._create_shipment({self.kettle: 20})
        shipment.action_compare_quotes()
        quote = shipment.quote_ids.filtered("refusal")
        self.assertEqual((quote.tariff_id, quote.amount), (self.air, 0))
        self.assertIn("no exchange rate of RUB. Enter one under Accounting", quote.refusal)
        self.env["res.currency.rate"].create({"currency_id": rouble.id, "rate": 100, "name": "2026-01-01"})
        shipment.action_compare_quotes()
        self.assertFalse(any(shipment.quote_ids.mapped("refusal")))

    def test_an_accepted_quote_is_the_estimate(self):
        shipment = self._create_shipment({self.kettle: 20}, {self.kettle: 20})
        shipment.action_compare_quotes()
        shipment.quote_ids[1].action_accept()
        self.assertEqual((shipment.mode, shipment.forwarder_id), ("air", self.forwarder))
        shipment.quote_ids[0].action_accept()
        self.assertEqual(shipment.quote_ids.mapped("accepted"), [True, False])
        self.assertEqual((shipment.cost_ids.component, shipment.cost_ids.estimate), ("freight", 100))

    def test_cartons_without_weight_are_named(self):
        shipment = self._create_shipment({self.kettle: 20}, {self.kettle: 20})
        shipment.carton_ids[1].weight = 0
        self.assertEqual(shipment.chargeable, 0)
        with self.assertRaisesRegex(UserError, "Weight is missing in cartons 2"):
            shipment.action_compare_quotes()

    def test_containers_and_units_do_not_mix(self):
        with self.assertRaisesRegex(ValidationError, "type of container"):
            self.sea.break_ids = [Command.create({"container_type": "40HQ", "price": 3})]
        with self.assertRaisesRegex(ValidationError, "type of container"):
            self.sea.basis = "container"

    def test_more_sheets_take_no_more_queries(self):
        shipment = self._create_shipment({self.kettle: 20})
        counts = []
        for extra in (5, 20):
            for number in range(extra):
                self._create_sheet("air", 10 + number, basis="kg", divisor=6000)
            shipment.quote_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            shipment.action_compare_quotes()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
