from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector.ledger import LedgerEvent
from ..engine.classification import Classifier
from ..engine.movements import INCOMING, Attribute, Kind, Movement, attribute_of
from ..engine.positions import opening_of
from .kinds import KINDS, ORDER_KINDS, OTHER_PLACE

# An answer of these says that an order is still to come.
SALES = ("sale", "mcf_sale")


class FbaLedgerRow(models.Model):
    """A typed movement of Amazon's inventory ledger; what the ledger states never changes."""

    _name = "fba.ledger.row"
    _description = "FBA Ledger Row"
    _order = "day desc, id desc"
    _rec_name = "msku"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, precompute=True, index=True)
    sheet_id = fields.Many2one("fba.sheet", "Report", readonly=True, ondelete="restrict", index=True)
    key = fields.Char(required=True, readonly=True, help="The same for the same event in every report.")
    event_key = fields.Char(required=True, readonly=True, index=True)
    day = fields.Date(required=True, readonly=True)
    happened_at = fields.Datetime("Time", readonly=True)
    fnsku = fields.Char("FNSKU", required=True, readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    msku = fields.Char("SKU", required=True, readonly=True, index=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    event_type = fields.Char(readonly=True, help="As Amazon calls it.")
    reference = fields.Char("Document", readonly=True)
    units = fields.Integer(readonly=True)
    centre = fields.Char("Fulfilment Centre", readonly=True)
    country = fields.Char(readonly=True)
    disposition = fields.Char("Condition", readonly=True, help="As Amazon calls it; only SELLABLE can be sold.")
    reason = fields.Char("Code", readonly=True, help="Amazon's adjustment code.")
    reconciled = fields.Integer(readonly=True, help="Of lost or damaged units: found again or reimbursed.")
    unreconciled = fields.Integer(
        "Still Owed", readonly=True, help="Of lost or damaged units: what Amazon says it owes."
    )
    kind = fields.Selection(KINDS, "Movement", required=True, readonly=True, index=True)
    attribute = fields.Selection(
        [("available", "Sellable"), ("defective", "Not Sellable")], "Stock", required=True, readonly=True
    )
    question = fields.Char(readonly=True, help="What a person has to find out.")
    answer = fields.Selection([kind for kind in KINDS if kind[0] in OTHER_PLACE], help="What the movement is.")
    state = fields.Selection(
        [
            ("open", "To Book"),
            ("order", "Waits for the Order"),
            ("question", "To Answer"),
            ("booked", "Booked"),
            ("opening", "Opening"),
        ],
        "Status",
        required=True,
        readonly=True,
        index=True,
        help="To book: becomes a stock move with the next run. Waits for the order: Odoo's order takes the units out. "
        "To answer: nobody can tell from the ledger what happened. Opening: lay at Amazon before the first day.",
    )
    move_id = fields.Many2one("stock.move", readonly=True, ondelete="restrict", index="btree_not_null")

    _key_uniq = models.Constraint("UNIQUE(account_id, key)", "This row of the ledger is recorded already.")
    _open_idx = models.Index("(warehouse_id, state) WHERE state != 'booked'")

    # === TAKING OVER === #

    @api.model
    def _take(self, sheet, events):
        """Record events of the ledger, each once, typed; then have them booked and the stock compared.

        :param fba.sheet sheet: where they come from
        :param events: of :class:`LedgerEvent`
        :return: number of events that are new
        """
        warehouse = sheet.warehouse_id
        if not warehouse.fba_from:
            raise UserError(
                self.env._(
                    "Fetch or upload the ledger's balances (Inventory Ledger, summary view) first: they say what lay "
                    "at Amazon before the first event."
                )
            )
        known = self._get_known(warehouse, events)
        fresh = [event for event in events if event.key not in known]
        early = sum(event.day < warehouse.fba_from for event in fresh)
        fresh = [event for event in fresh if event.day >= warehouse.fba_from]
        if early:
            sheet.message = self.env._(
                "%(count)d events of days before %(day)s are part of the opening balance and were left out.",
                count=early,
                day=fields.Date.to_string(warehouse.fba_from),
            )
        event_by_key = {event.key: event for event in fresh}
        knowledge = warehouse._get_fba_knowledge({event.reference for event in fresh})
        movements = Classifier(knowledge, self._get_received(warehouse, fresh)).classify(fresh)
        self._create_from_movements(sheet, movements, event_by_key)
        self._note_reconciled(known, events)
        self.env["overseas.snapshot"]._enqueue_take(warehouse)
        return len(fresh)

    @api.model
    def _get_known(self, warehouse, events):
        """``{event key: row}`` of events that are recorded."""
        domain = [("account_id", "=", warehouse.account_id.id), ("event_key", "in", [event.key for event in events])]
        rows = self.search_fetch(domain, ["event_key", "reconciled", "unreconciled"])
        return {row.event_key: row for row in rows}

    @api.model
    def _get_received(self, warehouse, events):
        """What earlier receipts of the events' shipments counted, as :class:`Classifier` wants it."""
        numbers = {event.reference for event in events if event.event_type == "Receipts" and event.reference}
        received = defaultdict(lambda: [0, 0])
        closed = {"first_leg_make_up": 1, "over_receipt_after_close": 1, "receipt": 0, "over_receipt": 0}
        for reference, msku, kind, units in self._read_group(
            [("warehouse_id", "=", warehouse.id), ("reference", "in", list(numbers)), ("kind", "in", list(closed))],
            ["reference", "msku", "kind"],
            ["units:sum"],
        ):
            received[reference, msku][closed[kind]] += units
        return received

    @api.model
    def _create_from_movements(self, sheet, movements, event_by_key):
        warehouse = sheet.warehouse_id
        products = warehouse._get_fba_products({movement.msku for movement in movements})
        return self.create(
            [
                {
                    **self._prepare_movement_vals(movement, products),
                    **_prepare_event_vals(event_by_key[movement.event]),
                    "warehouse_id": warehouse.id,
                    "sheet_id": sheet.id,
                }
                for movement in movements
            ]
        )

    @api.model
    def _prepare_movement_vals(self, movement, products):
        product = products.get(movement.msku)
        return {
            "key": movement.key,
            "event_key": movement.event,
            "day": movement.day,
            "fnsku": movement.fnsku,
            "msku": movement.msku,
            "product_id": product.id if product else False,
            "reference": movement.document,
            "units": movement.units,
            "centre": movement.centre,
            "country": movement.country,
            "disposition": movement.disposition,
            "reason": movement.reason,
            "kind": movement.kind.value,
            "attribute": movement.attribute.value,
            "question": movement.question,
            "state": _get_first_state(movement.kind.value),
        }

    @api.model
    def _note_reconciled(self, known, events):
        """Amazon changes these two numbers of an event later."""
        for event in events:
            row = known.get(event.key)
            numbers = (event.reconciled or 0, event.unreconciled or 0)
            if row and (row.reconciled, row.unreconciled) != numbers:
                row.reconciled, row.unreconciled = numbers

    # === BALANCES === #

    @api.model
    def _take_balances(self, sheet, balances):
        """Record what lay at Amazon before the first day of the ledger, once; later, check the events by it.

        A balance below zero cannot be true: nothing is taken over from such a report, and it says so.

        :param balances: of :class:`~..connector.ledger.LedgerBalance`
        """
        warehouse = sheet.warehouse_id
        negative = sorted({balance.msku for balance in balances if min(balance.starting, balance.ending) < 0})
        if negative:
            sheet.message = self.env._(
                "Amazon reports a negative number of: %s. Nothing was taken over. Fetch the report again tomorrow; if "
                "it stays, ask Seller Support to correct the ledger.",
                ", ".join(negative),
            )
            return 0
        if warehouse.fba_from or not balances:
            self._check_balances(sheet, balances)
            return 0
        warehouse.fba_from = min(balance.day for balance in balances)
        opening = opening_of(balances)
        products = warehouse._get_fba_products({msku for _fnsku, msku, _centre, _disposition in opening})
        movements = [_opening_movement(position, units, warehouse.fba_from) for position, units in opening.items()]
        rows = [self._prepare_movement_vals(movement, products) for movement in movements]
        self.create([{**vals, "warehouse_id": warehouse.id, "sheet_id": sheet.id} for vals in rows])
        if sheet.account_id._get_capabilities():
            sheet._ask_for(warehouse, "ledger", warehouse.fba_from, fields.Date.context_today(self))
        return len(rows)

    @api.model
    def _check_balances(self, sheet, balances):
        """Say where Amazon's own balance of the last day differs from the opening and the events."""
        if not balances:
            return
        day = max(balance.day for balance in balances)
        stated = defaultdict(int)
        for balance in balances:
            if balance.day == day:
                stated[balance.msku] += balance.ending
        counted = dict(
            self._read_group(
                [("warehouse_id", "=", sheet.warehouse_id.id), ("day", "<=", day), ("msku", "in", list(stated))],
                ["msku"],
                ["units:sum"],
            )
        )
        wrong = [
            f"{msku} ({counted.get(msku, 0)} / {units})"
            for msku, units in sorted(stated.items())
            if counted.get(msku, 0) != units
        ]
        if wrong:
            sheet.message = self.env._(
                "Events and balances of %(day)s do not match (events / balance): %(skus)s. Fetch or upload the "
                "ledger's events up to this day; if it stays, answer the rows that cannot be read.",
                day=fields.Date.to_string(day),
                skus=", ".join(wrong),
            )

    # === AS THE ENGINE SEES THEM === #

    def _get_movements(self):
        """The rows as list of :class:`Movement`."""
        return [
            Movement(
                key=row.key,
                kind=Kind(row.kind),
                attribute=Attribute(row.attribute),
                units=row.units,
                day=row.day,
                fnsku=row.fnsku,
                msku=row.msku,
                centre=row.centre or "",
                country=row.country or "",
                disposition=row.disposition or "",
                document=row.reference or "",
                event=row.event_key,
                reason=row.reason or "",
                question=row.question or "",
            )
            for row in self
        ]

    # === QUESTIONS === #

    @api.model
    def _refresh(self, warehouse):
        """Find products and documents that became known after the rows came."""
        lacking = self.search([("warehouse_id", "=", warehouse.id), ("product_id", "=", False)])
        products = warehouse._get_fba_products(set(lacking.mapped("msku"))) if lacking else {}
        for row in lacking.filtered(lambda row: row.msku in products):
            row.product_id = products[row.msku]
        self._find_replacements(warehouse)
        asked = self.search([("warehouse_id", "=", warehouse.id), ("state", "=", "question")])
        if not asked:
            return
        knowledge = warehouse._get_fba_knowledge(set(asked.mapped("reference")))
        row_by_key = {row.key: row for row in asked}
        for movement in Classifier(knowledge).classify([row._get_event() for row in asked]):
            row = row_by_key.get(movement.key)
            if row and movement.kind is not Kind.UNKNOWN:
                row._set_kind(movement.kind.value, _get_first_state(movement.kind.value))

    @api.model
    def _find_replacements(self, warehouse):
        """Shipments that wait as sales and whose orders, which came later, replace others."""
        if not warehouse.fba_from:
            return
        orders = (
            self.env["sale.order"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", warehouse.company_id.id),
                    ("marketplace_is_replacement", "=", True),
                    ("marketplace_updated_at", ">=", warehouse.fba_from),
                ],
                ["marketplace_ref"],
            )
        )
        self.search(
            [
                ("warehouse_id", "=", warehouse.id),
                ("state", "=", "order"),
                ("kind", "=", "sale"),
                ("reference", "in", orders.mapped("marketplace_ref")),
            ]
        ).kind = "replacement"

    def _get_event(self):
        """The ledger's event of a row that is not split."""
        return LedgerEvent(
            key=self.key,
            day=self.day,
            happened_at=None,
            fnsku=self.fnsku,
            asin=self.asin or "",
            msku=self.msku,
            event_type=self.event_type or "",
            reference=self.reference or "",
            units=self.units,
            centre=self.centre or "",
            disposition=self.disposition or "",
            reason=self.reason or "",
            country=self.country or "",
        )

    def _set_kind(self, kind, state):
        self.write({"kind": kind, "question": False, "state": state})

    def action_answer(self):
        """Take over what a person says the movements are; they are booked with the next run.

        Shipments that wait for an order can be answered as well: Odoo has no order of those that a person calls
        replacements or no sales, so that they are booked by themselves.
        """
        self.check_access("write")
        for row in self.sudo().filtered(lambda row: row.state in ("question", "order")):
            if not row.answer:
                raise UserError(self.env._("Choose the movement of %s first.", row.msku))
            if (Kind(row.answer) in INCOMING) != (row.units > 0):
                raise UserError(
                    self.env._(
                        "%(sku)s moved %(units)+d units: choose a movement in that direction.",
                        sku=row.msku,
                        units=row.units,
                    )
                )
            row._set_kind(row.answer, "order" if row.answer in SALES else "open")
        self.env["overseas.snapshot"]._enqueue_take_all(self.warehouse_id)


def _prepare_event_vals(event):
    return {
        "happened_at": event.happened_at.replace(tzinfo=None) if event.happened_at else False,
        "asin": event.asin,
        "event_type": event.event_type,
        "reconciled": event.reconciled or 0,
        "unreconciled": event.unreconciled or 0,
    }


def _get_first_state(kind):
    if kind == "unknown":
        return "question"
    if kind == "opening":
        return "opening"
    return "order" if kind in ORDER_KINDS else "open"


def _opening_movement(position, units, day):
    fnsku, msku, centre, disposition = position
    key = "opening/" + "/".join(position)
    return Movement(
        key=key,
        kind=Kind.OPENING,
        attribute=attribute_of(disposition),
        units=units,
        day=day,
        fnsku=fnsku,
        msku=msku,
        centre=centre,
        disposition=disposition,
        event=key,
    )
