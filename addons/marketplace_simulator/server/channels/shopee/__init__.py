"""Shopee: the Open Platform v2, with one shop in each of four countries under one main account."""

from ...world.marketplaces import Marketplace
from .. import Channel
from .access import PARTNER_ID, PARTNER_KEY
from .site import ShopeeSite

MARKETS = (
    Marketplace("shopee-SG", "shopee-SG", "SGD", 40, {"SG": 100}, "SG", "shopee"),
    Marketplace("shopee-MY", "shopee-MY", "MYR", 25, {"MY": 100}, "MY", "shopee"),
    Marketplace("shopee-ID", "shopee-ID", "IDR", 20, {"ID": 100}, "ID", "shopee"),
    Marketplace("shopee-VN", "shopee-VN", "VND", 15, {"VN": 100}, "VN", "shopee"),
)
KINDS = {"multi_line": 0.25, "several_units": 0.2, "discount": 0.2, "shipping": 0.6, "odd_total": 0.05, "pending": 0.06,
         "cod": 0.2, "masked": 0.6, "platform_voucher": 0.3, "shipping_subsidy": 0.3, "split_parcels": 0.08}


def credentials(site):
    """The app; its shops are connected on the page where the seller grants access."""
    return {"partner_id": PARTNER_ID, "partner_key": PARTNER_KEY}


CHANNEL = Channel("shopee", MARKETS, ShopeeSite, credentials, weight=3, kinds=KINDS,
                  order_id=lambda number: f"2611{number:010d}")
