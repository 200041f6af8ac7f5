from odoo import api, models
from odoo.exceptions import UserError


class OverseasOutbound(models.Model):
    _inherit = "overseas.outbound"

    @api.model
    def _get_ready_domain(self):
        """Override of `overseas_warehouse`: Amazon ships its own orders without being asked; multi-channel fulfilment
        is for the orders of others."""
        own = [("sale_id.marketplace_fulfilment", "=", "marketplace")]
        return [*super()._get_ready_domain(), "!", *own]


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    def action_fba_find_products(self):
        """Make the SKUs known that Amazon fulfils: those of the seller's listings that are matched to a product."""
        self.ensure_one()
        self.check_access("write")
        listings = self._get_fba_listings()
        Product = self.env["overseas.product"]
        known = Product.search([("account_id", "=", self.id)])
        taken = set(known.mapped("sku")), set(known.product_id.ids)
        vals_list = []
        for listing in listings:
            if listing.sku not in taken[0] and listing.product_id.id not in taken[1]:
                taken[0].add(listing.sku)
                taken[1].add(listing.product_id.id)
                vals_list.append({"account_id": self.id, "product_id": listing.product_id.id, "sku": listing.sku})
        if not vals_list:
            raise UserError(
                self.env._(
                    "No new SKU: every listing of %s that Amazon fulfils is known here, or is not matched to a product "
                    "yet.",
                    self.fba_account_id.name,
                )
            )
        return Product.create(vals_list)._get_records_action(name=self.env._("Products of %s", self.name))

    def _get_fba_listings(self):
        """Listings of the seller that Amazon fulfils and that have a product, the oldest first."""
        return (
            self.env["marketplace.listing"]
            .sudo()
            .search(
                [
                    ("shop_id.account_id", "=", self.fba_account_id.id),
                    ("fulfilment", "=", "marketplace"),
                    ("product_id", "!=", False),
                ],
                order="id",
            )
        )
