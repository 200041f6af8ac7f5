from odoo.fields import Command
from odoo.tests import tagged

from .fba_case import FbaCase, event

ORDER = "202-0000009-0000009"


@tagged("post_install", "-at_install")
class TestReplacement(FbaCase):
    """What leaves Amazon without having been sold: replacements and other shipments that Odoo knows."""

    def setUp(self):
        super().setUp()
        self._open()

    def _sell(self, ref, units=2, **vals):
        """An order that Amazon shipped, taken out of stock on its day."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "warehouse_id": self.warehouse.warehouse_id.id,
                "marketplace_ref": ref,
                "marketplace_updated_at": "2026-05-02 10:00:00",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.cup.id,
                            "price_unit": 0,
                            "product_uom_qty": units,
                            "marketplace_by_data": True,
                            "marketplace_qty_shipped": units,
                            "marketplace_shipped_at": "2026-05-02 10:00:00",
                        }
                    )
                ],
                **vals,
            }
        )
        self.env["marketplace.fulfilment.transfer"]._job_transfer(order.company_id)
        return order

    def _shipped(self, *references, units=-2):
        self._ledger(*(event("Shipments", units, Reference_ID=reference) for reference in references))
        check = self._take()
        return check, self._rows(("event_type", "=", "Shipments"))

    def test_a_replacement_leaves_with_its_order_and_not_once_more(self):
        order = self._sell(ORDER, marketplace_is_replacement=True, marketplace_replaces="202-1")
        self.assertEqual(self._units(self.cup), 48)
        check, row = self._shipped(ORDER)
        self.assertEqual((row.kind, row.state, row.move_id), ("replacement", "booked", self.env["stock.move"]))
        self.assertEqual((check.state, self._units(self.cup)), ("equal", 48))
        self.assertEqual(order.order_line.marketplace_move_id.location_dest_id.usage, "customer")

    def test_a_replacement_whose_order_comes_later_is_found(self):
        check, row = self._shipped(ORDER)
        self.assertEqual((row.kind, row.state), ("sale", "order"))
        self._sell(ORDER, marketplace_is_replacement=True)
        self.assertEqual(self._take().state, "equal")
        self.assertEqual((row.kind, row.state, row.move_id), ("replacement", "booked", self.env["stock.move"]))
        self.assertEqual(self._units(self.cup), 48)

    def test_an_order_that_replaces_none_is_a_sale(self):
        self._sell(ORDER)
        _check, row = self._shipped(ORDER)
        self.assertEqual((row.kind, row.state), ("sale", "booked"))

    def test_deliveries_without_an_order_are_other_shipments(self):
        line = Command.create({"product_id": self.cup.id})
        sold = self.env["sale.order"].create({"partner_id": self.env.user.partner_id.id, "order_line": [line]})
        again = sold.copy({"marketplace_is_replacement": True})
        kinds = {
            self._deliver(3).reference: "other_out",
            self._deliver(3, sale_id=sold.id).reference: "mcf_sale",
            self._deliver(3, sale_id=again.id).reference: "replacement",
        }
        self.assertEqual(self._units(self.cup), 41)
        check, rows = self._shipped(*kinds, units=-3)
        self.assertEqual({row.reference: row.kind for row in rows}, kinds)
        self.assertEqual((check.state, rows.mapped("state"), self._units(self.cup)), ("equal", ["booked"] * 3, 41))
        self.assertFalse(rows.move_id)
