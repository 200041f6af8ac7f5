"""What installing and uninstalling the desk does with orders that are held."""

from .checks.finding import Finding
from .models.sale_order import KINDS


def post_init_hook(env):
    """Put on the desk what is held or waits in the inbox already."""
    orders = env["sale.order"].search([("marketplace_hold", "!=", False), ("state", "!=", "cancel")])
    since = {order.id: order.marketplace_hold_at for order in orders}
    holds = env["marketplace.hold"]._raise(
        Finding(order.id, order.marketplace_hold, order.marketplace_hold_note or "") for order in orders
    )
    for hold in holds:
        hold.raised_at = since[hold.order_id.id] or hold.raised_at
    orders._show_holds()
    env["marketplace.hold"]._follow_inbox(env["marketplace.inbox"].search([("state", "in", ["waiting", "failed"])]))


def uninstall_hook(env):
    """Leave the orders with the reasons that the core knows: those found here go with the desk."""
    orders = env["sale.order"].search([("marketplace_hold", "in", list(dict(KINDS)))])
    holds = env["marketplace.hold"]._find_open(orders).filtered(lambda hold: hold.kind not in dict(KINDS))
    holds_by_order = holds.grouped("order_id")
    for order in orders:
        order.write(order._prepare_hold_vals(holds_by_order.get(order)))
