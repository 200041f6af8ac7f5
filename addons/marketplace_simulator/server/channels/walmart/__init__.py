"""Walmart Marketplace (United States) as the simulator plays it."""

from ...world.marketplaces import Marketplace
from ..channel import Channel
from .site import WalmartSite, credentials

#: Purchase orders have thirteen digits or more.
ORDER_BASE = 1796277000000
MARKETS = (Marketplace("walmart-US", "walmart", "USD", 100, {"US": 100}, "US", "walmart"),)
KINDS = {"multi_line": 0.25, "several_units": 0.25, "discount": 0.15, "shipping": 0.4, "odd_total": 0.08,
         "platform_voucher": 0.15}
CHANNEL = Channel("walmart", MARKETS, WalmartSite, credentials, weight=1, kinds=KINDS,
                  order_id=lambda number: str(ORDER_BASE + number))
