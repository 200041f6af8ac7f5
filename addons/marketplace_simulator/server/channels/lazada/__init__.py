"""Lazada: the Open Platform, with one seller in four countries."""

from ...world.marketplaces import Marketplace
from .. import Channel
from .access import APP_KEY, APP_SECRET
from .site import LazadaSite

MARKETS = (
    Marketplace("lazada-SG", "lazada-SG", "SGD", 35, {"SG": 100}, "SG", "lazada"),
    Marketplace("lazada-MY", "lazada-MY", "MYR", 25, {"MY": 100}, "MY", "lazada"),
    Marketplace("lazada-TH", "lazada-TH", "THB", 25, {"TH": 100}, "TH", "lazada"),
    Marketplace("lazada-VN", "lazada-VN", "VND", 15, {"VN": 100}, "VN", "lazada"),
)
KINDS = {"multi_line": 0.25, "several_units": 0.2, "discount": 0.2, "shipping": 0.6, "odd_total": 0.05, "pending": 0.06,
         "cod": 0.2, "masked": 0.6, "platform_voucher": 0.3, "shipping_subsidy": 0.3}


def credentials(site):
    """The app; its seller is connected on the page where access is granted."""
    return {"app_key": APP_KEY, "app_secret": APP_SECRET}


CHANNEL = Channel("lazada", MARKETS, LazadaSite, credentials, weight=2, kinds=KINDS,
                  order_id=lambda number: str(260_500_000_000_000 + number))
