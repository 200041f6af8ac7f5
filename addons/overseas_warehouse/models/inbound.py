from collections import Counter

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, NotReady
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..contract import Handle, InboundNotice, InboundStatus, ProviderCapability, Transport

OPEN_STATES = ("accepted", "receiving")
STATE_BY_STATUS = {
    InboundStatus.RECEIVING: "receiving",
    InboundStatus.RECEIVED: "received",
    InboundStatus.REJECTED: "rejected",
    InboundStatus.CANCELLED: "cancelled",
}


class OverseasInbound(models.Model):
    _name = "overseas.inbound"
    _description = "Goods Announced to an Overseas Warehouse"
    _inherit = ["overseas.sendable", "mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "external_id", "tracking"]

    reference = fields.Char(
        "Notice",
        required=True,
        copy=False,
        default=lambda self: self.env["ir.sequence"].next_by_code("overseas.inbound"),
        help="Our number. The warehouse takes a repeated number for the same goods.",
    )
    warehouse_id = fields.Many2one(
        "overseas.warehouse", required=True, ondelete="restrict", index=True, check_company=True
    )
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    transport = fields.Selection(
        [
            ("sea_fcl", "Sea, Full Container"),
            ("sea_lcl", "Sea, Part Load"),
            ("air", "Air"),
            ("rail", "Rail"),
            ("truck", "Truck"),
            ("express", "Express"),
        ],
        required=True,
        default="sea_lcl",
    )
    eta = fields.Date("Expected On", required=True, default=fields.Date.context_today)
    tracking = fields.Char("Tracking Number", help="Of the carrier, the container or the master bill.")
    note = fields.Text()
    source_location_id = fields.Many2one(
        "stock.location",
        "Leaves From",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        check_company=True,
        help="Where the goods are taken from when they depart. Empty: they are on their way already.",
    )
    departure_id = fields.Many2one("stock.picking", readonly=True, copy=False)
    divided_from_id = fields.Many2one(
        "overseas.inbound",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The goods were announced with this notice; the operator wants a part of them elsewhere.",
    )
    carton_ids = fields.One2many("overseas.inbound.carton", "inbound_id", copy=True)
    receipt_ids = fields.One2many("overseas.inbound.receipt", "inbound_id", readonly=True)
    difference_ids = fields.One2many("overseas.difference", "inbound_id", readonly=True)
    difference_count = fields.Integer(compute="_compute_difference_count")
    units = fields.Integer(compute="_compute_units", store=True, help="Units announced.")
    units_received = fields.Integer(compute="_compute_units_received", store=True, help="Units counted so far.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("pending", "To Announce"),
            ("accepted", "Announced"),
            ("receiving", "Being Counted"),
            ("received", "Received"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        group_expand=True,
        help="Rejected: the warehouse refuses the notice, see its answer; correct it and retry.",
    )
    status_text = fields.Char("Status There", readonly=True, copy=False, help="The warehouse's own word.")

    _reference_uniq = models.Constraint("UNIQUE(account_id, reference)", "This notice is recorded already.")

    @api.depends("carton_ids.line_ids.units")
    def _compute_units(self):
        for inbound in self:
            inbound.units = sum(inbound.carton_ids.line_ids.mapped("units"))

    @api.depends("receipt_ids.line_ids.sellable", "receipt_ids.line_ids.damaged")
    def _compute_units_received(self):
        for inbound in self:
            inbound.units_received = sum(line.sellable + line.damaged for line in inbound.receipt_ids.line_ids)

    @api.depends("difference_ids")
    def _compute_difference_count(self):
        counts = dict(
            self.env["overseas.difference"]._read_group([("inbound_id", "in", self.ids)], ["inbound_id"], ["__count"])
        )
        for inbound in self:
            inbound.difference_count = counts.get(inbound, 0)

    # === ANNOUNCING === #

    def action_announce(self):
        """Tell the warehouse what comes, in the background. What was announced already stays as it is, and is said."""
        self.check_access("write")
        if known := self.filtered(lambda inbound: inbound.state not in ("draft", "rejected")):
            raise UserError(
                self.env._(
                    "%s was announced already; announcing it again changes nothing. Make another notice for other "
                    "goods.",
                    ", ".join(known.mapped("reference")),
                )
            )
        self._check_complete()
        self.write({"state": "pending", "next_try_at": False, "message": False})
        self._enqueue(self.account_id)

    def _check_complete(self):
        """:raise ValidationError: cartons or products lack what the warehouse needs; says which"""
        for inbound in self:
            if not inbound.carton_ids.line_ids:
                raise ValidationError(self.env._("%s has no cartons with contents. Add them first.", inbound.reference))
            inbound.carton_ids._check_complete()
            products = inbound.carton_ids.line_ids.product_id
            self.env["overseas.product"]._get_by_product(inbound.account_id, products)
            if serial := products.filtered(lambda product: product.tracking == "serial"):
                raise ValidationError(
                    self.env._(
                        "Overseas warehouses count units, not serial numbers: %s. Track them by lots, or send them "
                        "another way.",
                        ", ".join(serial.mapped("display_name")),
                    )
                )

    @api.model
    def _get_capability(self):
        return ProviderCapability.INBOUND

    @api.model
    def _describe(self):
        return self.env._("Announce goods")

    def _prepare_given(self):
        return {inbound: inbound._prepare_notice() for inbound in self}

    @api.model
    def _send(self, provider, given):
        return provider.create_inbounds(given)

    def _prepare_notice(self):
        """The notice in the words of the contract."""
        self.ensure_one()
        sku_by_product = self.env["overseas.product"]._get_by_product(
            self.account_id, self.carton_ids.line_ids.product_id
        )
        return InboundNotice(
            reference=self.reference,
            warehouse=self.warehouse_id.code,
            cartons=tuple(carton._prepare_carton(sku_by_product) for carton in self.carton_ids),
            transport=Transport(self.transport),
            eta=self.eta,
            tracking=self.tracking or "",
            note=self.note or "",
        )

    def _divide(self, number):
        """Another notice for a part of the goods, which the operator wants elsewhere; its cartons are still to be moved
        to it."""
        self.ensure_one()
        return self.copy(
            {
                "reference": f"{self.reference}-{number}",
                "divided_from_id": self.id,
                "departure_id": self.departure_id.id,
                "carton_ids": False,
            }
        )

    # === DEPARTURE === #

    def action_depart(self):
        """Move the goods from where they are to the place of goods on their way."""
        for inbound in self:
            inbound.check_access("write")
            if not inbound.source_location_id or inbound.departure_id:
                message = self.env._("%s has departed already, or does not say where from.", inbound.reference)
                raise UserError(message)
            inbound.departure_id = inbound._create_departure()

    def _create_departure(self):
        units = Counter()
        for line in self.carton_ids.line_ids:
            units[line.product_id] += line.units
        source, target = self.source_location_id, self.warehouse_id.transit_location_id
        picking_type = (source.warehouse_id or self.warehouse_id.warehouse_id).int_type_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "origin": self.reference,
                "move_ids": [
                    Command.create(_prepare_move(product, count, source, target)) for product, count in units.items()
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        if short := picking.move_ids.filtered(lambda move: move.state != "assigned"):
            raise UserError(
                self.env._(
                    "There is not enough in %(place)s of: %(products)s. Take in what is missing, or correct the "
                    "cartons.",
                    place=source.display_name,
                    products=", ".join(short.product_id.mapped("display_name")),
                )
            )
        picking.move_ids.picked = True
        picking._action_done()
        return picking

    # === COUNTS === #

    @api.model
    def _follow(self, account):
        """Override of `overseas.sendable`: take in what the warehouse has counted. What is short may be counted until
        it can be claimed no longer."""
        short = [("kind", "=", "shortage"), ("units", ">", 0), ("deadline", ">=", fields.Date.context_today(self))]
        waiting = self.search(
            [
                ("account_id", "=", account.id),
                "|",
                ("state", "in", OPEN_STATES),
                "&",
                ("state", "=", "received"),
                ("difference_ids", "any", short),
            ],
            order="write_date, id",
            limit=self._batch_size,
        ).try_lock_for_update(allow_referencing=True)
        if not waiting:
            return
        handles = [Handle(inbound.reference, inbound.external_id or "") for inbound in waiting]
        states, _error = account._ask(
            self.env._("Ask what was received"), lambda provider: provider.fetch_inbounds(handles)
        )
        if states is not None:
            waiting._apply_states(states)

    def _apply_states(self, states):
        """Take over what the warehouse says; the same state again changes nothing.

        :param list states: `InboundState`
        """
        inbound_by_reference = {inbound.reference: inbound for inbound in self}
        known = {inbound_by_reference[s.reference]: s for s in states if s.reference in inbound_by_reference}
        self.env["overseas.inbound.receipt"]._receive(known)
        for inbound, state in known.items():
            inbound._note_state(state)
        # What was asked goes to the end of the queue, so that every notice has its turn.
        self.env.cr.execute("UPDATE overseas_inbound SET write_date = now() WHERE id = ANY(%s)", [self.ids])

    def _note_state(self, state):
        values = {"status_text": state.status_text or False}
        if state.message and state.message != self.message:
            values["message"] = state.message
        # What was received stays so, whatever is counted later: its differences are settled one by one.
        if self.state != "received" and state.status in STATE_BY_STATUS:
            values["state"] = STATE_BY_STATUS[state.status]
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)
        if changed.get("state") == "received":
            self.env["overseas.difference"]._find(self)

    # === ACTIONS === #

    def action_cancel(self):
        """Withdraw notices of which nothing has arrived."""
        self.check_access("write")
        given = self.filtered(lambda inbound: inbound.state in (*OPEN_STATES, "pending") and inbound.attempts)
        for account, inbounds in given.grouped("account_id").items():
            if not account._has_capability(ProviderCapability.INBOUND_CANCEL):
                raise UserError(
                    self.env._(
                        "%(account)s takes no withdrawals over its interface. Withdraw %(notices)s there yourself; "
                        "here it is cancelled when the warehouse says that it is.",
                        account=account.name,
                        notices=", ".join(inbounds.mapped("reference")),
                    )
                )
            handles = [Handle(inbound.reference, inbound.external_id or "") for inbound in inbounds]
            results, error = account._ask(
                self.env._("Withdraw notices"), lambda provider, handles=handles: provider.cancel_inbounds(handles)
            )
            refused = [f"{result.reference}: {result.message}" for result in results or () if not result.accepted]
            if error is not None or refused:
                message = self.env._("The warehouse did not withdraw: %s", error or "; ".join(refused))
                raise UserError(message)
        self.filtered(lambda inbound: inbound.state not in ("receiving", "received")).write({"state": "cancelled"})

    def action_print_labels(self):
        """Labels of the cartons, as the warehouse prints them; kept with the notice."""
        self.ensure_one()
        if not self.account_id._has_capability(ProviderCapability.INBOUND_LABELS):
            message = self.env._(
                "%s prints no labels over its interface. Print them in its own system, or on the first-mile shipment.",
                self.account_id.name,
            )
            raise UserError(message)
        handle = Handle(self.reference, self.external_id or "")
        try:
            labels = self.account_id._get_connector().fetch_inbound_labels(handle)
        except NotReady as error:
            message = self.env._("The warehouse still prints. Try again in %d seconds.", round(error.retry_after))
            raise UserError(message) from error
        except ConnectorError as error:
            raise UserError(
                self.env._("No labels of %(notice)s: %(error)s", notice=self.reference, error=error)
            ) from error
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{self.reference}-{index}",
                    "raw": label.content,
                    "mimetype": label.content_type,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for index, label in enumerate(labels, 1)
            ]
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachments[:1].id}?download=true",
            "target": "new",
        }

    def action_view_differences(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Differences of %s", self.reference),
            "res_model": "overseas.difference",
            "view_mode": "list,form",
            "domain": [("inbound_id", "=", self.id)],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_given(self):
        if self.filtered(lambda inbound: inbound.state not in ("draft", "cancelled")):
            raise UserError(self.env._("A notice that the warehouse has cannot be deleted; cancel it instead."))


def _prepare_move(product, units, source, target):
    return {
        "product_id": product.id,
        "product_uom": product.uom_id.id,
        "product_uom_qty": units,
        "location_id": source.id,
        "location_dest_id": target.id,
    }
