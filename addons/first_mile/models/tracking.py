from odoo import api, fields, models
from odoo.exceptions import ValidationError
from stdnum import iso6346
from stdnum.exceptions import ValidationError as NumberError

MODES_OF_KIND = {
    "booking": {"sea_fcl", "sea_lcl", "air", "rail", "truck"},
    "bill_of_lading": {"sea_fcl", "sea_lcl"},
    "container": {"sea_fcl", "sea_lcl", "rail"},
    "air_waybill": {"air"},
    "flight": {"air"},
    "express": {"express", "air", "sea_lcl", "truck"},
}


class FirstMileTracking(models.Model):
    """A number by which a shipment is followed."""

    _name = "first.mile.tracking"
    _description = "First-Mile Tracking Number"
    _order = "shipment_id, kind, id"
    _rec_name = "number"

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    leg_id = fields.Many2one("first.mile.leg", domain="[('shipment_id', '=', shipment_id)]", ondelete="set null")
    kind = fields.Selection(
        [
            ("booking", "Booking"),
            ("bill_of_lading", "Bill of lading"),
            ("container", "Container"),
            ("air_waybill", "Air waybill"),
            ("flight", "Flight"),
            ("express", "Parcel"),
        ],
        required=True,
        default="booking",
        help="Parcels may also be those that a truck delivers at the end.",
    )
    number = fields.Char(required=True, index=True)

    _number_uniq = models.Constraint("UNIQUE(shipment_id, kind, number)", "This number is already on the shipment.")

    @api.constrains("kind", "number", "shipment_id", "leg_id")
    def _check_number(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        modes = dict(self.env["first.mile.shipment"]._fields["mode"]._description_selection(self.env))
        for tracking in self:
            mode = tracking.leg_id.mode or tracking.shipment_id.mode
            if mode not in MODES_OF_KIND[tracking.kind]:
                raise ValidationError(
                    self.env._(
                        "%(mode)s has no number of the kind %(kind)s.", mode=modes[mode], kind=labels[tracking.kind]
                    )
                )
            if tracking.kind == "container" and not _is_container(tracking.number):
                raise ValidationError(
                    self.env._(
                        "%s is no container number: four letters and seven digits, the last a check digit.",
                        tracking.number,
                    )
                )


def _is_container(number):
    """Whether a number has the form and the check digit of ISO 6346."""
    try:
        iso6346.validate(number)
    except NumberError:
        return False
    return True
