"""WooCommerce as the simulator plays it."""

from ...world.marketplaces import Marketplace
from ..channel import Channel
from .site import WooCommerceSite, credentials

MARKETS = (
    Marketplace("woocommerce-DE", "woocommerce", "EUR", 1, {"DE": 100}, country="DE", channel="woocommerce", facilitator=False),
)
CHANNEL = Channel(name="woocommerce", markets=MARKETS, site=WooCommerceSite, credentials=credentials)
