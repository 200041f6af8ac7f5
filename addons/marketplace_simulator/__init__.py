# The guard lets the stand-alone server be imported from the checkout root without Odoo.
if __name__.startswith("odoo.addons."):
    from . import models, wizards
