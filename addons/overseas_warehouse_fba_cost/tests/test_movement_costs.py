from datetime import date

from odoo.addons.overseas_warehouse_fba.tests.fba_case import event
from odoo.tests import tagged

from .movement_case import PARTS, MovementCase


@tagged("post_install", "-at_install")
class TestMovementCosts(MovementCase):
    """Movements that change values only, and where costs come from."""

    def _last(self, count):
        rows = self._statement()[-count:]
        return [(row.kind, row.attribute, row.units, *(row[part] for part in PARTS)) for row in rows]

    def test_a_late_bill_is_a_cost_adjustment_where_the_units_are(self):
        self._buy(10, 5, "2026-05-02")
        journey = self._move(self.hub, self.transit, 10, "2026-05-03")
        self._move(self.transit, self.stock, 4, "2026-05-04")
        self._add_cost(journey, "freight", 20, "2026-05-05")
        self._add_cost(journey, "duty", 5, "2026-05-05")
        self._add_cost(journey, "other", 1, "2026-05-05")
        self.assertEqual(
            sorted(self._last(6)),
            [
                ("cost_adjustment", "available", 0, 0, 0, 0.4),
                ("cost_adjustment", "available", 0, 0, 2, 0),
                ("cost_adjustment", "available", 0, 0, 8, 0),
                ("cost_adjustment", "in_transit", 0, 0, 0, 0.6),
                ("cost_adjustment", "in_transit", 0, 0, 3, 0),
                ("cost_adjustment", "in_transit", 0, 0, 12, 0),
            ],
        )
        freight = self._statement(("first_mile", "=", 8))
        self.assertEqual((freight.document, freight.cost_source), ("Bill of freight", "Bill of freight"))
        self.assertEqual(
            (freight.day, freight.source, freight.move_id), (date(2026, 5, 5), freight.cost_event_id, journey)
        )
        self._check()

    def test_units_that_leave_before_they_come_are_put_right_later(self):
        self._move(self.stock, self.customers, 53, "2026-05-02")
        self._buy(5, 7, "2026-05-03", self.stock)
        self.assertEqual(
            self._last(3),
            [
                ("sale", "available", -53, -200, 0, 0),
                ("receipt_without_shipment", "available", 5, 35, 0, 0),
                ("negative_quantity_fix", "available", 0, -21, 0, 0),
            ],
        )
        self._check()

    def test_what_rounding_leaves_with_the_last_units_is_a_tail_difference(self):
        receipt = self._buy(3, 5, "2026-05-02", self.stock)
        self._add_cost(receipt, "freight", 1, "2026-05-02")
        self._move(self.stock, self.customers, 51, "2026-05-03")
        self._move(self.stock, self.customers, 2, "2026-05-04")
        self.assertEqual(
            self._last(2),
            [
                ("sale", "available", -2, -10, -0.68, 0),
                ("tail_difference", "available", 0, 0, 0.01, 0),
            ],
        )
        self._check()

    def test_what_is_in_the_log_of_costs_alone_changes_values_only(self):
        self.env["cost.event"]._append(
            [
                {
                    "kind": "receipt",
                    "product_id": self.cup.id,
                    "place_id": self.warehouse.warehouse_id.view_location_id.id,
                    "quantity": 2,
                    "purchase": 9,
                    "day": "2026-05-02",
                    "source": "By hand",
                }
            ]
        )
        self.assertEqual(self._last(1), [("cost_adjustment", "available", 0, 9, 0, 0)])
        self._check()

    def test_costs_name_where_units_came_from(self):
        self._buy(10, 5, "2026-05-02")
        journey = self._move(self.hub, self.transit, 10, "2026-05-03")
        arrival = self._move(self.transit, self.stock, 10, "2026-05-04")
        self._book(event(units=-52, Reason="M", day="05/06/2026"))
        source = self._statement(("kind", "=", "lost")).cost_source
        self.assertEqual(source, f"Opening stock, {arrival.reference}")
        self.assertEqual(self._statement(("kind", "=", "receipt")).cost_source, journey.reference)
        self._check()

    def test_another_method_tells_another_value_and_version(self):
        self._buy(50, 6, "2026-05-02", self.stock)
        self._book(event(units=-10, Reason="M", day="05/06/2026"))
        lost = self._statement(("kind", "=", "lost"))
        self.assertEqual(lost.value, -40)
        version = lost.version
        self.company.cost_layer_method = "moving"
        self.env.invalidate_all()
        self.assertEqual((lost.value, lost.id), (-50, self._statement(("kind", "=", "lost")).id))
        self.assertNotEqual(lost.version, version)
        self._check()
