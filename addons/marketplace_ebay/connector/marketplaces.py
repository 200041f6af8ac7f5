"""eBay's marketplaces: each is a shop. Source: eBay's list of marketplace ids; currencies are the sites' own."""

from dataclasses import dataclass

from ...marketplace.contract import InvalidPayload, ShopInfo


@dataclass(frozen=True, slots=True)
class Marketplace:
    """A site of eBay."""

    name: str
    country: str
    currency: str
    language: str


MARKETPLACES = {
    "EBAY_AT": Marketplace("eBay Austria", "AT", "EUR", "de_AT"),
    "EBAY_AU": Marketplace("eBay Australia", "AU", "AUD", "en_AU"),
    "EBAY_BE": Marketplace("eBay Belgium", "BE", "EUR", "nl_BE"),
    "EBAY_CA": Marketplace("eBay Canada", "CA", "CAD", "en_CA"),
    "EBAY_CH": Marketplace("eBay Switzerland", "CH", "CHF", "de_CH"),
    "EBAY_DE": Marketplace("eBay Germany", "DE", "EUR", "de_DE"),
    "EBAY_ES": Marketplace("eBay Spain", "ES", "EUR", "es_ES"),
    "EBAY_FR": Marketplace("eBay France", "FR", "EUR", "fr_FR"),
    "EBAY_GB": Marketplace("eBay United Kingdom", "GB", "GBP", "en_GB"),
    "EBAY_HK": Marketplace("eBay Hong Kong", "HK", "HKD", "zh_HK"),
    "EBAY_IE": Marketplace("eBay Ireland", "IE", "EUR", "en_IE"),
    "EBAY_IT": Marketplace("eBay Italy", "IT", "EUR", "it_IT"),
    "EBAY_MY": Marketplace("eBay Malaysia", "MY", "MYR", "en_US"),
    "EBAY_NL": Marketplace("eBay Netherlands", "NL", "EUR", "nl_NL"),
    "EBAY_PH": Marketplace("eBay Philippines", "PH", "PHP", "en_PH"),
    "EBAY_PL": Marketplace("eBay Poland", "PL", "PLN", "pl_PL"),
    "EBAY_SG": Marketplace("eBay Singapore", "SG", "SGD", "en_US"),
    "EBAY_TW": Marketplace("eBay Taiwan", "TW", "TWD", "zh_TW"),
    "EBAY_US": Marketplace("eBay United States", "US", "USD", "en_US"),
}
# Motors is a part of the American site.
_ALIASES = {"EBAY_MOTORS": "EBAY_US", "EBAY_MOTORS_US": "EBAY_US"}


def shop_of(marketplace_id):
    """External id of the shop that a marketplace id belongs to."""
    return _ALIASES.get(marketplace_id, marketplace_id)


def marketplace_header(shop_id):
    """The Post-Order API wants to know the marketplace."""
    return {"X-EBAY-C-MARKETPLACE-ID": shop_id}


def shop_info(marketplace_id):
    """The marketplace as :class:`ShopInfo`.

    :raise InvalidPayload: a marketplace that is not known here, so that its currency is not either
    """
    marketplace = MARKETPLACES.get(marketplace_id)
    if marketplace is None:
        raise InvalidPayload("marketplaceId", f"unknown marketplace {marketplace_id!r}")
    return ShopInfo(
        external_id=marketplace_id,
        name=marketplace.name,
        country_code=marketplace.country,
        currency=marketplace.currency,
        language=marketplace.language,
    )
