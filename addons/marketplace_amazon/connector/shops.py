"""Stores in which the seller takes part. Source: Amazon's model ``sellers``."""

from ...marketplace.contract import ShopInfo
from .fields import Node

PATH = "/sellers/v1/marketplaceParticipations"


def fetch_shops(api):
    """Participations as list of :class:`ShopInfo`; stores that are no Amazon stores are left out.

    Amazon also lists non-Amazon "stores" of a region (for multi-channel orders); their domain is not Amazon's.
    """
    answer = Node(api.get("sellers.getMarketplaceParticipations", PATH))
    entries = answer.nodes("payload")
    return [_read(entry) for entry in entries if ".amazon." in f".{entry.node('marketplace').text('domainName')}"]


def _read(entry):
    marketplace = entry.node("marketplace")
    participation = entry.node("participation").data
    return ShopInfo(
        external_id=marketplace.text("id", required=True),
        name=marketplace.text("name", required=True),
        country_code=marketplace.text("countryCode", required=True),
        currency=marketplace.text("defaultCurrencyCode", required=True),
        language=marketplace.text("defaultLanguageCode"),
        active=participation.get("isParticipating") is True and participation.get("hasSuspendedListings") is False,
    )
