from odoo import fields, models

LOCKS = [
    ("none", "Nothing"),
    ("sale_purchase", "Sales and Purchases"),
    ("fiscalyear", "All Entries"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    profit_lock = fields.Selection(
        LOCKS,
        "Lock when Closing",
        default="fiscalyear",
        required=True,
        help="What closing a month of profit locks in the books up to its last day. It is proposed; who closes may "
        "choose.",
    )
    profit_clearing_days = fields.Integer(
        "Payouts Open Too Long (Days)",
        default=14,
        help="A posted settlement whose payout has not been matched for longer is named when a month is closed.",
    )
    profit_unattributed_limit = fields.Monetary(
        "Not Attributed up to",
        "currency_id",
        default=0,
        help="Income and cost of a month that nothing says the meaning of, as a size; more is named when it is closed.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    profit_lock = fields.Selection(related="company_id.profit_lock", readonly=False)
    profit_clearing_days = fields.Integer(related="company_id.profit_clearing_days", readonly=False)
    profit_unattributed_limit = fields.Monetary(
        related="company_id.profit_unattributed_limit", currency_field="company_currency_id", readonly=False
    )
