"""Who may call which shop, and how calls over plain HTTP are signed (OAuth 1.0a, one-legged, RFC 5849)."""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote

from ...http import ApiError

STORES = {"de": "woocommerce-DE", "us": "woocommerce-US"}
TIME_WINDOW = 15 * 60
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


def key_of(store):
    """Return the consumer key of a shop's training account."""
    return f"ck_{hashlib.sha256(store.encode()).hexdigest()[:40]}"


def secret_of(store):
    """Return its consumer secret."""
    return f"cs_{hashlib.sha256(f'secret of {store}'.encode()).hexdigest()[:40]}"


def credentials(site):
    """Return ``{stores: {name: {outlet, path, consumer_key, consumer_secret}}}``; a path continues the endpoint."""
    return {"stores": {
        store: {"outlet": outlet, "path": f"/{store}", "consumer_key": key_of(store),
                "consumer_secret": secret_of(store)}
        for store, outlet in STORES.items()}}


class Gate:
    """Lets calls in whose signature is right, fresh and new."""

    def __init__(self):
        self._nonces = {}

    def admit(self, request, store):
        """Check one request.

        :raise ApiError: 401 as WooCommerce words it
        """
        params = list(request.args.items(multi=True))
        given = dict(params)
        if given.get("oauth_consumer_key") != key_of(store):
            raise _refused("Consumer key is invalid.")
        digest = _DIGESTS.get(given.get("oauth_signature_method"))
        if digest is None:
            raise _refused("Invalid signature - signature method is invalid.")
        signed = sorted((_encode(name), _encode(value)) for name, value in params if name != "oauth_signature")
        query = "&".join(f"{name}={value}" for name, value in signed)
        base = "&".join((request.method, _encode(request.base_url), _encode(query)))
        expected = hmac.new(f"{secret_of(store)}&".encode(), base.encode(), digest).digest()
        if not hmac.compare_digest(base64.b64encode(expected).decode(), given.get("oauth_signature", "")):
            raise _refused("Invalid signature - provided signature does not match.")
        self._check_time(given.get("oauth_timestamp", ""), given.get("oauth_nonce", ""))

    def _check_time(self, timestamp, nonce):
        now = time.time()
        if not timestamp.isdigit() or abs(now - int(timestamp)) > TIME_WINDOW:
            raise _refused("Invalid timestamp.")
        self._nonces = {known: at for known, at in self._nonces.items() if now - at <= TIME_WINDOW}
        if not nonce or nonce in self._nonces:
            raise _refused("Invalid nonce - nonce has already been used.")
        self._nonces[nonce] = now


def _refused(message):
    return ApiError(401, "woocommerce_rest_authentication_error", message)


def _encode(text):
    return quote(text, safe="-._~")
