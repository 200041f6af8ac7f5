from collections import defaultdict

from odoo import api, fields, models


class MarketplaceFulfilmentTransfer(models.AbstractModel):
    """Takes what the marketplace shipped out of its warehouse: one transfer per day, warehouse and company, one move
    per product, instead of one transfer per order."""

    _name = "marketplace.fulfilment.transfer"
    _description = "Marketplace Shipments Transfer"

    @api.model
    def _job_transfer(self, company, limit=50000):
        """Move all reported shipments that have not been moved yet; running it again moves nothing twice.

        :return: done transfers
        """
        lines = self.env["sale.order.line"].with_company(company)._get_unmoved_marketplace_lines(company, limit)
        by_group = lines.grouped(self._get_group)
        groups = {group: own._sum_unmoved_units() for group, own in by_group.items()}
        pickings = (
            self.env["stock.picking"]
            .sudo()
            .create([self._prepare_picking_vals(day, warehouse) for day, warehouse in groups])
        )
        moves = (
            self.env["stock.move"]
            .sudo()
            .create(
                [
                    self._prepare_move_vals(picking, product, units)
                    for picking, units_by_product in zip(pickings, groups.values(), strict=True)
                    for product, units in units_by_product.items()
                ]
            )
        )
        self._validate(moves)
        move_by_key = {(move.picking_id, move.product_id): move for move in moves}
        for picking, own in zip(pickings, by_group.values(), strict=True):
            for line in own:
                line.marketplace_qty_moved = line.marketplace_qty_shipped
                line.marketplace_move_id = move_by_key[picking, line.product_id]
        return pickings

    def _get_group(self, line):
        """Day and warehouse of the transfer that takes the line's goods out."""
        day = fields.Date.to_date(line.marketplace_shipped_at or line.order_id.marketplace_updated_at)
        return day, line.order_id.warehouse_id

    def _prepare_picking_vals(self, day, warehouse):
        picking_type = warehouse.out_type_id
        return {
            "picking_type_id": picking_type.id,
            "location_id": warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            "origin": self.env._("Marketplace shipments of %s", fields.Date.to_string(day)),
            "company_id": warehouse.company_id.id,
            "user_id": False,
            "move_type": "direct",
        }

    def _prepare_move_vals(self, picking, product, units):
        return {
            "picking_id": picking.id,
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": units,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "picking_type_id": picking.picking_type_id.id,
            "company_id": picking.company_id.id,
            "origin": picking.origin,
        }

    def _validate(self, moves):
        """The goods have left: the moves are done whatever Odoo believed to be in stock; a shortage shows as a negative
        quantity, for the reconciliation with the marketplace's own inventory to explain."""
        moves = moves.with_context(marketplace_defer_reservation=True)
        moves._action_confirm(merge=False)
        self.env["stock.move.line"].with_context(marketplace_quants_done=True).create(
            [move._prepare_move_line_vals(quantity=move.product_uom_qty) for move in moves]
        )
        moves.picked = True
        moves._action_done()

    @api.model
    def _cron_transfer(self):
        """Queue the transfer of each company that has shipments to move."""
        groups = self.env["sale.order.line"]._read_group(
            [("marketplace_by_data", "=", True), ("marketplace_qty_to_move", ">", 0)], ["company_id"]
        )
        for (company,) in groups:
            self.with_delay(
                channel="root.marketplace.transfer",
                identity_key=f"marketplace-transfer-{company.id}",
                description=self.env._("Move marketplace shipments of %s", company.name),
            )._job_transfer(company)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    marketplace_qty_to_move = fields.Float(
        compute="_compute_marketplace_qty_to_move",
        store=True,
        digits="Product Unit",
        help="Shipped, still in our stock.",
    )
    marketplace_move_id = fields.Many2one(
        "stock.move",
        "Taken Out By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The last move that took units of the line out of stock, with those of other orders of the day.",
    )
    _marketplace_to_move_idx = models.Index("(company_id) WHERE marketplace_qty_to_move > 0")

    @api.depends("marketplace_qty_shipped", "marketplace_qty_moved")
    def _compute_marketplace_qty_to_move(self):
        for line in self:
            line.marketplace_qty_to_move = line.marketplace_qty_shipped - line.marketplace_qty_moved

    def _sum_unmoved_units(self):
        """``{product: units in its unit of measure}`` that are shipped and still in our stock."""
        totals = defaultdict(float)
        for line in self:
            units = line.marketplace_qty_shipped - line.marketplace_qty_moved
            totals[line.product_id] += line.product_uom_id._compute_quantity(units, line.product_id.uom_id)
        return totals

    @api.model
    def _get_unmoved_marketplace_lines(self, company, limit):
        """Lines with reported shipments that are not out of stock yet, locked against a second run."""
        lines = self.search(
            [
                ("company_id", "=", company.id),
                ("marketplace_by_data", "=", True),
                ("marketplace_qty_to_move", ">", 0),
                ("product_id.type", "=", "consu"),
            ],
            limit=limit,
        )
        return lines.try_lock_for_update()
