"""Where units went is kept row by row; it is made anew from the log."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([("cost_layer_method", "!=", False)]):
        env["cost.state"].with_company(company)._rebuild(company)
