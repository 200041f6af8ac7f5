# The plain package (connector) is also imported without Odoo, from the checkout root.
if __name__.startswith("odoo.addons."):
    from . import models


def uninstall_hook(env):
    """Disable the accounts this connector served and forget their credentials."""
    accounts = env["overseas.account"].with_context(active_test=False).search([("provider", "=", "goodcang")])
    accounts.write({"state": "disabled", "secrets": False})
