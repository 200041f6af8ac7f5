"""Signatures and tokens of the Open Platform.

Sources: guide "Signature algorithm" and "HTTP request sample", documents ``/auth/token/create`` and
``/auth/token/refresh``. One token is for one seller, who may sell in several countries.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import TokenAuth, Tokens, remember_secret
from .countries import AUTH_HOST, COUNTRIES

TOKEN_PATH, REFRESH_PATH = "/auth/token/create", "/auth/token/refresh"
_REST = "/rest"


@dataclass(frozen=True)
class Credentials:
    """What an app of the Open Platform consists of.

    :param app_key: number of the app
    :param app_secret: for signatures
    :param warehouse: code of the warehouse whose stock is written, for sellers with several
    """

    app_key: str
    app_secret: str = field(repr=False)
    warehouse: str = ""

    @property
    def key(self):
        """Text that identifies the authorisation without telling it: owner of rate limits."""
        secret = f"{self.app_key}\n{self.app_secret}"
        return "lazada:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


def sign(app_secret, path, params):
    """Signature of a call: over its path and all parameters, sorted by name.

    :param str path: e.g. ``/order/get``
    :param dict params: of the query and of the form
    """
    base = path + "".join(f"{name}{params[name]}" for name in sorted(params))
    return hmac.new(app_secret.encode(), base.encode(), hashlib.sha256).hexdigest().upper()


def api_path(url):
    """The signed part of an address: what follows ``/rest``."""
    return "/" + urlsplit(url).path.rpartition(_REST + "/")[2]


def sign_request(prepared, credentials, now, access_token=""):
    """Add the system parameters to the address of a prepared request, and the signature.

    :param float now: epoch seconds
    """
    system = {"app_key": credentials.app_key, "timestamp": str(int(now * 1000)), "sign_method": "sha256"}
    if access_token:
        system["access_token"] = access_token
    body = prepared.body.decode() if isinstance(prepared.body, bytes) else prepared.body or ""
    given = parse_qsl(urlsplit(prepared.url).query, True) + parse_qsl(body, True)
    system["sign"] = sign(credentials.app_secret, api_path(prepared.url), {**dict(given), **system})
    prepared.prepare_url(prepared.url, system)
    return prepared


@dataclass(frozen=True)
class Seller:
    """A seller in one country, which is a shop."""

    seller_id: str
    country: str


class LazadaAuth(TokenAuth):
    """Signs calls of the seller."""

    def __init__(self, authorisation):
        self._authorisation = authorisation
        super().__init__(
            authorisation.store,
            authorisation.refresh,
            self._sign_call,
            authorisation.clock,
            lambda failure: "access_token" in str(failure).lower() or "accesstoken" in str(failure).lower(),
        )

    def renew(self, failure):
        """Also once more after a time that the platform did not take: its answer has set our clock right."""
        return "timestamp" in str(failure).lower() or super().renew(failure)

    def _sign_call(self, prepared, tokens):
        return sign_request(prepared, self._authorisation.credentials, self._authorisation.now(), tokens.access)


class Authorisation:
    """The app's permission to act for a seller: gets tokens and renews them.

    :param Credentials credentials: of the app
    :param endpoint: scheme and host (and prefix) instead of Lazada's
    :param TokenStore store: of the account
    :param HttpClient client: calls the token service; tokens end by its clock
    :param now: returns the platform's epoch seconds, which signatures state
    """

    def __init__(self, credentials, endpoint, store, client, now):
        self.credentials, self.store, self.now = credentials, store, now
        self.clock, self._client = client.clock, client
        self._host = endpoint or AUTH_HOST
        remember_secret(credentials.app_secret)

    def url(self, state, redirect_uri):
        """Page on which the seller grants access."""
        query = {
            "response_type": "code",
            "force_auth": "true",
            "client_id": self.credentials.app_key,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._host}/oauth/authorize?{urlencode(query)}"

    def authorise(self, params):
        """Exchange the code of the callback for tokens."""
        if not params.get("code"):
            raise AuthenticationFailed("the seller did not grant access: the callback has no code")
        tokens = self._ask("auth.token", TOKEN_PATH, {"code": params["code"]})
        while self.store.load() != tokens:
            self.store.replace(self.store.load(), lambda _seen: tokens)

    def refresh(self, tokens):
        """New tokens by the refresh token.

        Not repeated by itself: if the answer is lost, the same refresh token is presented at the next attempt.
        """
        if tokens is None:
            raise AuthenticationFailed("the account is not connected yet")
        if tokens.refresh_ends_at is not None and tokens.refresh_ends_at <= self.clock():
            raise AuthenticationFailed("the authorisation has ended; grant access again")
        return self._ask("auth.refresh", REFRESH_PATH, {"refresh_token": tokens.refresh}, tokens)

    def sellers(self):
        """The shops: list of :class:`Seller`.

        :raise AuthenticationFailed: the account was never connected
        """
        tokens = self.store.load()
        if tokens is None:
            raise AuthenticationFailed("the account is not connected yet")
        return [Seller(*entry) for entry in tokens.details["sellers"]]

    def seller(self, shop_id):
        """The shop with a number.

        :raise AuthenticationFailed: the account has no such shop
        """
        for seller in self.sellers():
            if seller.seller_id == shop_id:
                return seller
        raise AuthenticationFailed(f"the shop {shop_id} is not connected; grant access again")

    def _ask(self, operation, path, params, old=None):
        try:
            answer = self._client.call(
                operation,
                "POST",
                f"{self._host}{_REST}{path}",
                form=params,
                auth=_AppAuth(self),
                idempotent=False,
            ).body
        except Rejected as error:
            raise AuthenticationFailed(str(error)) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise Unavailable(f"{operation}: the answer has no tokens")
        tokens = self._read(answer, old)
        for secret in (tokens.access, tokens.refresh):
            remember_secret(secret)
        return tokens

    def _read(self, answer, old):
        now, life = self.clock(), float(answer.get("refresh_expires_in") or 0)
        sellers = read_sellers(answer.get("country_user_info") or answer.get("country_user_info_list"))
        if not sellers and old is not None:
            sellers = old.details["sellers"]
        return Tokens(
            str(answer["access_token"]),
            now + float(answer.get("expires_in") or 0),
            str(answer.get("refresh_token") or ""),
            # "used to refresh the token when refresh_expires_in > 0"
            now + life if life > 0 else now,
            {"sellers": sellers},
        )


def read_sellers(received):
    """``[[seller id, country]]`` of an answer: a list, a map by country, or either of them as JSON text."""
    if isinstance(received, str):
        received = json.loads(received)
    if isinstance(received, dict):
        received = [{"country": country, **entry} for country, entry in received.items()]
    return sorted(
        [str(entry["seller_id"]), entry["country"].lower()]
        for entry in received or []
        if entry["country"].lower() in COUNTRIES
    )


class _AppAuth:
    """Signs calls without a seller."""

    def __init__(self, authorisation):
        self._authorisation = authorisation

    def __call__(self, prepared):
        return sign_request(prepared, self._authorisation.credentials, self._authorisation.now())

    def renew(self, failure):
        """Once more after a time that the platform did not take."""
        return "timestamp" in str(failure).lower()
