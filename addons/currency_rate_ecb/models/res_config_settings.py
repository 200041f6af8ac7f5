from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ecb_rates = fields.Boolean(related="company_id.root_id.ecb_rates", readonly=False)
    ecb_last_day = fields.Date(related="company_id.root_id.ecb_last_day")
    ecb_error = fields.Char(related="company_id.root_id.ecb_error")
