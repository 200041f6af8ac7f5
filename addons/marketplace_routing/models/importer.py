from odoo import api, models
from odoo.addons.marketplace.models.order_importer import QUIET
from odoo.tools import plaintext2html


class MarketplaceOrderImporter(models.AbstractModel):
    _inherit = "marketplace.order.importer"

    def _confirm_live(self, orders):
        """Override of `marketplace`: rules decide the warehouses before the transfers are built."""
        decisions = self.env["marketplace.router"]._route(orders)
        result = super()._confirm_live(orders)
        self._follow_decisions(decisions)
        return result

    def _follow_decisions(self, decisions):
        """What needs the transfers: the freight they should cost, and parcels of several orders of a buyer."""
        decisions._plan_parcels()
        for ruleset, merging in decisions.filtered("merge").grouped("ruleset_id").items():
            self.env["marketplace.combined.parcel"]._combine(merging.order_id, ruleset.merge_hours)

    @api.model
    def _route_again(self, orders):
        """Decide confirmed orders anew, of which nothing has left, and replace their open transfers."""
        for company, company_orders in orders.grouped("company_id").items():
            importer = self.with_company(company).with_context(**QUIET)
            batch = company_orders.with_env(importer.env)
            batch.picking_ids.filtered(lambda picking: picking.state != "cancel").action_cancel()
            batch._release("routing", "short")
            decisions = importer.env["marketplace.router"]._route(batch)
            importer.env["marketplace.delivery.builder"]._build(batch)
            importer._follow_decisions(decisions)
        orders._enqueue_reservation()


class MarketplaceDeliveryBuilder(models.AbstractModel):
    _inherit = "marketplace.delivery.builder"

    def _prepare_picking_vals(self, order, rule, name):
        """Override of `marketplace`: each transfer of a split order has its own carrier, and notes of rules."""
        vals = super()._prepare_picking_vals(order, rule, name)
        decision = order.routing_decision_id
        if not decision:
            return vals
        carrier_id = decision._get_carriers().get(rule.picking_type_id.warehouse_id.id)
        if carrier_id:
            vals["carrier_id"] = carrier_id
        if decision.note:
            vals["note"] = plaintext2html(decision.note)
        return vals
