"""Records that every advertising system and every file of one is turned into."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ...marketplace.contract import InvalidPayload


class AdType(str, Enum):
    """What kind of advertising it is, in Amazon's words, which the trade uses."""

    SPONSORED_PRODUCTS = "sp"
    SPONSORED_BRANDS = "sb"
    SPONSORED_DISPLAY = "sd"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Advertiser:
    """Who advertises and is billed: at Amazon, a seller in one country.

    :param kind: ``seller``, ``vendor`` or ``agency``
    :param marketplace_id: the marketplace's number of the shop; empty where it states none
    :param seller_id: the marketplace's number of the seller; empty where it states none
    """

    external_id: str
    name: str
    currency: str
    country_code: str = ""
    kind: str = "seller"
    marketplace_id: str = ""
    seller_id: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class AdDay:
    """What a campaign spent for an item on a day, and what came of it.

    :param day: in the advertiser's time zone
    :param sku: advertised; empty where the system reports no items, as of Sponsored Brands
    :param cost: as reported; a correction may be negative
    :param orders: that the system attributes to the advertising, as ``units`` and ``sales``
    """

    ad_type: AdType
    campaign_id: str
    campaign: str
    day: date
    cost: Decimal
    currency: str
    sku: str = ""
    asin: str = ""
    impressions: int = 0
    clicks: int = 0
    orders: int = 0
    units: int = 0
    sales: Decimal = Decimal(0)


def check_currency(rows, currency):
    """Refuse rows in another currency than the advertiser's: adding them up would be wrong.

    :raise InvalidPayload: it names the first row and both currencies
    """
    for number, row in enumerate(rows, 1):
        if row.currency != currency:
            raise InvalidPayload(
                f"row {number}, campaign {row.campaign}", f"in {row.currency}, the advertiser is billed in {currency}"
            )
