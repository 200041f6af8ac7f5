# The plain package (connector) is also imported without Odoo, from the checkout root.
if __name__.startswith("odoo.addons."):
    from . import models, wizards


def uninstall_hook(env):
    """Disable the accounts this connector served."""
    accounts = env["overseas.account"].with_context(active_test=False).search([("provider", "=", "csv")])
    accounts.write({"state": "disabled"})
