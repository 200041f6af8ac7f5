from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .fba_inbound_case import FbaTrainingCase


@tagged("post_install", "-at_install")
class TestFbaInboundPacker(FbaTrainingCase):
    """From a transfer to announced goods."""

    def setUp(self):
        super().setUp()
        self.hub = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        self.env["stock.quant"]._update_available_quantity(self.kettle, self.hub.lot_stock_id, 50)
        self.env["stock.quant"]._update_available_quantity(self.mug, self.hub.lot_stock_id, 50)
        moves = [(self.kettle, 10), (self.mug, 25)]
        places = {"location_id": self.hub.lot_stock_id.id, "location_dest_id": self.warehouse.transit_location_id.id}
        self.picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.hub.int_type_id.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom": product.uom_id.id,
                            "product_uom_qty": units,
                            **places,
                        }
                    )
                    for product, units in moves
                ],
            }
        )
        self.picking.action_confirm()
        self.picking.action_assign()

    def _open(self):
        form = Form(self.env["fba.inbound.packer"].with_context(active_id=self.picking.id))
        form.warehouse_id = self.warehouse
        return form

    def _pack_kettles(self):
        kind = self.env["stock.package.type"].create(
            {"name": "Carton", "packaging_length": 500, "width": 400, "height": 300}
        )
        package = self.env["stock.package"].create(
            {"name": "CTN-1", "package_type_id": kind.id, "shipping_weight": 9.5}
        )
        lines = self.picking.move_line_ids.filtered(lambda line: line.product_id == self.kettle)
        lines.result_package_id = package

    def test_packages_are_cartons_and_loose_units_are_packed(self):
        self._pack_kettles()
        packer = self._open().save()
        packed, loose = packer.line_ids.sorted(lambda line: not line.package_id)
        self.assertEqual((packed.units, packed.cartons), (10, 1))
        self.assertEqual((packed.length_cm, packed.width_cm, packed.height_cm), (50, 40, 30))
        self.assertEqual(packed.weight_kg, 9.5)
        loose.write({"units_per_carton": 10, "length_cm": 40, "width_cm": 30, "height_cm": 30, "weight_kg": 6})
        self.assertEqual(loose.cartons, 3)
        notice = self.env["overseas.inbound"].browse(packer.action_pack()["res_id"])
        self.assertEqual(notice.departure_id, self.picking)
        contents = [(line.product_id, line.units) for line in notice.carton_ids.sorted("number").line_ids]
        self.assertEqual(contents, [(self.kettle, 10), (self.mug, 10), (self.mug, 10), (self.mug, 5)])
        notice.fba_ship_from_id = self.sender
        with self.assertRaisesRegex(ValidationError, "Carton 4 .* lacks: Gross Weight"):
            notice.action_announce()
        notice.carton_ids.filtered(lambda carton: carton.number == 4).weight_kg = 3.2
        self._run_jobs(notice.action_announce)
        self.assertEqual(notice.fba_inbound_id.state, "choice")

    def test_a_carton_without_a_size_in_units_is_asked_for(self):
        packer = self._open().save()
        packer.line_ids.units_per_carton = 0
        with self.assertRaisesRegex(UserError, "How many units"):
            packer.action_pack()
