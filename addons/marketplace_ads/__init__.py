# The plain packages (connector, engine, layouts) are also imported without Odoo, from the checkout root.
if __name__.startswith("odoo.addons."):
    from . import models, wizards
