"""The Amazon Ads connector."""

from ....marketplace.contract import Payload
from ....marketplace_amazon.connector.regions import MARKETPLACES
from ..records import Advertiser
from .api import AmazonAdsApi
from .reports import LOOKBACK, MOST_DAYS, fetch_report

_CURRENCIES = {place.country_code: place.currency for place in MARKETPLACES.values()}


class AmazonAdsConnector:
    """One advertising account in one of Amazon's regions.

    :param Credentials credentials: of :mod:`marketplace_amazon`
    :param options: of :class:`AmazonAdsApi` (``endpoint``, ``lwa_endpoint``, ``token_cache``) and of
        :class:`HttpClient` (``session``, ``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset({"reports"})
    #: Reports that are asked for, the costs first.
    reports = tuple(LOOKBACK)
    most_days = MOST_DAYS
    lookback = LOOKBACK

    def __init__(self, credentials, **options):
        self._api = AmazonAdsApi(credentials, **options)

    def fetch_advertisers(self):
        """All :class:`Advertiser` whom the access reaches. Agencies are left out: they have no shop of their own."""
        entries = self._api.get("ads.listProfiles", "/v2/profiles")
        found = [_read(Payload(entry, f"profiles[{index}]")) for index, entry in enumerate(entries or [])]
        return [advertiser for advertiser in found if advertiser.kind != "agency"]

    def fetch_report(self, advertiser_id, report, since, until, handle=None):
        """See :func:`.reports.fetch_report`."""
        return fetch_report(self._api, advertiser_id, report, since, until, handle)


def _read(profile):
    """An advertiser. Currency, time zone and the account's name and numbers are in Amazon's answers, though the
    specification's extract does not list them; a currency that is not stated is that of the country."""
    account = profile.node("accountInfo")
    country = profile.text("countryCode", required=True)
    country = {"UK": "GB"}.get(country, country)
    return Advertiser(
        external_id=profile.ident("profileId", required=True),
        name=account.text("name") or country,
        currency=profile.text("currencyCode") or _CURRENCIES.get(country, ""),
        country_code=country,
        kind=account.text("type", required=True),
        marketplace_id=account.text("marketplaceStringId"),
        seller_id=account.text("id"),
        time_zone=profile.text("timezone"),
    )
