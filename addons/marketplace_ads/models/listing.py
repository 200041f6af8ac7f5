from odoo import api, models


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `odoo`: advertising that waited for the item gets its product."""
        listings = super().create(vals_list)
        listings._match_ads()
        return listings

    def write(self, vals):
        """Override of `odoo`: advertising that waited for the item gets its product."""
        result = super().write(vals)
        if {"product_id", "sku", "external_product_id"} & set(vals):
            self._match_ads()
        return result

    def _match_ads(self):
        """Nothing is asked where no shop of the listings advertises: they change by the thousand."""
        shops = self.filtered("product_id").shop_id
        profiles = self.env["ads.profile"].sudo().search([("shop_id", "in", shops.ids)])
        if profiles:
            self.env["ads.cost"].sudo()._match(profiles.shop_id)
