"""Shops' countries: currency, tax custom and where their buyers live. Facts of trade, no marketplace's codes.

A *marketplace* is one country's shop. An *outlet* is what has one stock of offers: an account or a shop that serves one
or more marketplaces. Every outlet offers the one catalogue; its name is the ``region`` of its orders and listings.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

#: Units of each currency in one euro; fixed, so that a seed gives the same prices for ever.
EURO_RATES = {"EUR": Decimal(1), "GBP": Decimal("0.86"), "SEK": Decimal("11.2"), "PLN": Decimal("4.3"),
              "USD": Decimal("1.09"), "CAD": Decimal("1.49"), "JPY": Decimal("162"), "AUD": Decimal("1.65"),
              "SGD": Decimal("1.45"), "MYR": Decimal("4.85"), "IDR": Decimal("17200"), "THB": Decimal("38.5"),
              "PHP": Decimal("62"), "VND": Decimal("27500"), "BRL": Decimal("5.9"), "MXN": Decimal("19.8"),
              "KWD": Decimal("0.335")}
#: Decimals that shops use; the rupiah's sen are out of use.
DECIMALS = {"JPY": 0, "IDR": 0, "VND": 0, "KWD": 3}

#: Sales tax added to the price and collected by the marketplace, by state or province.
SALES_TAX = {"CA": "0.0725", "WA": "0.065", "TX": "0.0625", "NY": "0.04", "FL": "0.06", "IL": "0.0625", "OR": "0",
             "PA": "0.06", "ON": "0.13", "QC": "0.14975", "BC": "0.12", "AB": "0.05"}

#: VAT of a marketplace's home, contained in its prices.
VAT_RATES = {"GB": "0.20", "DE": "0.19", "FR": "0.20", "IT": "0.22", "ES": "0.21", "NL": "0.21", "SE": "0.25",
             "PL": "0.23", "BE": "0.21", "JP": "0.10", "SG": "0.09", "MY": "0.10", "ID": "0.11", "TH": "0.07",
             "PH": "0.12", "VN": "0.10", "BR": "0.17", "AU": "0.10", "MX": "0.16"}
#: Countries whose prices are net: sales tax is added at the till.
NET_PRICES = ("US", "CA")

EU = frozenset(("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
                "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"))


@dataclass(frozen=True)
class Marketplace:
    """One country's shop.

    :param code: unique; for Amazon the ISO country code, elsewhere e.g. ``shopee-SG``
    :param region: name of the outlet whose stock it sells: an Amazon region (``eu``, ``na``, ``fe``), else what the
        channel chooses, e.g. ``shopify`` for one stock for all or ``shopee-SG`` for one per country
    :param weight: its share of the outlet's orders
    :param buyers: share of orders by the country that they are delivered to
    :param country: ISO code of its home; empty: the code
    :param channel: name of the sales channel
    :param facilitator: whether the channel collects and remits taxes where the law makes marketplaces do so; a shop of
        one's own does not
    """

    code: str
    region: str
    currency: str
    weight: int
    buyers: dict
    country: str = ""
    channel: str = "amazon"
    facilitator: bool = True

    def __post_init__(self):
        object.__setattr__(self, "country", self.country or self.code)

    @property
    def taxed_on_top(self):
        """Whether prices are net and sales tax is added to them."""
        return self.country in NET_PRICES

    @property
    def vat_rate(self):
        """The VAT rate contained in prices, zero where tax comes on top."""
        return Decimal(VAT_RATES.get(self.country, "0"))


@dataclass(frozen=True)
class Outlet:
    """Who takes orders for one stock of offers.

    :param name: unique; the ``region`` of its orders and listings
    :param weight: its share of the one demand stream
    :param markets: its :class:`Marketplace`
    :param kinds: what may make its orders special (see :mod:`.orders`) and how often by itself
    :param order_id: ``order number -> id text``, never the same for two numbers nor for two channels
    :param fulfils: whether the channel ships some products from its own warehouses
    """

    name: str
    channel: str
    weight: float
    markets: tuple[Marketplace, ...]
    kinds: dict = field(hash=False)
    order_id: Callable[[int], str]
    fulfils: bool = False


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
