"""Digital signatures on calls that move the money of sellers in the EU and the UK.

RFC 9421 (HTTP message signatures) with Ed25519 over ``content-digest`` (RFC 9530, SHA-256; only with a body),
``x-ebay-signature-key``, ``@method``, ``@path`` and ``@authority``. The key pair is made by eBay's Key Management API
(``developer_key_management_v1_oas3.json``), which names the operations: refunds, approving and creating cancellations,
deciding returns, and all of the Finances API. eBay ignores signatures where it does not need them.
"""

import base64
import binascii
import hashlib
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from ...marketplace.contract import AuthenticationFailed
from ...marketplace.transport import remember_secret

_DEFAULT_PORTS = {"https": 443, "http": 80}


class MessageSigner:
    """Adds the four signature headers to a prepared request.

    :param str private_key: as eBay gave it (PKCS #8 in base64), or as PEM
    :param str jwe: the public key as eBay encrypted it
    :param clock: returns epoch seconds
    """

    def __init__(self, private_key, jwe, clock):
        remember_secret(private_key)
        self._key = load_private_key(private_key)
        self._jwe = jwe
        self._clock = clock

    def __call__(self, prepared):
        headers = {"x-ebay-signature-key": self._jwe}
        if prepared.body:
            headers["content-digest"] = content_digest(prepared.body)
        covered = [(name, headers[name]) for name in ("content-digest", "x-ebay-signature-key") if name in headers]
        covered += _derived(prepared.method, prepared.url)
        params = signature_params([name for name, _value in covered], created=int(self._clock()))
        signature = base64.b64encode(self._key.sign(signature_base(covered, params))).decode()
        prepared.headers.update(headers)
        prepared.headers["Signature-Input"] = f"sig1={params}"
        prepared.headers["Signature"] = f"sig1=:{signature}:"
        return prepared


def load_private_key(text):
    """Ed25519 key of a PEM or of bare base64.

    :raise AuthenticationFailed: it is none
    """
    try:
        if text.lstrip().startswith("-----"):
            key = load_pem_private_key(text.encode(), None)
        else:
            key = load_der_private_key(base64.b64decode(text, validate=True), None)
    except (ValueError, TypeError, binascii.Error):
        raise AuthenticationFailed("the signing key cannot be read: create a new one") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuthenticationFailed("the signing key is not an Ed25519 key: create a new one")
    return key


def content_digest(body):
    """``Content-Digest`` of a body (RFC 9530 §2)."""
    data = body.encode() if isinstance(body, str) else body
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def signature_params(names, **params):
    """Serialised list of covered components with parameters (RFC 9421 §2.3)."""
    listed = " ".join(f'"{name}"' for name in names)
    written = "".join(f";{key}={_bare(value)}" for key, value in params.items())
    return f"({listed}){written}"


def signature_base(covered, params):
    """Bytes that are signed (RFC 9421 §2.5).

    :param covered: ``[(component name, value)]`` in order
    :param str params: of :func:`signature_params`
    """
    lines = [f'"{name}": {value}' for name, value in covered]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def _bare(value):
    return value if isinstance(value, int) else f'"{value}"'


def _derived(method, url):
    """Derived components of a request (RFC 9421 §2.2); the authority is in lower case, without a default port."""
    parts = urlsplit(url)
    authority = parts.hostname
    if parts.port and parts.port != _DEFAULT_PORTS.get(parts.scheme):
        authority += f":{parts.port}"
    return [("@method", method), ("@path", parts.path or "/"), ("@authority", authority)]
