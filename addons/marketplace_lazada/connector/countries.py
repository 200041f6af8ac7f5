"""Lazada's countries. Source: the endpoints of every document."""

from dataclasses import dataclass
from datetime import timedelta, timezone

AUTH_HOST = "https://auth.lazada.com"


@dataclass(frozen=True)
class Country:
    """One of Lazada's countries.

    :param cents: how many decimals a whole number of the smallest coin has in returns
    :param hours: its clock is ahead of UTC by so many
    """

    code: str
    host: str
    currency: str
    language: str
    cents: int = 2
    hours: int = 8

    @property
    def zone(self):
        """Its time zone; none of the countries changes its clock."""
        return timezone(timedelta(hours=self.hours))


COUNTRIES = {
    country.code: country
    for country in (
        Country("sg", "https://api.lazada.sg", "SGD", "en"),
        Country("my", "https://api.lazada.com.my", "MYR", "ms"),
        Country("ph", "https://api.lazada.com.ph", "PHP", "en"),
        Country("th", "https://api.lazada.co.th", "THB", "th", hours=7),
        Country("id", "https://api.lazada.co.id", "IDR", "id", hours=7),
        # "refund amount, currency in cent, except VN" (GetReverseOrdersForSeller)
        Country("vn", "https://api.lazada.vn", "VND", "vi", cents=0, hours=7),
    )
}
