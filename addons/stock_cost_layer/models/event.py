from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import Event, InvalidEvent, to_units

KINDS = [
    ("receipt", "Receipt"),
    ("sale", "Delivery"),
    ("loss", "Loss or Use"),
    ("supplier_return", "Return to Supplier"),
    ("transfer", "Transfer"),
    ("return", "Return"),
    ("gain", "Found"),
    ("correction", "Never Came"),
    ("cost", "Late Cost"),
]


class CostEvent(models.Model):
    """The log that costs are replayed from: what moved and what was paid, once and for ever.

    A place is a warehouse (its view location) or a transit location; goods inside a warehouse do not change place.
    """

    _name = "cost.event"
    _inherit = ["cost.amounts"]
    _description = "Cost Event"
    _order = "id desc"
    _rec_name = "source"
    _check_company_auto = True

    kind = fields.Selection(KINDS, string="Event", required=True, readonly=True)
    day = fields.Date(
        "Accounting Date", required=True, readonly=True, help="Day that it counts for: the document's, if it is open."
    )
    stated_day = fields.Date(
        "Document Date",
        required=True,
        readonly=True,
        help="A document of a closed period counts on the first open day.",
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", index=True, readonly=True)
    place_id = fields.Many2one(
        "stock.location", "Warehouse or Transit", required=True, ondelete="restrict", readonly=True
    )
    target_id = fields.Many2one("stock.location", "Moved To", ondelete="restrict", readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True, help="In the product's own unit of measure.")
    origin_id = fields.Many2one(
        "cost.event",
        "Belongs To",
        ondelete="restrict",
        index="btree_not_null",
        readonly=True,
        help="Receipt or transfer of a late cost; delivery of a return; receipt of what never came.",
    )
    lot_id = fields.Many2one("stock.lot", "Batch", ondelete="restrict", readonly=True)
    move_id = fields.Many2one("stock.move", "Stock Move", ondelete="restrict", index="btree_not_null", readonly=True)
    is_opening = fields.Boolean("Opening Stock", readonly=True, help="Was there, or had gone, when costing started.")
    source = fields.Char(readonly=True, help="Document that it comes from.")
    key = fields.Char("Unique Key", readonly=True, help="The same bill line is never counted twice.")
    stated_amount = fields.Float("Amount of the Bill", digits=(16, 6), readonly=True, help="In the bill's currency.")
    stated_currency_id = fields.Many2one("res.currency", "Currency of the Bill", ondelete="restrict", readonly=True)
    posting_ids = fields.One2many("cost.posting", "event_id", "Effect on Cost of Sales", readonly=True)

    _key_uniq = models.UniqueIndex("(company_id, key) WHERE key IS NOT NULL", "This cost is already counted.")

    def init(self):
        """Have PostgreSQL refuse what the ORM refuses."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION cost_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'Cost events are never changed or deleted.';
            END $$;
            CREATE OR REPLACE TRIGGER keep BEFORE UPDATE OR DELETE ON cost_event
               FOR EACH ROW EXECUTE FUNCTION cost_event_keep();
            """
        )

    # === WRITING === #

    @api.model
    def _append(self, values_list):
        """Add events to the log, cost them and post what they move; a batch takes a constant number of queries.

        :param list values_list: columns of this model; amounts per component in the company's currency, `day` is the
            document's, `company_id` defaults to the current one. Rows whose `key` is in the log are left out.
        :return: the new events
        :raise ValidationError: a row contradicts itself; nothing is written
        """
        rows = self.sudo()._leave_out_known([{"company_id": self.env.company.id, **values} for values in values_list])
        events = self.browse()
        for company in self.env["res.company"].browse(dict.fromkeys(values["company_id"] for values in rows)):
            own = [values for values in rows if values["company_id"] == company.id]
            events |= self.sudo().with_company(company)._append_of_company(company, own)
        return events.sudo(False)

    def _append_of_company(self, company, rows):
        if not company.cost_layer_method:
            return self.browse()
        states = self.env["cost.state"]._lock(company, {values["product_id"] for values in rows})
        self._set_days(company, rows)
        events = super().create(rows)  # pylint: disable=super-method-mismatch
        states._apply(events._to_engine())
        return events

    @api.model
    def _set_days(self, company, rows):
        """The day that each event counts for: open, and not before that of the event it belongs to.

        A forwarder may bill before the goods arrive; until then there is nothing that could cost more.
        """
        first_open, today = {}, fields.Date.context_today(self)
        for values in rows:
            stated = fields.Date.to_date(values.get("day")) or today
            origin = self.browse(values.get("origin_id") or ())
            day = max(stated, origin.day) if origin else stated
            if day not in first_open:
                first_open[day] = company._get_cost_open_day(day)
            values.update(stated_day=stated, day=first_open[day])

    @api.model
    def _leave_out_known(self, rows):
        keys = [values["key"] for values in rows if values.get("key")]
        known = {(event.company_id.id, event.key) for event in self.search([("key", "in", keys)])} if keys else set()
        result = []
        for values in rows:
            key = (values["company_id"], values.get("key"))
            if key not in known:
                result.append(values)
            if key[1]:
                known.add(key)
        return result

    def _to_engine(self):
        """The events as the engine's, in the order of the log."""
        return [event._to_engine_one() for event in self.sorted("id")]

    def _to_engine_one(self):
        try:
            return Event(
                self.id,
                self.day,
                self.product_id.id,
                self.place_id.id,
                self.kind,
                to_units(Decimal(str(self.quantity))),
                self._get_amounts(),
                self.target_id.id or None,
                self.origin_id.id or None,
                self.lot_id.id or None,
            ).check()
        except InvalidEvent as error:
            raise ValidationError(
                self.env._(
                    "%(document)s cannot be costed: %(error)s",
                    document=self.source or self.product_id.display_name,
                    error=error,
                )
            ) from error

    # === KEEPING === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Override of `base`: events are written by what happens, with `_append`."""
        raise UserError(self.env._("Cost events are written by stock moves and bills only."))

    def write(self, vals):  # pylint: disable=method-required-super
        """Override of `base`: what happened is not rewritten."""
        raise UserError(self.env._("Cost events are never changed; put it right with a new one."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """What happened is not forgotten."""
        raise UserError(self.env._("Cost events are never deleted; put it right with a new one."))

    # === SCREENS === #

    @api.depends("kind", "source")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{kinds.get(event.kind)} {event.source or event.id}"

    def action_why(self):
        """Open all events that the cost of these comes from: receipts, journeys and their late costs."""
        ids = self.env["cost.state"].sudo()._get_sources(self)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("stock_cost_layer.action_event"),
            "name": self.env._("Why This Cost"),
            "domain": [("id", "in", ids)],
            "context": {},
        }
