from freezegun import freeze_time
from odoo.tests import tagged

from .fba_case import FbaCase, event, text_of
from .test_buyer_return import RETURNED, returned

ORDER = "202-0000001-0000001"


@tagged("post_install", "-at_install")
class TestReturnCost(FbaCase):
    """5 cups are sold at a cost of 4; later ones cost 10. What comes back is worth what was sold."""

    def setUp(self):
        super().setUp()
        with freeze_time("2026-05-01"):
            self._open()
        self.company = self.env.company

    def _sell(self, ref, units, day):
        """An order that Amazon shipped, taken out of stock with the others of its day."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "warehouse_id": self.warehouse.warehouse_id.id,
                "marketplace_ref": ref,
            }
        )
        line = self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.cup.id,
                "product_uom_qty": units,
                "marketplace_by_data": True,
                "marketplace_qty_shipped": units,
                "marketplace_shipped_at": day,
            }
        )
        with freeze_time(day):
            self.env["marketplace.fulfilment.transfer"]._job_transfer(self.company)
        return line

    def test_a_return_names_the_move_that_sold_it(self):
        first, other = self._sell(ORDER, 5, "2026-05-02"), self._sell("202-2", 1, "2026-05-03")
        self._read("return", text_of(RETURNED, returned("202-2", "LPN2")))
        self._ledger(
            event("CustomerReturns", 1, Reference_ID=ORDER, day="05/06/2026"),
            event("CustomerReturns", 2, Reference_ID=ORDER, day="05/06/2026"),
            event("CustomerReturns", 1, Reference_ID="LPN2", day="05/06/2026"),
            event("CustomerReturns", 1, Reference_ID="NOBODY", day="05/06/2026"),
        )
        self._take()
        moves = self._rows(("event_type", "=", "CustomerReturns")).move_id
        self.assertEqual(
            {move.origin_returned_move_id: move.quantity for move in moves},
            {first.marketplace_move_id: 3, other.marketplace_move_id: 1, self.env["stock.move"]: 1},
        )

    def test_layers_of_sales_losses_finds_and_returns(self):
        if "cost.layer" not in self.env:
            self.skipTest("Cost layers are not installed.")
        with freeze_time("2026-05-01"):
            self.company.cost_layer_method = "fifo"
        self.assertEqual(self._get_layers(), (50, 200))
        self._sell(ORDER, 5, "2026-05-02")
        self.assertEqual(self._get_layers(), (45, 180))
        self.cup.standard_price = 10
        with freeze_time("2026-05-03"):
            self._receive(20)
        self.assertEqual(self._get_layers(), (65, 380))
        steps = [
            (event(units=-45, Reason="M", day="05/04/2026"), (20, 200), "lost: the oldest, at 4"),
            (event("CustomerReturns", 2, Reference_ID=ORDER, day="05/05/2026"), (22, 208), "as sold: 2 at 4"),
            (event("CustomerReturns", 1, Reference_ID="NOBODY", day="05/06/2026"), (23, 217.45), "as on average"),
            (event(units=1, Reason="F", day="05/07/2026"), (24, 226.9), "found: as on average"),
        ]
        for row, layers, why in steps:
            with freeze_time("2026-05-08"):
                self._ledger(row)
                self._take()
            self.assertEqual(self._get_layers(), layers, why)

    def test_what_multi_channel_orders_took_comes_back_at_the_cost_of_then(self):
        delivery = self._deliver(3)
        self._read("return", text_of(RETURNED, returned(delivery.reference, "LPN7")))
        self.cup.standard_price = 10
        self._ledger(
            event("CustomerReturns", 1, Reference_ID=delivery.reference, day="05/06/2026"),
            event("CustomerReturns", 1, Reference_ID="LPN7", day="05/06/2026"),
        )
        rows = self._rows(("event_type", "=", "CustomerReturns"))
        self.assertEqual(set(rows.mapped("kind")), {"return_sourced"})
        self._take()
        self.assertEqual(rows.move_id.origin_returned_move_id, delivery.picking_id.move_ids)
        self.assertEqual((rows.move_id.quantity, self._units(self.cup)), (2, 49))

    def test_layers_of_multi_channel_orders_and_their_returns(self):
        if "cost.layer" not in self.env:
            self.skipTest("Cost layers are not installed.")
        with freeze_time("2026-05-01"):
            self.company.cost_layer_method = "fifo"
            delivery = self._deliver(5)
        self.assertEqual(self._get_layers(), (45, 180))
        self.cup.standard_price = 10
        with freeze_time("2026-05-03"):
            self._receive(20)
        with freeze_time("2026-05-08"):
            self._ledger(
                event(units=-45, Reason="M", day="05/04/2026"),
                event("CustomerReturns", 2, Reference_ID=delivery.reference, day="05/05/2026"),
            )
            self._take()
        self.assertEqual(self._get_layers(), (22, 208), "20 at 10, and 2 as sold: at 4")

    def _receive(self, units):
        move = self.env["stock.move"].create(
            {
                "product_id": self.cup.id,
                "product_uom_qty": units,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": units, "picked": True})
        move._action_done()

    def _get_layers(self):
        """``(units, value)`` at Amazon, its places beside the shelf included."""
        layers = self.env["cost.layer"].search([("product_id", "=", self.cup.id)])
        return sum(layers.mapped("quantity")), round(sum(layers.mapped("purchase")), 2)
