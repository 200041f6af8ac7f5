"""Whether two ways left the same in the database."""


def differences(plain, ours) -> int:
    """How many orders the two ways stored differently: total, taxes, lines, deliveries, what is reserved or delivered.

    The order's date is left out: confirming the plain way replaces the date of purchase by the present.

    :param plain: sale orders whose ``client_order_ref`` is the marketplace's number
    :param ours: sale orders whose ``marketplace_ref`` is
    """
    by_ref = {order.marketplace_ref: order for order in ours}
    return sum(_picture(order) != _picture(by_ref[order.client_order_ref]) for order in plain)


def _picture(order) -> tuple:
    lines = [
        (
            line.product_id.id,
            line.product_uom_id.id,
            line.product_uom_qty,
            line.price_unit,
            line.discount,
            tuple(line.tax_ids.ids),
            line.price_subtotal,
            line.price_total,
            line.qty_delivered,
        )
        for line in order.order_line
    ]
    head = (order.state, order.company_id.id, order.currency_id.id, order.warehouse_id.id)
    return (*head, order.amount_untaxed, order.amount_tax, order.amount_total, sorted(lines), _transfers(order))


def _transfers(order) -> list:
    """Open transfers. What the marketplace ships is done the plain way, and leaves in one transfer per day in ours."""
    return sorted(
        (
            picking.state,
            picking.picking_type_id.id,
            picking.location_id.id,
            picking.location_dest_id.id,
            sorted(
                (
                    move.product_id.id,
                    move.product_uom_qty,
                    move.quantity,
                    move.state,
                    sorted((line.location_id.id, line.quantity, line.state) for line in move.move_line_ids),
                )
                for move in picking.move_ids
            ),
        )
        for picking in order.picking_ids
        if picking.state != "done"
    )


def reservation_mismatches(cr) -> int:
    """Product and location pairs whose reserved move lines do not add up to what the quants say is reserved."""
    cr.execute(
        """
        SELECT count(*) FROM (
            SELECT product_id, location_id, sum(units) FROM (
                SELECT quant.product_id, quant.location_id, quant.reserved_quantity AS units
                  FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
                 WHERE place.usage = 'internal'
                UNION ALL
                SELECT line.product_id, line.location_id, -line.quantity_product_uom
                  FROM stock_move_line line JOIN stock_location place ON place.id = line.location_id
                 WHERE place.usage = 'internal' AND line.state IN ('assigned', 'partially_available')
            ) AS part GROUP BY product_id, location_id HAVING abs(sum(units)) > 0.0001
        ) AS wrong
        """
    )
    return cr.fetchone()[0]
