from odoo import fields, models

# Their shipping cost is a price of ours, not what a carrier has charged.
OWN_PRICES = ("fixed", "base_on_rule", "rate_table")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_routing_parcel_ids = fields.One2many("marketplace.routing.parcel", "picking_id", readonly=True)

    def write(self, vals):
        """Extend `write`: what a carrier charges when it books a transfer is the actual freight."""
        result = super().write(vals)
        if vals.get("carrier_price"):
            self._keep_carrier_price()
        return result

    def _keep_carrier_price(self):
        for picking in self:
            parcel = picking.sudo().marketplace_routing_parcel_ids[:1]
            if parcel and picking._has_carrier_charge():
                parcel.write({"actual_freight": picking._get_carrier_charge(), "actual_source": "carrier"})

    def _has_carrier_charge(self):
        """Whether the shipping cost is what the carrier charges."""
        self.ensure_one()
        return self.carrier_id.delivery_type not in OWN_PRICES

    def _get_carrier_charge(self):
        """The shipping cost without the margins that Odoo has put on it, in the company's currency."""
        self.ensure_one()
        carrier = self.carrier_id
        order = self.sale_id
        price = self.carrier_price
        if carrier.margin > -1:
            fixed = carrier._compute_currency(order, carrier.fixed_margin, "company_to_pricelist")
            price = (price - fixed) / (1.0 + carrier.margin)
        return carrier._compute_currency(order, price, "pricelist_to_company")


class MarketplaceDeliveryBuilder(models.AbstractModel):
    _inherit = "marketplace.delivery.builder"

    def _build(self, orders):
        """Extend `_build`: the planned parcels of the orders get their transfers."""
        result = super()._build(orders)
        parcels = self.env["marketplace.routing.parcel"].sudo()
        parcels.search([("order_id", "in", orders.ids), ("picking_id", "=", False)])._link_pickings()
        return result
