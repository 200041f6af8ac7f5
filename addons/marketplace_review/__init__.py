# The plain packages (checks, risk) are also imported without Odoo, from the checkout root.
if __name__.startswith("odoo.addons."):
    from . import models, wizards
    from .hooks import post_init_hook, uninstall_hook
