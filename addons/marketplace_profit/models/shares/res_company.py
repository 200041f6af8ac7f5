from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    profit_four_eyes = fields.Boolean(
        "Shared Costs Need a Second Person",
        default=True,
        help="Shared costs are approved by another person than the one who computed them.",
    )
    profit_window_days = fields.Integer(
        "Days Looked At", default=90, help="Sales of so many days tell profit cows from cash black holes."
    )
    profit_roi_limit = fields.Float(
        "Return That Is Good (% a Year)",
        default=100,
        help="Margin 3 of a year by the cash that is tied up in stock. From here on a SKU is a cow or a star.",
    )
    profit_growth_limit = fields.Float(
        "Growth of a Star (%)", default=20, help="Units sold, compared with as many days before."
    )
    profit_stock_days_limit = fields.Integer(
        "Days of Stock That Are Too Many", default=180, help="Beyond, a SKU without a good return is a black hole."
    )

    _profit_window_positive = models.Constraint(
        "CHECK(profit_window_days BETWEEN 1 AND 730)", "Look at 1 to 730 days of sales."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    profit_four_eyes = fields.Boolean(related="company_id.profit_four_eyes", readonly=False)
    profit_window_days = fields.Integer(related="company_id.profit_window_days", readonly=False)
    profit_roi_limit = fields.Float(related="company_id.profit_roi_limit", readonly=False)
    profit_growth_limit = fields.Float(related="company_id.profit_growth_limit", readonly=False)
    profit_stock_days_limit = fields.Integer(related="company_id.profit_stock_days_limit", readonly=False)
