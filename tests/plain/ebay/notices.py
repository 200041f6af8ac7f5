"""What eBay signs, and what it checks: an ECDSA key for notifications, message signatures by RFC 9421."""

import base64
import json
import re
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from addons.marketplace.contract import WebhookRequest

URL = "https://odoo.example/marketplace/webhook/1"
KEY_ID = "9936261a-7d7b-4621-a0f1-964dbc95ca2d"
_KEY = ec.derive_private_key(4711, ec.SECP256R1())
_PEM = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
PUBLIC_KEY = _PEM.replace("\n", "")  # as eBay writes it
# RFC 9421 B.1.4, the public half of the key that the tests sign with.
_SIGNERS = Ed25519PublicKey.from_public_bytes(base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="))


def notification(topic, data, number=1):
    """Body of a notification."""
    message = {
        "metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
        "notification": {
            "notificationId": f"49feeaeb-4982-42d9-a377-9645b8479411_{number}",
            "eventDate": "2026-05-28T00:00:00.000Z",
            "publishDate": "2026-05-28T00:00:01.000Z",
            "publishAttemptCount": 1,
            "data": data,
        },
    }
    return json.dumps(message).encode()


def signed(body, at=0.0, kid=KEY_ID, digest=None):
    """A notification as eBay posts it."""
    signature = _KEY.sign(body, ec.ECDSA(digest or hashes.SHA1()))
    header = {"alg": "ecdsa", "kid": kid, "signature": base64.b64encode(signature).decode(), "digest": "SHA1"}
    text = base64.b64encode(json.dumps(header).encode()).decode()
    return WebhookRequest("POST", URL, {"x-ebay-signature": text}, {}, body, at)


def check_message_signature(request):
    """Verify a request as RFC 9421 §3.2 says, from what is on the wire only.

    :raise cryptography.exceptions.InvalidSignature: it does not fit
    """
    label, listed, params = re.fullmatch(r"(\w+)=\((.*?)\)(.*)", request.headers["Signature-Input"]).groups()
    names = [name.strip('"') for name in listed.split()]
    if request.body:
        assert "content-digest" in names
    assert {"x-ebay-signature-key", "@method", "@path", "@authority"} <= set(names)
    url = urlsplit(request.url)
    derived = {"@method": request.method, "@path": url.path, "@authority": url.netloc.lower()}
    base = "".join(f'"{name}": {derived.get(name) or request.headers[name]}\n' for name in names)
    base += f'"@signature-params": ({listed}){params}'
    signature = re.fullmatch(rf"{label}=:(.*):", request.headers["Signature"]).group(1)
    _SIGNERS.verify(base64.b64decode(signature), base.encode())
