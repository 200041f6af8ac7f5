"""What each event did to a place is kept; it is made anew from the log, whose first batch is the opening stock."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    cr.execute("ALTER TABLE cost_event DISABLE TRIGGER keep")
    cr.execute(
        """UPDATE cost_event event SET is_opening = TRUE
             FROM (SELECT company_id, MIN(create_date) since FROM cost_event GROUP BY company_id) log
            WHERE log.company_id = event.company_id AND log.since = event.create_date
              AND (event.move_id IS NULL
                   OR (SELECT date FROM stock_move WHERE id = event.move_id) < log.since - INTERVAL '1 minute')"""
    )
    cr.execute("ALTER TABLE cost_event ENABLE TRIGGER keep")
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([("cost_layer_method", "!=", False)]):
        env["cost.state"].with_company(company)._rebuild(company)
