"""Shopify's Admin GraphQL API: a shop in euro that installs apps by consent, and one in US dollars with its own app."""

from ...world.marketplaces import Marketplace
from ..channel import Channel
from .shops import credentials
from .site import ShopifySite

BUYERS = {"DE": 62, "AT": 10, "FR": 10, "NL": 6, "GB": 7, "SE": 3, "PL": 2}
MARKETS = (
    Marketplace("shopify-DE", "shopify-EU", "EUR", 60, BUYERS, "DE", "shopify", False),
    Marketplace("shopify-US", "shopify-US", "USD", 40, {"US": 100}, "US", "shopify", False),
)
KINDS = {
    "multi_line": 0.3,
    "several_units": 0.2,
    "b2b": 0.05,
    "discount": 0.2,
    "shipping": 0.6,
    "pending": 0.06,
    "cod": 0.04,
    "high_risk": 0.03,
}

CHANNEL = Channel(
    "shopify",
    MARKETS,
    ShopifySite,
    credentials,
    weight=2,
    kinds=KINDS,
    order_id=lambda number: str(5_550_000_000_000 + number),
)
