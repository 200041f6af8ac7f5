"""Shops' countries: currency, tax custom and where their buyers live. Facts of trade, no marketplace's codes."""

from dataclasses import dataclass
from decimal import Decimal

#: Units of each currency in one euro; fixed, so that a seed gives the same prices for ever.
EURO_RATES = {"EUR": Decimal(1), "GBP": Decimal("0.86"), "SEK": Decimal("11.2"), "PLN": Decimal("4.3"),
              "USD": Decimal("1.09"), "CAD": Decimal("1.49"), "JPY": Decimal("162")}
DECIMALS = {"JPY": 0}

#: Sales tax added to the price and collected by the marketplace, by state or province.
SALES_TAX = {"CA": "0.0725", "WA": "0.065", "TX": "0.0625", "NY": "0.04", "FL": "0.06", "IL": "0.0625", "OR": "0",
             "PA": "0.06", "ON": "0.13", "QC": "0.14975", "BC": "0.12", "AB": "0.05"}

#: VAT of a marketplace's home, contained in its prices.
VAT_RATES = {"GB": "0.20", "DE": "0.19", "FR": "0.20", "IT": "0.22", "ES": "0.21", "NL": "0.21", "SE": "0.25",
             "PL": "0.23", "BE": "0.21", "JP": "0.10"}

EU = frozenset(("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
                "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"))


@dataclass(frozen=True)
class Marketplace:
    """One country's shop.

    :param code: ISO country code of the marketplace
    :param region: the regional account that it belongs to: ``eu``, ``na`` or ``fe``
    :param weight: its share of the region's orders
    :param buyers: share of orders by the country that they are delivered to
    """

    code: str
    region: str
    currency: str
    weight: int
    buyers: dict

    @property
    def taxed_on_top(self):
        """Whether prices are net and the marketplace adds and collects sales tax."""
        return self.region == "na"

    @property
    def vat_rate(self):
        """The VAT rate contained in prices, zero where tax comes on top."""
        return Decimal(VAT_RATES.get(self.code, "0"))


MARKETPLACES = {market.code: market for market in (
    Marketplace("GB", "eu", "GBP", 26, {"GB": 94, "IE": 6}),
    Marketplace("DE", "eu", "EUR", 30, {"DE": 84, "AT": 12, "LU": 1, "DK": 3}),
    Marketplace("FR", "eu", "EUR", 14, {"FR": 93, "BE": 5, "LU": 2}),
    Marketplace("IT", "eu", "EUR", 10, {"IT": 100}),
    Marketplace("ES", "eu", "EUR", 9, {"ES": 90, "PT": 10}),
    Marketplace("NL", "eu", "EUR", 4, {"NL": 92, "BE": 8}),
    Marketplace("SE", "eu", "SEK", 3, {"SE": 88, "FI": 6, "DK": 6}),
    Marketplace("PL", "eu", "PLN", 3, {"PL": 95, "CZ": 5}),
    Marketplace("BE", "eu", "EUR", 1, {"BE": 100}),
    Marketplace("US", "na", "USD", 85, {"US": 100}),
    Marketplace("CA", "na", "CAD", 15, {"CA": 100}),
    Marketplace("JP", "fe", "JPY", 100, {"JP": 100}),
)}
REGIONS = ("eu", "na", "fe")


def in_region(region):
    """Return the marketplaces of a region."""
    return [market for market in MARKETPLACES.values() if market.region == region]


def quantum(currency):
    """Return the smallest amount of a currency."""
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def rounded(amount, currency):
    """Round an amount half up to its currency's smallest unit."""
    return amount.quantize(quantum(currency), rounding="ROUND_HALF_UP")
