from odoo import fields, models


class OverseasFilePlace(models.Model):
    """A warehouse of an operator without an interface: nobody but the seller can say which there are."""

    _name = "overseas.file.place"
    _description = "Warehouse without an Interface"
    _order = "code, id"
    _rec_name = "code"

    account_id = fields.Many2one("overseas.account", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    code = fields.Char(required=True, help="What stands in the column 'warehouse' of the files.")
    name = fields.Char(required=True)
    country_id = fields.Many2one("res.country", required=True)

    _code_uniq = models.Constraint("UNIQUE(account_id, code)", "This warehouse is on the list already.")


class OverseasFileService(models.Model):
    """A way of shipping that an operator without an interface offers."""

    _name = "overseas.file.service"
    _description = "Service without an Interface"
    _order = "code, id"
    _rec_name = "code"

    account_id = fields.Many2one("overseas.account", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    code = fields.Char(required=True, help="What stands in the column 'service' of the files.")
    name = fields.Char(required=True)

    _code_uniq = models.Constraint("UNIQUE(account_id, code)", "This service is on the list already.")
