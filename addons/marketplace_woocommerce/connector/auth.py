"""Who we are to a WooCommerce shop. Sources: REST API v3 document ``authentication``, RFC 5849 (OAuth 1.0a).

Keys are sent by Basic over HTTPS. Over plain HTTP they must not be seen: there each request is signed, one-legged, with
its parameters in the query, since not every web server hands the Authorization header on.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ...marketplace.transport import remember_secret

_METHOD = "HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """Access to one shop.

    :param shop_url: address of the shop as WordPress knows it, e.g. ``https://shop.example`` or ``…/store``
    :param consumer_key: ``ck_…``
    :param consumer_secret: ``cs_…``
    """

    shop_url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)

    @property
    def shop_id(self):
        """The shop's address without scheme: what names it among other shops."""
        url = urlsplit(self.shop_url if "://" in self.shop_url else f"https://{self.shop_url}")
        return f"{url.netloc.lower()}{url.path.rstrip('/')}"

    @property
    def key(self):
        """Text that names the authorisation without telling it: owner of rate limits."""
        return "woocommerce:" + hashlib.sha256(f"{self.shop_id}\n{self.consumer_key}".encode()).hexdigest()[:16]

    @property
    def webhook_secret(self):
        """Secret that webhooks are signed with; ours to choose, so that it follows from the consumer secret."""
        return hmac.new(self.consumer_secret.encode(), b"webhooks", hashlib.sha256).hexdigest()


class KeyAuth:
    """Proves who we are, request by request; the ``auth`` of the HTTP client.

    :param clock: returns epoch seconds; the shop refuses times that are a quarter of an hour off
    :param nonce: returns a text that is new each time
    """

    def __init__(self, credentials, clock, nonce=secrets.token_hex):
        self._credentials, self._clock, self._nonce = credentials, clock, nonce
        for secret in (credentials.consumer_key, credentials.consumer_secret, credentials.webhook_secret):
            remember_secret(secret)

    def __call__(self, prepared):
        url = urlsplit(prepared.url)
        key, secret = self._credentials.consumer_key, self._credentials.consumer_secret
        if url.scheme == "https":
            prepared.headers["Authorization"] = f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"
            return prepared
        params = parse_qsl(url.query, keep_blank_values=True) + [
            ("oauth_consumer_key", key),
            ("oauth_nonce", self._nonce()),
            ("oauth_signature_method", _METHOD),
            ("oauth_timestamp", str(int(self._clock()))),
        ]
        base = signature_base(prepared.method, urlunsplit((*url[:3], "", "")), params)
        signature = sign(base, f"{_encode(secret)}&", hashlib.sha256)
        prepared.url = urlunsplit((*url[:3], urlencode([*params, ("oauth_signature", signature)], quote_via=quote), ""))
        return prepared


def signature_base(method, url, params):
    """Signature base string (RFC 5849 §3.4.1).

    :param str url: without query
    :param params: ``[(name, value)]`` of query and OAuth, decoded, without the signature
    """
    pairs = sorted((_encode(name), _encode(value)) for name, value in params)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), _encode(url), _encode(query)))


def sign(base, key, digest):
    """Base64 of the HMAC over a base string (RFC 5849 §3.4.2)."""
    return base64.b64encode(hmac.new(key.encode(), base.encode(), digest).digest()).decode()


def _encode(text):
    """Percent-encoding of RFC 3986: everything but letters, digits and ``-._~``."""
    return quote(text, safe="-._~")
