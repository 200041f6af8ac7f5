import json
from datetime import timezone

from odoo import api, fields, models

from ..contract import Capability, NotReady, Parcel, Shipment, ShipmentLine
from .job_retry import UNAVAILABLE_SECONDS
from .shipment import OTHER_CARRIER

AUTO_LIMIT = 1000


class MarketplaceParcel(models.Model):
    """A parcel for which the marketplace books the carrier and makes the label."""

    _name = "marketplace.parcel"
    _inherit = ["marketplace.confirmable"]
    _description = "Parcel with a Label of the Marketplace"
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "tracking", "package_id", "order_id.marketplace_ref"]

    _batch_size = 50

    picking_id = fields.Many2one(
        "stock.picking", string="Transfer", required=True, ondelete="cascade", index=True, readonly=True
    )
    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    reference = fields.Char(required=True, readonly=True, help="Our number of the parcel, as in its confirmation.")
    package_id = fields.Char("Marketplace Parcel", readonly=True, help="The marketplace's number of the parcel.")
    tracking = fields.Char("Tracking Number", readonly=True)
    carrier = fields.Char(readonly=True, help="Carrier that the marketplace has booked.")
    lines = fields.Json(readonly=True, help="Units per order line of the marketplace.")
    units = fields.Integer(readonly=True, help="Units in the parcel.")
    state = fields.Selection(
        [
            ("to_arrange", "To Book"),
            ("arranged", "Booked"),
            ("printed", "Label Ready"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="to_arrange",
        group_expand=True,
        help="To book: the marketplace is asked for a carrier. Booked: its label is being made. Rejected: see its "
        "answer, correct the transfer and retry.",
    )
    label_handle = fields.Json(readonly=True, help="Where to ask again for a label that is being made.")
    attachment_id = fields.Many2one("ir.attachment", string="Label", ondelete="set null", readonly=True)

    _reference_uniq = models.Constraint("UNIQUE(shop_id, reference)", "This parcel is already recorded for this shop.")
    _open_idx = models.Index("(shop_id, state) WHERE state != 'printed'")

    # === CREATION === #

    @api.model
    def _create_from_pickings(self, pickings):
        """Plan the parcels of ready transfers and have them booked. What is planned already stays as it is."""
        planned = self.search([("picking_id", "in", pickings.ids)]).picking_id
        parcels = self.create(
            [vals for picking in pickings - planned for vals in self._prepare_picking_vals_list(picking)]
        )
        self._enqueue_confirm(parcels.shop_id)
        return parcels

    @api.model
    def _prepare_picking_vals_list(self, picking):
        return [
            {
                "picking_id": picking.id,
                "order_id": order.id,
                "shop_id": order.marketplace_shop_id.id,
                "reference": reference,
                "lines": [{"order_line_id": ref, "quantity": quantity} for ref, quantity in units.items()],
                "units": sum(units.values()),
            }
            for reference, order, units in self.env["marketplace.shipment"]._get_parcels(picking)
        ]

    @api.model
    def _get_ready_domain(self):
        """Transfers that may get their labels now."""
        return [
            ("state", "=", "assigned"),
            ("picking_type_code", "=", "outgoing"),
            ("sale_id.marketplace_shop_id.state", "=", "running"),
            ("sale_id.marketplace_fulfilment", "=", "merchant"),
            ("sale_id.marketplace_hold", "=", False),
            ("marketplace_parcel_ids", "=", False),
        ]

    @api.model
    def _cron_labels(self):
        """Book the ready transfers of shops that get labels by themselves, and go on with what is open."""
        domain = [*self._get_ready_domain(), ("sale_id.marketplace_shop_id.auto_label", "=", True)]
        pickings = self.env["stock.picking"].sudo().search(domain, order="date_deadline, id", limit=AUTO_LIMIT)
        self.sudo()._create_from_pickings(pickings.filtered(lambda picking: picking.marketplace_shop_id.can_label))
        self._cron_confirm()

    # === BOOKING === #

    @api.model
    def _get_confirm_capability(self):
        return Capability.LABELS

    @api.model
    def _describe_confirm(self):
        return self.env._("Get labels")

    @api.model
    def _get_open_domain(self):
        """Override of `marketplace.confirmable`: both steps, for transfers that will leave."""
        domain = [condition for condition in super()._get_open_domain() if condition[0] != "state"]
        return [
            *domain,
            ("state", "in", ["to_arrange", "arranged"]),
            ("picking_id.state", "!=", "cancel"),
            ("order_id.marketplace_hold", "=", False),
        ]

    @api.model
    def _enqueue_confirm(self, shops, seconds=None):
        """Override of `marketplace.confirmable`: booking comes first."""
        self._enqueue_job("_job_arrange", shops, seconds)

    @api.model
    def _job_arrange(self, shop):
        """Have the marketplace book the parcels that are due. Asking twice gives the same booking."""
        if not shop.account_id._has_capability(Capability.LABELS):
            return
        parcels = self._lock_due(shop, [("state", "=", "to_arrange")])
        if parcels:
            shipments = [parcel._prepare_shipment() for parcel in parcels]
            parcels._exchange(lambda connector: parcels._apply_arrangements(connector.arrange_shipments(shipments)))
            self._enqueue_step("_job_arrange", "to_arrange", shop)
        self._enqueue_step("_job_labels", "arranged", shop)

    @api.model
    def _enqueue_step(self, method, state, shop):
        """Come back for the parcels in ``state``, when the first of them is due."""
        wait = self._get_wait(shop, [("state", "=", state)])
        if wait is not None:
            self._enqueue_job(method, shop, wait)

    def _prepare_shipment(self):
        """This parcel, not shipped yet, in the words of the contract."""
        self.ensure_one()
        carrier = self.picking_id.carrier_id
        return Shipment(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            carrier_code=carrier.marketplace_carrier_code or OTHER_CARRIER,
            carrier_name=carrier.name or "",
            tracking="",
            shipped_at=fields.Datetime.now().replace(tzinfo=timezone.utc),
            lines=tuple(ShipmentLine(line["order_line_id"], line["quantity"]) for line in self.lines),
            service=self.order_id.marketplace_service_level or "",
            package_id=self.package_id or "",
        )

    def _apply_arrangements(self, arrangements):
        """Keep what the marketplace has booked; what is missing from it is asked for again.

        :param list arrangements: :class:`~..contract.Arrangement`
        """
        by_reference = {arrangement.reference: arrangement for arrangement in arrangements}
        arranged, rejected, again = self.browse(), {}, {}
        for parcel in self:
            answer = by_reference.get(parcel.reference)
            if answer is None:
                again[parcel] = (UNAVAILABLE_SECONDS, self.env._("The marketplace gave no answer."))
                continue
            parcel._keep_booking(answer)
            if answer.retry_after is not None:
                again[parcel] = (max(1, round(answer.retry_after)), answer.message)
            elif answer.accepted:
                arranged += parcel
            else:
                rejected[parcel] = answer.message
        arranged._count_attempt()
        arranged.write({"state": "arranged", "message": False, "next_try_at": False})
        self._reject_each(rejected)
        self._postpone_each(again)
        self._write_tracking()

    def _keep_booking(self, answer):
        values = {"package_id": answer.package_id, "tracking": answer.tracking, "carrier": answer.carrier_name}
        if known := {name: value for name, value in values.items() if value and value != self[name]}:
            self.write(known)

    def _write_tracking(self):
        """The tracking numbers of a transfer's parcels, in their order, on the transfer."""
        for picking in self.picking_id:
            numbers = [parcel.tracking for parcel in picking.marketplace_parcel_ids.sorted("reference")]
            tracking = ", ".join(filter(None, numbers))
            if tracking and tracking != picking.carrier_tracking_ref:
                picking.carrier_tracking_ref = tracking

    # === LABELS === #

    @api.model
    def _job_labels(self, shop):
        """Get the labels of booked parcels; those that are being made are asked for together again."""
        if not shop.account_id._has_capability(Capability.LABELS):
            return
        due = self._lock_due(shop, [("state", "=", "arranged")])
        for parcels in due.grouped(lambda parcel: json.dumps(parcel.label_handle, sort_keys=True)).values():
            if not parcels._exchange(parcels._print):
                break
        if due:
            self._enqueue_step("_job_labels", "arranged", shop)

    def _print(self, connector):
        try:
            labels = connector.fetch_labels(
                [parcel._prepare_parcel() for parcel in self], handle=self[:1].label_handle or None
            )
        except NotReady as error:
            self.label_handle = error.handle
            raise
        self._apply_labels(labels)

    def _prepare_parcel(self):
        return Parcel(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            package_id=self.package_id or "",
            tracking=self.tracking or "",
        )

    def _apply_labels(self, labels):
        """Attach the labels to their transfers; a parcel without one is refused.

        :param list labels: :class:`~..contract.Label`
        """
        by_reference = {label.reference: label for label in labels}
        printed = self.filtered(lambda parcel: parcel.reference in by_reference)
        attachments = self.env["ir.attachment"].create(
            [parcel._prepare_attachment_vals(by_reference[parcel.reference]) for parcel in printed]
        )
        printed._count_attempt()
        for parcel, attachment in zip(printed, attachments, strict=True):
            parcel.attachment_id = attachment
        printed.write({"state": "printed", "message": False, "next_try_at": False, "label_handle": False})
        printed._log_labels()
        if missing := self - printed:
            missing._set_rejected(self.env._("The marketplace made no label for this parcel."))

    def _prepare_attachment_vals(self, label):
        extension = {"application/pdf": ".pdf", "image/png": ".png", "text/html": ".html"}.get(label.content_type, "")
        return {
            "name": f"{self.order_id.marketplace_ref}-{self.reference}{extension}",
            "raw": label.content,
            "mimetype": label.content_type,
            "res_model": "stock.picking",
            "res_id": self.picking_id.id,
        }

    def _log_labels(self):
        bodies = {
            picking.id: self.env._(
                "Label of the marketplace: %s", ", ".join(p.tracking or p.reference for p in parcels)
            )
            for picking, parcels in self.grouped("picking_id").items()
        }
        self.picking_id._message_log_batch(bodies)

    # === ACTIONS === #

    def _reopen(self):
        """Override of `marketplace.confirmable`: what is booked lacks its label; the rest is packed as it is now."""
        booked = self.filtered("package_id")
        booked.write({"state": "arranged", "next_try_at": False, "label_handle": False})
        for picking, parcels in (self - booked).grouped("picking_id").items():
            vals_by_reference = {vals["reference"]: vals for vals in self._prepare_picking_vals_list(picking)}
            for parcel in parcels:
                vals = vals_by_reference.get(parcel.reference, {})
                parcel.write({**vals, "state": "to_arrange", "next_try_at": False})

    def action_open_picking(self):
        self.ensure_one()
        return self.picking_id._get_records_action()

    def action_print(self):
        return self.env["marketplace.label.print"]._print(self.attachment_id)


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _enqueue_waiting(self):
        """Extend `marketplace.account` with the labels that waited for our access."""
        result = super()._enqueue_waiting()
        Parcel = self.env["marketplace.parcel"]
        parcels = Parcel.search([("shop_id", "in", self.shop_ids.ids), *Parcel._get_open_domain()])
        parcels.next_try_at = False
        parcels._enqueue_confirm(parcels.shop_id)
        return result
