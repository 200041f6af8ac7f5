"""Pure computing, without Odoo."""
