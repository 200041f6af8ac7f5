from odoo import Command
from odoo.addons.stock_cost_layer.tests.common import CostCase
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSupplier(CostCase):
    """Goods that leave from their supplier: an order of 10 kettles at 5 and 20 toasters at 2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.sea = cls.company.internal_transit_location_id
        cls.vendor.city = "Ningbo"
        cls.order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.vendor.id,
                "picking_type_id": cls.hub.in_type_id.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_qty": units, "price_unit": price, "tax_ids": False}
                    )
                    for product, units, price in ((cls.product, 10, 5), (cls.second, 20, 2))
                ],
            }
        )
        cls.order.button_confirm()
        cls.receipt = cls.order.picking_ids
        cls.lane = cls.env["first.mile.lane"].create(
            {
                "name": "From the supplier",
                "origin_country_id": cls.env.ref("base.cn").id,
                "destination_country_id": cls.env.ref("base.uk").id,
            }
        )

    def _create_shipment(self, kettles, toasters=0):
        units = {self.product: kettles, self.second: toasters}
        lines = [
            Command.create({"product_id": product.id, "quantity": count}) for product, count in units.items() if count
        ]
        size = {"length_cm": 60, "width_cm": 50, "height_cm": 40, "weight": 12}
        return self.env["first.mile.shipment"].create(
            {
                "lane_id": self.lane.id,
                "warehouse_id": self.hub.id,
                "purchase_id": self.order.id,
                "destination_id": self.uk.id,
                "carton_ids": [Command.create({"number": "1", "line_ids": lines, **size})],
            }
        )

    def _expected(self):
        """Units that the hub still expects of the order."""
        moves = self.order.picking_ids.filtered(lambda picking: not picking.first_mile_shipment_id).move_ids
        expected = moves.filtered(lambda move: move.state == "assigned")
        self.assertEqual(expected.mapped("quantity"), expected.mapped("product_uom_qty"))
        return {product: sum(own.mapped("product_qty")) for product, own in expected.grouped("product_id").items()}

    def _get_values(self, place):
        layers = self.env["cost.layer"].search([("place_id", "=", place.id)])
        return {product: sum(own.mapped("value")) for product, own in layers.grouped("product_id").items()}

    def test_what_leaves_is_received_from_the_order_into_transit(self):
        shipment = self._create_shipment(6, 20)
        shipment.action_plan()
        self.assertEqual(self._expected(), {self.product: 4})
        self.assertEqual(self.order.order_line.mapped("qty_received"), [0, 0])
        shipment.action_depart()
        self.check()
        self.assertEqual(shipment.state, "in_transit")
        self.assertEqual(self.order.order_line.mapped("qty_received"), [6, 20])
        self.assertEqual(self._get_values(self.sea), {self.product: 30, self.second: 40})
        cost = self.env["first.mile.cost"].create(
            {"shipment_id": shipment.id, "name": "Sea", "estimate": 26, "basis": "quantity"}
        )
        cost.action_allocate()
        self.check()
        self.assertEqual(cost.layer_amount, 26)
        self.assertEqual(self._get_values(self.sea), {self.product: 36, self.second: 60})
        shipment.action_receive()
        self.check()
        self.assertEqual(self._get_values(self.uk.view_location_id), {self.product: 36, self.second: 60})
        self.receipt.move_ids.picked = True
        self.receipt.button_validate()
        self.check()
        self.assertEqual(self.order.order_line.mapped("qty_received"), [10, 20])

    def test_what_does_not_leave_is_expected_again(self):
        shipment = self._create_shipment(6, 20)
        shipment.action_plan()
        shipment.action_cancel()
        self.assertEqual(self._expected(), {self.product: 10, self.second: 20})

    def test_an_order_leaves_in_several_shipments(self):
        first, second = self._create_shipment(6), self._create_shipment(4)
        (first | second).action_plan()
        self.assertEqual(self._expected(), {self.second: 20})
        first.action_depart()
        second.action_depart()
        self.assertEqual(self.order.order_line.mapped("qty_received"), [10, 0])

    def test_more_than_the_order_has_is_refused_and_changes_nothing(self):
        with self.assertRaisesRegex(UserError, "Kettle: 10 to come, 11 in cartons"), self.env.cr.savepoint():
            self._create_shipment(11, 20).action_plan()
        self.assertEqual(self._expected(), {self.product: 10, self.second: 20})

    def _order_units(self, units):
        """Change how many kettles the order has; whatever happens, the papers add up to it."""
        self.order.order_line[0].product_qty = units
        self.env.flush_all()
        moves = self.order.order_line[0].move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_qty")), units)

    def _count_departing(self, shipment):
        moves = shipment._get_departures().move_ids
        return {product: sum(own.mapped("product_qty")) for product, own in moves.grouped("product_id").items()}

    def test_more_of_an_order_is_expected_apart_from_the_departure(self):
        """While a part is planned to leave, and when all is."""
        shipment = self._create_shipment(6)
        shipment.action_plan()
        self._order_units(12)
        self.assertEqual(self._expected(), {self.product: 6, self.second: 20})
        self.assertEqual(self._count_departing(shipment), {self.product: 6})
        other = self._create_shipment(6, 20)
        other.action_plan()
        self.assertEqual(self._expected(), {})
        self._order_units(15)
        self.assertEqual(self._expected(), {self.product: 3})
        self.assertEqual(self._count_departing(shipment), {self.product: 6})
        self.assertEqual(self._count_departing(other), {self.product: 6, self.second: 20})
        (shipment | other).action_depart()
        self.check()
        self._order_units(16)
        self.assertEqual(self._expected(), {self.product: 4})
        third = self._create_shipment(4)
        third.action_plan()
        third.action_depart()
        self.check()
        self.assertEqual(self.order.order_line.mapped("qty_received"), [16, 20])

    def test_more_of_an_order_in_another_unit(self):
        """A line of a dozen beside one of 24; all 36 leave, and the dozen becomes two."""
        self._order_units(24)
        dozen = self.env.ref("uom.product_uom_dozen")
        line = self.order.order_line.create(
            {"order_id": self.order.id, "product_id": self.product.id, "product_uom_id": dozen.id, "product_qty": 1}
        )
        self.assertEqual(self._expected()[self.product], 36)
        shipment = self._create_shipment(36)
        shipment.action_plan()
        line.product_qty = 2
        self.assertEqual(self._expected(), {self.product: 12, self.second: 20})
        self.assertEqual(self._count_departing(shipment), {self.product: 36})
        with self.assertRaisesRegex(UserError, "cannot have 0.5 Dozens"), self.env.cr.savepoint():
            line.product_qty = 0.5

    def test_fewer_of_an_order_are_no_longer_expected_at_the_hub(self):
        shipment = self._create_shipment(6)
        shipment.action_plan()
        self._order_units(7)
        self.assertEqual(self._expected(), {self.product: 1, self.second: 20})
        self._order_units(6)
        self.assertEqual(self._expected(), {self.second: 20})
        self.assertEqual(self._count_departing(shipment), {self.product: 6})

    def test_fewer_than_are_planned_to_leave_are_refused(self):
        first, second = self._create_shipment(6), self._create_shipment(2)
        first.action_plan()
        first.action_depart()
        second.action_plan()
        text = f"cannot have 7 .* 6 have come or left, and 2 are planned to leave with {second.name}. Cancel this"
        values = {"company_id": self.company.id, "company_ids": self.company.ids}
        buyer = new_test_user(self.env, "who-sees-no-shipments", "purchase.group_purchase_user", **values)
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            self.order.order_line[0].with_user(buyer).product_qty = 7
        self.assertEqual(self._count_departing(second), {self.product: 2})
        second.action_cancel()
        self._order_units(7)
        self.assertEqual(self._expected(), {self.product: 1, self.second: 20})
        self.check()

    def test_what_does_not_leave_is_expected_again_beside_other_shipments(self):
        first, second = self._create_shipment(3), self._create_shipment(4)
        (first | second).action_plan()
        first.action_cancel()
        self.assertEqual(self._expected(), {self.product: 6, self.second: 20})
        self.assertEqual(self._count_departing(second), {self.product: 4})

    def test_papers_and_map_begin_at_the_supplier(self):
        shipment = self._create_shipment(6)
        self.assertEqual(shipment._get_shipper(), self.vendor)
        shipment.leg_ids = [Command.create({"kind": "main", "mode": "sea_lcl"})]
        self.assertEqual(shipment.leg_map["legs"][0]["from"]["name"], "Ningbo")
