"""The statement of stock at Amazon as one query, part by part.

What lies at Amazon now is what lay there on the ledger's first day and all that has moved since; what it is worth is
what it was worth then and every flow of cost since. So units end at the quants and values at the layers, whatever
happened in between.
"""

from odoo.addons.stock_cost_layer.engine import Reason
from odoo.tools import SQL

# Where goods of a warehouse lie, by the kind of stock, and the place that they are costed in.
PLACES = SQL(
    """SELECT location.id location_id, fba.id warehouse_id, COALESCE(stock.view_location_id, location.id) place_id,
              CASE WHEN location.parent_path LIKE quarantine.parent_path || '%%' THEN 'defective'
                   ELSE 'available' END attribute
         FROM overseas_warehouse fba
         JOIN stock_location quarantine ON quarantine.id = fba.quarantine_location_id
         JOIN stock_location location ON location.usage = 'internal' AND (
                  location.warehouse_id = fba.warehouse_id
               OR location.parent_path LIKE quarantine.parent_path || '%%')
    LEFT JOIN stock_warehouse stock ON stock.id = location.warehouse_id
        WHERE fba.is_fba
        UNION ALL
       SELECT fba.transit_location_id, fba.id, fba.transit_location_id, 'in_transit'
         FROM overseas_warehouse fba
        WHERE fba.is_fba"""
)

# What one stock move did to one kind of stock of a warehouse, since the ledger's first day.
LEGS = SQL(
    """SELECT move.id move_id, place.warehouse_id, place.place_id, place.attribute, line.product_id,
              SUM(line.units) units
         FROM (SELECT move_id, product_id, owner_id, location_dest_id location_id, quantity_product_uom units
                 FROM stock_move_line WHERE state = 'done'
                UNION ALL
               SELECT move_id, product_id, owner_id, location_id, -quantity_product_uom
                 FROM stock_move_line WHERE state = 'done') line
         JOIN place ON place.location_id = line.location_id
         JOIN stock_move move ON move.id = line.move_id
         JOIN overseas_warehouse fba ON fba.id = place.warehouse_id
         JOIN product_product product ON product.id = line.product_id
         JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
        WHERE line.owner_id IS NULL AND (fba.fba_from IS NULL OR move.date::date >= fba.fba_from)
        GROUP BY move.id, place.warehouse_id, place.place_id, place.attribute, line.product_id
       HAVING SUM(line.units) != 0"""
)

# Documents that share a move: rows of the ledger, lines of orders.
DOCUMENTS = SQL(
    """SELECT move_id, attribute, id row_id, NULL::int line_id, units::numeric,
              SUM(units) OVER (PARTITION BY move_id, attribute) total
         FROM fba_ledger_row WHERE move_id IS NOT NULL
        UNION ALL
       SELECT marketplace_move_id, 'available', NULL, id, -marketplace_qty_moved,
              -SUM(marketplace_qty_moved) OVER (PARTITION BY marketplace_move_id)
         FROM sale_order_line WHERE marketplace_move_id IS NOT NULL"""
)

# A move's legs, divided over its documents where these tell the same units. `before` and `whole` place each part in
# its move, so that rounded running sums divide the move's value without losing a cent.
PARTS = SQL(
    """SELECT leg.*, document.row_id, document.line_id, COALESCE(document.units, leg.units) part,
              SUM(COALESCE(document.units, leg.units)) OVER (
                  PARTITION BY leg.move_id, leg.place_id
                      ORDER BY leg.attribute, document.row_id, document.line_id ROWS UNBOUNDED PRECEDING) running,
              SUM(COALESCE(document.units, leg.units)) OVER (PARTITION BY leg.move_id, leg.place_id) whole
         FROM leg
    LEFT JOIN document ON document.move_id = leg.move_id AND document.attribute = leg.attribute
                      AND document.total = leg.units"""
)

# Flows of cost in the warehouses' places; what was there before the statement begins is its opening.
FLOWS = SQL(
    """SELECT flow.id, flow.event_id, flow.day, flow.product_id, flow.place_id, place.warehouse_id, place.attribute,
              flow.reason, event.move_id, event.source, flow.purchase,
              flow.freight + flow.duty + flow.insurance + flow.preparation first_mile, flow.other,
              COALESCE(event.is_opening, FALSE) OR COALESCE(
                  CASE WHEN flow.reason = %(move)s THEN move.date::date ELSE flow.day END < fba.fba_from, FALSE
              ) is_opening
         FROM cost_flow flow
         JOIN (SELECT warehouse_id, place_id, MIN(attribute) attribute
                 FROM place GROUP BY warehouse_id, place_id) place ON place.place_id = flow.place_id
         JOIN overseas_warehouse fba ON fba.id = place.warehouse_id
    LEFT JOIN cost_event event ON event.id = flow.event_id
    LEFT JOIN stock_move move ON move.id = event.move_id""",
    move=Reason.MOVE,
)

# What a move's units were worth in a place.
WORTHS = SQL(
    """SELECT move_id, place_id, MIN(event_id) event_id, SUM(purchase) purchase, SUM(first_mile) first_mile,
              SUM(other) other
         FROM flow
        WHERE reason = %(move)s AND NOT is_opening
        GROUP BY move_id, place_id""",
    move=Reason.MOVE,
)

SKUS = SQL(
    """SELECT DISTINCT ON (warehouse_id, product_id) warehouse_id, product_id, msku, fnsku
         FROM fba_ledger_row
        WHERE product_id IS NOT NULL
        ORDER BY warehouse_id, product_id, id DESC"""
)

# Units that were written off on their way, and arrived after all.
_WRITTEN_OFF = SQL(
    """EXISTS (SELECT FROM overseas_difference difference
                WHERE difference.inbound_id = receipt.inbound_id AND difference.product_id = part.product_id
                  AND difference.kind = 'shortage' AND difference.state IN ('settled', 'accepted'))"""
)

# Why units moved that no row of the ledger explains.
_KIND = SQL(
    """CASE WHEN part.attribute = 'in_transit' AND part.units > 0
            THEN CASE WHEN other.usage = 'inventory' THEN 'first_leg_make_up' ELSE 'in_transit_in' END
            WHEN part.attribute = 'in_transit'
            THEN CASE WHEN other.usage = 'inventory' THEN 'first_leg_loss' ELSE 'in_transit_out' END
            WHEN here.location_id IS NOT NULL AND here.attribute != 'in_transit'
            THEN CASE WHEN part.units > 0 THEN 'disposition_in' ELSE 'disposition_out' END
            WHEN part.units > 0
            THEN CASE WHEN other.usage = 'customer' AND move.origin_returned_move_id IS NULL THEN 'return_unsourced'
                      WHEN other.usage = 'customer' THEN 'return_sourced'
                      WHEN other.id = fba.fba_moving_location_id THEN 'transfer_in'
                      WHEN other.usage = 'transit' THEN 'receipt'
                      WHEN other.usage != 'inventory' THEN 'receipt_without_shipment'
                      WHEN receipt.id IS NOT NULL AND %(written_off)s THEN 'first_leg_make_up'
                      WHEN receipt.id IS NOT NULL THEN 'over_receipt'
                      WHEN move.fba_warehouse_id IS NOT NULL THEN 'reconciliation_in'
                      WHEN move.is_inventory THEN 'count_gain' ELSE 'found' END
            WHEN other.usage = 'customer'
            THEN CASE WHEN sale.marketplace_is_replacement THEN 'replacement'
                      WHEN outbound.id IS NULL THEN 'sale'
                      WHEN sale.id IS NULL THEN 'other_out' ELSE 'mcf_sale' END
            ELSE CASE WHEN other.id = fba.fba_moving_location_id THEN 'transfer_out'
                      WHEN other.usage = 'transit' THEN 'removal'
                      WHEN other.usage != 'inventory' THEN 'other_out'
                      WHEN move.scrap_id IS NOT NULL THEN 'disposal'
                      WHEN move.fba_warehouse_id IS NOT NULL THEN 'reconciliation_out'
                      WHEN move.is_inventory THEN 'count_loss' ELSE 'lost' END
       END""",
    written_off=_WRITTEN_OFF,
)

# A shortage is paid by a claim of the announced goods, a sale by the marketplace's settlement.
_SETTLED = SQL(
    """CASE WHEN row.id IS NOT NULL
            THEN (SELECT MAX(settled_on) FROM fba_claim WHERE row_id = row.id)
            WHEN part.attribute = 'in_transit' AND other.usage = 'inventory'
            THEN (SELECT MAX(claim.settled_on)
                    FROM overseas_inbound inbound
                    JOIN overseas_difference difference ON difference.inbound_id = inbound.id
                    JOIN fba_claim claim ON claim.difference_id = difference.id
                   WHERE inbound.warehouse_id = part.warehouse_id AND inbound.reference = move.origin
                     AND difference.product_id = part.product_id)
            WHEN part.units < 0 THEN settlement.settled_on
       END"""
)


def _share(name):
    """A part's share of what its move was worth."""
    return SQL(
        """CASE WHEN part.whole = 0 THEN 0
                ELSE ROUND(worth.%(name)s * part.running / part.whole, currency.decimal_places)
                   - ROUND(worth.%(name)s * (part.running - part.part) / part.whole, currency.decimal_places)
           END %(name)s""",
        name=SQL.identifier(name),
    )


# Goods left their way on the day on which the ledger counted them, whenever that was booked.
_COUNTED = SQL(
    """CASE WHEN part.attribute = 'in_transit' AND part.units < 0
            THEN (SELECT MIN(counted.day) FROM fba_ledger_row counted WHERE counted.move_id = move.id) END"""
)

# Ids are those of what a row is made of, with four more bits that say what that is.
MOVED = SQL(
    """SELECT CASE WHEN row.id IS NOT NULL THEN row.id::bigint * 16
                   WHEN line.id IS NOT NULL THEN line.id::bigint * 16 + 1
                   ELSE move.id::bigint * 16 + 2
                      + CASE part.attribute WHEN 'available' THEN 0 WHEN 'defective' THEN 1 ELSE 2 END
                      + CASE WHEN part.units > 0 THEN 3 ELSE 0 END END id,
              part.warehouse_id, part.product_id, part.attribute, part.part units,
              COALESCE(row.kind, %(kind)s) kind, COALESCE(row.day, %(counted)s, move.date::date) AS day,
              COALESCE(row.happened_at, COALESCE(row.day, %(counted)s) + INTERVAL '12 hours', move.date) moved_at,
              1 rank, %(settled)s settled_on,
              row.msku, row.fnsku, row.centre,
              COALESCE(row.reference, sale.marketplace_ref, sale.name, move.origin, move.reference) document,
              CASE WHEN row.id IS NOT NULL THEN 'fba.ledger.row,' || row.id
                   WHEN sale.id IS NOT NULL THEN 'sale.order,' || sale.id
                   WHEN move.picking_id IS NOT NULL THEN 'stock.picking,' || move.picking_id
                   ELSE 'stock.move,' || move.id END source,
              move.id move_id, worth.event_id cost_event_id, %(shares)s
         FROM part
         JOIN stock_move move ON move.id = part.move_id
         JOIN overseas_warehouse fba ON fba.id = part.warehouse_id
         JOIN res_company company ON company.id = fba.company_id
         JOIN res_currency currency ON currency.id = company.currency_id
         JOIN stock_location other
           ON other.id = CASE WHEN part.units > 0 THEN move.location_id ELSE move.location_dest_id END
    LEFT JOIN place here ON here.location_id = other.id AND here.warehouse_id = part.warehouse_id
    LEFT JOIN fba_ledger_row row ON row.id = part.row_id
    LEFT JOIN sale_order_line line ON line.id = part.line_id
    LEFT JOIN stock_picking picking ON picking.id = move.picking_id
    LEFT JOIN sale_order sale ON sale.id = COALESCE(line.order_id, picking.sale_id)
    LEFT JOIN settlement ON settlement.order_id = sale.id
    LEFT JOIN overseas_inbound_receipt receipt ON receipt.picking_id = move.picking_id
    LEFT JOIN (SELECT picking_id, MIN(id) id FROM overseas_outbound GROUP BY picking_id) outbound
           ON outbound.picking_id = move.picking_id
    LEFT JOIN worth ON worth.move_id = part.move_id AND worth.place_id = part.place_id""",
    kind=_KIND,
    counted=_COUNTED,
    settled=_SETTLED,
    shares=SQL(", ").join(map(_share, ("purchase", "first_mile", "other"))),
)

# Goods that were entered in the log of costs alone are a value only: no stock has moved.
REVALUED = SQL(
    """SELECT flow.id::bigint * 16 + 8, flow.warehouse_id, flow.product_id, flow.attribute, 0,
              CASE flow.reason WHEN %(tail)s THEN 'tail_difference' WHEN %(shortage)s THEN 'negative_quantity_fix'
                   ELSE 'cost_adjustment' END,
              flow.day, flow.day::timestamp, 2, NULL, NULL, NULL, NULL, flow.source,
              'cost.event,' || flow.event_id, flow.move_id, flow.event_id, flow.purchase, flow.first_mile, flow.other
         FROM flow
        WHERE (flow.reason != %(move)s OR flow.move_id IS NULL) AND NOT flow.is_opening""",
    tail=Reason.TAIL,
    shortage=Reason.SHORTAGE,
    move=Reason.MOVE,
)

_PAIR = SQL("(opening.product_id::bigint << 20 | opening.warehouse_id) * 16")

OPENING = SQL(
    """SELECT %(pair)s + CASE opening.attribute WHEN 'available' THEN 9 WHEN 'defective' THEN 10 ELSE 11 END,
              opening.warehouse_id, opening.product_id, opening.attribute, opening.units, 'opening',
              COALESCE(fba.fba_from, fba.create_date::date) AS day, COALESCE(fba.fba_from, fba.create_date)::timestamp,
              0, NULL, NULL, NULL, NULL, NULL, 'fba.ledger.row,' || stated.id, NULL, NULL, 0, 0, 0
         FROM (SELECT warehouse_id, product_id, attribute, SUM(units) units
                 FROM (SELECT place.warehouse_id, quant.product_id, place.attribute, quant.quantity units
                         FROM stock_quant quant JOIN place ON place.location_id = quant.location_id
                        WHERE quant.owner_id IS NULL
                        UNION ALL
                       SELECT warehouse_id, product_id, attribute, -units FROM leg) stock
                GROUP BY warehouse_id, product_id, attribute
               HAVING SUM(units) != 0) opening
         JOIN overseas_warehouse fba ON fba.id = opening.warehouse_id
    LEFT JOIN (SELECT warehouse_id, product_id, attribute, MIN(id) id FROM fba_ledger_row
                WHERE state = 'opening' GROUP BY warehouse_id, product_id, attribute) stated
           ON stated.warehouse_id = opening.warehouse_id AND stated.product_id = opening.product_id
          AND stated.attribute = opening.attribute""",
    pair=_PAIR,
)

OPENING_COST = SQL(
    """SELECT %(pair)s + CASE opening.attribute WHEN 'available' THEN 12 WHEN 'defective' THEN 13 ELSE 14 END,
              opening.warehouse_id, opening.product_id, opening.attribute, 0, 'opening_cost',
              GREATEST(opening.day, fba.fba_from), GREATEST(opening.day, fba.fba_from)::timestamp,
              0, NULL, NULL, NULL, NULL, NULL, 'cost.event,' || opening.event_id, NULL, opening.event_id,
              opening.purchase, opening.first_mile, opening.other
         FROM (SELECT warehouse_id, product_id, attribute, MAX(day) AS day, MIN(event_id) event_id,
                      SUM(purchase) purchase, SUM(first_mile) first_mile, SUM(other) other
                 FROM flow
                WHERE is_opening
                GROUP BY warehouse_id, product_id, attribute
               HAVING (SUM(purchase), SUM(first_mile), SUM(other)) != (0, 0, 0)) opening
         JOIN overseas_warehouse fba ON fba.id = opening.warehouse_id""",
    pair=_PAIR,
)

NO_SETTLEMENTS = SQL("SELECT NULL::int order_id, NULL::date settled_on WHERE FALSE")
SETTLEMENTS = SQL(
    """SELECT order_id, MIN(date) settled_on
         FROM marketplace_settlement_line
        WHERE order_id IS NOT NULL
        GROUP BY order_id"""
)


def get_statement(settlements):
    """The whole query, without running balances.

    :param SQL settlements: when the marketplace booked the money of orders: ``order_id``, ``settled_on``
    """
    return SQL(
        """WITH place AS MATERIALIZED (%(places)s), leg AS MATERIALIZED (%(legs)s), document AS (%(documents)s),
            part AS (%(parts)s), flow AS MATERIALIZED (%(flows)s), worth AS MATERIALIZED (%(worths)s),
            sku AS MATERIALIZED (%(skus)s), settlement AS MATERIALIZED (%(settlements)s),
            moved AS (%(moved)s UNION ALL %(revalued)s UNION ALL %(opening)s UNION ALL %(opening_cost)s)
       SELECT moved.id, fba.company_id, company.currency_id, moved.warehouse_id, moved.product_id,
              COALESCE(moved.msku, sku.msku) msku, COALESCE(moved.fnsku, sku.fnsku) fnsku, moved.centre,
              moved.kind, moved.attribute, moved.units, moved.day, moved.moved_at, moved.rank, moved.settled_on,
              moved.document, moved.source, moved.move_id, moved.cost_event_id,
              COALESCE(moved.purchase, 0) purchase, COALESCE(moved.first_mile, 0) first_mile,
              COALESCE(moved.other, 0) other
         FROM moved
         JOIN overseas_warehouse fba ON fba.id = moved.warehouse_id
         JOIN res_company company ON company.id = fba.company_id
    LEFT JOIN sku ON sku.warehouse_id = moved.warehouse_id AND sku.product_id = moved.product_id""",
        places=PLACES,
        legs=LEGS,
        documents=DOCUMENTS,
        parts=PARTS,
        flows=FLOWS,
        worths=WORTHS,
        skus=SKUS,
        settlements=settlements,
        moved=MOVED,
        revalued=REVALUED,
        opening=OPENING,
        opening_cost=OPENING_COST,
    )
