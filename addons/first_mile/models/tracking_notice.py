import json

from odoo import api, fields, models
from odoo.addons.marketplace.contract import InvalidPayload

from ..engine.seventeen_track import parse_notice


class FirstMileNotice(models.Model):
    """A notice of 17TRACK that no shipment could take: it waits until one has its number, or a person drops it."""

    _name = "first.mile.notice"
    _description = "Notice about a Tracking Number"
    _order = "received_at desc, id desc"
    _rec_name = "number"

    tracker_id = fields.Many2one("first.mile.tracker", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="tracker_id.company_id", store=True, index=True)
    number = fields.Char(readonly=True)
    body = fields.Text("What Was Sent", required=True, readonly=True)
    body_text = fields.Text(compute="_compute_body_text")
    received_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "No Shipment Has the Number"), ("failed", "Not Readable")], required=True, readonly=True
    )
    message = fields.Char("Problem", readonly=True)

    # A notice states all that is known of a number, so the latest is enough.
    _number_uniq = models.UniqueIndex("(tracker_id, number) WHERE number IS NOT NULL")

    @api.depends("body")
    def _compute_body_text(self):
        for notice in self:
            try:
                notice.body_text = json.dumps(json.loads(notice.body), indent=2, ensure_ascii=False)
            except ValueError:
                notice.body_text = notice.body

    @api.model
    def _receive(self, tracker, body):
        """Take over what 17TRACK says, or keep it.

        :param str body: of the webhook's call, whose signature was checked
        """
        try:
            notice = parse_notice(body)
        except InvalidPayload as error:
            tracker._note_error(error, self.env._("Read a notice"))
            self._keep(tracker, {"number": False, "state": "failed", "message": str(error), "body": body})
            return
        if not self.env["first.mile.tracking"]._take_notice(tracker, notice):
            self._keep(tracker, {"number": notice.number, "state": "waiting", "message": False, "body": body})

    def _keep(self, tracker, values):
        values["received_at"] = fields.Datetime.now()
        known = [("tracker_id", "=", tracker.id), ("number", "=", values["number"])]
        if values["number"] and (earlier := self.search(known)):
            earlier.write(values)
        else:
            self.create({"tracker_id": tracker.id, **values})

    @api.model
    def _take_waiting(self, trackings):
        """Give what waits for numbers to the shipments that have them now."""
        numbers = trackings.filtered("number").mapped("number")
        companies = trackings.shipment_id.company_id
        domain = [("state", "=", "waiting"), ("number", "in", numbers), ("company_id", "in", companies.ids)]
        self.search(domain, order="received_at, id")._take()

    def action_retry(self):
        """Try once more to take the notices over."""
        self.check_access("unlink")
        self.sudo()._take()

    def _take(self):
        for notice in self:
            body, tracker = notice.body, notice.tracker_id
            notice.unlink()
            self._receive(tracker, body)
