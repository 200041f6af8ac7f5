"""WooCommerce shops: one in Germany with prices including tax, one in the United States with tax on top."""

from ...world.marketplaces import Marketplace
from ..channel import Channel
from .site import WooCommerceSite
from .stores import credentials

_OWN = {"channel": "woocommerce", "facilitator": False}
MARKETS = (
    Marketplace("woocommerce-DE", "woocommerce-DE", "EUR", 70, {"DE": 80, "AT": 12, "FR": 8}, country="DE", **_OWN),
    Marketplace("woocommerce-US", "woocommerce-US", "USD", 30, {"US": 100}, country="US", **_OWN),
)
KINDS = {"multi_line": 0.3, "several_units": 0.2, "discount": 0.2, "shipping": 0.6, "odd_total": 0.1, "pending": 0.06,
         "cod": 0.05}
CHANNEL = Channel("woocommerce", MARKETS, WooCommerceSite, credentials, weight=1.5, kinds=KINDS,
                  order_id=lambda number: str(510_000_000 + number))
