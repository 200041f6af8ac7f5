"""TikTok Shop as the simulator plays it: four country shops under one authorisation."""

from ...world.marketplaces import Marketplace
from ..channel import Channel
from .ids import ORDER_BASE
from .site import TikTokSite, credentials

MARKETS = (
    Marketplace("tiktok-US", "tiktok-US", "USD", 40, {"US": 100}, "US", "tiktok"),
    Marketplace("tiktok-GB", "tiktok-GB", "GBP", 30, {"GB": 100}, "GB", "tiktok"),
    Marketplace("tiktok-ID", "tiktok-ID", "IDR", 20, {"ID": 100}, "ID", "tiktok"),
    Marketplace("tiktok-DE", "tiktok-DE", "EUR", 10, {"DE": 100}, "DE", "tiktok"),
)
KINDS = {"multi_line": 0.25, "several_units": 0.2, "discount": 0.3, "shipping": 0.5, "odd_total": 0.08, "pending": 0.06,
         "cod": 0.05, "masked": 0.2, "platform_voucher": 0.3, "shipping_subsidy": 0.3, "split_parcels": 0.1}
CHANNEL = Channel("tiktok", MARKETS, TikTokSite, credentials, weight=2, kinds=KINDS,
                  order_id=lambda number: str(ORDER_BASE + number))
