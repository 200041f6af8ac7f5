from odoo import api, fields, models

from ..contract import StockEventKind

# What changes the warehouse's stock without an order, notice or return of ours.
OWN_KINDS = ("transfer", "count", "adjustment", "regrade", "other")


class OverseasStockEvent(models.Model):
    """A change of stock as the warehouse booked it; read-only, each once."""

    _name = "overseas.stock.event"
    _description = "Stock Event of an Overseas Warehouse"
    _order = "at desc, id desc"
    _rec_name = "external_id"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="cascade", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    external_id = fields.Char("Warehouse Number", required=True, readonly=True)
    sku = fields.Char("SKU", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("inbound", "Goods Received"),
            ("outbound", "Order Shipped"),
            ("return", "Return"),
            ("transfer", "Transfer"),
            ("count", "Count"),
            ("adjustment", "Adjustment"),
            ("regrade", "Sellable or Not"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    grade = fields.Selection([("sellable", "Sellable"), ("damaged", "Damaged")], required=True, readonly=True)
    units = fields.Integer("Change", readonly=True)
    at = fields.Datetime("Booked On", required=True, readonly=True)
    document = fields.Char(readonly=True, help="The warehouse's number of what caused it.")
    reference = fields.Char(readonly=True, help="Our number of what caused it.")
    text = fields.Char("Remark", readonly=True)
    taken = fields.Boolean(
        "Taken Over", readonly=True, help="Odoo's stock has the change as well; it explains no difference any more."
    )

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This event is recorded already.")
    _open_idx = models.Index("(warehouse_id, sku) WHERE NOT taken")

    @api.model
    def _keep(self, warehouse, events):
        """Record events; those known already stay as they are.

        :param list events: `StockEvent`
        """
        numbers = [event.external_id for event in events]
        domain = [("account_id", "=", warehouse.account_id.id), ("external_id", "in", numbers)]
        known = set(self.search(domain).mapped("external_id"))
        return self.create(
            [
                {
                    "warehouse_id": warehouse.id,
                    "external_id": event.external_id,
                    "sku": event.sku,
                    "kind": StockEventKind(event.kind).value,
                    "grade": event.grade.value,
                    "units": event.units,
                    "at": event.at.replace(tzinfo=None),
                    "document": event.document,
                    "reference": event.reference,
                    "text": event.text,
                }
                for event in {event.external_id: event for event in events}.values()
                if event.external_id not in known
            ]
        )

    @api.model
    def _note_taken(self, warehouse):
        """Find the events that Odoo's stock has as well: shipped orders, and notices of which all was taken in."""
        events = self.search([("warehouse_id", "=", warehouse.id), ("taken", "=", False)])
        events._note_shipped()
        events._note_received()
        events._note_returned()

    def _note_shipped(self):
        events = self.filtered(lambda event: event.kind == "outbound")
        done = self.env["overseas.outbound"].search(
            [
                ("account_id", "in", events.account_id.ids),
                ("picking_id.state", "=", "done"),
                "|",
                ("reference", "in", events.mapped("reference")),
                ("external_id", "in", [document for document in events.mapped("document") if document]),
            ]
        )
        numbers = {*done.mapped("reference"), *filter(None, done.mapped("external_id"))}
        events.filtered(lambda event: {event.reference, event.document} & numbers).taken = True

    def _note_returned(self):
        events = self.filtered(lambda event: event.kind == "return")
        done = self.env["overseas.return"].search(
            [("warehouse_id", "in", events.warehouse_id.ids), ("state", "=", "done")]
        )
        numbers = {*done.mapped("external_id"), *done.outbound_id.mapped("reference")}
        numbers |= {*done.outbound_id.mapped("external_id")}
        events.filtered(lambda event: {event.reference, event.document} & (numbers - {False})).taken = True

    def _note_received(self):
        """Events of a notice are taken over as far as its receipts go, the oldest first."""
        events = self.filtered(lambda event: event.kind == "inbound")
        inbounds = self.env["overseas.inbound"].search(
            [
                ("account_id", "in", events.account_id.ids),
                "|",
                ("reference", "in", events.mapped("reference")),
                ("external_id", "in", [document for document in events.mapped("document") if document]),
            ]
        )
        if not inbounds:
            return
        by_number = {inbound.reference: inbound for inbound in inbounds}
        by_number |= {inbound.external_id: inbound for inbound in inbounds if inbound.external_id}
        left = self.env["overseas.inbound.receipt"]._get_booked(inbounds)
        self._take_off_earlier(inbounds, left)
        product_by_sku = self.env["overseas.product"]._get_by_sku(inbounds.account_id[:1], events.mapped("sku"))
        for event in events.sorted(lambda event: (event.at, event.id)):
            inbound = by_number.get(event.reference) or by_number.get(event.document)
            key = (inbound, product_by_sku.get(event.sku), event.grade)
            if inbound and event.units <= left[key]:
                left[key] -= event.units
                event.taken = True

    def _take_off_earlier(self, inbounds, left):
        """Leave out what events taken over before account for."""
        numbers = [*inbounds.mapped("reference"), *filter(None, inbounds.mapped("external_id"))]
        earlier = self.search(
            [
                ("account_id", "in", inbounds.account_id.ids),
                ("kind", "=", "inbound"),
                ("taken", "=", True),
                "|",
                ("reference", "in", numbers),
                ("document", "in", numbers),
            ]
        )
        product_by_sku = self.env["overseas.product"]._get_by_sku(inbounds.account_id[:1], earlier.mapped("sku"))
        by_number = {inbound.reference: inbound for inbound in inbounds}
        by_number |= {inbound.external_id: inbound for inbound in inbounds if inbound.external_id}
        for event in earlier:
            inbound = by_number.get(event.reference) or by_number.get(event.document)
            left[inbound, product_by_sku.get(event.sku), event.grade] -= event.units
