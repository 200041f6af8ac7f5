from odoo import api, fields, models
from odoo.addons.marketplace.contract import Address, Rejected
from odoo.exceptions import UserError

from ..contract import Handle, OutboundLine, OutboundOrder, OutboundStatus, ProviderCapability

STATES = [
    ("pending", "To Send"),
    ("accepted", "Accepted"),
    ("exception", "Needs an Answer"),
    ("stopped", "Cancelled There"),
    ("shipped", "Shipped"),
    ("cancelled", "Cancelled"),
    ("rejected", "Rejected"),
]


class OverseasOutbound(models.Model):
    _name = "overseas.outbound"
    _description = "Order to an Overseas Warehouse"
    _inherit = ["overseas.sendable"]
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "external_id", "tracking"]

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, readonly=True, ondelete="restrict", index=True
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="Our number of the order. The warehouse takes a repeated number for the same order.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="pending",
        group_expand=True,
        help="Rejected: the warehouse refuses the order, see its answer; correct the delivery and retry. Needs an "
        "Answer: the warehouse waits for one, see what it says. Cancelled There: the delivery is still to be made; "
        "send the order again, or cancel the delivery.",
    )
    status_text = fields.Char("Status There", readonly=True, help="The warehouse's own word.")
    carrier_name = fields.Char("Carrier", readonly=True)
    tracking = fields.Char("Tracking Number", readonly=True, index="btree_not_null")
    shipped_at = fields.Datetime(readonly=True)
    quotes = fields.Json(readonly=True, copy=False, help="What the operator would charge, per kind and currency.")

    _reference_uniq = models.Constraint("UNIQUE(account_id, reference)", "This order is recorded already.")
    _picking_uniq = models.UniqueIndex(
        "(picking_id) WHERE state != 'cancelled'", "This delivery has been given to the warehouse already."
    )

    # === CREATION === #

    @api.model
    def _get_ready_domain(self):
        """Deliveries that an overseas warehouse should be given."""
        return [
            ("state", "=", "assigned"),
            ("picking_type_code", "=", "outgoing"),
            ("overseas_outbound_ids", "not any", [("state", "!=", "cancelled")]),
            "|",
            ("sale_id", "=", False),
            ("sale_id.marketplace_hold", "=", False),
        ]

    @api.model
    def _collect(self, account):
        """Make orders of the deliveries of an account's warehouses that are ready."""
        warehouses = account.warehouse_ids.filtered("send_orders")
        if not warehouses:
            return self.browse()
        domain = [
            ("picking_type_id.warehouse_id", "in", warehouses.warehouse_id.ids),
            *self._get_ready_domain(),
        ]
        return self._create_from_pickings(self.env["stock.picking"].search(domain, limit=self._batch_size, order="id"))

    @api.model
    def _create_from_pickings(self, pickings):
        """One order per delivery; those that have one, or are of no overseas warehouse, are left out."""
        warehouses = self.env["overseas.warehouse"].search(
            [("warehouse_id", "in", pickings.picking_type_id.warehouse_id.ids)]
        )
        by_warehouse = {warehouse.warehouse_id: warehouse for warehouse in warehouses}
        pickings = pickings.filtered(lambda picking: picking.picking_type_id.warehouse_id in by_warehouse)
        return self.create(
            [
                {
                    "warehouse_id": by_warehouse[picking.picking_type_id.warehouse_id].id,
                    "picking_id": picking.id,
                    "reference": self._get_reference(picking),
                }
                for picking in pickings.filtered_domain(self._get_ready_domain())
            ]
        )

    @api.model
    def _get_reference(self, picking):
        """Number of a delivery without what warehouses refuse in one; one that was cancelled there gets another."""
        reference = picking.name.replace("/", "-")
        cancelled = len(picking.overseas_outbound_ids)
        return f"{reference}-{cancelled + 1}" if cancelled else reference

    # === SENDING === #

    @api.model
    def _get_capability(self):
        return ProviderCapability.OUTBOUND

    @api.model
    def _describe(self):
        return self.env._("Send orders to the warehouse")

    @api.model
    def _job_exchange(self, account):
        """Override of `overseas.sendable` to give the warehouse what became ready."""
        self._collect(account)
        return super()._job_exchange(account)

    def _send_now(self, account):
        """Override of `overseas.sendable` to keep what the operator would charge."""
        orders = super()._send_now(account)
        self.browse(record.id for record in orders)._keep_quotes(account, orders)
        return orders

    def _prepare_given(self):
        known, orders, refused = self._get_known(), {}, {}
        for record in self:
            try:
                orders[record] = record._prepare_order(known)
            except Rejected as error:
                refused[record] = error.reason
        self._reject_each(refused)
        return orders

    def _keep_quotes(self, account, orders):
        """Note what the operator would charge for orders that it took, to compare its bills with.

        :param dict orders: ``{record: OutboundOrder}``
        """
        taken = self.filtered(lambda record: record.state == "accepted" and not record.quotes)
        if not taken or not account._has_capability(ProviderCapability.QUOTES):
            return
        quotes, _error = account._ask(
            self.env._("Ask for quotes"), lambda provider: provider.quote_fees([orders[record] for record in taken])
        )
        by_reference = {quote.reference: quote for quote in quotes or ()}
        for record in taken:
            if quote := by_reference.get(record.reference):
                record.quotes = _sum_fees(quote.fees)

    @api.model
    def _send(self, provider, given):
        return provider.create_outbounds(given)

    def _get_known(self):
        """``{(account, product): its entry there}``."""
        products = self.picking_id.move_ids.product_id
        found = self.env["overseas.product"].search(
            [("account_id", "in", self.account_id.ids), ("product_id", "in", products.ids)]
        )
        return {(record.account_id, record.product_id): record for record in found}

    def _prepare_order(self, known):
        """The order in the words of the contract.

        :raise Rejected: something is missing that a person has to add
        """
        self.ensure_one()
        sale = self.picking_id.sale_id
        return OutboundOrder(
            reference=self.reference,
            warehouse=self.warehouse_id.code,
            service=self.warehouse_id._get_service(self.picking_id.carrier_id).code,
            address=self._prepare_address(),
            lines=tuple(self._prepare_lines(known)),
            email=self.picking_id.partner_id.email or "",
            platform=sale.marketplace_shop_id.account_id.provider or "",
            order_number=sale.marketplace_ref or sale.name or "",
        )

    def _prepare_address(self):
        partner = self.picking_id.partner_id
        if not (partner.street and partner.city and partner.country_id):
            raise Rejected(self.env._("The address lacks street, city or country. Complete it on the delivery."))
        return Address(
            name=partner.name or partner.parent_id.name or "",
            company=partner.commercial_company_name or "",
            street=partner.street,
            street2=partner.street2 or "",
            city=partner.city,
            state=partner.state_id.code or "",
            postal_code=partner.zip or "",
            country_code=partner.country_id.code,
            phone=partner.phone or "",
        )

    def _prepare_lines(self, known):
        abroad = self.picking_id.partner_id.country_id != self.warehouse_id.country_id
        for product, units in self._get_units().items():
            entry = known.get((self.account_id, product))
            if not entry:
                raise Rejected(
                    self.env._(
                        "%(account)s does not know %(product)s. Add it under Overseas Warehouses > Products.",
                        account=self.account_id.name,
                        product=product.display_name,
                    )
                )
            yield OutboundLine(entry.sku, units, entry._get_declared_value() if abroad else None)

    def _get_units(self):
        """``{product: whole units}`` of the delivery."""
        units = {}
        for move in self.picking_id.move_ids.filtered(lambda move: move.state != "cancel"):
            units[move.product_id] = units.get(move.product_id, 0) + round(move.product_qty)
        return units

    # === WHAT BECAME OF THEM === #

    @api.model
    def _follow(self, account):
        """Override of `overseas.sendable`: ship here what was shipped there, and see what was stopped."""
        waiting = self.search(
            [("account_id", "=", account.id), ("state", "in", ("accepted", "exception"))],
            order="write_date, id",
            limit=self._batch_size,
        ).try_lock_for_update(allow_referencing=True)
        if not waiting:
            return
        handles = [record._get_handle() for record in waiting]
        states, _error = account._ask(
            self.env._("Ask what was shipped"), lambda provider: provider.fetch_outbounds(handles)
        )
        if states is not None:
            waiting._apply_states(states)

    def _get_handle(self):
        return Handle(self.reference, self.external_id or "")

    def _apply_states(self, states):
        """Take over what the warehouse says.

        :param list states: `OutboundState`
        """
        record_by_reference = {record.reference: record for record in self}
        shipped = {}
        for state in states:
            record = record_by_reference.get(state.reference)
            if not record:
                continue
            if state.status in (OutboundStatus.SHIPPED, OutboundStatus.DELIVERED):
                shipped[record] = state
            else:
                record._note_state(state)
        self._ship(shipped)
        # What was asked goes to the end of the queue, so that every order has its turn.
        self.env.cr.execute("UPDATE overseas_outbound SET write_date = now() WHERE id = ANY(%s)", [self.ids])

    def _note_state(self, state):
        values = {"status_text": state.status_text, "message": state.message or False}
        if state.status in (OutboundStatus.EXCEPTION, OutboundStatus.REJECTED):
            values["state"] = "exception"
            values["message"] = state.message or self.env._("The warehouse has stopped the order.")
        elif state.status is OutboundStatus.CANCELLED:
            values["state"] = "stopped"
        elif self.state == "exception" and state.status is not OutboundStatus.UNKNOWN:
            values["state"] = "accepted"
        if any((self[name] or False) != (value or False) for name, value in values.items()):
            self.write(values)

    def _ship(self, states):
        """Do the deliveries of what left, with their tracking numbers; the marketplaces are told by that.

        :param dict states: ``{record: OutboundState}``
        """
        for record, state in states.items():
            record.write(
                {
                    "state": "shipped",
                    "status_text": state.status_text,
                    "carrier_name": state.carrier,
                    "tracking": state.tracking,
                    "shipped_at": state.shipped_at and state.shipped_at.replace(tzinfo=None),
                    "message": False,
                }
            )
            carrier = record.picking_id.carrier_id or record.warehouse_id.service_id.carrier_id
            record.picking_id.write({"carrier_tracking_ref": state.tracking, "carrier_id": carrier.id})
            record._set_quantities(state)
        open_pickings = self.browse(record.id for record in states).picking_id.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        open_pickings.with_context(skip_sms=True)._action_done()

    def _set_quantities(self, state):
        """What left is picked; where the warehouse does not say what left, it is all."""
        product_by_sku = self.env["overseas.product"]._get_by_sku(self.account_id, [sku for sku, _n in state.lines])
        left = {product_by_sku[sku]: units for sku, units in state.lines if sku in product_by_sku}
        for move in self.picking_id.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            units = min(move.product_qty, left.get(move.product_id, 0)) if state.lines else move.product_qty
            if state.lines:
                left[move.product_id] = left.get(move.product_id, 0) - units
            if move.quantity != units:
                move.quantity = units
            move.picked = bool(units)

    def _get_sent_moves(self):
        """``{(order, product): move}`` that took the units out of stock: what comes back comes back at its cost."""
        return {
            (order, move.product_id): move
            for order in self
            for move in order.picking_id.move_ids.filtered(lambda move: move.state == "done").sorted("id", reverse=True)
        }

    # === CANCELLATION === #

    def _cancel_there(self):
        """Stop the orders at their warehouses, as long as these can.

        :raise UserError: an order has left, or the warehouse does not answer
        """
        unsent = self.filtered(lambda record: record.state in ("pending", "rejected") and not record.attempts)
        given = self.filtered(lambda record: record.state in ("pending", "accepted", "exception")) - unsent
        for account, records in given.grouped("account_id").items():
            handles = [record._get_handle() for record in records]
            results, error = account._ask(
                self.env._("Cancel orders"), lambda provider, handles=handles: provider.cancel_outbounds(handles)
            )
            refused = [result for result in results or () if not result.accepted]
            if error is not None or refused:
                self._refuse_cancellation(account, error, refused)
        (self - self.filtered(lambda record: record.state == "shipped")).write({"state": "cancelled"})

    def _refuse_cancellation(self, account, error, refused):
        reasons = str(error) if error else "; ".join(f"{result.reference}: {result.message}" for result in refused)
        raise UserError(
            self.env._(
                "%(account)s did not cancel: %(reasons)s. The delivery stays as it is; try again, or have the parcel "
                "sent back.",
                account=account.name,
                reasons=reasons,
            )
        )

    def _give_up_stopped(self):
        """Forget what the warehouse cancelled by itself; the deliveries may be given to it under another number."""
        self.filtered(lambda record: record.state == "stopped").state = "cancelled"
        self.flush_recordset(["state"])

    # === ACTIONS === #

    def action_send_anew(self):
        """Give the deliveries to the warehouse once more, after it cancelled the orders by itself."""
        return self.picking_id.action_overseas_send()

    def action_open_picking(self):
        self.ensure_one()
        return self.picking_id._get_records_action()


def _sum_fees(fees):
    """``{"kind currency": amount as text}`` of fees in one currency each."""
    sums = {}
    for kind, amount in fees:
        key = f"{kind.value} {amount.currency}"
        sums[key] = sums.get(key, 0) + amount.amount
    return {key: str(amount) for key, amount in sums.items()}
