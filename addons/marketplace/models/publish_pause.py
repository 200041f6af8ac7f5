"""Two ways to stop publishing, each for a listing, a product, a shop or the whole company.

Off sale: 0 is sent, buyers find nothing. Frozen: nothing is sent, the shops keep what they show.
"""

from odoo import fields, models
from odoo.exceptions import AccessError


class ResCompany(models.Model):
    _inherit = "res.company"

    marketplace_off_sale = fields.Boolean(
        "Off Sale (show 0)", help="0 is sent to the shops: buyers find nothing to buy."
    )
    marketplace_frozen = fields.Boolean(
        "Freeze Stock Updates", help="Nothing is sent: the shops keep showing what they were told last."
    )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    marketplace_off_sale = fields.Boolean(
        "Off Sale (show 0)", help="0 is sent to the shops: buyers find nothing to buy."
    )
    marketplace_frozen = fields.Boolean(
        "Freeze Stock Updates", help="Nothing is sent: the shops keep showing what they were told last."
    )


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    off_sale = fields.Boolean(
        "Off Sale (show 0)", copy=False, tracking=True, help="0 is sent to the shops: buyers find nothing to buy."
    )
    frozen = fields.Boolean(
        "Freeze Stock Updates",
        copy=False,
        tracking=True,
        help="Nothing is sent: the shops keep showing what they were told last.",
    )

    def action_off_sale(self):
        """Show 0 in these shops until they are offered again."""
        self._pause({"off_sale": True})

    def action_on_sale(self):
        self._pause({"off_sale": False})

    def action_freeze(self):
        """Send these shops nothing until they are unfrozen."""
        self._pause({"frozen": True})

    def action_unfreeze(self):
        self._pause({"frozen": False})

    def _pause(self, vals):
        self.write(vals)
        self.env["marketplace.stock.publisher"]._enqueue_publish(self)

    def action_company_off_sale(self):
        """Show 0 in all shops of the company, or undo that."""
        return self._toggle_company("marketplace_off_sale")

    def action_company_freeze(self):
        """Send nothing to any shop of the company, or undo that."""
        return self._toggle_company("marketplace_frozen")

    def _toggle_company(self, name):
        if not self.env.user.has_group("marketplace.group_manager"):
            raise AccessError(self.env._("Only a marketplace manager may stop publishing for the whole company."))
        company = self.env.company.sudo()
        company[name] = not company[name]
        self.env["marketplace.stock.publisher"]._enqueue_publish(self.search([("company_id", "=", company.id)]))
        messages = {
            ("marketplace_off_sale", True): self.env._("All shops of %s are going off sale: 0 is sent."),
            ("marketplace_off_sale", False): self.env._("All shops of %s are on sale again."),
            ("marketplace_frozen", True): self.env._("Nothing is sent to any shop of %s any more."),
            ("marketplace_frozen", False): self.env._("The shops of %s are kept up to date again."),
        }
        return self._notify(messages[name, company[name]] % company.name)


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    frozen = fields.Boolean(
        "Freeze Stock Updates", copy=False, help="Nothing is sent: the shops keep showing what they were told last."
    )

    def action_freeze(self):
        """Send nothing for these listings until they are unfrozen."""
        self.frozen = True

    def action_unfreeze(self):
        self.frozen = False
        self.env["marketplace.stock.publisher"]._enqueue_publish(self.shop_id)
