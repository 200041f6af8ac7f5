"""Who we are to a shop: an app's own token, its client credentials, or the merchant's consent (OAuth)."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import TokenAuth, Tokens, remember_secret

SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_returns",
    "write_returns",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_shopify_payments_accounts",
    "read_shopify_payments_payouts",
)
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


@dataclass(frozen=True)
class Credentials:
    """What the authorisation of one shop consists of.

    With an access token it is used as it is (custom app). Else ``own_app`` decides: an app of the merchant's own
    organisation gets tokens by its client credentials, any other one by the merchant's consent.

    :param shop: ``name.myshopify.com``
    :param client_secret: signs webhooks and callbacks too
    :param scopes: what the merchant is asked for
    """

    shop: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    own_app: bool = False
    scopes: tuple[str, ...] = SCOPES

    @property
    def key(self):
        """Text that identifies the authorisation without telling it: owner of the limits."""
        secret = f"{self.shop}\n{self.client_id or self.access_token}"
        return "shopify:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


def shop_domain(text):
    """``name.myshopify.com`` of what people type: the name, the domain or the address of the admin.

    :raise ValueError: it is none; no other host may ever get the app's secret
    """
    domain = text.strip().lower().removeprefix("https://").partition("/")[0]
    if "." not in domain:
        domain += ".myshopify.com"
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"{text!r} is no myshopify.com domain")
    return domain


class Authorisation:
    """Gets, renews and uses the tokens of a shop.

    :param HttpClient client: for the token calls
    :param str base: scheme and host of the shop
    :param TokenStore store: where the tokens are
    """

    def __init__(self, client, credentials, base, store):
        self._client, self._credentials, self._base, self._store = client, credentials, base, store
        for secret in (credentials.client_secret, credentials.access_token):
            remember_secret(secret)
        if credentials.access_token:
            self.auth = FixedToken(credentials.access_token)
        else:
            self.auth = TokenAuth(
                store, self._renew, _sign, client.clock, lambda error: "ACCESS_DENIED" not in str(error)
            )

    def url(self, state, redirect_uri):
        """Address on which the merchant grants access. Shopify's authorisation code grant has no PKCE."""
        query = {
            "client_id": self._credentials.client_id,
            "scope": ",".join(self._credentials.scopes),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._base}/admin/oauth/authorize?{urlencode(query)}"

    def accept(self, params):
        """Turn a verified callback into tokens: one that expires after an hour, with a refresh token.

        :raise AuthenticationFailed: unsigned, of another shop, or the code is not taken
        """
        if not is_signed(params, self._credentials.client_secret):
            raise AuthenticationFailed("the callback is not signed by Shopify")
        if params.get("shop") != self._credentials.shop:
            raise AuthenticationFailed(f"the callback is about another shop than {self._credentials.shop}")
        form = {"code": params.get("code", ""), "expiring": "1"}
        self._store.replace(self._store.load(), lambda _tokens: self._request(form))

    def _renew(self, tokens):
        if self._credentials.own_app:
            return self._request({"grant_type": "client_credentials"})
        if tokens is None or not tokens.refresh:
            raise AuthenticationFailed(f"{self._credentials.shop}: the merchant has to grant access again")
        return self._request({"grant_type": "refresh_token", "refresh_token": tokens.refresh})

    def _request(self, form):
        form = {**form, "client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
        now = self._client.clock()
        url = f"{self._base}/admin/oauth/access_token"
        try:
            # A refresh token is used up by its first presentation: nothing is presented twice.
            body = self._client.call("oauth.token", "POST", url, form=form, auth=_unsigned, idempotent=False).body
        except Rejected as error:
            raise AuthenticationFailed(str(error)) from None
        if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
            raise Unavailable("oauth.token: the answer has no access token")
        return Tokens(
            access=body["access_token"],
            access_ends_at=_end(now, body.get("expires_in")),
            refresh=body.get("refresh_token") or "",
            refresh_ends_at=_end(now, body.get("refresh_token_expires_in")),
            details={"scope": body.get("scope") or ""},
        )


class FixedToken:
    """Signs with the token of a custom app, which never ends."""

    def __init__(self, token):
        self._tokens = Tokens(token)

    def __call__(self, prepared):
        return _sign(prepared, self._tokens)


def is_signed(params, secret):
    """Whether Shopify signed a callback: hex HMAC-SHA256 of its other parameters, sorted, ``key=value`` joined by &."""
    message = "&".join(f"{key}={value}" for key, value in sorted(params.items()) if key not in ("hmac", "signature"))
    expected = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(expected.encode(), str(params.get("hmac", "")).encode())


def _sign(prepared, tokens):
    prepared.headers["X-Shopify-Access-Token"] = tokens.access
    return prepared


def _unsigned(prepared):
    return prepared


def _end(now, seconds):
    return now + float(seconds) if seconds else None
