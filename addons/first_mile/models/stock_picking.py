from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    first_mile_shipment_id = fields.Many2one(
        "first.mile.shipment", string="First-Mile Shipment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    is_first_mile_departure = fields.Boolean(compute="_compute_is_first_mile_departure")

    @api.depends("first_mile_shipment_id", "location_dest_id.usage")
    def _compute_is_first_mile_departure(self):
        for picking in self:
            picking.is_first_mile_departure = bool(
                picking.first_mile_shipment_id and picking.location_dest_id.usage == "transit"
            )
