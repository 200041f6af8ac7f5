from odoo import fields, models


class FirstMileLane(models.Model):
    """A way that goods take again and again, such as Shenzhen to Los Angeles: prices and lead times belong to it."""

    _name = "first.mile.lane"
    _description = "Freight Lane"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="For example Shenzhen – Felixstowe.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    origin_country_id = fields.Many2one("res.country", required=True)
    destination_country_id = fields.Many2one(
        "res.country", required=True, help="Where duty and import VAT are charged: its customs tariff is used."
    )

    _name_uniq = models.Constraint("UNIQUE(company_id, name)", "There is already a lane of this name.")
