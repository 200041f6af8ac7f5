from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import Form, tagged

from .kit_case import KitCase


@tagged("post_install", "-at_install")
class TestKitShipment(KitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup = cls._create_product("CUP", 100)
        cls.plate = cls._create_product("PLATE", 100)
        cls.set = cls._create_kit("SET", [(cls.cup, 2), (cls.plate, 1)])

    def _confirm(self, lines):
        order = self._create_order("1", lines)
        order.action_confirm()
        order.picking_ids.action_assign()
        return order

    def _ship(self, picking, quantities=None):
        """:param dict quantities: ``{product: units}``; all by default"""
        for move in picking.move_ids:
            move.quantity = (quantities or {}).get(move.product_id, 0 if quantities else move.product_uom_qty)
            move.picked = True
        with trap_jobs():
            result = picking.button_validate()
            if result is not True:
                Form(self.env[result["res_model"]].with_context(**result["context"])).save().process()

    def _lines(self, order):
        shipments = self.env["marketplace.shipment"].search([("order_id", "=", order.id)], order="id")
        return [[(line["order_line_id"], line["quantity"]) for line in shipment.lines] for shipment in shipments]

    def test_kits_are_reported_as_bought(self):
        order = self._confirm([(self.set, 3, "L1"), (self.cup, 4, "L2")])
        self._ship(order.picking_ids)
        self.assertEqual([sorted(lines) for lines in self._lines(order)], [[("L1", 3), ("L2", 4)]])

    def test_parts_of_a_kit_in_two_transfers_count_when_complete(self):
        order = self._confirm([(self.set, 3, "L1")])
        self._ship(order.picking_ids, {self.cup: 4, self.plate: 1})
        self.assertEqual(self._lines(order), [[("L1", 1)]])
        self._ship(order.picking_ids.filtered(lambda picking: picking.state != "done"))
        self.assertEqual(self._lines(order), [[("L1", 1)], [("L1", 2)]])

    def test_transfer_that_completes_nothing_is_not_reported(self):
        order = self._confirm([(self.set, 1, "L1")])
        self._ship(order.picking_ids, {self.plate: 1})
        self.assertEqual(self._lines(order), [])

    def test_kits_in_dozens_and_within_kits(self):
        pair = self._create_kit("PAIR", [(self.set, 2)])
        order = self._create_order("1", [(pair, 1, "L1")])
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        order.picking_ids.action_assign()
        self._ship(order.picking_ids)
        self.assertEqual(self._lines(order), [[("L1", 1)]])
