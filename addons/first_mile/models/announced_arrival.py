from odoo import api, models


class FirstMileShipment(models.Model):
    _inherit = "first.mile.shipment"

    def _sync_dates(self):
        """Extends to pass on a new ETA to what was announced."""
        result = super()._sync_dates()
        self._refresh_notices()
        return result

    def _refresh_notices(self):
        """Have overseas warehouses told when goods come that they do not count yet, and under which number."""
        for shipment in self.sudo():
            vals = shipment._prepare_arrival_vals()
            for notice in shipment.inbound_ids.filtered(lambda notice: notice.state in ("pending", "accepted")):
                changed = {name: value for name, value in vals.items() if value and notice[name] != value}
                if changed:
                    notice.write(changed)


class FirstMileTracking(models.Model):
    _inherit = "first.mile.tracking"

    @api.model_create_multi
    def create(self, vals_list):
        """Extends to pass on the numbers to what was announced."""
        trackings = super().create(vals_list)
        trackings.shipment_id._refresh_notices()
        return trackings

    def write(self, vals):
        """Extends to pass on another number to what was announced."""
        result = super().write(vals)
        if "number" in vals or "kind" in vals:
            self.shipment_id._refresh_notices()
        return result
