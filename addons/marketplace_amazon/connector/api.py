"""The Selling Partner API as one seller sees it: host, token, limits."""

from datetime import datetime, timezone

from ...marketplace.transport import HttpClient
from .auth import LwaAuth, TokenCache
from .limits import LIMITS, RATE_HEADER
from .regions import ENDPOINTS, LWA_ENDPOINT

_NOTIFICATIONS_SCOPE = "sellingpartnerapi::notifications"
_USER_AGENT = "Crossborder/1.0 (Language=Python)"


class SellingPartnerApi:
    """Calls operations by path.

    :param Credentials credentials: the seller's authorisation
    :param endpoint: scheme and host instead of the region's
    :param lwa_endpoint: token address instead of Amazon's
    :param token_cache: see :class:`~.auth.TokenCache`
    :param dict limits: ``{operation: Limit}``, where an addon calls more operations
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, lwa_endpoint=None, token_cache=None, limits=LIMITS, **transport):
        self.credentials = credentials
        self._endpoint = (endpoint or ENDPOINTS[credentials.region]).rstrip("/")
        plain = HttpClient(**transport)
        lwa = (plain, credentials, lwa_endpoint or LWA_ENDPOINT, token_cache or TokenCache())
        self.grantless = LwaAuth(*lwa, scope=_NOTIFICATIONS_SCOPE)
        self.client = HttpClient(
            **transport,
            scope=credentials.key,
            limits=limits,
            rate_header=RATE_HEADER,
            auth=LwaAuth(*lwa),
            headers={"Accept": "application/json", "User-Agent": _USER_AGENT},
        )

    def now(self):
        """Aware UTC time of the client's clock."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def get(self, operation, path, query=None, auth=None):
        """JSON body of a GET."""
        return self.client.call(operation, "GET", self._endpoint + path, params=query, auth=auth).body

    def send(self, operation, method, path, payload, query=None, idempotent=None, auth=None):
        """JSON body of the answer to a call with a JSON body."""
        url = self._endpoint + path
        answer = self.client.call(
            operation, method, url, params=query, payload=payload, idempotent=idempotent, auth=auth
        )
        return answer.body
