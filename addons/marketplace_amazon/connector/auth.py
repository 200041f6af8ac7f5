"""Login with Amazon: who we are to the Selling Partner API."""

import hashlib
import threading
from dataclasses import dataclass, field

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import remember_secret

# A token is replaced this many seconds before it ends, so that none ends on the way.
_MARGIN = 60
_REFUSED_GRANT = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})


@dataclass(frozen=True)
class Credentials:
    """What a seller's authorisation consists of.

    :param region: ``na``, ``eu`` or ``fe``
    :param seller_id: merchant token, needed for listings and feeds
    :param queue_url: SQS queue of the notifications; the AWS fields belong to it and may be left to the environment
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    region: str
    seller_id: str = ""
    queue_url: str = field(default="", repr=False)
    aws_access_key: str = field(default="", repr=False)
    aws_secret_key: str = field(default="", repr=False)

    @property
    def key(self):
        """Text that identifies the authorisation without telling it: owner of tokens and rate limits."""
        secret = f"{self.client_id}\n{self.refresh_token}\n{self.region}"
        return "amazon:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class TokenCache:
    """Access tokens of one process. Anything with these two methods will do; processes may share a cache.

    Tokens are secrets: a shared cache must keep them as safe as the credentials.
    """

    def __init__(self):
        self._tokens = {}

    def get(self, key):
        """``(token, epoch seconds of its end)`` or ``None``."""
        return self._tokens.get(key)

    def set(self, key, token, ends_at):
        """Keep a token until ``ends_at`` (epoch seconds)."""
        self._tokens[key] = (token, ends_at)


class LwaAuth:
    """Signs calls with an access token, which it gets and renews by the refresh token.

    :param HttpClient client: used for the token calls, with the same clock
    :param cache: see :class:`TokenCache`
    :param str scope: for the few operations that concern the application instead of a seller
    """

    def __init__(self, client, credentials, endpoint, cache, scope=""):
        self._client = client
        self._credentials = credentials
        self._endpoint = endpoint
        self._cache = cache
        self._scope = scope
        self._key = f"{credentials.key}:{scope}" if scope else credentials.key
        self._lock = threading.Lock()
        for secret in (credentials.client_secret, credentials.refresh_token, credentials.aws_secret_key):
            remember_secret(secret)

    def __call__(self, prepared):
        prepared.headers["x-amz-access-token"] = self.token()
        return prepared

    def ready(self):
        """Get a token if there is none: an outage of the token service is no failure of the call, to be retried."""
        self.token()

    def token(self):
        """A valid access token; only one thread asks for a new one.

        :raise AuthenticationFailed: the authorisation was refused or revoked
        """
        with self._lock:
            cached = self._cache.get(self._key)
            if cached and cached[1] - _MARGIN > self._client.clock():
                return cached[0]
            return self._refresh()

    def renew(self, failure):
        """Replace a token that Amazon no longer takes; false if the refusal was not about the token."""
        if "access token" not in str(failure).lower():
            return False
        with self._lock:
            self._refresh()
        return True

    def _refresh(self):
        if self._scope:
            grant = {"grant_type": "client_credentials", "scope": self._scope}
        else:
            grant = {"grant_type": "refresh_token", "refresh_token": self._credentials.refresh_token}
        form = {
            **grant,
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
        }
        now = self._client.clock()
        try:
            body = self._client.call("lwa.token", "POST", self._endpoint, form=form, idempotent=True).body
        except Rejected as error:
            if error.code in _REFUSED_GRANT:
                raise AuthenticationFailed(str(error)) from None
            raise
        if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
            raise Unavailable("lwa.token: the answer has no access token")
        token = body["access_token"]
        remember_secret(token)
        self._cache.set(self._key, token, now + float(body.get("expires_in", 3600)))
        return token


class RestrictedToken:
    """Signs calls for personal data of the orders v0 operations with a restricted data token."""

    def __init__(self, token):
        remember_secret(token)
        self._token = token

    def __call__(self, prepared):
        prepared.headers["x-amz-access-token"] = self._token
        return prepared
