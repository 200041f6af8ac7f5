"""Marketplaces that the seller sells on. Source: ``commerce_identity_v1_oas3.json`` and the seller's own orders."""

from ...marketplace.contract import InvalidPayload
from .fields import Node
from .marketplaces import MARKETPLACES, shop_info, shop_of
from .orders import PAGE_SIZE
from .orders import PATH as ORDERS

USER_PATH = "/commerce/identity/v1/user/"


def fetch_shops(api):
    """Shops as list of :class:`ShopInfo`.

    eBay has no list of the marketplaces that an account sells on. They are the one of its registration, those that the
    account's settings name, and those of its newest orders of the last 90 days.
    """
    found = {shop_of(read_user(api).text("registrationMarketplaceId"))}
    found.update(shop_of(name) for name in api.credentials.marketplaces)
    newest = Node(api.get("fulfillment.getOrders", ORDERS, {"limit": str(PAGE_SIZE)}))
    for order in newest.nodes("orders"):
        found.update(shop_of(item.text("listingMarketplaceId")) for item in order.nodes("lineItems"))
    return [shop_info(marketplace) for marketplace in sorted(found & MARKETPLACES.keys())]


def read_user(api, auth=None):
    """Who has granted access, as :class:`Node`."""
    user = Node(api.get("identity.getUser", USER_PATH, host="apiz", auth=auth))
    if not user.text("userId"):
        raise InvalidPayload("userId", "missing")
    return user
