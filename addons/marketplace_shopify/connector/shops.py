"""The shop of the account and its stock locations."""

from ...marketplace.contract import Rejected, ShopInfo
from . import documents
from .fields import gid
from .paging import all_of


def fetch_shop(api):
    """The one shop that the credentials belong to, as :class:`ShopInfo`."""
    shop = api.run(documents.SHOP).data.node("shop")
    return ShopInfo(
        external_id=shop.text("myshopifyDomain", required=True),
        name=shop.text("name"),
        country_code=shop.node("shopAddress").text("countryCodeV2"),
        currency=shop.text("currencyCode", required=True),
    )


def fetch_locations(api):
    """``[(number, name)]`` of the merchant's own active locations, without those of fulfilment services."""
    return [
        (location.number(), location.text("name"))
        for location in all_of(api, documents.LOCATIONS, "locations")
        if location.flag("isActive") and not location.flag("isFulfillmentService")
    ]


def stock_locations(api, chosen):
    """Global ids of the locations whose stock is ours to tell.

    :param chosen: numbers of the account's settings; empty: the only location of the shop
    :raise Rejected: nobody has chosen, and there are several
    """
    if chosen:
        return [gid("Location", number) for number in chosen]
    found = fetch_locations(api)
    if len(found) != 1:
        names = ", ".join(f"{name} ({number})" for number, name in found) or "none"
        raise Rejected(
            f"choose the location of this stock in the account's settings; the shop has: {names}", "LOCATION"
        )
    return [gid("Location", found[0][0])]
