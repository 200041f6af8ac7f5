# The plain package (connector) is also imported without Odoo, from the checkout root.
