"""Shops that the account may act for. Source: document ``v2.shop.get_shop_info``."""

from ...marketplace.contract import InvalidPayload, ShopInfo

CURRENCIES = {
    "AR": "ARS", "BR": "BRL", "CL": "CLP", "CO": "COP", "ES": "EUR", "FR": "EUR", "ID": "IDR", "IN": "INR",
    "MX": "MXN", "MY": "MYR", "PH": "PHP", "PL": "PLN", "SG": "SGD", "TH": "THB", "TW": "TWD", "VN": "VND",
}  # fmt: skip
_LANGUAGES = {
    "AR": "es", "BR": "pt_BR", "CL": "es", "CO": "es", "ES": "es", "FR": "fr", "ID": "id", "IN": "en", "MX": "es",
    "MY": "ms", "PH": "en", "PL": "pl", "SG": "en", "TH": "th", "TW": "zh_TW", "VN": "vi",
}  # fmt: skip


def fetch_shops(api):
    """The authorised shops as list of :class:`ShopInfo`."""
    shop_ids = api.authorisation.shops()
    return [read_shop(shop_id, api.get("shop.info", shop_id, "shop/get_shop_info")) for shop_id in shop_ids]


def read_shop(shop_id, answer):
    """One shop; its currency is that of its region."""
    region = answer.text("region", required=True)
    if region not in CURRENCIES:
        raise InvalidPayload(answer.where("region"), f"unknown region {region!r}")
    return ShopInfo(
        external_id=shop_id,
        name=answer.text("shop_name", required=True),
        country_code=region,
        currency=CURRENCIES[region],
        language=_LANGUAGES[region],
        active=answer.text("status", required=True) == "NORMAL",
    )
