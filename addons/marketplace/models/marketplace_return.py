from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("requested", "approved", "in_transit", "disputed", "unknown")


class MarketplaceReturn(models.Model):
    _name = "marketplace.return"
    _description = "Return"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "create_date desc, id desc"
    _rec_names_search = ["name", "order_id.marketplace_ref", "order_id.name", "tracking"]

    name = fields.Char("Return", required=True, readonly=True, help="Number of the return at the marketplace.")
    order_id = fields.Many2one("sale.order", required=True, ondelete="restrict", index=True, readonly=True)
    marketplace_ref = fields.Char(related="order_id.marketplace_ref", string="Marketplace Order")
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("return", "Return"),
            ("refund", "Money Only"),
            ("exchange", "Exchange"),
            ("cancellation", "Cancellation"),
        ],
        required=True,
        readonly=True,
        help="Return: goods come back, money goes back. Exchange: other goods go out.",
    )
    state = fields.Selection(
        [
            ("requested", "To Answer"),
            ("approved", "Approved"),
            ("in_transit", "On Its Way"),
            ("received", "Received"),
            ("refunded", "Refunded"),
            ("rejected", "Refused"),
            ("disputed", "Disputed"),
            ("closed", "Closed"),
            ("unknown", "Unknown Status"),
        ],
        string="Status",
        required=True,
        readonly=True,
        tracking=True,
        group_expand=True,
        help="Where the marketplace sees the return.",
    )
    status_text = fields.Char(
        "Marketplace's Own Status", readonly=True, help="The marketplace's own word for the status."
    )
    requested_at = fields.Datetime("Requested", readonly=True)
    updated_at = fields.Datetime("Changed at Marketplace", readonly=True)
    answer_by = fields.Datetime(readonly=True, help="Until when you must answer the buyer at the marketplace.")
    revision = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    note = fields.Text("Buyer's Note", readonly=True)
    line_ids = fields.One2many("marketplace.return.line", "return_id", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    refund_amount = fields.Monetary("Buyer Gets Back", readonly=True, aggregator="sum")
    refund_text = fields.Char("Refund as Received", readonly=True, help="Exactly as the marketplace states it.")
    carrier = fields.Char(readonly=True)
    tracking = fields.Char("Tracking Number", readonly=True)
    picking_ids = fields.One2many("stock.picking", "marketplace_return_id", string="Transfers", readonly=True)
    picking_count = fields.Integer(compute="_compute_picking_count")
    received_at = fields.Datetime("Received Here", readonly=True, copy=False, help="When the goods came in here.")
    is_merchant = fields.Boolean(compute="_compute_is_merchant", help="The goods left from your own stock.")
    answer_late = fields.Boolean(compute="_compute_answer_late")

    _number_uniq = models.Constraint("UNIQUE(shop_id, name)", "This return is already recorded for this shop.")
    _answer_idx = models.Index("(shop_id, answer_by) WHERE state = 'requested'")

    # === COMPUTE METHODS === #

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for record in self:
            record.picking_count = len(record.picking_ids)

    @api.depends("order_id.marketplace_fulfilment")
    def _compute_is_merchant(self):
        for record in self:
            record.is_merchant = record.order_id.marketplace_fulfilment == "merchant"

    @api.depends("answer_by", "state")
    def _compute_answer_late(self):
        now = fields.Datetime.now()
        for record in self:
            record.answer_late = record.state == "requested" and bool(record.answer_by) and record.answer_by < now

    # === TRANSFER === #

    def action_create_transfer(self):
        """Make the transfer that takes the goods of this return back, and open it."""
        self.ensure_one()
        if open_transfers := self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")):
            return open_transfers._get_records_action()
        pickings = self._create_transfers()
        return pickings._get_records_action()

    def _create_transfers(self):
        """Return transfers for what this return expects and has not come in yet, one per delivery it left with.

        :raise UserError: nothing of it was delivered from here
        """
        units = self._get_units_to_receive()
        pickings = self.env["stock.picking"]
        for delivery, moves in self._find_delivered_moves(units).items():
            wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
            wizard.product_return_moves.filtered(lambda line, moves=moves: line.move_id not in moves).unlink()
            for line in wizard.product_return_moves:
                line.quantity = moves[line.move_id]
            picking = wizard._create_return()
            picking.write({"marketplace_return_id": self.id, "carrier_tracking_ref": self.tracking})
            pickings |= picking
        if not pickings:
            raise UserError(
                self.env._("Nothing of this return has been delivered from here, or all of it is back already.")
            )
        self._send_to_locations(pickings)
        return pickings

    def _get_units_to_receive(self):
        """Units per sale order line that come back and that no transfer of this return has taken yet.

        :return: ``{sale order line: units}``
        """
        units = self.line_ids._get_units_by_order_line()
        for move in self.picking_ids.move_ids.filtered(lambda move: move.state != "cancel"):
            line = move.origin_returned_move_id.sale_line_id
            units[line] = units.get(line, 0) - (move.quantity if move.state == "done" else move.product_uom_qty)
        return units

    def _find_delivered_moves(self, units):
        """Done deliveries of the returned order lines.

        :param dict units: ``{sale order line: units to take back}``
        :return: ``{delivery: {move: units}}``, never more than was delivered and is not back yet
        """
        result = {}
        for line, wanted in units.items():
            moves = line.move_ids.filtered(
                lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
            )
            for move in moves.sorted("id"):
                back = sum(move.returned_move_ids.filtered(lambda m: m.state != "cancel").mapped("product_uom_qty"))
                quantity = min(wanted, move.quantity - back)
                if quantity > 0:
                    result.setdefault(move.picking_id, {})[move] = quantity
                    wanted -= quantity
        return result

    def _send_to_locations(self, pickings):
        """Sellable units go back to stock, others where the shop wants them."""
        restock_by_ref = {line.line_ref: line.restock for line in self.line_ids}
        for move in pickings.move_ids:
            ref = move.origin_returned_move_id.sale_line_id.marketplace_line_ref
            restock = restock_by_ref.get(ref, "unknown")
            location = self.shop_id._get_return_location(restock, move.picking_id.picking_type_id.warehouse_id)
            if location and move.location_dest_id != location:
                move.location_dest_id = location
                move.move_line_ids.location_dest_id = location

    def _note_received(self):
        """The goods are here: say so once all transfers of a return are done."""
        now = fields.Datetime.now()
        for record in self:
            if not record.received_at and all(p.state in ("done", "cancel") for p in record.picking_ids):
                record.received_at = now
                record.message_post(body=record.env._("The goods have come in."))

    # === ACTIONS === #

    def action_view_transfers(self):
        return self.picking_ids._get_records_action(name=self.env._("Return Transfers"))

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()


class MarketplaceReturnLine(models.Model):
    _name = "marketplace.return.line"
    _description = "Returned Units"
    _order = "return_id, id"
    _rec_name = "product_id"

    return_id = fields.Many2one("marketplace.return", required=True, ondelete="cascade", index=True)
    shop_id = fields.Many2one(related="return_id.shop_id", store=True, index=True)
    company_id = fields.Many2one(related="return_id.company_id", store=True)
    external_id = fields.Char("Number", help="Number of this line at the marketplace.")
    line_ref = fields.Char("Order Item", help="Number of the order's item at the marketplace.")
    order_line_id = fields.Many2one("sale.order.line", ondelete="set null", index="btree_not_null")
    product_id = fields.Many2one("product.product", ondelete="restrict")
    sku = fields.Char("SKU")
    quantity = fields.Integer()
    reason = fields.Char()
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary("Buyer Gets Back")
    amount_text = fields.Char("As Received", help="Exactly as the marketplace states it.")
    restock = fields.Selection(
        [
            ("sellable", "To Stock"),
            ("unsellable", "Cannot Be Sold"),
            ("none", "Nothing Comes Back"),
            ("unknown", "Open"),
        ],
        default="unknown",
        required=True,
        help="Whether the returned units can be sold again.",
    )

    def _get_units_by_order_line(self):
        """Units per sale order line that come back. Lines of the order that share a marketplace line are filled one
        after the other.

        :return: ``{sale order line: units}``
        """
        units = {}
        for line in self.filtered(lambda line: line.line_ref and line.restock != "none"):
            order_lines = line.return_id.order_id._get_lines_by_ref().get(line.line_ref, self.order_line_id.browse())
            left = line.quantity
            for order_line in order_lines.sorted("id"):
                part = min(left, order_line.product_uom_qty - units.get(order_line, 0))
                if part > 0:
                    units[order_line] = units.get(order_line, 0) + part
                    left -= part
        return units


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    return_location_id = fields.Many2one(
        "stock.location",
        string="Returns Go To",
        check_company=True,
        domain="[('usage', 'in', ('internal', 'inventory'))]",
        help="Where returned goods go that cannot be sold, or have to be looked at first. Empty: what cannot be sold "
        "is written off, the rest goes to stock.",
    )
    return_count = fields.Integer("Open Returns", compute="_compute_return_count")

    def _compute_return_count(self):
        domain = [("shop_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        self._set_counts("return_count", self.env["marketplace.return"]._read_group(domain, ["shop_id"], ["__count"]))

    def _get_return_location(self, restock, warehouse):
        """Where returned units go.

        :param str restock: value of :class:`~..contract.Restock`
        """
        if restock == "sellable":
            return warehouse.lot_stock_id
        if self.return_location_id or restock != "unsellable":
            return self.return_location_id
        domain = [("usage", "=", "inventory"), ("company_id", "in", [self.company_id.id, False])]
        return self.env["stock.location"].search(domain, order="company_id", limit=1)

    def action_view_returns(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_returns")
        action["domain"] = [("shop_id", "in", self.ids)]
        return action


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_return_ids = fields.One2many("marketplace.return", "order_id", readonly=True)
    marketplace_return_count = fields.Integer(compute="_compute_marketplace_return_count", compute_sudo=True)

    @api.depends("marketplace_return_ids")
    def _compute_marketplace_return_count(self):
        for order in self:
            order.marketplace_return_count = len(order.marketplace_return_ids)

    def _get_lines_by_ref(self):
        """:return: ``{marketplace line: order lines}``"""
        return self.order_line.filtered("marketplace_line_ref").grouped("marketplace_line_ref")

    def action_view_marketplace_returns(self):
        return self.marketplace_return_ids._get_records_action(name=self.env._("Returns"))


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_return_id = fields.Many2one(
        "marketplace.return", string="Return", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
