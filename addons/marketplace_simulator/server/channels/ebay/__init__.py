"""eBay: one seller on three of its marketplaces, by the Sell, Post-Order and Notification APIs.

eBay itself lets a SKU be offered on one marketplace only; here every product is on sale on all three.
"""

from ...world.marketplaces import Marketplace
from .. import Channel
from .access import credentials
from .site import EbaySite

MARKETS = (
    Marketplace("EBAY_GB", "ebay", "GBP", 45, {"GB": 95, "IE": 5}, "GB", "ebay"),
    Marketplace("EBAY_DE", "ebay", "EUR", 40, {"DE": 88, "AT": 12}, "DE", "ebay"),
    Marketplace("EBAY_US", "ebay", "USD", 15, {"US": 100}, "US", "ebay"),
)
KINDS = {"multi_line": 0.2, "several_units": 0.15, "discount": 0.15, "shipping": 0.5, "odd_total": 0.08,
         "pending": 0.06, "gb": 0.03, "uoss": 0.03}
MODULUS = 10**10


def order_id(number):
    """Return an id in eBay's form; different numbers never share one, as the factor has no divisor of the modulus."""
    mixed = (number * 4_827_180_021 + 1_234_567_891) % MODULUS
    return f"{10 + number // MODULUS:02d}-{mixed // 10**5:05d}-{mixed % 10**5:05d}"


CHANNEL = Channel("ebay", MARKETS, EbaySite, credentials, weight=2, kinds=KINDS, order_id=order_id)
