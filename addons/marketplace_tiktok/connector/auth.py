"""Who we are to TikTok Shop: the application, the seller's grant, and the tokens that follow from it.

Source: TikTok Shop Partner Center, "Authorization overview": the seller agrees on a page, the callback brings a code,
the code is exchanged for an access token (about a week) and a refresh token. Refreshing answers both anew, so the
latest refresh token is the one that counts.
"""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ...marketplace.contract import AuthenticationFailed, InvalidPayload
from ...marketplace.transport import Tokens, remember_secret
from .fields import Node

AUTH_HOST = "https://auth.tiktok-shops.com"
API_HOST = "https://open-api.tiktokglobalshop.com"
HANDOVERS = ("PICKUP", "DROP_OFF")


@dataclass(frozen=True)
class Credentials:
    """The application, and what the seller decides about its parcels.

    :param warehouse_id: TikTok's warehouse that gets the stock; needed by shops that sell from several
    :param handover: ``PICKUP`` or ``DROP_OFF``: how parcels with TikTok's carriers leave
    """

    app_key: str
    app_secret: str = field(repr=False)
    warehouse_id: str = ""
    handover: str = "DROP_OFF"

    @property
    def key(self):
        """Text that identifies the application without telling its secret: owner of the rate limits."""
        secret = f"{self.app_key}\n{self.app_secret}"
        return "tiktok:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class TokenService:
    """Gets tokens.

    :param client: :class:`~...marketplace.transport.HttpClient` without auth
    :param endpoint: scheme, host and prefix instead of TikTok's
    """

    def __init__(self, client, credentials, endpoint=None):
        self._client = client
        self._credentials = credentials
        self._endpoint = (endpoint or AUTH_HOST).rstrip("/")
        remember_secret(credentials.app_secret)

    def authorization_url(self, state):
        """Page on which the seller agrees; where it leads back to is a setting of the application."""
        return f"{self._endpoint}/oauth/authorize?{urlencode({'app_key': self._credentials.app_key, 'state': state})}"

    def exchange(self, code):
        """:class:`Tokens` for the code that the callback brought; it lives for half an hour and serves once."""
        remember_secret(code)
        return self._ask("get", {"auth_code": code, "grant_type": "authorized_code"}, idempotent=False)

    def refresh(self, tokens):
        """:class:`Tokens` in place of others.

        :raise AuthenticationFailed: there are none, or the seller took the grant back
        """
        if tokens is None or not tokens.refresh:
            raise AuthenticationFailed("the account is not connected with TikTok Shop yet")
        return self._ask("refresh", {"refresh_token": tokens.refresh, "grant_type": "refresh_token"}, idempotent=True)

    def _ask(self, verb, grant, idempotent):
        query = {"app_key": self._credentials.app_key, "app_secret": self._credentials.app_secret, **grant}
        url = f"{self._endpoint}/api/v2/token/{verb}"
        answer = self._client.call(f"auth.{verb}", "GET", url, params=query, idempotent=idempotent)
        return read_tokens(Node(answer.body).node("data"))


def read_tokens(data):
    """Tokens of an answer; TikTok states the instants of their ends although it calls them ``…_expire_in``.

    :param Node data: ``data`` of the answer
    """
    access = data.text("access_token", required=True)
    ends_at, refresh_ends_at = data.time("access_token_expire_in"), data.time("refresh_token_expire_in")
    if ends_at is None:
        raise InvalidPayload(data.where("access_token_expire_in"), "missing")
    return Tokens(
        access=access,
        access_ends_at=ends_at.timestamp(),
        refresh=data.text("refresh_token", required=True),
        refresh_ends_at=refresh_ends_at and refresh_ends_at.timestamp(),
        details={key: data.text(key) for key in ("open_id", "seller_name", "seller_base_region")},
    )
