"""Signatures of TikTok Shop's Open API and of its webhooks. Source: TikTok Shop Partner Center, "Sign your API request"
and "Webhooks".
"""

import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_UNSIGNED = frozenset({"sign", "access_token"})


def signature(app_secret, path, query, body=b""):
    """Hex HMAC-SHA256 of ``secret + path + sorted key and value + body + secret``, keyed by the secret.

    :param dict query: without ``sign`` and ``access_token``, which are left out in any case
    :param bytes body: empty for ``multipart/form-data``
    """
    pairs = "".join(f"{key}{query[key]}" for key in sorted(query) if key not in _UNSIGNED)
    text = f"{app_secret}{path}{pairs}".encode() + body + app_secret.encode()
    return hmac.new(app_secret.encode(), text, hashlib.sha256).hexdigest()


def webhook_signature(app_key, app_secret, body):
    """Hex HMAC-SHA256 of ``app key + raw body``, keyed by the secret."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def sign_request(prepared, credentials, access_token, now, prefix=""):
    """Put application, time, signature and token into a prepared request, which is returned.

    :param prepared: ``requests.PreparedRequest``
    :param float now: epoch seconds; TikTok takes a few minutes of difference
    :param str prefix: path in front of TikTok's, where it is reached by a proxy; it is not signed
    """
    url = urlsplit(prepared.url)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    query.update(app_key=credentials.app_key, timestamp=str(int(now)))
    query["sign"] = signature(credentials.app_secret, url.path[len(prefix) :], query, prepared.body or b"")
    prepared.url = urlunsplit(url._replace(query=urlencode(query)))
    prepared.headers["x-tts-access-token"] = access_token
    return prepared
