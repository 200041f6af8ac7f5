"""Lazada's countries. Source: the endpoints of every document."""

from dataclasses import dataclass

AUTH_HOST = "https://auth.lazada.com"


@dataclass(frozen=True)
class Country:
    """One of Lazada's countries.

    :param cents: how many decimals a whole number of the smallest coin has in returns
    """

    code: str
    host: str
    currency: str
    language: str
    cents: int = 2


COUNTRIES = {
    country.code: country
    for country in (
        Country("sg", "https://api.lazada.sg", "SGD", "en"),
        Country("my", "https://api.lazada.com.my", "MYR", "ms"),
        Country("ph", "https://api.lazada.com.ph", "PHP", "en"),
        Country("th", "https://api.lazada.co.th", "THB", "th"),
        Country("id", "https://api.lazada.co.id", "IDR", "id"),
        # "refund amount, currency in cent, except VN" (GetReverseOrdersForSeller)
        Country("vn", "https://api.lazada.vn", "VND", "vi", cents=0),
    )
}
