# The plain packages (connector, engine) are also imported without Odoo, from the checkout root.
if __name__.startswith("odoo.addons."):
    from . import models, wizards


def uninstall_hook(env):
    """Disable the accounts this connector served; their credentials stay with the Amazon accounts."""
    accounts = env["overseas.account"].with_context(active_test=False).search([("provider", "=", "fba")])
    accounts.write({"state": "disabled"})
