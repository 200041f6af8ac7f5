"""Who we are to eBay: the application, and the seller who granted it access.

Source: ``securitySchemes`` of the OpenAPI documents: authorisation code grant without PKCE for user tokens, client
credentials for application tokens. A user token lives two hours; its refresh token about eighteen months, and it is
used again and again. The redirect address is eBay's name of it, the RuName.
"""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import Tokens, remember_secret

AUTHORIZE_PATH = "/oauth2/authorize"
TOKEN_PATH = "/identity/v1/oauth2/token"
_SCOPE = "https://api.ebay.com/oauth/api_scope"
APPLICATION_SCOPES = (_SCOPE,)
USER_SCOPES = (
    _SCOPE,
    f"{_SCOPE}/sell.inventory",
    f"{_SCOPE}/sell.fulfillment",
    f"{_SCOPE}/sell.finances",
    f"{_SCOPE}/commerce.identity.readonly",
)
_REFUSED_GRANT = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"})


@dataclass(frozen=True)
class Credentials:
    """What a seller's account at eBay consists of. Access and refresh tokens are in the token store.

    :param client_id: App ID of the keyset
    :param client_secret: Cert ID of the keyset
    :param ru_name: eBay's name of our redirect address
    :param sandbox: whether the keyset is of eBay's test environment
    :param signing_key: private key of the digital signatures, which sellers in the EU and the UK need
    :param signing_jwe: public key that belongs to it, as eBay encrypted it
    :param marketplaces: marketplaces that the seller sells on besides the one of the registration
    :param alert_email: where eBay writes to when notifications do not reach us
    """

    client_id: str
    client_secret: str = field(repr=False)
    ru_name: str = ""
    sandbox: bool = False
    signing_key: str = field(default="", repr=False)
    signing_jwe: str = field(default="", repr=False)
    marketplaces: tuple[str, ...] = ()
    alert_email: str = field(default="", repr=False)

    @property
    def key(self):
        """Text that identifies the application without telling it: owner of the rate limits."""
        secret = f"{self.client_id}\n{self.client_secret}\n{self.sandbox}"
        return "ebay:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class OAuth:
    """Calls of the token service.

    :param HttpClient client: for the calls, unsigned
    :param str token_url: address of the token service
    :param str authorize_url: address of eBay's consent page
    """

    def __init__(self, client, credentials, token_url, authorize_url):
        self._client = client
        self._credentials = credentials
        self._token_url = token_url
        self._authorize_url = authorize_url
        self._basic = HTTPBasicAuth(credentials.client_id, credentials.client_secret)
        remember_secret(credentials.client_secret)

    def consent_url(self, state):
        """Address of the page on which the seller grants access."""
        query = {
            "client_id": self._credentials.client_id,
            "redirect_uri": self._credentials.ru_name,
            "response_type": "code",
            "scope": " ".join(USER_SCOPES),
            "state": state,
        }
        return f"{self._authorize_url}?{urlencode(query)}"

    def exchange(self, code):
        """Tokens of a code that the consent page brought."""
        remember_secret(code)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._credentials.ru_name}
        return self._ask(form, None)

    def refresh(self, tokens):
        """New access token of a seller.

        :param tokens: :class:`Tokens`, ``None`` before the seller has granted access
        :raise AuthenticationFailed: there is no access, or it was taken back
        """
        if tokens is None or not tokens.refresh:
            raise AuthenticationFailed("the account is not connected yet")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "scope": " ".join(USER_SCOPES)}
        return self._ask(form, tokens)

    def application(self, _tokens):
        """Access token of the application itself."""
        return self._ask({"grant_type": "client_credentials", "scope": " ".join(APPLICATION_SCOPES)}, None)

    def _ask(self, form, seen):
        now = self._client.clock()
        # A code that is presented twice is refused, and so is not repeated when an answer is lost.
        repeatable = form["grant_type"] != "authorization_code"
        try:
            body = self._client.call(
                "oauth.token", "POST", self._token_url, form=form, auth=self._basic, idempotent=repeatable
            ).body
        except Rejected as error:
            if error.code in _REFUSED_GRANT:
                raise AuthenticationFailed(str(error)) from None
            raise
        return _read_tokens(body, now, seen)


def _read_tokens(body, now, seen):
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        raise Unavailable("oauth.token: the answer has no access token")
    refresh, lifetime = body.get("refresh_token"), body.get("refresh_token_expires_in")
    return Tokens(
        access=body["access_token"],
        access_ends_at=now + float(body.get("expires_in", 7200)),
        refresh=refresh or (seen.refresh if seen else ""),
        refresh_ends_at=now + float(lifetime) if lifetime else (seen.refresh_ends_at if seen else None),
        details=seen.details if seen else {},
    )
