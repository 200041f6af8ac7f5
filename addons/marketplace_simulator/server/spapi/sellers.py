"""Sellers v1 (model ``sellers.json``)."""

from ..http import Operation
from ..world.marketplaces import in_region
from . import accounts


def get_marketplace_participations(call):
    """Return the marketplaces of the seller."""
    return {"payload": [_participation(call.region, market) for market in in_region(call.region)]}


def _participation(region, market):
    key, domain, language = accounts.MARKETPLACES[market.code]
    return {
        "marketplace": {"id": key, "name": accounts.site_name(market.code), "countryCode": market.code,
                        "defaultCurrencyCode": market.currency, "defaultLanguageCode": language, "domainName": domain},
        "participation": {"isParticipating": True, "hasSuspendedListings": False},
        "storeName": accounts.SELLERS[region]["store"],
    }


OPERATIONS = (
    Operation("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations",
              get_marketplace_participations, 0.016, 15),
)
