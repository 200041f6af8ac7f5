from odoo.addons.marketplace.contract import Capability
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from .routing_case import RoutingCase


@tagged("post_install", "-at_install")
class TestRouter(RoutingCase):
    def test_without_rules_the_shop_s_warehouse_ships(self):
        order = self._import(self._order("O1", self._pens()))
        self.assertFalse(order.routing_decision_id)
        self.assertEqual(self._transfers(order), {"Leeds": ["PEN"]})

    def test_rule_moves_the_order_before_its_transfer_exists(self):
        self._create_ruleset(self._ship_from(self.berlin))
        order = self._import(self._order("O1", self._pens(2)))
        self.assertEqual(order.warehouse_id, self.berlin)
        self.assertEqual(order.order_line.warehouse_id, self.berlin)
        self.assertEqual(self._transfers(order), {"Berlin": ["PEN"]})

    def test_split_order_has_a_transfer_per_warehouse(self):
        self._create_ruleset({"ship_from": "nearest", "split": "short"})
        order = self._import(self._order("O1", self._line("MUG", 2, "20.00"), self._pens(), self._lamps()))
        self.assertEqual(order.warehouse_id, self.warehouse)
        self.assertEqual(self._transfers(order), {"Leeds": ["MUG", "PEN"], "Paris": ["LAMP"]})
        self.assertEqual(order.routing_decision_id.parcel_count, 2)
        self.assertEqual(len(order.order_line), 3)

    def test_orders_of_a_batch_share_the_stock(self):
        self._create_ruleset(self._ship_from(self.berlin, self.warehouse))
        orders = self._import(*(self._order(f"O{number}", self._pens(4)) for number in range(4)))
        self.assertEqual(orders.mapped("warehouse_id.name"), ["Berlin", "Leeds"])
        self.assertEqual([order.warehouse_id for order in orders].count(self.berlin), 2)

    def test_drafts_do_not_take_stock_from_themselves(self):
        """A pending order counts as demand of its warehouse; when it is routed, its own units are free again."""
        self._create_ruleset(self._ship_from(self.warehouse, self.berlin))
        [order] = self._import(self._order("O1", self._pens(1000)))
        self.assertEqual(order.warehouse_id, self.warehouse)

    def test_hold_tags_note_and_carrier(self):
        tag = self.env["crm.tag"].create({"name": "Fragile"})
        product = self.env["product.product"].create({"name": "Freight", "type": "service"})
        carrier = self.env["delivery.carrier"].create({"name": "DHL Express", "product_id": product.id})
        self._create_ruleset(
            {
                "hold": True,
                "hold_note": "Call the buyer",
                "add_tag_ids": tag.ids,
                "note": "Double <box>",
                "carrier_id": carrier.id,
            }
        )
        order = self._import(self._order("O1"))
        self.assertEqual((order.marketplace_hold, order.marketplace_hold_note), ("routing", "Call the buyer"))
        self.assertEqual(order.tag_ids, tag)
        self.assertEqual(order.carrier_id, carrier)
        self.assertEqual(order.picking_ids.carrier_id, carrier)
        self.assertIn("Double &lt;box&gt;", order.picking_ids.note)

    def test_conditions_see_the_order(self):
        self._create_ruleset(
            self._ship_from(self.paris, country_ids=self.env.ref("base.de").ids),
            self._ship_from(
                self.berlin,
                shop_ids=self.shop.ids,
                country_ids=self.env.ref("base.uk").ids,
                postcodes="LS1-LS9",
                weight_max=1.0,
                value_max=2.0,
                buyer="private",
                category_ids=self.pen.categ_id.ids,
            ),
        )
        light, heavy = self._import(self._order("O1", self._pens(2)), self._order("O2", self._pens(3)))
        self.assertEqual(light.warehouse_id, self.berlin)
        self.assertEqual(heavy.warehouse_id, self.warehouse)
        self.assertFalse(heavy.routing_decision_id.rule_id)

    def test_nearest_knows_where_the_warehouses_are(self):
        self._create_ruleset({"ship_from": "nearest"})
        order = self._import(self._order("O1", self._pens()))
        self.assertEqual(order.warehouse_id, self.warehouse)
        self.assertLess(order.routing_decision_id.distance_km, 30)

    def test_marketplace_s_stock_is_kept(self):
        self.env["stock.quant"]._update_available_quantity(self.pen, self.fulfilment_warehouse.lot_stock_id, 9)
        self._create_ruleset(self._ship_from(self.fulfilment_warehouse, self.berlin))
        order = self._import(self._order("O1", self._pens()))
        self.assertEqual(order.warehouse_id, self.berlin)

    def test_marketplace_orders_are_left_alone(self):
        self._create_ruleset(self._ship_from(self.berlin))
        order = self._import(self._marketplace_order("O1"))
        self.assertFalse(order.routing_decision_id)
        self.assertEqual(order.warehouse_id, self.fulfilment_warehouse)

    def test_merged_orders_leave_in_one_parcel(self):
        self.connector.capabilities = frozenset(Capability) - {Capability.LABELS}
        self._create_ruleset({"ship_from": "nearest", "merge": True})
        orders = self._import(self._order("O1", self._pens()), self._order("O2"))
        self.assertEqual(orders.picking_ids.combined_parcel_id.picking_ids, orders.picking_ids)

    def test_an_order_follows_an_open_one_of_its_buyer_for_some_hours(self):
        self._create_ruleset({"ship_from": "nearest", "merge": True}, merge_hours=4)
        first = self._import(self._order("O1", self._lamps()))
        self.assertEqual(first.warehouse_id, self.paris)
        self.env["stock.quant"]._update_available_quantity(self.pen, self.paris.lot_stock_id, 5)
        second = self._import(self._order("O2", self._pens()))
        self.assertEqual(second.warehouse_id, self.paris)
        (first + second).picking_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE stock_picking SET create_date = create_date - INTERVAL '5 hours' WHERE id IN %s",
            (tuple((first + second).picking_ids.ids),),
        )
        self.assertEqual(self._import(self._order("O3", self._pens())).warehouse_id, self.warehouse)

    def test_changed_order_is_routed_again(self):
        self._create_ruleset(self._ship_from(self.berlin, self.warehouse))
        order = self._import(self._order("O1", self._pens()))
        self._import(self._order("O1", self._pens(11), revision=2))
        self.assertEqual(order.warehouse_id, self.warehouse)
        self.assertEqual(self._transfers(order), {"Leeds": ["PEN"]})

    def test_queries_do_not_grow_with_the_orders(self):
        rules = [{"note": f"Note {number}", "value_min": 1e6 + number} for number in range(20)]
        self._create_ruleset(*rules, {"ship_from": "nearest", "split": "short"})
        router = self.env["marketplace.router"]
        counts = []
        for number, size in enumerate((2, 2, 12)):
            orders = self.env["sale.order"].concat(
                *(
                    self._create_order(f"Q{number}-{index}", [(self.pen, 1, "1"), (self.lamp, 1, "2")])
                    for index in range(size)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            router._route(orders)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestRouteAgain(RoutingCase):
    def _route_again(self, order):
        with trap_jobs():
            order.action_route_again()

    def test_transfers_are_replaced(self):
        order = self._import_and_reserve(self._order("O1", self._pens()))
        old = order.picking_ids
        self._create_ruleset(self._ship_from(self.berlin))
        self._route_again(order)
        self.assertEqual(old.state, "cancel")
        self.assertEqual(self._transfers(order), {"Berlin": ["PEN"]})
        new = order.picking_ids - old
        self.assertEqual(new.move_ids.sale_line_id, order.order_line.filtered("marketplace_line_ref"))
        self.env["marketplace.stock.reserver"]._job_reserve(self.berlin)
        self.assertEqual(new.state, "assigned")

    def test_units_of_the_order_itself_are_free(self):
        """All lamps are promised to this very order; routed again, it may have them again."""
        self._create_ruleset(self._ship_from(self.paris, self.warehouse))
        order = self._import_and_reserve(self._order("O1", self._lamps(5)))
        self._route_again(order)
        self.assertEqual(order.warehouse_id, self.paris)
        self.assertFalse(order.routing_decision_id.waits)

    def test_earlier_split_is_forgotten(self):
        self._create_ruleset({"ship_from": "nearest", "split": "short"})
        order = self._import(self._order("O1", self._pens(), self._lamps()))
        self.assertEqual(len(self._transfers(order)), 2)
        self.env["stock.quant"]._update_available_quantity(self.lamp, self.warehouse.lot_stock_id, 5)
        self._route_again(order)
        self.assertEqual(self._transfers(order), {"Leeds": ["PEN", "LAMP"]})
        self.assertEqual(len(order.routing_decision_ids), 2)

    def test_hold_of_a_rule_that_is_gone_ends(self):
        self._create_ruleset({"hold": True, "hold_note": "Look"})
        order = self._import(self._order("O1"))
        self._create_ruleset(self._ship_from(self.warehouse))
        self._route_again(order)
        self.assertFalse(order.marketplace_hold)

    def test_not_once_something_has_left(self):
        self._create_ruleset(self._ship_from(self.warehouse))
        order = self._import(self._order("O1"))
        self.assertTrue(order.can_route_again)
        self._ship(order)
        self.assertFalse(order.can_route_again)
        with self.assertRaisesRegex(UserError, "has left already"):
            order.action_route_again()

    def test_not_without_rules(self):
        order = self._import(self._order("O1"))
        with self.assertRaisesRegex(UserError, "Switch one on"):
            order.action_route_again()
        self.assertEqual(self._transfers(order), {"Leeds": ["MUG"]})
