"""Signatures and tokens of the Open Platform v2.

Sources: documents ``v2.public.get_access_token`` and ``v2.public.refresh_access_token``, and the parameters that all
documents have in common. A seller may authorise one shop, or all shops of a main account at once; each shop (and
merchant) then has a chain of refresh tokens of its own, each of which may be used once within 30 days. All chains of an
account are kept in one token store, so that one lock guards them.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import TokenAuth, Tokens, TokenStore, remember_secret

HOSTS = {
    "global": "https://partner.shopeemobile.com",
    "cn": "https://openplatform.shopee.cn",
    "br": "https://openplatform.shopee.com.br",
    "test": "https://openplatform.sandbox.test-stable.shopee.sg",
}
AUTH_PATH = "/api/v2/shop/auth_partner"
TOKEN_PATH = "/api/v2/auth/token/get"
REFRESH_PATH = "/api/v2/auth/access_token/get"
REFRESH_LIFE = 30 * 86_400
# ``expire_in`` is a number of seconds, but one of the official samples has a time instead.
_LONGEST_LIFE = 366 * 86_400


@dataclass(frozen=True)
class Credentials:
    """What an app of the Open Platform consists of.

    :param partner_id: number of the app
    :param partner_key: its key, for signatures
    :param site: one of :data:`HOSTS`
    :param location: id of the stock location to which quantities are written, for sellers with several warehouses
    :param handover: ``pickup`` or ``dropoff``, where Shopee offers both
    """

    partner_id: str
    partner_key: str = field(repr=False)
    site: str = "global"
    location: str = ""
    handover: str = "pickup"

    @property
    def key(self):
        """Text that identifies the authorisation without telling it: owner of rate limits."""
        secret = f"{self.partner_id}\n{self.partner_key}\n{self.site}"
        return "shopee:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


def sign(credentials, path, timestamp, access_token="", owner_id=""):
    """Signature of a call.

    :param str path: without host, as the platform knows it
    :param int timestamp: epoch seconds, valid for five minutes
    :param str owner_id: number of the shop or merchant; with the access token left out for public operations
    """
    base = f"{credentials.partner_id}{path}{timestamp}{access_token}{owner_id}"
    return hmac.new(credentials.partner_key.encode(), base.encode(), hashlib.sha256).hexdigest()


def api_path(url):
    """The signed part of an address: a proxy or a test server may have a prefix before it."""
    path = urlsplit(url).path
    return path[path.index("/api/v2/") :]


class OwnerTokenStore(TokenStore):
    """The tokens of one shop, inside the tokens of the account.

    The account's :class:`Tokens` keep everything in ``access``, as JSON text ``{owner: [access, its end, refresh, its
    end]}`` with owners such as ``shop_id:123``: that field is secret wherever it goes.

    :param TokenStore store: of the account
    """

    def __init__(self, store, owner):
        self._store = store
        self._owner = owner

    def load(self):
        return owners_of(self._store.load()).get(self._owner)

    def replace(self, seen, renew):
        while True:
            account = self._store.load()

            def renew_owner(account):
                owners = owners_of(account)
                return account_tokens({**owners, self._owner: renew(owners[self._owner])})

            if owners_of(account).get(self._owner) is None:
                raise AuthenticationFailed("this shop is not connected; authorise it again")
            if owners_of(account)[self._owner] != seen:
                return owners_of(account)[self._owner]
            account = self._store.replace(account, renew_owner)
            tokens = owners_of(account).get(self._owner)
            if tokens != seen:
                return tokens
            # Another shop of the account was renewed at the same time: its change came first.


def owners_of(account):
    """``{owner: Tokens}`` of an account's tokens."""
    if account is None:
        return {}
    return {owner: Tokens(*values) for owner, values in json.loads(account.access).items()}


def account_tokens(owners):
    """Tokens of an account; they can be refreshed as long as those of the owner that ends first."""
    text = json.dumps({
        owner: [tokens.access, tokens.access_ends_at, tokens.refresh, tokens.refresh_ends_at]
        for owner, tokens in sorted(owners.items())
    })  # fmt: skip
    ends = [tokens.refresh_ends_at for tokens in owners.values() if tokens.refresh_ends_at]
    shops = [owner.partition(":")[2] for owner in sorted(owners) if owner.startswith("shop_id:")]
    return Tokens(text, None, "", min(ends, default=None), {"shops": shops})


class ShopAuth(TokenAuth):
    """Signs calls of one shop."""

    def __init__(self, authorisation, shop_id):
        self._authorisation = authorisation
        self._shop_id = shop_id
        owner = f"shop_id:{shop_id}"
        super().__init__(
            OwnerTokenStore(authorisation.store, owner),
            lambda tokens: authorisation.refresh(owner, tokens),
            self._sign_shop,
            authorisation.clock,
            lambda failure: "access_token" in str(failure).lower(),
        )

    def renew(self, failure):
        """Also once more after a time that the platform did not take: its answer has set our clock right."""
        return "timestamp" in str(failure).lower() or super().renew(failure)

    def _sign_shop(self, prepared, tokens):
        authorisation = self._authorisation
        timestamp = int(authorisation.now())
        path = api_path(prepared.url)
        params = {"access_token": tokens.access, "shop_id": self._shop_id}
        signature = sign(authorisation.credentials, path, timestamp, tokens.access, self._shop_id)
        return _with_common(prepared, authorisation.credentials, timestamp, signature, params)


class PublicAuth:
    """Signs calls that concern the app."""

    def __init__(self, authorisation):
        self._authorisation = authorisation

    def __call__(self, prepared):
        authorisation = self._authorisation
        timestamp = int(authorisation.now())
        signature = sign(authorisation.credentials, api_path(prepared.url), timestamp)
        return _with_common(prepared, authorisation.credentials, timestamp, signature, {})

    def renew(self, failure):
        """Once more after a time that the platform did not take."""
        return "timestamp" in str(failure).lower()


def _with_common(prepared, credentials, timestamp, signature, params):
    common = {"partner_id": credentials.partner_id, "timestamp": timestamp, **params, "sign": signature}
    prepared.prepare_url(prepared.url, common)
    return prepared


class Authorisation:
    """The app's permission to act for shops: gets tokens and renews them.

    :param Credentials credentials: of the app
    :param str host: of the platform
    :param TokenStore store: of the account
    :param HttpClient client: calls the token service; tokens end by its clock
    :param now: returns the platform's epoch seconds, which signatures state
    """

    def __init__(self, credentials, host, store, client, now):
        self.credentials, self.host, self.store, self.now = credentials, host, store, now
        self.clock, self._client = client.clock, client
        remember_secret(credentials.partner_key)

    def shops(self):
        """Numbers of the shops that the tokens are for.

        :raise AuthenticationFailed: the account was never connected
        """
        tokens = self.store.load()
        if tokens is None:
            raise AuthenticationFailed("the account is not connected yet")
        return list(tokens.details["shops"])

    def url(self, state, redirect_uri):
        """Page on which the seller grants access. Shopee hands back nothing of ours but the address itself."""
        timestamp = int(self.now())
        query = {
            "partner_id": self.credentials.partner_id,
            "timestamp": timestamp,
            "sign": sign(self.credentials, AUTH_PATH, timestamp),
            "redirect": f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode({'state': state})}",
        }
        return f"{self.host}{AUTH_PATH}?{urlencode(query)}"

    def authorise(self, params):
        """Exchange the code of the callback for tokens.

        A main account grants access to all its shops at once: those that it leaves out are not connected any more. A
        single shop is added to those that are.
        """
        code = params.get("code")
        owner = next((name for name in ("shop_id", "main_account_id") if params.get(name)), None)
        if not code or owner is None:
            raise AuthenticationFailed("the seller did not grant access: the callback has no code or no shop")
        grant = {"code": code, "partner_id": _number(self.credentials.partner_id), owner: _number(params[owner])}
        answer = self._ask("auth.token", TOKEN_PATH, grant)
        tokens = self._read(answer)
        owners = {f"shop_id:{shop}": tokens for shop in answer.get("shop_id_list") or []}
        owners |= {f"merchant_id:{merchant}": tokens for merchant in answer.get("merchant_id_list") or []}
        if owner == "shop_id":
            owners[f"shop_id:{params[owner]}"] = tokens
        if not owners:
            raise AuthenticationFailed("the seller granted access to no shop")
        self._keep(owners, others=owner == "shop_id")

    def _keep(self, owners, others):
        def merge(account):
            return account_tokens({**(owners_of(account) if others else {}), **owners})

        kept = None
        while kept is None or any(owners_of(kept).get(owner) != tokens for owner, tokens in owners.items()):
            kept = self.store.replace(self.store.load(), merge)

    def refresh(self, owner, tokens):
        """New tokens of a shop, by its refresh token, which is void from then on."""
        remember_secret(tokens.refresh)
        if tokens.refresh_ends_at is not None and tokens.refresh_ends_at <= self.clock():
            raise AuthenticationFailed("the authorisation was not used for 30 days; grant access again")
        name, _, number = owner.partition(":")
        grant = {
            "refresh_token": tokens.refresh,
            "partner_id": _number(self.credentials.partner_id),
            name: _number(number),
        }
        return self._read(self._ask("auth.refresh", REFRESH_PATH, grant))

    def _ask(self, operation, path, grant):
        # Not repeated by itself: the code and the refresh token may be used up although no answer came.
        try:
            answer = self._client.call(
                operation, "POST", self.host + path, payload=grant, auth=PublicAuth(self), idempotent=False
            ).body
        except Rejected as error:
            raise AuthenticationFailed(str(error)) from None
        if not isinstance(answer, dict) or not answer.get("access_token") or not answer.get("refresh_token"):
            raise Unavailable(f"{operation}: the answer has no tokens")
        return answer

    def _read(self, answer):
        life, now = float(answer.get("expire_in") or 0), self.clock()
        tokens = Tokens(
            str(answer["access_token"]),
            life if life > _LONGEST_LIFE else now + life,
            str(answer["refresh_token"]),
            now + REFRESH_LIFE,
        )
        for secret in (tokens.access, tokens.refresh):
            remember_secret(secret)
        return tokens


def _number(text):
    return int(text) if str(text).isdigit() else text
