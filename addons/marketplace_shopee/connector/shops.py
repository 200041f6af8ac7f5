"""Shops that the account may act for. Source: document ``v2.shop.get_shop_info``."""

from ...marketplace.contract import InvalidPayload, ShopInfo

CURRENCIES = {
    "AR": "ARS", "BR": "BRL", "CL": "CLP", "CO": "COP", "ES": "EUR", "FR": "EUR", "ID": "IDR", "IN": "INR",
    "MX": "MXN", "MY": "MYR", "PH": "PHP", "PL": "PLN", "SG": "SGD", "TH": "THB", "TW": "TWD", "VN": "VND",
}  # fmt: skip
#: Clocks by which Shopee ends days and weeks of its shops.
ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "BR": "America/Sao_Paulo", "CL": "America/Santiago",
    "CO": "America/Bogota", "ES": "Europe/Madrid", "FR": "Europe/Paris", "ID": "Asia/Jakarta", "IN": "Asia/Kolkata",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "PH": "Asia/Manila", "PL": "Europe/Warsaw",
    "SG": "Asia/Singapore", "TH": "Asia/Bangkok", "TW": "Asia/Taipei", "VN": "Asia/Ho_Chi_Minh",
}  # fmt: skip
_LANGUAGES = {
    "AR": "es", "BR": "pt_BR", "CL": "es", "CO": "es", "ES": "es", "FR": "fr", "ID": "id", "IN": "en", "MX": "es",
    "MY": "ms", "PH": "en", "PL": "pl", "SG": "en", "TH": "th", "TW": "zh_TW", "VN": "vi",
}  # fmt: skip


def fetch_shops(api):
    """The authorised shops as list of :class:`ShopInfo`."""
    return [read_shop(shop_id, fetch_info(api, shop_id)) for shop_id in api.authorisation.shops()]


def fetch_info(api, shop_id):
    """What Shopee says of a shop, as :class:`Node`."""
    return api.get("shop.info", shop_id, "shop/get_shop_info")


def region_of(answer):
    """Region of a shop.

    :raise InvalidPayload: none that is known
    """
    region = answer.text("region", required=True)
    if region not in CURRENCIES:
        raise InvalidPayload(answer.where("region"), f"unknown region {region!r}")
    return region


def read_shop(shop_id, answer):
    """One shop; its currency is that of its region."""
    region = region_of(answer)
    return ShopInfo(
        external_id=shop_id,
        name=answer.text("shop_name", required=True),
        country_code=region,
        currency=CURRENCIES[region],
        language=_LANGUAGES[region],
        active=answer.text("status", required=True) == "NORMAL",
    )
