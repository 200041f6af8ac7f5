from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .fba_inbound_case import FbaTrainingCase


@tagged("post_install", "-at_install")
class TestFbaInboundLot(FbaTrainingCase):
    """Lots and expiry dates of what is in the cartons."""

    def setUp(self):
        super().setUp()
        self.kettle.tracking = "lot"
        self.lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.kettle.id} for name in ("L-MAY", "L-JUNE")]
        )

    def _announce(self, *contents):
        """A notice of one carton per list of ``(product, units, lot, expiry)``."""
        notice = self._create_notice([{self.mug: 1}] * len(contents))
        for carton, lines in zip(notice.carton_ids.sorted("number"), contents, strict=True):
            carton.line_ids = [Command.clear()] + [
                Command.create(
                    {"product_id": product.id, "units": units, "fba_lot_id": lot and lot.id, "fba_expires_on": expires}
                )
                for product, units, lot, expires in lines
            ]
        return notice

    def test_amazon_is_told_lots_and_expiry_dates(self):
        may, june = self.lots
        notice = self._announce(
            [(self.kettle, 4, may, "2027-05-31"), (self.mug, 2, False, False)],
            [(self.kettle, 6, june, "2027-06-30")],
        )
        self._run_jobs(notice.action_announce)
        order = notice.fba_inbound_id._prepare_order()
        self.assertEqual(
            [(item.msku, item.units, item.expires_on, item.lot) for item in order.items],
            sorted(
                [
                    (self.kettle.default_code, 4, date(2027, 5, 31), "L-MAY"),
                    (self.kettle.default_code, 6, date(2027, 6, 30), "L-JUNE"),
                    (self.mug.default_code, 2, None, ""),
                ],
                key=lambda item: (item[0], item[2] or date.min),
            ),
        )
        (plan,) = self.simulator.store.documents("inbound_plan", "eu")
        told = {(item["msku"], item.get("expiration"), item.get("manufacturingLotCode")) for item in plan["items"]}
        self.assertIn((self.kettle.default_code, "2027-05-31", "L-MAY"), told)
        self.assertIn((self.mug.default_code, None, None), told)
        packed = [
            (item["msku"], item["quantity"], item.get("manufacturingLotCode"))
            for box in plan["boxes"]
            for item in box["items"]
        ]
        self.assertIn((self.kettle.default_code, 6, "L-JUNE"), packed)

    def test_two_dates_of_a_product_in_a_carton_are_refused(self):
        may, june = self.lots
        notice = self._announce([(self.kettle, 4, may, "2027-05-31"), (self.kettle, 6, june, "2027-06-30")])
        with self.assertRaisesRegex(ValidationError, "pack each date in a carton of its own"):
            notice.action_announce()
        self.assertEqual(notice.state, "draft")

    def test_two_lots_of_one_date_share_a_carton(self):
        may, june = self.lots
        notice = self._announce([(self.kettle, 4, may, "2027-06-30"), (self.kettle, 6, june, "2027-06-30")])
        self._run_jobs(notice.action_announce)
        self.assertNotEqual(notice.fba_inbound_id.state, "failed")

    def test_a_lot_of_another_product_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not one of"):
            self._announce([(self.mug, 4, self.lots[0], False)])

    def test_goods_with_a_shelf_life_need_their_date(self):
        self.patch(type(self.kettle), "_is_fba_perishable", lambda product: product == self.kettle)
        notice = self._announce([(self.kettle, 4, self.lots[0], False)])
        with self.assertRaisesRegex(ValidationError, "has a shelf life"):
            notice.action_announce()
        notice.carton_ids.line_ids.fba_expires_on = "2027-05-31"
        self._run_jobs(notice.action_announce)
        self.assertTrue(notice.fba_inbound_id)

    def test_a_transfer_is_packed_with_its_lots(self):
        stock = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1).lot_stock_id
        transit = self.warehouse.transit_location_id
        for lot, units in zip(self.lots, (3, 5), strict=True):
            self.env["stock.quant"]._update_available_quantity(self.kettle, stock, units, lot_id=lot)
        places = {"location_id": stock.id, "location_dest_id": transit.id}
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": stock.warehouse_id.int_type_id.id,
                "move_ids": [Command.create({"product_id": self.kettle.id, "product_uom_qty": 8, **places})],
                **places,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        packer = self.env["fba.inbound.packer"].with_context(active_id=picking.id)
        wizard = packer.create({"warehouse_id": self.warehouse.id})
        self.assertEqual(wizard.line_ids.lot_id, self.lots)
        notice = self.env["overseas.inbound"].browse(wizard.action_pack()["res_id"])
        found = {(line.fba_lot_id.name, line.units) for line in notice.carton_ids.line_ids}
        self.assertEqual(found, {("L-MAY", 3), ("L-JUNE", 5)})
