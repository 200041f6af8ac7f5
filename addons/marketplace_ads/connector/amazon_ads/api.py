"""Amazon's advertising interface as one advertiser sees it: host, token, headers, refusals."""

from datetime import datetime, timezone

from ....marketplace.contract import Rejected
from ....marketplace.transport import HttpClient
from ....marketplace_amazon.connector.auth import TokenCache
from ....marketplace_amazon.connector.regions import LWA_ENDPOINT
from .auth import BearerAuth

# Servers of the specification's AccountsProfiles and Amazon's guide "API endpoints".
ENDPOINTS = {
    "na": "https://advertising-api.amazon.com",
    "eu": "https://advertising-api-eu.amazon.com",
    "fe": "https://advertising-api-fe.amazon.com",
}
TOO_EARLY = 425
_USER_AGENT = "Crossborder/1.0 (Language=Python)"


class AmazonAdsApi:
    """Calls operations by path.

    :param Credentials credentials: of :mod:`marketplace_amazon`, whose app has the scope
        ``advertising::campaign_management``
    :param endpoint: scheme and host instead of the region's
    :param lwa_endpoint: token address instead of Amazon's
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, lwa_endpoint=None, token_cache=None, **transport):
        self._endpoint = (endpoint or ENDPOINTS[credentials.region]).rstrip("/")
        plain = HttpClient(**transport)
        auth = BearerAuth(plain, credentials, lwa_endpoint or LWA_ENDPOINT, token_cache or TokenCache())
        self.client = HttpClient(
            **transport,
            scope=f"{credentials.key}:ads",
            auth=auth,
            judge=_judge,
            headers={"User-Agent": _USER_AGENT, "Amazon-Advertising-API-ClientId": credentials.client_id},
        )

    def today(self):
        """Date of the client's clock in UTC."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc).date()

    def get(self, operation, path, profile=None):
        """JSON body of a GET.

        :param str profile: number of the advertiser whom the call is about
        """
        return self.client.call(operation, "GET", self._endpoint + path, headers=_scope(profile)).body

    def post(self, operation, path, payload, profile, content_type):
        """JSON body of the answer to a call with a JSON body of a type of Amazon's own."""
        headers = {**_scope(profile), "Content-Type": content_type}
        url = self._endpoint + path
        return self.client.call(operation, "POST", url, payload=payload, headers=headers, idempotent=True).body


def _scope(profile):
    return {"Amazon-Advertising-API-Scope": profile} if profile else {}


def _judge(operation, response, body):
    """Refusals state their reason as ``detail`` (schema AsyncReportingError); access, limits and outages are judged by
    their status, as everywhere."""
    status = response.status_code
    if status < 400 or status in (401, 403, 408, 429) or status >= 500:
        return None
    detail = str(body.get("detail") or body.get("details") or "") if isinstance(body, dict) else ""
    return Rejected(f"{operation}: HTTP {status} {detail}".rstrip()[:500], str(status))
