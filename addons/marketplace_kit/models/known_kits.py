from collections import defaultdict

from odoo import api, models
from odoo.tools import frozendict

KNOWN_KITS = "marketplace_known_kits"


class MrpBom(models.Model):
    _inherit = "mrp.bom"

    @api.model
    def _bom_find(self, products, picking_type=None, company_id=False, bom_type=False):
        """Override of `mrp`, which asks line by line and move by move, to answer what is known of a whole batch.

        The context tells it: ``{(company id, product id): id of the bill of materials, or False for no kit}``.
        """
        known = self.env.context.get(KNOWN_KITS, {})
        keys = {(company_id, product.id): product for product in products}
        if not picking_type and bom_type == "phantom" and keys and keys.keys() <= known.keys():
            return defaultdict(self.browse, {keys[key]: self.browse(known[key]) for key in keys if known[key]})
        return super()._bom_find(products, picking_type=picking_type, company_id=company_id, bom_type=bom_type)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_qty_delivered(self):
        """Override of `sale_mrp`: kits are looked up at once."""
        boms = self.env["mrp.bom"]
        known = {}
        for company, lines in self.grouped("company_id").items():
            kits = boms._bom_find(lines.product_id, company_id=company.id, bom_type="phantom")
            known |= {(company.id, product.id): kits[product].id for product in lines.product_id}
        return super(SaleOrderLine, self.with_context(**{KNOWN_KITS: frozendict(known)}))._prepare_qty_delivered()


class MarketplaceDeliveryBuilder(models.AbstractModel):
    _inherit = "marketplace.delivery.builder"

    def _build_direct(self, lines, rules):
        """Override of `marketplace`: kits go another way, so these lines have none."""
        known = frozendict({(line.company_id.id, line.product_id.id): False for line in lines})
        return super(MarketplaceDeliveryBuilder, self.with_context(**{KNOWN_KITS: known}))._build_direct(lines, rules)
