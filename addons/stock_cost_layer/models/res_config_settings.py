from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cost_layer_method = fields.Selection(related="company_id.cost_layer_method", readonly=False)
    cost_layer_since = fields.Datetime(related="company_id.cost_layer_since")
    cost_layer_account_id = fields.Many2one(related="company_id.cost_layer_account_id", readonly=False)
    cost_layer_clearing_account_id = fields.Many2one(
        related="company_id.cost_layer_clearing_account_id", readonly=False
    )
    cost_layer_expense_account_id = fields.Many2one(related="company_id.cost_layer_expense_account_id", readonly=False)
    cost_layer_journal_id = fields.Many2one(related="company_id.cost_layer_journal_id", readonly=False)
    cost_layer_user_id = fields.Many2one(related="company_id.cost_layer_user_id", readonly=False)
