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
        advertising = self.env["ads.profile"]._get_shop_ids()
        shops = self.filtered("product_id").shop_id.filtered(lambda shop: shop.id in advertising)
        if shops:
            self.env["ads.cost"].sudo()._match(shops)
