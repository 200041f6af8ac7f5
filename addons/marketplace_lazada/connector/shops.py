"""Shops that the account may act for: the seller in each country. Source: document ``/seller/get``."""

from ...marketplace.contract import ShopInfo
from .countries import COUNTRIES


def fetch_shops(api):
    """The seller's shops as list of :class:`ShopInfo`."""
    shops = []
    for seller in api.authorisation.sellers():
        answer = api.get("seller.get", seller.seller_id, "/seller/get")
        shops.append(read_shop(seller, answer.node("data", required=True)))
    return shops


def read_shop(seller, data):
    """One shop; its currency is that of its country."""
    country = COUNTRIES[seller.country]
    return ShopInfo(
        external_id=seller.seller_id,
        name=data.text("name", required=True),
        country_code=country.code.upper(),
        currency=country.currency,
        language=country.language,
        active=data.text("status") in ("", "ACTIVE"),
    )
