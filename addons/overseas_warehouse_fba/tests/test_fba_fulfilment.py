from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .fba_inbound_case import FbaTrainingCase
from .fba_seller_case import GB


@tagged("post_install", "-at_install")
class TestFbaFulfilment(FbaTrainingCase):
    """Other shops' orders leave from Amazon's stock as multi-channel fulfilment."""

    # An order leaves an hour after it came: when the test says so, not while a slow machine still runs it.
    speed = 1

    def setUp(self):
        super().setUp()
        self.stock = self.warehouse.warehouse_id.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(self.kettle, self.stock, 20)

    def _create_delivery(self, units=2, **vals):
        buyer = self.env["res.partner"].create(
            {
                "name": "Ada Buyer",
                "street": "1 High Street",
                "city": "Leeds",
                "zip": "LS1 1AA",
                "country_id": self.env.ref("base.uk").id,
                "phone": "+44 113 4960000",
            }
        )
        customers = self.env.ref("stock.stock_location_customers")
        places = {"location_id": self.stock.id, "location_dest_id": customers.id}
        move = {
            "product_id": self.kettle.id,
            "product_uom": self.kettle.uom_id.id,
            "product_uom_qty": units,
            **places,
        }
        picking = self.env["stock.picking"].create(
            {
                "partner_id": buyer.id,
                "picking_type_id": self.warehouse.warehouse_id.out_type_id.id,
                "move_ids": [Command.create(move)],
                **places,
                **vals,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def _exchange(self):
        self.env["overseas.outbound"]._job_exchange(self.account)

    def _get_orders(self):
        return self.simulator.store.documents("mcf_order", "eu")

    def test_a_delivery_becomes_an_order_of_multi_channel_fulfilment_and_ships(self):
        picking = self._create_delivery()
        self._exchange()
        outbound = picking.overseas_outbound_ids
        self.assertEqual((outbound.state, outbound.message), ("accepted", False))
        (order,) = self._get_orders()
        self.assertEqual(order["body"]["sellerFulfillmentOrderId"], outbound.reference)
        self.assertEqual(order["body"]["marketplaceId"], GB)
        self.assertEqual(order["body"]["destinationAddress"]["name"], "Ada Buyer")
        self.assertEqual(
            [(item["sellerSku"], item["quantity"]) for item in order["body"]["items"]], [(self.kettle.default_code, 2)]
        )
        self.assertTrue(outbound.quotes)
        self._exchange()
        self.assertEqual(len(self._get_orders()), 1)
        self.simulator.tick(everything=True)
        self._exchange()
        self.assertEqual((outbound.state, picking.state), ("shipped", "done"))
        self.assertTrue(picking.carrier_tracking_ref)
        self.assertEqual(picking.carrier_tracking_ref, outbound.tracking)

    def test_a_cancelled_delivery_is_stopped_at_amazon(self):
        picking = self._create_delivery()
        self._exchange()
        picking.action_cancel()
        self.assertEqual((picking.state, picking.overseas_outbound_ids.state), ("cancel", "cancelled"))
        self.assertEqual([order["status"] for order in self._get_orders()], ["Cancelled"])

    def test_what_has_left_is_not_cancelled(self):
        picking = self._create_delivery()
        self._exchange()
        self.simulator.tick(everything=True)
        with self.assertRaises(UserError):
            picking.action_cancel()
        self.assertNotEqual(picking.state, "cancel")

    def test_orders_that_amazon_ships_itself_are_not_given_to_it(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.sender.id, "marketplace_fulfilment": "marketplace"}
        )
        own = self._create_delivery()
        own.reference_ids = False
        own.sale_id = order
        other = self._create_delivery()
        self._exchange()
        self.assertFalse(own.overseas_outbound_ids)
        self.assertEqual(other.overseas_outbound_ids.state, "accepted")

    def test_skus_that_amazon_fulfils_are_found_in_the_listings(self):
        shop = self.env["marketplace.shop"].create(
            {
                "name": "Amazon UK",
                "account_id": self.seller.id,
                "external_id": GB,
                "currency_id": self.env.ref("base.GBP").id,
            }
        )
        teapot = self.env["product.product"].create({"name": "Teapot", "default_code": "TEAPOT", "is_storable": True})
        self.env["marketplace.listing"].create(
            [
                {"shop_id": shop.id, "sku": "TEAPOT-FBA", "fulfilment": "marketplace", "product_id": teapot.id},
                {"shop_id": shop.id, "sku": "TEAPOT-OWN", "fulfilment": "merchant", "product_id": teapot.id},
                {"shop_id": shop.id, "sku": "NOT-MATCHED", "fulfilment": "marketplace"},
            ]
        )
        self.account.action_fba_find_products()
        known = self.env["overseas.product"].search([("account_id", "=", self.account.id)])
        self.assertEqual(set(known.mapped("sku")), {self.kettle.default_code, self.mug.default_code, "TEAPOT-FBA"})
        with self.assertRaisesRegex(UserError, "No new SKU"):
            self.account.action_fba_find_products()
