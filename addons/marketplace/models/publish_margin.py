from odoo import api, fields, models


class MarketplacePublishMeter(models.AbstractModel):
    """This part computes what a unit earns in each shop, which decides who gets it when it is scarce."""

    _inherit = "marketplace.publish.meter"

    @api.model
    def _get_margins(self, listings):
        """Price without tax less cost and estimated fee per unit, in the company's currency: ``{listing id: amount}``.

        The marketplace takes its fee of the price that the buyer pays, with tax.
        """
        today, rates, margins = fields.Date.context_today(self), {}, {}
        for company, own in listings.grouped("company_id").items():
            taxes = self._get_included_taxes(own.product_id, company)
            for listing in own.with_company(company):
                currency = listing.currency_id or listing.shop_id.currency_id
                if currency not in rates:
                    rates[currency] = currency._get_conversion_rate(currency, company.currency_id, company, today)
                product = listing.product_id
                untaxed = self._get_untaxed(listing.price, currency, taxes[product], product)
                net = (untaxed - listing.price * listing.shop_id.fee_percent / 100) * rates[currency]
                margins[listing.id] = company.currency_id.round(net - product.standard_price)
        return margins

    def _get_included_taxes(self, products, company):
        """Taxes that the prices of each product contain in a company: ``{product: taxes}``."""
        return {
            product: product.taxes_id._filter_taxes_by_company(company).filtered("price_include")
            for product in products
        }

    def _get_untaxed(self, price, currency, taxes, product):
        return taxes.compute_all(price, currency, product=product)["total_excluded"] if taxes else price
