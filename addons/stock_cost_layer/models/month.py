from dateutil.relativedelta import relativedelta
from odoo import api, fields, models


class CostMonth(models.AbstractModel):
    """Columns of a month of a company: the last one that is over, unless another is named."""

    _name = "cost.month"
    _description = "Month of Costs"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date("Last Day", required=True, default=lambda self: self._get_last_day())

    @api.model
    def _get_last_day(self):
        """Last day of the month before this one."""
        return fields.Date.context_today(self) + relativedelta(day=1, days=-1)
