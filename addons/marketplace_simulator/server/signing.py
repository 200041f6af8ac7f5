"""Opaque signed texts (access tokens, page tokens, presigned links): nothing to store, nothing to guess."""

import base64
import hashlib
import hmac
import json


class Signer:
    """Turn JSON values into opaque text and back.

    The key comes from the seed, so texts stay valid across a restart. They guard nothing but training data.
    """

    def __init__(self, seed):
        self._key = hashlib.sha256(f"simulator:{seed}".encode()).digest()

    def seal(self, purpose, value):
        """Return opaque URL-safe text of a JSON value for one purpose."""
        data = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
        return base64.urlsafe_b64encode(self._mac(purpose, data) + data).decode().rstrip("=")

    def open(self, purpose, text):
        """Return the value of a text that :meth:`seal` made, or ``None``."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            return None
        mac, data = raw[:12], raw[12:]
        return json.loads(data) if hmac.compare_digest(mac, self._mac(purpose, data)) else None

    def _mac(self, purpose, data):
        return hmac.new(self._key, purpose.encode() + b"\0" + data, hashlib.sha256).digest()[:12]
