import json
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.replay import DIGITS, STATED
from .line_units import LINE_PRODUCT, LINE_UNITS

KINDS = [
    ("received", "Received"),
    ("accepted", "Accepted"),
    ("revised", "Changed"),
    ("routed", "Routed"),
    ("held", "Held"),
    ("released", "Released"),
    ("reserved", "Stock Reserved"),
    ("unreserved", "Stock Given Back"),
    ("shipped", "Shipped"),
    ("returned", "Returned"),
    ("confirmed", "Shipment Confirmed"),
    ("cancelled", "Cancelled"),
    ("refunded", "Refunded"),
]
KEEP_DAYS = 3 * 365
BUFFER = "marketplace.order.event"


class MarketplaceOrderEvent(models.Model):
    """What happened to marketplace orders, as far as it matters for their state or for stock: written once, never
    changed. `tools/replay.py` rebuilds the orders from it, `_check_replay` compares that with the database.

    Events are gathered during a transaction and written by one INSERT before it commits, so that a savepoint that is
    rolled back takes its events along. There is nothing to compute, so the ORM is not asked. Two transactions that
    change one order's state or hold conflict on the order's row; what they add to its units may come in any order.
    """

    _name = "marketplace.order.event"
    _description = "Event of a Marketplace Order"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    order_id = fields.Many2one("sale.order", required=True, ondelete="restrict", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", readonly=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict", readonly=True)
    kind = fields.Selection(KINDS, string="Event", required=True, readonly=True)
    at = fields.Datetime("Time", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", ondelete="restrict", readonly=True)
    data = fields.Json(readonly=True, help="Units as [product, warehouse, units], state, reason of a hold.")
    summary = fields.Char("What Happened", compute="_compute_summary")

    # Rows come in the order of time, so this index costs next to nothing.
    _at_idx = models.Index("USING brin (at)")

    def init(self):
        """Have PostgreSQL refuse what the ORM refuses; only what is too old may go."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION marketplace_order_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND current_setting('marketplace.retention', true) = 'on' THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'The events of marketplace orders are never changed or deleted.';
            END $$;
            CREATE OR REPLACE TRIGGER keep BEFORE UPDATE OR DELETE ON marketplace_order_event
               FOR EACH ROW EXECUTE FUNCTION marketplace_order_event_keep();
            """
        )

    # === TEXT === #

    @api.depends("kind", "data")
    def _compute_summary(self):
        rows = [row for event in self for row in (event.data or {}).get("units", ())]
        products = self.env["product.product"].sudo().browse({row[0] for row in rows}).exists()
        warehouses = self.env["stock.warehouse"].sudo().browse({row[1] for row in rows}).exists()
        names = {product.id: product.display_name for product in products}
        places = {warehouse.id: warehouse.name for warehouse in warehouses}
        holds = dict(self.env["sale.order"]._fields["marketplace_hold"]._description_selection(self.env))
        for event in self:
            event.summary = event._summarise(names, places, holds)

    def _summarise(self, names, places, holds):
        data = self.data or {}
        if self.kind == "held":
            return holds.get(data["hold"], data["hold"])
        if "parcel_units" in data:
            return self.env._("%s units", data["parcel_units"])
        return ", ".join(
            self.env._(
                "%(units)g × %(product)s (%(warehouse)s)",
                units=units,
                product=names.get(product_id, product_id),
                warehouse=places.get(warehouse_id, "–"),
            )
            for product_id, warehouse_id, units in data.get("units", ())
        )

    # === WRITING === #

    @api.model
    def _note(self, kind, orders, **data):
        """Remember that something happened to orders; what they ask for is added by itself where the kind states it.

        :param str kind: of :data:`KINDS`
        :param orders: sale orders; those of no shop are left out
        :param data: plain numbers and words, no personal data
        """
        for order in orders.sudo().filtered("marketplace_shop_id"):
            self._append(order, kind, data)

    @api.model
    def _note_units(self, kind, units):
        """Remember units that were reserved, given back, shipped or returned.

        :param dict units: ``{(order id, product id, warehouse id): units}``
        """
        by_order = {}
        for (order_id, *place), quantity in units.items():
            by_order.setdefault(order_id, Counter())[tuple(place)] += quantity
        for order in self.env["sale.order"].sudo().browse(by_order):
            last = self._get_last(order)
            if last and last["kind"] == kind:
                last["moved"].update(by_order[order.id])
            else:
                self._append(order, kind, {}, by_order[order.id])

    @api.model
    def _get_buffer(self):
        """Events of this transaction that are not written yet, oldest first, and the last one of each order."""
        hooks = self.env.cr.precommit
        if BUFFER not in hooks.data:
            hooks.data[BUFFER] = ([], {})
            hooks.add(self.env["marketplace.order.event"].sudo()._write_buffer)
        return hooks.data[BUFFER]

    @api.model
    def _get_last(self, order):
        return self._get_buffer()[1].get(order.id)

    @api.model
    def _append(self, order, kind, data, moved=None):
        events, last = self._get_buffer()
        previous = last.get(order.id)
        if previous and kind == "accepted" and previous["kind"] in ("received", "revised"):
            # One transaction takes an order in or rewrites it, and accepts it: that is one event.
            previous["kind"] = "accepted" if previous["kind"] == "received" else "revised"
            previous["data"] = {**data, "state": "sale"}
            return
        if previous and kind == previous["kind"] and kind in STATED:
            previous["data"] = {**previous["data"], **data}
            return
        event = {
            "order_id": order.id,
            "shop_id": order.marketplace_shop_id.id,
            "company_id": order.company_id.id,
            "kind": kind,
            "at": fields.Datetime.now(),
            "user_id": self.env.uid,
            "data": data,
            "moved": moved,
        }
        events.append(event)
        last[order.id] = event

    @api.model
    def _write_buffer(self):
        """Write the events of this transaction, all at once."""
        events, _last = self.env.cr.precommit.data.pop(BUFFER, ([], {}))
        if not events:
            return
        stated = self._read_accepted([event["order_id"] for event in events if event["kind"] in STATED])
        values = []
        for event in events:
            rows = self._to_rows(event["moved"] or {})
            if event["kind"] in STATED:
                rows = self._to_rows(stated.get(event["order_id"], {}))
            data = {**event["data"], "units": rows} if rows or event["kind"] in STATED else event["data"]
            columns = ("order_id", "shop_id", "company_id", "kind", "at", "user_id")
            values.append((*(event[column] for column in columns), json.dumps(data)))
        self.env.cr.execute_values(
            "INSERT INTO marketplace_order_event (order_id, shop_id, company_id, kind, at, user_id, data) VALUES %s",
            values,
            page_size=1000,
        )
        orders = self.env["sale.order"].browse({event["order_id"] for event in events})
        orders.invalidate_recordset(["marketplace_event_ids"], flush=False)

    def _to_rows(self, units):
        rows = [[*place, round(quantity, DIGITS)] for place, quantity in sorted(units.items())]
        return [row for row in rows if row[2]]

    @api.model
    def _read_accepted(self, order_ids):
        """Goods that orders ask us to ship, in the products' own unit.

        :return: ``{order id: {(product id, warehouse id): units}}``
        """
        if not order_ids:
            return {}
        names = ["order_id", "product_id", "product_uom_id", "product_uom_qty", "warehouse_id", "marketplace_by_data"]
        self.env["sale.order.line"].flush_model(names)
        result = {}
        for order_id, product_id, warehouse_id, units in self.env.execute_query(
            SQL(
                """
                SELECT line.order_id, line.product_id, COALESCE(line.warehouse_id, 0),
                       SUM(%s)
                  FROM sale_order_line line
                  %s
                 WHERE line.order_id IN %s AND template.type = 'consu' AND line.marketplace_by_data IS NOT TRUE
                 GROUP BY line.order_id, line.product_id, line.warehouse_id
                """,
                LINE_UNITS,
                LINE_PRODUCT,
                tuple(order_ids),
            )
        ):
            result.setdefault(order_id, {})[product_id, warehouse_id] = float(units)
        return result

    # === KEEPING === #

    def write(self, vals):  # pylint: disable=method-required-super
        """Override of `base`: what happened is not rewritten."""
        raise UserError(self.env._("The history of an order cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """What happened is not forgotten."""
        raise UserError(self.env._("The history of an order cannot be deleted."))

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Override of `base`: events are written by what happens, with `_note`."""
        raise UserError(self.env._("The history of an order is written by the system only."))

    @api.autovacuum
    def _gc_events(self, limit=10000):
        """The history of an order is kept for three years after the last thing that happened to it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT order_id FROM marketplace_order_event WHERE at < %(before)s
                EXCEPT SELECT order_id FROM marketplace_order_event WHERE at >= %(before)s
                LIMIT %(limit)s
                """,
                before=fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS),
                limit=limit,
            )
        )
        if rows:
            self.env.cr.execute("SET LOCAL marketplace.retention = 'on'")
            self.env.cr.execute(
                "DELETE FROM marketplace_order_event WHERE order_id IN %s", [tuple(row[0] for row in rows)]
            )
            self.env.cr.execute("SET LOCAL marketplace.retention = 'off'")
            self.env.invalidate_all(flush=False)
        return len(rows), limit if len(rows) == limit else 0


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_event_ids = fields.One2many("marketplace.order.event", "order_id", string="History", readonly=True)
