"""eBay's APIs as one seller sees them: hosts, tokens, limits."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ...marketplace.contract import RateLimited
from ...marketplace.transport import HttpClient, MemoryTokenStore, TokenAuth
from .auth import AUTHORIZE_PATH, TOKEN_PATH, OAuth
from .errors import judge
from .limits import LIMITS, seconds_until_reset
from .signing import MessageSigner

_USER_AGENT = "Crossborder/1.0 (Language=Python)"
# A refusal that says less than this says nothing: quotas are counted by the day.
_TELLING = 60.0
# Seconds that somebody who waits for our answer to a call of his own can be let wait for ours.
_HASTE = 1.0


class EbayApi:
    """Calls operations by path.

    :param Credentials credentials: the application and the seller's settings
    :param endpoint: scheme, host and prefix instead of every host of eBay's
    :param TokenStore token_store: the seller's tokens
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, token_store=None, **transport):
        self.credentials = credentials
        self._endpoint = endpoint.rstrip("/") if endpoint else ""
        headers = {"Accept": "application/json", "User-Agent": _USER_AGENT}
        plain = HttpClient(**transport)
        options = {
            **transport, "scope": credentials.key, "limits": LIMITS, "headers": headers, "judge": judge, "exact": True
        }  # fmt: skip
        self.client = HttpClient(**options)
        self._hasty = HttpClient(**{**options, "max_wait": _HASTE})
        self.oauth = OAuth(plain, credentials, self.url("api", TOKEN_PATH), self.url("auth", AUTHORIZE_PATH))
        self.tokens = token_store or MemoryTokenStore()
        clock = self.client.clock
        self.user = TokenAuth(self.tokens, self.oauth.refresh, _sign_bearer, clock, _is_expiry)
        self.post_order = TokenAuth(self.tokens, self.oauth.refresh, _sign_iaf, clock, _is_expiry)
        self.application = TokenAuth(MemoryTokenStore(), self.oauth.application, _sign_bearer, clock, _is_expiry)

    def url(self, host, path):
        """Address of a path.

        :param str host: ``api``, ``apiz`` or ``auth``
        """
        if self._endpoint:
            return self._endpoint + path
        return f"https://{host}{'.sandbox' if self.credentials.sandbox else ''}.ebay.com{path}"

    def now(self):
        """Aware UTC time of the client's clock."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def call(self, operation, method, path, *, host="api", query=None, payload=None, auth=None, **options):
        """One call; :class:`Answer`.

        :param auth: of whom: :attr:`user` (default), :attr:`post_order`, :attr:`application`
        :raise RateLimited: says when the quota begins anew, where eBay tells it
        """
        try:
            return self.client.call(
                operation,
                method,
                self.url(host, path),
                params=query,
                payload=payload,
                auth=auth or self.user,
                **options,
            )
        except RateLimited as error:
            if error.retry_after >= _TELLING or operation.startswith("analytics."):
                raise
            wait = seconds_until_reset(self, operation)
            raise RateLimited(str(error), wait if wait and wait > 0 else error.retry_after) from None

    def get(self, operation, path, query=None, **options):
        """JSON body of a GET."""
        return self.call(operation, "GET", path, query=query, **options).body

    def get_at_once(self, operation, path, auth):
        """JSON body of a GET that is not waited for: what has to wait is refused."""
        return self._hasty.call(operation, "GET", self.url("api", path), auth=auth).body

    def signed(self, auth):
        """``auth`` with a digital signature on top, where the account has a signing key."""
        if not (self.credentials.signing_key and self.credentials.signing_jwe):
            return auth
        signer = MessageSigner(self.credentials.signing_key, self.credentials.signing_jwe, self.client.clock)
        return _Signed(auth, signer)


class _Signed:
    """First the token, then the signature."""

    def __init__(self, auth, signer):
        self._auth, self._signer = auth, signer
        self.ready, self.renew = auth.ready, auth.renew

    def __call__(self, prepared):
        return self._signer(self._auth(prepared))


def date_of(answer):
    """eBay's own time of an answer, aware UTC; ``None`` where it does not state it."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(timezone.utc)
    except ValueError:
        return None


def _sign_bearer(prepared, tokens):
    prepared.headers["Authorization"] = f"Bearer {tokens.access}"
    return prepared


def _sign_iaf(prepared, tokens):
    # The Post-Order API is older than OAuth at eBay and has a scheme of its own for its tokens.
    prepared.headers["Authorization"] = f"IAF {tokens.access}"
    return prepared


def _is_expiry(failure):
    """A missing permission or signature is 403: a new token would be as good as the old one."""
    return "HTTP 401" in str(failure)
