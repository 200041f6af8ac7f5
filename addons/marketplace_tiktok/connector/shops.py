"""Shops of an authorisation. Source: TikTok Shop's document "Get Authorized Shops"."""

from ...marketplace.contract import ShopInfo

# TikTok names the market of a shop, not its currency: each market sells in one.
CURRENCIES = {
    "BR": "BRL", "DE": "EUR", "ES": "EUR", "FR": "EUR", "GB": "GBP", "ID": "IDR", "IE": "EUR", "IT": "EUR",
    "JP": "JPY", "MX": "MXN", "MY": "MYR", "PH": "PHP", "SG": "SGD", "TH": "THB", "US": "USD", "VN": "VND",
}  # fmt: skip


def fetch_shops(api):
    """List of :class:`ShopInfo`; the currency of a market that we do not know yet is empty."""
    return [
        ShopInfo(
            external_id=shop_id,
            name=shop.text("name") or shop.text("code", required=True),
            country_code=shop.text("region", required=True),
            currency=CURRENCIES.get(shop.text("region"), ""),
        )
        for shop_id, shop in api.shops().items()
    ]
