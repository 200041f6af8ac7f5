"""The shop itself. Source: ``settings/general`` of REST API v3."""

from ...marketplace.contract import InvalidPayload, ShopInfo
from .fields import Node

PATH = "/settings/general"


def fetch_shop(api):
    """The one shop as :class:`ShopInfo`."""
    settings = read_settings(api.pages("settings.list", PATH))
    shop_id = api.credentials.shop_id
    country = settings.get("woocommerce_default_country", "").partition(":")[0]  # "US:CA": country and state
    return ShopInfo(external_id=shop_id, name=shop_id, country_code=country, currency=currency_of(settings))


def fetch_currency(api):
    """Currency of the shop's prices."""
    return currency_of(read_settings(api.pages("settings.list", PATH)))


def read_settings(payloads):
    """``{id: value as text}`` of the settings that are text; others are lists and switches."""
    entries = [Node(payload, f"settings[{index}]").data for index, payload in enumerate(payloads)]
    return {str(entry.get("id")): entry["value"] for entry in entries if isinstance(entry.get("value"), str)}


def currency_of(settings):
    """Currency of the shop.

    :raise InvalidPayload: the shop does not tell
    """
    currency = settings.get("woocommerce_currency", "")
    if not currency:
        raise InvalidPayload("settings.woocommerce_currency", "missing")
    return currency
