from decimal import Decimal

from odoo import models
from odoo.tools import ormcache

from ..freight import Limits, RateTable


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    @ormcache("self.id", "self.env.lang", "currency", "quote_currency", "exchange_rate", "units")
    def _keep_rate_table(self, currency, quote_currency, exchange_rate, units):
        """The rate table for the plain freight package, kept in memory: it may have thousands of bands.

        :param currency: :class:`~..freight.Currency` of the table
        :param quote_currency: :class:`~..freight.Currency` of its quotes
        :param exchange_rate: units of the quotes' currency for one of the table's
        :param units: what Odoo's units of weight and volume are in kg and m³
        :rtype: ~..freight.RateTable
        """
        self.ensure_one()
        return RateTable(
            self.id,
            [zone._to_plain() for zone in self.freight_zone_ids.sorted("sequence")],
            currency,
            surcharges=[surcharge._to_plain() for surcharge in self.freight_surcharge_ids.sorted("sequence")],
            divisor=Decimal(self.rate_divisor),
            step_kg=Decimal(str(self.rate_step)),
            limits=self._prepare_limits(units),
            quote_currency=quote_currency,
            exchange_rate=exchange_rate,
            freight_label=self.env._("Freight"),
        )

    def _prepare_limits(self, units):
        """Limits of the rate table, and those that Odoo has for every carrier."""
        kg, cubic_m = units
        return Limits(
            weight_kg=Decimal(str(self.max_weight)) * kg,
            volume_m3=Decimal(str(self.max_volume)) * cubic_m,
            longest_cm=Decimal(str(self.rate_max_length)),
            girth_cm=Decimal(str(self.rate_max_girth)),
            countries=frozenset(self.country_ids.mapped("code")),
        )
