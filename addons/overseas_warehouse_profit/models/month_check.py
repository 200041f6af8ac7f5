from odoo import api, fields, models


class ProfitMonthCheck(models.Model):
    _inherit = "profit.month.check"

    kind = fields.Selection(
        selection_add=[("overseas_unbilled", "Charges of overseas warehouses billed")],
        ondelete={"overseas_unbilled": "cascade"},
    )

    @api.model
    def _get_advice(self):
        """Add charges of overseas warehouses."""
        advice = self.env._(
            "These charges are in the profit as estimates. Create their vendor bills on the bills of the overseas "
            "warehouses and post them, or dispute what is wrong."
        )
        return {**super()._get_advice(), "overseas_unbilled": advice}
