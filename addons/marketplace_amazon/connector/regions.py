"""Amazon's regions and stores. Facts published by Amazon: Selling Partner API endpoints and marketplace ids."""

from dataclasses import dataclass

ENDPOINTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
LWA_ENDPOINT = "https://api.amazon.com/auth/o2/token"


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One Amazon store.

    :param language: default language as ``ll_CC``
    :param prices_with_tax: whether prices shown to consumers contain the tax
    """

    id: str
    country_code: str
    currency: str
    region: str
    domain: str
    language: str
    prices_with_tax: bool = True


_ALL = (
    Marketplace("A2EUQ1WTGCTBG2", "CA", "CAD", "na", "www.amazon.ca", "en_CA", prices_with_tax=False),
    Marketplace("ATVPDKIKX0DER", "US", "USD", "na", "www.amazon.com", "en_US", prices_with_tax=False),
    Marketplace("A1AM78C64UM0Y8", "MX", "MXN", "na", "www.amazon.com.mx", "es_MX"),
    Marketplace("A2Q3Y263D00KWC", "BR", "BRL", "na", "www.amazon.com.br", "pt_BR"),
    Marketplace("A28R8C7NBKEWEA", "IE", "EUR", "eu", "www.amazon.ie", "en_IE"),
    Marketplace("A1RKKUPIHCS9HS", "ES", "EUR", "eu", "www.amazon.es", "es_ES"),
    Marketplace("A1F83G8C2ARO7P", "GB", "GBP", "eu", "www.amazon.co.uk", "en_GB"),
    Marketplace("A13V1IB3VIYZZH", "FR", "EUR", "eu", "www.amazon.fr", "fr_FR"),
    Marketplace("AMEN7PMS3EDWL", "BE", "EUR", "eu", "www.amazon.com.be", "fr_BE"),
    Marketplace("A1805IZSGTT6HS", "NL", "EUR", "eu", "www.amazon.nl", "nl_NL"),
    Marketplace("A1PA6795UKMFR9", "DE", "EUR", "eu", "www.amazon.de", "de_DE"),
    Marketplace("APJ6JRA9NG5V4", "IT", "EUR", "eu", "www.amazon.it", "it_IT"),
    Marketplace("A2NODRKZP88ZB9", "SE", "SEK", "eu", "www.amazon.se", "sv_SE"),
    Marketplace("AE08WJ6YKNBMC", "ZA", "ZAR", "eu", "www.amazon.co.za", "en_ZA"),
    Marketplace("A1C3SOZRARQ6R3", "PL", "PLN", "eu", "www.amazon.pl", "pl_PL"),
    Marketplace("ARBP9OOSHTCHU", "EG", "EGP", "eu", "www.amazon.eg", "ar_EG"),
    Marketplace("A33AVAJ2PDY3EV", "TR", "TRY", "eu", "www.amazon.com.tr", "tr_TR"),
    Marketplace("A17E79C6D8DWNP", "SA", "SAR", "eu", "www.amazon.sa", "ar_SA"),
    Marketplace("A2VIGQ35RCS4UG", "AE", "AED", "eu", "www.amazon.ae", "en_AE"),
    Marketplace("A21TJRUUN4KGV", "IN", "INR", "eu", "www.amazon.in", "en_IN"),
    Marketplace("A19VAU5U5O7RUS", "SG", "SGD", "fe", "www.amazon.sg", "en_SG"),
    Marketplace("A39IBJ37TRP1C6", "AU", "AUD", "fe", "www.amazon.com.au", "en_AU"),
    Marketplace("A1VC38T7YXB528", "JP", "JPY", "fe", "www.amazon.co.jp", "ja_JP"),
)
_ELSEWHERE = "Non-Amazon"
MARKETPLACES = {marketplace.id: marketplace for marketplace in _ALL}


def words_of(market):
    """What a name of a marketplace adds to the words of an amount: Amazon states what it charges for shipping other
    shops' orders with the words of its own, and tells them apart by this name."""
    return (_ELSEWHERE,) if market.lower().startswith(_ELSEWHERE.lower()) else ()
