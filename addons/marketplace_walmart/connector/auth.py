"""Who we are to Walmart. Source: Walmart's OpenAPI ``authentication``: client credentials, a token for 15 minutes."""

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field

from ...marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from ...marketplace.transport import Tokens, remember_secret
from .fields import Node

SERVICE = "Walmart Marketplace"


@dataclass(frozen=True)
class Credentials:
    """Keys of a seller's account.

    :param ship_node: fulfilment centre whose stock is ours to set; empty: the account's default one
    """

    client_id: str
    client_secret: str = field(repr=False)
    ship_node: str = ""

    @property
    def key(self):
        """Text that identifies the account without telling its secret: owner of the rate limits."""
        secret = f"{self.client_id}\n{self.client_secret}"
        return "walmart:" + hashlib.sha256(secret.encode()).hexdigest()[:16]

    @property
    def webhook_secret(self):
        """What Walmart signs our webhooks with: made from the client secret, so that nothing more has to be kept."""
        return hmac.new(self.client_secret.encode(), b"webhooks", hashlib.sha256).hexdigest()


class TokenService:
    """Gets access tokens.

    :param client: :class:`~...marketplace.transport.HttpClient` without auth
    """

    def __init__(self, client, credentials, endpoint):
        self._client = client
        self._credentials = credentials
        self._url = f"{endpoint}/v3/token"
        basic = f"{credentials.client_id}:{credentials.client_secret}".encode()
        self._basic = base64.b64encode(basic).decode()
        for secret in (credentials.client_secret, self._basic, credentials.webhook_secret):
            remember_secret(secret)

    def renew(self, _tokens):
        """New :class:`Tokens`.

        :raise AuthenticationFailed: the keys are not taken
        """
        headers = {**common_headers(), "Authorization": f"Basic {self._basic}"}
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._client.call("auth.token", "POST", self._url, form=form, headers=headers, idempotent=True)
        except Rejected as error:
            raise AuthenticationFailed(str(error)) from None
        body = Node(answer.body)
        life = body.count("expires_in")
        if life is None:
            raise Unavailable("auth.token: the answer names no end of the token")
        return Tokens(body.text("access_token", required=True), self._client.clock() + life)


def sign(prepared, tokens):
    """Put the token into a prepared request."""
    prepared.headers["WM_SEC.ACCESS_TOKEN"] = tokens.access
    return prepared


def common_headers():
    """Headers of every call; the correlation id is a new one each time."""
    return {"WM_SVC.NAME": SERVICE, "WM_QOS.CORRELATION_ID": str(uuid.uuid4()), "Accept": "application/json"}
