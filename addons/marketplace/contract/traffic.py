"""Visits to what is offered."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TrafficDay:
    """Visits to an offer on a day; ``None`` is not stated.

    :param str sku: the seller's number, or empty
    :param str item: the marketplace's number (ASIN), or empty
    :param int sessions: visits; a person counts once
    :param Decimal buy_box: percent of the page views that had the buy box
    :param Decimal rating: stars
    """

    day: date
    sku: str
    item: str
    sessions: int
    page_views: int | None = None
    buy_box: Decimal | None = None
    rating: Decimal | None = None
    reviews: int | None = None
    units: int | None = None
