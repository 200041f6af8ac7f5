from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    marketplace_carrier_code = fields.Char(
        help="How marketplaces call this carrier, e.g. DHL, UPS or Royal Mail. Without it, shipments are confirmed "
        "with the carrier 'Other' and the name of the delivery method."
    )
