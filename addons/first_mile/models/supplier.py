from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class FirstMileShipment(models.Model):
    """Goods that leave from their supplier: the order's receipt is the departure, and puts them in transit."""

    _inherit = "first.mile.shipment"

    purchase_id = fields.Many2one(
        "purchase.order",
        string="Straight From Order",
        check_company=True,
        index="btree_not_null",
        domain=[("state", "=", "purchase")],
        help="The goods leave from the supplier and never see the hub: what the cartons hold is received from the "
        "order into transit, at the order's price. Empty: they leave from the hub's stock.",
    )

    @api.onchange("purchase_id")
    def _onchange_purchase_id(self):
        if self.purchase_id:
            self.warehouse_id = self.purchase_id.picking_type_id.warehouse_id

    def _create_departure(self, totals, transit):
        """Extends to take the units out of the order's open receipts."""
        if not self.purchase_id:
            return super()._create_departure(totals, transit)
        open_moves = self._get_open_receipts()
        receipts = defaultdict(open_moves.browse) | open_moves.grouped("product_id")
        self._check_receipts(receipts, totals)
        moment = self._to_moment(self.etd or self.ship_date)
        departure = self.env["stock.picking"].create(
            {
                **self.purchase_id._prepare_picking(),
                "location_dest_id": transit.id,
                "scheduled_date": moment,
                "origin": f"{self.purchase_id.name}, {self.name}",
                "first_mile_shipment_id": self.id,
            }
        )
        pickings = open_moves.picking_id
        moves = open_moves.browse().union(*(receipts[product]._split_off(units) for product, units in totals.items()))
        moves.write(
            {
                "picking_id": departure.id,
                "location_dest_id": transit.id,
                "location_final_id": False,
                "date": moment,
            }
        )
        (open_moves - moves)._action_assign()
        pickings.filtered(lambda picking: not picking.move_ids).action_cancel()
        return departure

    def _check_receipts(self, receipts, totals):
        """:raise UserError: the order has less to come than is to leave

        :param dict receipts: open moves by product
        :param dict totals: units by product
        """
        lacking = [
            self.env._(
                "%(product)s: %(open)g to come, %(packed)g in cartons",
                product=product.display_name,
                open=sum(receipts[product].mapped("product_qty")),
                packed=units,
            )
            for product, units in totals.items()
            if product.uom_id.compare(sum(receipts[product].mapped("product_qty")), units) < 0
        ]
        if lacking:
            raise UserError(
                self.env._(
                    "%(order)s has less to come than the cartons hold. Correct the cartons or the order:\n%(products)s",
                    order=self.purchase_id.name,
                    products="\n".join(lacking),
                )
            )

    def _get_open_receipts(self):
        """Moves from the supplier that no shipment has and no other move waits for."""
        return self.purchase_id.order_line.move_ids.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move.location_id.usage == "supplier"
                and not move.picking_id.first_mile_shipment_id
                and not move.move_dest_ids
            )
        ).sorted("id")

    def _unplan(self):
        """Extends to give back to the order what has not left."""
        result = super()._unplan()
        self._give_back()
        return result

    def action_cancel(self):
        """Extends to give back to the order what has not left."""
        result = super().action_cancel()
        self._give_back()
        return result

    def _give_back(self):
        """Let the order expect again, as its own receipt, what this shipment does not take."""
        self.purchase_id.order_line._create_or_update_picking()

    def _get_shipper(self):
        """Whose address the goods leave from."""
        return self.purchase_id.partner_id or self.warehouse_id.partner_id or self.company_id.partner_id
