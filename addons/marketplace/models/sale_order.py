from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contract import ConnectorError

LATE_HOURS = 24


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_shop_id = fields.Many2one(
        "marketplace.shop", string="Shop", index="btree_not_null", ondelete="restrict", copy=False, readonly=True
    )
    marketplace_ref = fields.Char(
        "Marketplace Order", copy=False, readonly=True, help="Order number at the marketplace."
    )
    marketplace_status = fields.Selection(
        [
            ("pending", "Pending"),
            ("unshipped", "Unshipped"),
            ("partially_shipped", "Partially Shipped"),
            ("shipped", "Shipped"),
            ("cancelled", "Cancelled"),
            ("unfulfillable", "Cannot Be Fulfilled"),
            ("unknown", "Unknown Word"),
        ],
        copy=False,
        readonly=True,
        help="Where the marketplace sees the order. Unknown word: see what the marketplace calls it.",
    )
    marketplace_status_text = fields.Char(
        "Marketplace's Own Status", copy=False, readonly=True, help="The marketplace's own word for the status."
    )
    marketplace_buyer_note = fields.Text(
        "Buyer's Note", copy=False, readonly=True, help="What the buyer wrote with the order."
    )
    marketplace_warnings = fields.Text(
        "Warnings", copy=False, readonly=True, help="What the marketplace warns of, e.g. a high risk of fraud."
    )
    marketplace_fulfilment = fields.Selection(
        [("merchant", "Us"), ("marketplace", "Marketplace")], string="Shipped By", copy=False, readonly=True
    )
    marketplace_revision = fields.Char(copy=False, readonly=True)
    marketplace_updated_at = fields.Datetime("Changed at Marketplace", copy=False, readonly=True)
    marketplace_ship_by = fields.Datetime(
        string="Ship By", copy=False, readonly=True, help="Latest time to hand it to the carrier."
    )
    marketplace_deliver_by = fields.Datetime("Deliver By", copy=False, readonly=True)
    marketplace_service_level = fields.Char("Promised Service", copy=False, readonly=True)
    marketplace_total = fields.Monetary(
        copy=False, readonly=True, help="What the buyer pays according to the marketplace."
    )
    marketplace_is_business = fields.Boolean("Business Buyer", copy=False, readonly=True)
    marketplace_is_replacement = fields.Boolean(
        "Replacement", copy=False, readonly=True, help="Sends goods of another order once more, free of charge."
    )
    marketplace_replaces = fields.Char(
        "Replaces Order", copy=False, readonly=True, help="Number of the order whose goods are sent once more."
    )
    marketplace_charges = fields.Json(copy=False, readonly=True, help="Charges of the order as a whole, as received.")
    marketplace_subsidies = fields.Json(
        copy=False, readonly=True, help="What the marketplace adds for vouchers and shipping, as received."
    )
    marketplace_subsidy_total = fields.Monetary(
        "Paid by the Marketplace",
        compute="_compute_marketplace_subsidy_total",
        help="What the marketplace pays towards discounts and shipping. No part of the order's total.",
    )
    marketplace_hold = fields.Selection(
        [
            ("short", "Short of Stock"),
            ("address", "Address"),
            ("cancel_request", "Buyer Wants to Cancel"),
            ("changed", "Changed After Packing"),
            ("unfulfillable", "Cannot Be Fulfilled"),
            ("unknown", "Unknown Status"),
            ("risk", "Warning of the Marketplace"),
            ("cancelling", "Being Cancelled"),
        ],
        string="Held",
        copy=False,
        tracking=True,
        help="Why a person has to look at this order before it may be shipped.",
    )
    marketplace_hold_note = fields.Text("Why It Is Held", copy=False)
    marketplace_hold_at = fields.Datetime("Held Since", copy=False, readonly=True)
    marketplace_inbox_ids = fields.One2many("marketplace.inbox", "order_id", readonly=True)
    marketplace_shipment_ids = fields.One2many("marketplace.shipment", "order_id", readonly=True)
    marketplace_shipment_state = fields.Selection(
        [
            ("none", "Not Shipped"),
            ("pending", "To Confirm"),
            ("rejected", "Confirmation Rejected"),
            ("confirmed", "Confirmed"),
        ],
        string="Shipment Confirmation",
        compute="_compute_marketplace_shipment_state",
        store=True,
    )
    marketplace_charge_html = fields.Html("Charges", compute="_compute_marketplace_charge_html", sanitize=False)
    marketplace_subsidy_html = fields.Html("Subsidies", compute="_compute_marketplace_subsidy_total", sanitize=False)
    marketplace_late = fields.Selection(
        [("late", "Late"), ("due", "Due Soon")], compute="_compute_marketplace_late", string="Urgency"
    )

    _marketplace_ref_uniq = models.UniqueIndex(
        "(marketplace_shop_id, marketplace_ref) WHERE marketplace_ref IS NOT NULL",
        "This marketplace order is already in Odoo.",
    )
    _marketplace_ship_by_idx = models.Index(
        "(marketplace_shop_id, marketplace_ship_by) WHERE marketplace_shop_id IS NOT NULL"
    )

    _marketplace_replacement_idx = models.Index("(company_id) WHERE marketplace_is_replacement")

    # === COMPUTE METHODS === #

    @api.depends("marketplace_shipment_ids.state")
    def _compute_marketplace_shipment_state(self):
        for order in self:
            order.marketplace_shipment_state = order.marketplace_shipment_ids._sum_up("confirmed")

    @api.depends("marketplace_ship_by", "marketplace_status")
    def _compute_marketplace_late(self):
        now = fields.Datetime.now()
        for order in self:
            ship_by = order.marketplace_ship_by
            if not ship_by or order.marketplace_status not in ("unshipped", "partially_shipped"):
                order.marketplace_late = False
            elif ship_by < now:
                order.marketplace_late = "late"
            else:
                order.marketplace_late = "due" if ship_by < now + timedelta(hours=LATE_HOURS) else False

    @api.depends("marketplace_charges", "order_line.marketplace_charges")
    def _compute_marketplace_charge_html(self):
        for order in self:
            rows = [("", charge) for charge in order.marketplace_charges or []]
            for line in order.order_line.grouped("marketplace_line_ref").values():
                rows += [(line[0].product_id.display_name, charge) for charge in line[0].marketplace_charges or []]
            order.marketplace_charge_html = self.env["ir.qweb"]._render("marketplace.charge_table", {"rows": rows})

    @api.depends("marketplace_subsidies", "currency_id")
    def _compute_marketplace_subsidy_total(self):
        for order in self:
            parts = order.marketplace_subsidies or []
            amounts = [Decimal(part["amount"]) for part in parts if part["currency"] == order.currency_id.name]
            order.marketplace_subsidy_total = float(sum(amounts, Decimal()))
            order.marketplace_subsidy_html = self.env["ir.qweb"]._render("marketplace.subsidy_table", {"parts": parts})

    @api.model
    def _get_marketplace_to_ship_domain(self):
        """Merchant orders that can be shipped now, or whose rest can."""
        return [
            ("state", "=", "sale"),
            ("marketplace_fulfilment", "=", "merchant"),
            ("marketplace_status", "in", ["unshipped", "partially_shipped"]),
            ("delivery_status", "!=", "full"),
            ("marketplace_hold", "=", False),
        ]

    @api.model
    def _get_marketplace_late_domain(self):
        """Merchant orders past their ship-by time or within a day of it, and not yet confirmed as shipped in full."""
        return [
            ("state", "=", "sale"),
            ("marketplace_fulfilment", "=", "merchant"),
            ("marketplace_status", "in", ["unshipped", "partially_shipped"]),
            ("marketplace_ship_by", "<", f"+{LATE_HOURS}H"),
            "|",
            ("marketplace_shipment_state", "!=", "confirmed"),
            ("delivery_status", "!=", "full"),
        ]

    # === CONFIRMATION === #

    def _prepare_confirmation_values(self):
        """Override of `sale` to keep the purchase date of marketplace orders."""
        values = super()._prepare_confirmation_values()
        if self and all(order.marketplace_shop_id for order in self):
            values.pop("date_order", None)
        return values

    # === HOLD === #

    def _hold(self, reason, note):
        """Stop the orders for a person to look at; the first reason stays until it is cleared."""
        orders = self.filtered(lambda order: not order.marketplace_hold)
        orders.write(
            {"marketplace_hold": reason, "marketplace_hold_note": note, "marketplace_hold_at": fields.Datetime.now()}
        )

    @api.model
    def _hold_each(self, holds):
        """Stop orders, each for a reason of its own.

        :param dict holds: ``{order: (reason, note)}``
        """
        for order, (reason, note) in holds.items():
            order._hold(reason, note)

    def _release(self, *reasons):
        """Clear holds, of the given reasons only if any are given."""
        orders = self.filtered(
            lambda order: order.marketplace_hold and (not reasons or order.marketplace_hold in reasons)
        )
        orders.write({"marketplace_hold": False, "marketplace_hold_note": False, "marketplace_hold_at": False})

    def action_marketplace_release(self):
        """A person decided that the order may be shipped."""
        short = self.filtered(lambda order: order.marketplace_hold == "short")
        unknown = self.filtered(lambda order: order.marketplace_hold == "unknown" and order.state == "draft")
        (self - short)._release()
        self.env["marketplace.order.importer"].sudo()._confirm_released(unknown.sudo())
        short.action_marketplace_reserve()
        return True

    def action_marketplace_reserve(self):
        """Try again to reserve stock for the orders."""
        self.env["marketplace.stock.reserver"]._reserve_exclusively(self)
        still_short = self.filtered(lambda order: order.marketplace_hold == "short")
        if still_short and len(self) == 1:
            return self.marketplace_shop_id._notify(self.env._("Stock is still short: %s", self.marketplace_hold_note))
        return True

    def action_marketplace_refetch(self):
        """Get the orders again from the marketplace and bring them up to date. A revision that a held order has already
        is applied once more: what kept it from being applied in full may be gone."""
        for order in self:
            account = order.marketplace_shop_id.account_id
            try:
                record = account._get_connector().fetch_order(order.marketplace_ref)
            except ConnectorError as error:
                raise UserError(self.env._("%(order)s: %(error)s", order=order.marketplace_ref, error=error)) from error
            Inbox = self.env["marketplace.inbox"].sudo()
            rows = Inbox._receive(order.marketplace_shop_id, [record])
            if order.marketplace_hold:
                rows = rows or Inbox._find_known(order.marketplace_shop_id, record)
            self.env["marketplace.order.importer"].sudo()._import_rows(rows)
        return True

    def action_view_marketplace_inbox(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_inbox")
        action["domain"] = [("order_id", "in", self.ids)]
        action["context"] = {}
        return action


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    qty_delivered_method = fields.Selection(selection_add=[("marketplace", "Marketplace Shipments")])
    marketplace_line_ref = fields.Char(copy=False, readonly=True, help="Number of this item at the marketplace.")
    marketplace_charges = fields.Json(
        copy=False, readonly=True, help="Item, shipping, gift wrap, discounts and taxes exactly as received."
    )
    marketplace_by_data = fields.Boolean(
        copy=False,
        readonly=True,
        help="Shipped outside this database: delivered quantities come from the marketplace, no transfer per order.",
    )
    marketplace_qty_shipped = fields.Float(
        "Shipped by Marketplace", digits="Product Unit", copy=False, readonly=True, help="Units shipped, as reported."
    )
    marketplace_shipped_at = fields.Datetime(copy=False, readonly=True)
    marketplace_qty_moved = fields.Float(
        digits="Product Unit", copy=False, readonly=True, help="Units already taken out of stock by the daily transfer."
    )

    # What a shop has sold of a product lately: asked for each listing whose stock is scarce.
    _marketplace_sold_idx = models.Index("(product_id, create_date)")

    @api.depends("marketplace_by_data")
    def _compute_qty_delivered_method(self):
        """Override of `sale_stock`: orders that the marketplace ships have no transfers."""
        by_data = self.filtered("marketplace_by_data")
        by_data.qty_delivered_method = "marketplace"
        return super(SaleOrderLine, self - by_data)._compute_qty_delivered_method()

    @api.depends("marketplace_qty_shipped", "qty_delivered_method")
    def _compute_qty_delivered(self):
        """Override of `sale` to depend on the reported shipments."""
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        """Override of `sale`: what the marketplace reports as shipped is delivered."""
        quantities = super()._prepare_qty_delivered()
        for line in self.filtered(lambda line: line.qty_delivered_method == "marketplace"):
            quantities[line] = line.marketplace_qty_shipped
        return quantities

    def _prepare_procurement_values(self):
        """Override of `sale_stock`: the ship-by time is the transfer's deadline, and decides who gets scarce stock."""
        values = super()._prepare_procurement_values()
        if self.order_id.marketplace_ship_by:
            values["date_deadline"] = self.order_id.marketplace_ship_by
        return values

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Override of `sale_stock`: no transfer for what the marketplace ships."""
        lines = self.filtered(lambda line: not line.marketplace_by_data)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)
