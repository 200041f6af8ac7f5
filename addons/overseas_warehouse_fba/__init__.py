# The plain packages (connector, engine) are imported without Odoo, from the checkout root.
