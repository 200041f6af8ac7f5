from odoo import api, fields, models
from odoo.addons.overseas_warehouse_fba.engine.movements import INCOMING, VALUE_ONLY, Attribute
from odoo.addons.overseas_warehouse_fba.models.kinds import KINDS
from odoo.tools import SQL

from .statement import NO_SETTLEMENTS, SETTLEMENTS, get_statement

DIRECTIONS = [("in", "In"), ("out", "Out"), ("value", "Value Only")]


def _names(kinds):
    return tuple(sorted(kind.value for kind in kinds))


class FbaMovement(models.Model):
    """Everything that moved units or value of the stock at Amazon, and on its way there: one statement.

    Read from what happened, never stored: units of a product, warehouse and kind of stock add up to its quants, values
    of a warehouse to its cost layers. Rows of Amazon's ledger that wait are not in it; they have moved nothing yet.
    """

    _name = "fba.movement"
    _description = "FBA Movement"
    _auto = False
    _order = "day desc, rank desc, moved_at desc, id desc"
    _rec_name = "document"
    _depends = {
        "cost.event": ["move_id", "source", "is_opening"],
        "cost.flow": ["event_id", "day", "product_id", "place_id", "reason"],
        "fba.claim": ["settled_on", "row_id", "difference_id"],
        "fba.ledger.row": ["kind", "day", "units", "attribute", "move_id", "state", "product_id"],
        "overseas.difference": ["kind", "state"],
        "overseas.inbound.receipt": ["picking_id"],
        "overseas.outbound": ["picking_id"],
        "overseas.warehouse": ["is_fba", "fba_from", "warehouse_id", "transit_location_id"],
        "sale.order": ["marketplace_ref", "marketplace_is_replacement"],
        "sale.order.line": ["marketplace_move_id", "marketplace_qty_moved"],
        "stock.location": ["warehouse_id", "usage", "parent_path"],
        "stock.picking": ["sale_id"],
        "stock.move": ["state", "date", "location_id", "location_dest_id", "origin_returned_move_id", "picking_id"],
        "stock.move.line": ["state", "quantity_product_uom", "location_id", "location_dest_id", "owner_id"],
        "stock.quant": ["quantity", "product_id", "location_id", "owner_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    warehouse_id = fields.Many2one("overseas.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    msku = fields.Char("SKU", readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    centre = fields.Char("Fulfilment Centre", readonly=True)
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    direction = fields.Selection(
        DIRECTIONS, readonly=True, help="Value only: no units move, but those that lie there cost more or less."
    )
    attribute = fields.Selection(
        [
            (Attribute.IN_TRANSIT.value, "In Transit"),
            (Attribute.AVAILABLE.value, "Sellable"),
            (Attribute.DEFECTIVE.value, "Not Sellable"),
        ],
        "Stock",
        readonly=True,
        help="On its way to Amazon; what Amazon calls SELLABLE; all its other conditions.",
    )
    units = fields.Float(digits="Product Unit", readonly=True)
    balance = fields.Float(
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Units of the product in this kind of stock of the warehouse after the movement.",
    )
    day = fields.Date("Action Date", readonly=True, help="When it happened: by Amazon's ledger, where that knows it.")
    moved_at = fields.Datetime("Time", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=None, help="Order within a day: opening, movements, values.")
    settled_on = fields.Date(
        "Settlement Date",
        readonly=True,
        help="When Amazon approved the reimbursement of all of these lost, damaged or missing units; of orders, when "
        "the marketplace first booked their money, where its settlements are read. Empty while units are owed, and of "
        "movements that nothing is owed for.",
    )
    document = fields.Char(readonly=True, help="Shipment, order, removal order, transfer or bill.")
    source = fields.Reference(
        [
            ("fba.ledger.row", "Ledger Row"),
            ("sale.order", "Order"),
            ("stock.picking", "Transfer"),
            ("stock.move", "Stock Move"),
            ("cost.event", "Cost Event"),
        ],
        "Source Document",
        readonly=True,
    )
    move_id = fields.Many2one("stock.move", "Stock Move", readonly=True)
    cost_event_id = fields.Many2one("cost.event", readonly=True, help="Where its cost is logged.")
    cost_source = fields.Char(
        "Cost From",
        compute="_compute_cost_source",
        compute_sudo=True,
        help="Receipts, shipments and bills that gave the cost. Averaged costs name where the units came from.",
    )
    purchase = fields.Monetary("Purchase Cost", readonly=True, help="Component purchase: what the supplier asked.")
    first_mile = fields.Monetary(readonly=True, help="Components freight, duty, insurance and preparation.")
    other = fields.Monetary("Other Costs", readonly=True, help="Component other, for example placement fees.")
    value = fields.Monetary(readonly=True, help="Sum of the three parts of the cost.")
    version = fields.Char(
        "Data Version",
        readonly=True,
        help="Fingerprint of the row: another one says that a fact of it has changed since it was exported.",
    )

    @property
    def _table_query(self):
        """The statement with its running balance; each partition can be read alone."""
        facts = [
            "kind", "attribute", "day", "settled_on", "document", "source", "cost_event_id", "purchase", "first_mile",
            "other",
        ]  # fmt: skip
        known = "marketplace.settlement.line" in self.env
        return SQL(
            """SELECT *, purchase + first_mile + other AS value,
                      CASE WHEN kind IN %(value_only)s THEN 'value' WHEN kind IN %(incoming)s THEN 'in'
                           ELSE 'out' END direction,
                      SUM(units) OVER (
                          PARTITION BY company_id, warehouse_id, product_id, attribute
                              ORDER BY day, rank, moved_at, id ROWS UNBOUNDED PRECEDING) balance,
                      LEFT(MD5(CONCAT_WS('|', TRIM_SCALE(units::numeric), %(facts)s)), 12) AS version
                 FROM (%(statement)s) statement""",
            value_only=_names(VALUE_ONLY),
            incoming=_names(INCOMING),
            facts=SQL(", ").join(map(SQL.identifier, facts)),
            statement=get_statement(SETTLEMENTS if known else NO_SETTLEMENTS),
        )

    @api.depends("cost_event_id")
    def _compute_cost_source(self):
        """What units of each event came from, by the links of the cost log; a receipt or bill is its own source."""
        events = self.cost_event_id
        links = self.env["cost.link"].search_fetch([("later_id", "in", events.ids)], ["event_id", "later_id"])
        by_event = links.grouped("later_id")
        for movement in self:
            event = movement.cost_event_id
            origins = by_event[event].event_id if event in by_event else event
            movement.cost_source = ", ".join(dict.fromkeys(filter(None, origins.sorted("id").mapped("source"))))

    def action_open_source(self):
        """Open the document that a movement comes from."""
        self.ensure_one()
        return self.source.get_formview_action() if self.source else False

    def action_open_cost(self):
        """Open all events that the cost of a movement comes from."""
        self.ensure_one()
        return self.cost_event_id.action_why()
