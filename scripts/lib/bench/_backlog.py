"""A database with many orders."""

from scripts.lib.bench._copier import Copier

UNIQUE = {
    "res_partner": ("name", "email", "marketplace_key"),
    "sale_order": ("name", "marketplace_ref", "client_order_ref"),
    "stock_reference": ("name",),
    "stock_picking": ("name",),
    "marketplace_inbox": ("external_id",),
}
DELIVERED = {
    "stock_picking": "state = 'done', date_done = now()",
    "stock_move": "state = 'done', picked = true",
    "stock_move_line": "state = 'done', picked = true",
    "sale_order_line": "qty_delivered = product_uom_qty",
    "sale_order": "delivery_status = 'full', marketplace_status = 'shipped'",
}
SEED = 500


def grow_backlog(env, count: int) -> None:
    """Copy the last imported merchant orders until the database holds ``count``. The copies are delivered: they are
    history, and hold no stock back."""
    seed = env["sale.order"].search([("marketplace_fulfilment", "=", "merchant")], order="id desc", limit=SEED)
    missing = count - env["sale.order"].search_count([])
    env.flush_all()
    copier = Copier(env.cr, _rows_of(seed), UNIQUE, copies=-(-missing // len(seed)))
    copier.run()
    for table, values in DELIVERED.items():
        env.cr.execute(f"UPDATE {table} SET {values} WHERE id > %s", [copier.last[table]])
    env.invalidate_all()
    env.cr.commit()
    env.cr.execute(f"ANALYZE {', '.join(copier.rows)}")
    env.cr.commit()


def _rows_of(orders) -> dict[str, list[int]]:
    moves = orders.order_line.move_ids
    return {
        "res_partner": (orders.partner_id | orders.partner_shipping_id).ids,
        "sale_order": orders.ids,
        "sale_order_line": orders.order_line.ids,
        "stock_reference": orders.stock_reference_ids.ids,
        "stock_picking": orders.picking_ids.ids,
        "stock_move": moves.ids,
        "stock_move_line": moves.move_line_ids.ids,
        "marketplace_inbox": orders.marketplace_inbox_ids.ids,
    }
