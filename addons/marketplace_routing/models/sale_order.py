from odoo import api, fields, models
from odoo.exceptions import UserError

ENDED = ("done", "cancel")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_hold = fields.Selection(selection_add=[("routing", "Routing Rule")], ondelete={"routing": "set null"})
    routing_decision_ids = fields.One2many(
        "marketplace.routing.decision", "order_id", string="Routing Decisions", readonly=True
    )
    routing_decision_id = fields.Many2one(
        "marketplace.routing.decision",
        compute="_compute_routing_decision_id",
        compute_sudo=True,
        help="The latest decision about where this order ships from.",
    )
    routing_parcel_ids = fields.One2many("marketplace.routing.parcel", "order_id", string="Parcels", readonly=True)
    routing_freight_estimate = fields.Monetary(
        "Estimated Freight",
        compute="_compute_routing_freight_estimate",
        compute_sudo=True,
        currency_field="routing_currency_id",
    )
    routing_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of the Freight")
    routing_summary = fields.Char("Ships From", compute="_compute_routing_explanation", compute_sudo=True)
    routing_explanation = fields.Html(
        "Why This Warehouse?", compute="_compute_routing_explanation", compute_sudo=True, sanitize=False
    )
    routing_note = fields.Text("Notes for the Warehouse", compute="_compute_routing_explanation", compute_sudo=True)
    can_route_again = fields.Boolean(compute="_compute_can_route_again", compute_sudo=True)

    @api.depends("routing_decision_ids")
    def _compute_routing_decision_id(self):
        for order in self:
            order.routing_decision_id = order.routing_decision_ids[:1]

    @api.depends(
        "routing_parcel_ids.estimated_freight", "routing_parcel_ids.picking_id.state", "routing_decision_ids.freight"
    )
    def _compute_routing_freight_estimate(self):
        """By the parcels, of which one that leaves with other orders bears its share; before them, as was decided."""
        for order in self:
            parcels = order.routing_parcel_ids.filtered(lambda parcel: parcel.picking_id.state != "cancel")
            planned = sum(parcels.mapped("estimated_freight"))
            order.routing_freight_estimate = planned if parcels else order.routing_decision_id.freight

    @api.depends("routing_decision_id")
    @api.depends_context("lang")
    def _compute_routing_explanation(self):
        for order in self:
            order.routing_summary = order.routing_decision_id.summary
            order.routing_explanation = order.routing_decision_id.explanation
            order.routing_note = order.routing_decision_id.note

    @api.depends("picking_ids.state", "state", "marketplace_fulfilment")
    def _compute_can_route_again(self):
        for order in self:
            order.can_route_again = not order._get_routing_obstacle()

    # === ROUTING === #

    def _get_routing_obstacle(self):
        """Why an order cannot be routed again, or nothing."""
        self.ensure_one()
        if self.marketplace_fulfilment != "merchant":
            return self.env._("the marketplace ships it.")
        if self.state != "sale":
            return self.env._("it is not confirmed, or cancelled.")
        if any(picking.state == "done" for picking in self.picking_ids):
            return self.env._("something of it has left already.")
        if any(parcel.state != "rejected" for parcel in self.picking_ids.marketplace_parcel_ids):
            return self.env._("the marketplace has booked its carrier. Cancel the label first.")
        return ""

    def action_route_again(self):
        """Decide anew where orders ship from, of which nothing has left, and make their transfers anew."""
        self.check_access("write")
        for order in self.sudo():
            if obstacle := order._get_routing_obstacle():
                raise UserError(
                    self.env._("%(order)s cannot be routed again: %(obstacle)s", order=order.name, obstacle=obstacle)
                )
        active = self.env["marketplace.routing.ruleset"]._find_active(self.company_id)
        if missing := self.company_id.filtered(lambda company: company not in active):
            raise UserError(
                self.env._(
                    "%s has no rule set that is switched on. Switch one on under Configuration > Routing Rules.",
                    ", ".join(missing.mapped("name")),
                )
            )
        self.env["marketplace.order.importer"].sudo()._route_again(self.sudo())
        return True

    def action_view_routing_decisions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_routing.action_decision")
        action.update({"domain": [("order_id", "=", self.id)], "context": {}})
        return action


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    routed_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Ships From",
        readonly=True,
        copy=False,
        help="Warehouse of this line, where it differs from the order's.",
    )

    @api.depends("routed_warehouse_id")
    def _compute_warehouse_id(self):
        """Override of `sale_stock`: a line may ship from elsewhere than its order."""
        result = super()._compute_warehouse_id()
        for line in self:
            if line.routed_warehouse_id:
                line.warehouse_id = line.routed_warehouse_id
        return result
