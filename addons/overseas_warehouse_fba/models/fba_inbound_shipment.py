from collections import Counter

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, NotReady
from odoo.addons.marketplace.models.job_retry import get_retry_seconds, lock_for_job
from odoo.addons.overseas_warehouse.contract import InboundState, InboundStatus, ReceivedLine
from odoo.addons.overseas_warehouse.models.inbound import OPEN_STATES
from odoo.exceptions import UserError

from .fba_inbound import get_download_action

_POLL = 5
_STATUSES = {
    "UNCONFIRMED": InboundStatus.ANNOUNCED,
    "WORKING": InboundStatus.ANNOUNCED,
    "READY_TO_SHIP": InboundStatus.ANNOUNCED,
    "SHIPPED": InboundStatus.IN_TRANSIT,
    "IN_TRANSIT": InboundStatus.IN_TRANSIT,
    "DELIVERED": InboundStatus.IN_TRANSIT,
    "CHECKED_IN": InboundStatus.RECEIVING,
    "RECEIVING": InboundStatus.RECEIVING,
    "CLOSED": InboundStatus.RECEIVED,
    "CANCELLED": InboundStatus.CANCELLED,
    "DELETED": InboundStatus.CANCELLED,
    "ABANDONED": InboundStatus.CANCELLED,
}


class FbaInboundShipment(models.Model):
    """What goes to one warehouse of Amazon; announced goods of its own, so that receipts and differences are theirs."""

    _name = "fba.inbound.shipment"
    _description = "Shipment to Amazon"
    _order = "inbound_id desc, id"
    _rec_name = "confirmation"

    inbound_id = fields.Many2one("fba.inbound", required=True, readonly=True, ondelete="cascade", index=True)
    account_id = fields.Many2one(related="inbound_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    notice_id = fields.Many2one("overseas.inbound", required=True, readonly=True, ondelete="restrict", index=True)
    external_id = fields.Char("Amazon's Number", required=True, readonly=True)
    confirmation = fields.Char("Shipment", required=True, readonly=True, help="FBA…, as on the labels and in reports.")
    amazon_reference = fields.Char(readonly=True, help="Freight carriers ask for it at delivery.")
    centre = fields.Char("Fulfilment Centre", readonly=True)
    status_text = fields.Char("Status There", related="notice_id.status_text")
    box_ids = fields.One2many("fba.inbound.box", "shipment_id")
    box_count = fields.Integer(compute="_compute_box_count")
    freight_bills = fields.Char("Freight Bills (PRO)", help="Of freight on pallets; several apart by commas.")
    bill_of_lading = fields.Char()
    tracking_state = fields.Selection(
        [("none", "Not Told"), ("sending", "Being Told"), ("sent", "Told"), ("failed", "Refused")],
        "Tracking",
        required=True,
        readonly=True,
        default="none",
        help="Whether Amazon knows the carrier's numbers. It counts the goods as sent when it has them.",
    )
    operation = fields.Char(readonly=True)
    message = fields.Char("Answer", readonly=True)
    page_type = fields.Selection(
        [
            ("PackageLabel_Thermal_NonPCP", "Thermal, Own Carrier"),
            ("PackageLabel_Thermal", "Thermal, Amazon's Partner"),
            ("PackageLabel_Plain_Paper", "Plain Paper"),
            ("PackageLabel_A4_4", "A4, 4 Labels"),
            ("PackageLabel_Letter_6", "US Letter, 6 Labels"),
        ],
        "Label Format",
        required=True,
        default="PackageLabel_Thermal_NonPCP",
    )
    label_id = fields.Many2one("ir.attachment", "Box Labels", readonly=True, ondelete="set null")

    _external_uniq = models.Constraint("UNIQUE(inbound_id, external_id)", "This shipment is recorded already.")

    @api.depends("box_ids")
    def _compute_box_count(self):
        for shipment in self:
            shipment.box_count = len(shipment.box_ids)

    # === CREATION === #

    @api.model
    def _create_from_arrangement(self, inbound, shipments, boxes):
        """Divide announced goods as Amazon wants them: each shipment is a notice with its own cartons.

        :param shipments: of :class:`InboundShipment`
        :param dict boxes: ``{Amazon's shipment: list of InboundBox}``
        """
        notice = inbound.notice_ids.ensure_one()
        skus = self.env["overseas.product"]._get_by_product(inbound.account_id, notice.carton_ids.line_ids.product_id)
        waiting = notice.carton_ids.sorted(lambda carton: (carton.number, carton.id))
        cartons_of = {}
        for shipment in shipments:
            cartons_of[shipment.shipment_id], waiting = _pair(boxes[shipment.shipment_id], waiting, skus)
        if waiting:
            numbers = ", ".join(str(number) for number in waiting.mapped("number"))
            inbound.message = self.env._(
                "Amazon names no box for the cartons %s. Compare them with Amazon's shipments before they leave.",
                numbers,
            )
        records = self.browse()
        for number, shipment in enumerate(shipments, 1):
            own = notice if number == 1 else notice._fba_split(number)
            own._fba_accept(shipment.confirmation_id)
            pairs = cartons_of[shipment.shipment_id]
            self.env["overseas.inbound.carton"].browse(carton.id for _box, carton in pairs if carton).inbound_id = own
            records += self.create(self._prepare_vals(inbound, own, shipment, pairs))
            for box, carton in pairs:
                carton.label = box.box_id
        return records

    @api.model
    def _prepare_vals(self, inbound, notice, shipment, pairs):
        return {
            "inbound_id": inbound.id,
            "notice_id": notice.id,
            "external_id": shipment.shipment_id,
            "confirmation": shipment.confirmation_id,
            "amazon_reference": shipment.reference_id,
            "centre": shipment.warehouse,
            "box_ids": [
                fields.Command.create({"name": box.box_id, "carton_id": carton.id}) for box, carton in pairs
            ],
        }

    # === LABELS === #

    def action_print_labels(self):
        """Labels of the boxes (PDF), kept with the announced goods."""
        self.ensure_one()
        content = self.inbound_id._talk(
            lambda fba: fba.inbound.fetch_box_labels(self.confirmation, self.page_type)
        )
        self.label_id = self.inbound_id._attach_files([content], self.confirmation, self.notice_id)
        return get_download_action(self.label_id)

    # === TRACKING === #

    def action_send_tracking(self):
        """Tell Amazon the carrier's numbers, in the background."""
        for shipment in self:
            shipment.check_access("write")
            if not shipment.freight_bills and (bare := shipment.box_ids.filtered(lambda box: not box.tracking)):
                raise UserError(
                    self.env._(
                        "These boxes of %(shipment)s have no tracking number yet: %(boxes)s. Enter them, or the "
                        "freight bill's number.",
                        shipment=shipment.confirmation,
                        boxes=", ".join(bare.mapped("name")),
                    )
                )
        self.write({"tracking_state": "sending", "operation": False, "message": False})
        self._enqueue_tracking()

    def _enqueue_tracking(self, seconds=None):
        for shipment in self.sudo():
            shipment.with_delay(
                identity_key=f"fba.inbound.shipment.{shipment.id}.{shipment.operation or ''}.{seconds or 0}",
                eta=seconds,
                description=f"{self.env._('Tell tracking numbers')}: {shipment.confirmation}",
            )._job_tracking()

    @api.model
    def _enqueue_lost(self, accounts):
        """Queue what is being told, in case its job was lost."""
        self.sudo().search(
            [("account_id", "in", accounts.ids), ("tracking_state", "=", "sending")]
        )._enqueue_tracking()

    def _job_tracking(self):
        """Tell the numbers, and look whether Amazon took them. Telling them twice does nothing twice.

        :raise RetryableJobError: another job is at it
        """
        shipment = lock_for_job(self)
        account = shipment.account_id
        if shipment.tracking_state != "sending" or account.state == "disabled" or account.needs_authorisation:
            return
        try:
            shipment._tell_tracking(account._get_connector().fba)
        except NotReady as error:
            shipment._enqueue_tracking(error.retry_after)
        except ConnectorError as error:
            account._note_error(error, self.env._("Tell tracking numbers"))
            shipment.message = getattr(error, "reason", str(error))
            if seconds := get_retry_seconds(error):
                shipment._enqueue_tracking(seconds)
            elif not account.needs_authorisation:
                shipment.write({"tracking_state": "failed", "operation": False})

    def _tell_tracking(self, fba):
        if not self.operation:
            tracking = {box.name: box.tracking for box in self.box_ids if box.tracking}
            bills = [part.strip() for part in (self.freight_bills or "").split(",") if part.strip()]
            self.operation = fba.inbound.set_tracking(
                self.inbound_id.plan_number, self.external_id, tracking, bills, self.bill_of_lading or ""
            )
            if self.operation:
                raise NotReady({"operation": self.operation}, _POLL)
        if self.operation:
            operation = fba.inbound.fetch_operation(self.operation)
            if operation.failed:
                reason = "; ".join(operation.problems) or operation.status
                self.write({"tracking_state": "failed", "operation": False, "message": reason})
                return
            if not operation.succeeded:
                raise NotReady({"operation": self.operation}, _POLL)
        self.write({"tracking_state": "sent", "operation": False, "message": False})
        numbers = self.box_ids.mapped("tracking") if not self.freight_bills else [self.freight_bills]
        self.notice_id.tracking = self.notice_id.tracking or ", ".join(dict.fromkeys(numbers))[:250]

    # === RECEIPTS === #

    @api.model
    def _follow(self, account):
        """Take in what Amazon has received of the shipments that are open; shortages become differences when it has
        closed one."""
        waiting = self.search(
            [("account_id", "=", account.id), ("notice_id.state", "in", OPEN_STATES)], order="write_date, id", limit=50
        ).try_lock_for_update(allow_referencing=True)
        if not waiting:
            return
        states, _error = account._ask(
            self.env._("Ask what was received"), lambda provider: [one._fetch_state(provider.fba) for one in waiting]
        )
        if states is not None:
            waiting.notice_id._apply_states(states)
            # What was asked goes to the end of the queue, so that every shipment has its turn.
            self.env.cr.execute("UPDATE fba_inbound_shipment SET write_date = now() WHERE id = ANY(%s)", [waiting.ids])

    def _fetch_state(self, fba):
        """The shipment in the words of the overseas warehouses. Amazon tells units received, not which were damaged:
        those are told by its ledger."""
        inbound = self.inbound_id
        shipment = fba.inbound.fetch_shipment(inbound.plan_number, self.external_id)
        received = fba.inbound.fetch_received(self.confirmation, inbound.warehouse_id.code)
        lines = tuple(ReceivedLine(msku, count) for msku, (_sent, count) in sorted(received.items()) if count)
        status = _STATUSES.get(shipment.status, InboundStatus.UNKNOWN)
        if lines and status in (InboundStatus.ANNOUNCED, InboundStatus.IN_TRANSIT, InboundStatus.UNKNOWN):
            status = InboundStatus.RECEIVING
        return InboundState(self.notice_id.reference, self.confirmation, status, lines, shipment.status)


class FbaInboundBox(models.Model):
    _name = "fba.inbound.box"
    _description = "Box on Its Way to Amazon"
    _order = "shipment_id, id"

    shipment_id = fields.Many2one("fba.inbound.shipment", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    name = fields.Char("Box", required=True, readonly=True, help="Amazon's number, as on the label.")
    carton_id = fields.Many2one("overseas.inbound.carton", readonly=True, ondelete="set null", index=True)
    carton_number = fields.Integer(related="carton_id.number", string="Our Carton")
    units = fields.Integer(related="carton_id.units")
    tracking = fields.Char("Tracking Number")


def _pair(boxes, cartons, skus):
    """Which carton is which of Amazon's boxes: the one of the same contents whose size and weight come closest.

    :return: list of ``(box, carton or none)``, and the cartons left
    """
    pairs, left = [], cartons
    for box in boxes:
        contents = Counter()
        for item in box.items:
            contents[item.msku, item.expires_on, item.lot] += item.units
        alike = left.filtered(lambda carton, contents=contents: carton._get_fba_contents(skus) == contents)
        carton = alike.sorted(lambda carton, box=box: _distance(carton, box))[:1]
        left -= carton
        pairs.append((box, carton))
    return pairs, left


def _distance(carton, box):
    sides = sorted((carton.length_cm, carton.width_cm, carton.height_cm))
    theirs = sorted((float(box.length_cm), float(box.width_cm), float(box.height_cm)))
    apart = sum(abs(ours - their) for ours, their in zip(sides, theirs, strict=True))
    return (round(apart + abs(carton.weight_kg - float(box.weight_kg)), 3), carton.number, carton.id)
