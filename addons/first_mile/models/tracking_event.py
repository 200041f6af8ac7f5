from odoo import fields, models


class FirstMileTrackingEvent(models.Model):
    """Something that happened to a number, as the carrier states it."""

    _name = "first.mile.tracking.event"
    _description = "Tracking Event"
    _order = "local_time desc, id desc"
    _rec_name = "description"

    tracking_id = fields.Many2one("first.mile.tracking", required=True, readonly=True, ondelete="cascade", index=True)
    local_time = fields.Char("When", readonly=True, help="Date and time at the place where it happened.")
    moment = fields.Datetime(readonly=True, help="The same moment, where the carrier states its zone.")
    stage = fields.Char(readonly=True, help="17TRACK's milestone.")
    status = fields.Char(readonly=True, help="17TRACK's status.")
    description = fields.Char(readonly=True)
    location = fields.Char(readonly=True)

    def _get_key(self):
        return (self.local_time or "", self.status or "", self.description or "", self.location or "")
