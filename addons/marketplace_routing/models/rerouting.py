from odoo import api, models


class MarketplaceRouter(models.AbstractModel):
    _inherit = "marketplace.router"

    @api.model
    def _find_movable(self, orders):
        """Orders that the rules would now ship from other warehouses, which have everything.

        :param orders: confirmed orders of which nothing has left
        :return: a subset of them; those that somebody has sent elsewhere than the rules said stay there
        """
        routed = orders.filtered(lambda order: order.warehouse_id == order.routing_decision_id.warehouse_id)
        movable = orders.browse()
        for router, ruleset, company_orders in self._group_by_ruleset(routed):
            movable |= router._find_movable_by(ruleset, company_orders)
        return movable

    def _find_movable_by(self, ruleset, orders):
        decided = self._decide(ruleset, self._prepare_facts(orders))
        options = {decision.facts.order_id: decision.option for decision in decided}
        return orders.filtered(
            lambda order: (
                order.id in options
                and not options[order.id].missing
                and set(options[order.id].warehouse_ids) != set(order.order_line.warehouse_id.ids)
            )
        )


class MarketplaceStockReserver(models.AbstractModel):
    _inherit = "marketplace.stock.reserver"

    def _hold_missing(self, warehouse, short):
        """Override of `marketplace`: an order that another warehouse can ship goes there instead of being held."""
        moved = self._route_elsewhere(self.env["sale.order"].sudo().concat(*short))
        short = {order: moves for order, moves in short.items() if order not in moved}
        return super()._hold_missing(warehouse, short) if short else None

    def _route_elsewhere(self, orders):
        """Decide anew where orders ship from that are short in a warehouse.

        Two imports at the same moment count the same units, and goods may come in elsewhere while an order waits. Only
        to where everything is in stock an order goes, so it does not wander about.

        :return: the orders that go elsewhere; the other warehouse's reservation is queued
        """
        free = orders.filtered(lambda order: order.routing_decision_id and not order._get_routing_obstacle())
        movable = self.env["marketplace.router"]._find_movable(free)
        if movable:
            self.env["marketplace.order.importer"].sudo()._route_again(movable.sudo())
        return movable
