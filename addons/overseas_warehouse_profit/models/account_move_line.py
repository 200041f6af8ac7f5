from odoo import fields, models
from odoo.addons.overseas_warehouse.models.bill import KINDS


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    overseas_kind = fields.Selection(
        KINDS, "Charges of Overseas Warehouses", readonly=True, help="Kind of the charges that the line is the sum of."
    )
