from decimal import Decimal

from odoo import api, fields, models

from ..freight import Currency, Destination, Parcel, RateBook
from .freight_messages import describe


class MarketplaceRateBook(models.AbstractModel):
    """Rate tables of the carriers of a company, for the plain freight package."""

    _name = "marketplace.rate.book"
    _description = "Book of Rate Tables"

    @api.model
    def _load(self, company, carriers=None):
        """The rate tables that a company can use, with quotes in its currency at today's rates.

        Takes a constant number of queries. Whoever may ask for a price need not see the tables.

        :param carriers: only these; by default all carriers of the company that have a rate table
        :rtype: ~..freight.RateBook
        """
        if carriers is None:
            carriers = (
                self.env["delivery.carrier"]
                .sudo()
                .search([("delivery_type", "=", "rate_table"), ("company_id", "in", [False, company.id])])
            )
        carriers = carriers.sudo()
        rates = self._get_exchange_rates(carriers.rate_currency_id, company)
        quoted = self._prepare_currency(company.currency_id)
        units = self._get_units()
        return RateBook(
            carrier._keep_rate_table(
                self._prepare_currency(carrier.rate_currency_id), quoted, rates[carrier.rate_currency_id], units
            )
            for carrier in carriers
        )

    @api.model
    def _get_exchange_rates(self, currencies, company):
        """Units of the company's currency for one of each currency, today in UTC: the same for whoever asks."""
        rates = (currencies | company.currency_id)._get_rates(company, fields.Date.today())
        own = Decimal(str(rates[company.currency_id.id]))
        return {currency: own / Decimal(str(rates[currency.id])) for currency in currencies}

    @api.model
    def _prepare_currency(self, currency):
        return Currency(currency.name, Decimal(str(currency.rounding)))

    # === FACTS === #

    @api.model
    def _get_units(self):
        """What Odoo's units of weight and volume are in kg and m³, as pair of Decimals."""
        Template = self.env["product.template"].sudo()
        kg, cubic_m = self.env.ref("uom.product_uom_kgm"), self.env.ref("uom.product_uom_cubic_meter")
        weight = Template._get_weight_uom_id_from_ir_config_parameter()
        volume = Template._get_volume_uom_id_from_ir_config_parameter()
        return (
            Decimal(str(weight._compute_quantity(1, kg, round=False))),
            Decimal(str(volume._compute_quantity(1, cubic_m, round=False))),
        )

    @api.model
    def _prepare_parcel(self, weight, volume, sides=()):
        """A parcel from a weight and a volume in Odoo's units, and sides in cm."""
        kg, cubic_m = self._get_units()
        return Parcel(Decimal(str(weight)) * kg, Decimal(str(volume)) * cubic_m, *sides)

    @api.model
    def _prepare_destination(self, partner):
        return Destination(
            partner.country_id.code or "", partner.state_id.code or "", partner.zip or "", partner.city or ""
        )

    @api.model
    def _describe_refusal(self, refusal):
        """Why a carrier gives no quote, in the user's language.

        :param refusal: :class:`~..freight.NoQuote`
        """
        return describe(self.env, refusal.code, refusal.values)
