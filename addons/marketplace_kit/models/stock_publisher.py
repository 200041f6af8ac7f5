from odoo import api, models


class MarketplaceStockPublisher(models.AbstractModel):
    _inherit = "marketplace.stock.publisher"

    @api.model
    def _get_kit_contents(self, company, products=None):
        """Override of `marketplace`: bills of materials of the type kit, kits within kits taken apart.

        Queries: a constant number per level of kits within kits, whatever the number of products; one without kits.
        """
        return self._explode_kits(company, self._find_kits(company) if products is None else products)

    @api.model
    def _find_kits(self, company):
        """Products that may be kits of a company, by its bills of materials: these are few beside its products."""
        domain = [("type", "=", "phantom"), ("company_id", "in", [False, company.id])]
        boms = self.env["mrp.bom"].sudo().search(domain)
        return boms.product_id | boms.filtered(lambda bom: not bom.product_id).product_tmpl_id.product_variant_ids

    @api.model
    def _explode_kits(self, company, products):
        """``{kit: {component: units per unit of the kit}}`` of those products that are kits."""
        direct, level = {}, products
        while level:
            boms = self.env["mrp.bom"].sudo()._bom_find(level, company_id=company.id, bom_type="phantom")
            level = self.env["product.product"]
            for product, bom in boms.items():
                direct[product] = self._get_direct_parts(product, bom)
                level = level.union(*direct[product])
            level -= self.env["product.product"].concat(*direct)
        return {product: self._flatten(product, direct) for product in direct}

    @api.model
    def _get_direct_parts(self, product, bom):
        """``{component: units per unit of the product}``, in the units of both products."""
        made = bom.product_uom_id._compute_quantity(bom.product_qty, product.uom_id, round=False)
        parts = {}
        for line in bom.bom_line_ids:
            if line.product_qty > 0 and not line._skip_bom_line(product):
                component = line.product_id
                units = line.product_uom_id._compute_quantity(line.product_qty, component.uom_id, round=False)
                parts[component] = parts.get(component, 0) + units / made
        return parts

    @api.model
    def _flatten(self, product, direct):
        parts = {}
        for component, factor in direct[product].items():
            inner = self._flatten(component, direct) if component in direct else {component: 1}
            for piece, units in inner.items():
                parts[piece] = parts.get(piece, 0) + units * factor
        return parts
