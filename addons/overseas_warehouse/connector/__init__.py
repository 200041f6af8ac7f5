"""What connectors of several operators have in common. Plain Python, no Odoo."""
