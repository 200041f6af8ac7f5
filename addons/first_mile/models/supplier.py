from collections import defaultdict

from odoo import Command, api, fields, models
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
        moves = self._take_from_receipts(totals)
        moment = self._to_moment(self.etd or self.ship_date)
        here = {"location_dest_id": transit.id, "location_final_id": False, "date": moment, "picking_id": False}
        return self.env["stock.picking"].create(
            {
                **self.purchase_id._prepare_picking(),
                "location_dest_id": transit.id,
                "scheduled_date": moment,
                "origin": f"{self.purchase_id.name}, {self.name}",
                "first_mile_shipment_id": self.id,
                "move_ids": [Command.create({**vals, **here}) for vals in moves],
            }
        )

    def _take_from_receipts(self, totals):
        """Make the order's open receipts smaller by what leaves with this shipment.

        :param dict totals: units by product
        :return: list of vals of stock moves
        :raise UserError: the order has less to come
        """
        receipts = defaultdict(self.env["stock.move"].browse) | self._get_open_receipts().grouped("product_id")
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
        return [vals for product, units in totals.items() for vals in receipts[product]._give_units(units)]

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


class StockMove(models.Model):
    _inherit = "stock.move"

    def _give_units(self, units):
        """Take units off open moves of a product, the first move first; one that has none left is cancelled.

        :return: list of vals of moves with these units
        """
        vals_list = []
        self._do_unreserve()
        for move in self:
            part = min(units, move.product_qty)
            vals_list += move._split(part)
            units -= part
        empty = self.filtered(lambda move: move.product_uom.is_zero(move.product_uom_qty))
        empty._action_cancel()
        (self - empty)._action_assign()
        return vals_list
