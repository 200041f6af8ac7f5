from datetime import timedelta

from odoo import api, fields, models


class CostClosing(models.Model):
    """What a month lacks of first-mile costs."""

    _inherit = "cost.closing"

    def _get_checks(self):
        """Override of `stock_cost_layer` to add the costs of journeys that nobody has billed yet."""
        return {**super()._get_checks(), "estimate": self._find_estimated_shipments}

    def _find_estimated_shipments(self):
        """Shipments that left by the end of the month with costs that are not billed, and the sum of these costs."""
        left = [
            ("first_mile_shipment_id", "!=", False),
            ("location_dest_id.usage", "=", "transit"),
            ("move_ids", "any", [("state", "=", "done"), ("date", "<", self.day + timedelta(days=1))]),
        ]
        costs = self.env["first.mile.cost"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("is_actual", "=", False),
                ("shipment_id.picking_ids", "any", left),
            ]
        )
        return costs.shipment_id, sum(costs.mapped("company_amount"))


class CostClosingItem(models.Model):
    _inherit = "cost.closing.item"

    kind = fields.Selection(
        selection_add=[("estimate", "Freight and duty only estimated")], ondelete={"estimate": "cascade"}
    )

    @api.model
    def _get_advice(self):
        """Override of `stock_cost_layer` to advise on estimates of journeys."""
        text = self.env._(
            "Link the lines of the forwarder's and customs' bills to the costs of these shipments, or accept the "
            "estimates: what the bills differ counts in the open month."
        )
        return {**super()._get_advice(), "estimate": text}
