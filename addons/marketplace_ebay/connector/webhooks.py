"""Notifications that eBay sends us. Source: ``commerce_notification_v1_oas3.json`` and eBay's payload schemas.

``X-EBAY-SIGNATURE`` is base64 of JSON with a key id and an ECDSA signature of the raw body. Public keys are fetched by
id and kept for an hour, so that a call rarely costs more than the check.
"""

import base64
import hashlib
import hmac
import json
import threading

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ...marketplace.contract import (
    AuthenticationFailed,
    InvalidPayload,
    Notice,
    NoticeKind,
    RateLimited,
    Rejected,
    Unavailable,
    Webhook,
)
from .fields import Node

PUBLIC_KEY_PATH = "/commerce/notification/v1/public_key"
SIGNATURE_HEADER = "x-ebay-signature"
ORDER_TOPICS = ("ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED")
DELETION_TOPIC = "MARKETPLACE_ACCOUNT_DELETION"
REVOCATION_TOPIC = "AUTHORIZATION_REVOCATION"
_KEPT_SECONDS = 3600
_DIGESTS = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256}


def verification_token(client_secret):
    """The token that eBay proves our endpoint with; 64 characters that only the owner of the keyset can know."""
    return hmac.new(client_secret.encode(), b"ebay notification endpoint", hashlib.sha256).hexdigest()


def challenge_response(challenge_code, token, endpoint):
    """What eBay wants to hear before it sends anything to an endpoint."""
    return hashlib.sha256(f"{challenge_code}{token}{endpoint}".encode()).hexdigest()


class PublicKeys:
    """eBay's public keys by id, each fetched at most once an hour.

    :param api: :class:`~.api.EbayApi`
    """

    def __init__(self, api):
        self._api = api
        self._kept = {}
        self._lock = threading.Lock()

    def get(self, kid):
        """``(key, hash algorithm)``.

        :raise AuthenticationFailed: eBay knows no such key
        """
        with self._lock:
            kept = self._kept.get(kid)
            if kept and kept[1] > self._api.client.clock():
                return kept[0]
            try:
                key = self._fetch(kid)
            except (RateLimited, Unavailable):
                if kept is None:
                    raise
                return kept[0]  # it was eBay's an hour ago, and eBay does not say otherwise
            self._kept[kid] = (key, self._api.client.clock() + _KEPT_SECONDS)
            return key

    def _fetch(self, kid):
        path = f"{PUBLIC_KEY_PATH}/{kid}"
        try:
            body = Node(self._api.get_at_once("notification.getPublicKey", path, self._api.application))
        except Rejected as error:
            raise AuthenticationFailed(f"the signature names a key that eBay does not know: {error.code}") from None
        digest = _DIGESTS.get(body.text("digest").replace("-", ""))
        if digest is None:
            raise AuthenticationFailed(f"signatures with the digest {body.text('digest')!r} are not known")
        return _load_key(body.text("key", required=True)), digest()


def read_webhook(api, keys, request):
    """A call as :class:`Webhook`.

    :param PublicKeys keys: of this connector
    :raise AuthenticationFailed: the signature is missing or wrong
    :raise InvalidPayload: signed by eBay, but unreadable or without an id
    """
    if request.method == "GET":
        return _answer_challenge(api, request)
    _check_signature(keys, request)
    try:
        message = Node(json.loads(request.body))
    except ValueError:
        raise InvalidPayload("body", "it is not JSON") from None
    topic = message.node("metadata").text("topic", required=True)
    notification = message.node("notification")
    return Webhook(
        topic=topic,
        delivery_id=notification.text("notificationId", required=True),
        notices=_read_notices(api, topic, notification.node("data")),
    )


def _answer_challenge(api, request):
    code = request.query.get("challenge_code")
    if not code:
        raise AuthenticationFailed("neither signed nor a challenge")
    response = challenge_response(code, verification_token(api.credentials.client_secret), request.url)
    reply = json.dumps({"challengeResponse": response}).encode()
    return Webhook("challenge", f"challenge {response}", reply=reply, reply_type="application/json")


def _check_signature(keys, request):
    try:
        header = json.loads(base64.b64decode(request.headers.get(SIGNATURE_HEADER, ""), validate=True))
        kid, signature = header["kid"], base64.b64decode(header["signature"], validate=True)
        well_formed = isinstance(kid, str) and kid.replace("-", "").isalnum() and kid.isascii()
    except (ValueError, KeyError, TypeError):
        well_formed = False
    if not well_formed:
        raise AuthenticationFailed("the signature is missing or cannot be read")
    key, digest = keys.get(kid)
    try:
        key.verify(signature, request.body, ec.ECDSA(digest))
    except InvalidSignature:
        raise AuthenticationFailed("the signature does not fit") from None


def _load_key(text):
    """Public key of a PEM, which eBay writes without line breaks."""
    body = "".join(line for line in text.replace("-----", "\n").splitlines() if "PUBLIC KEY" not in line)
    try:
        key = load_der_public_key(base64.b64decode("".join(body.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise AuthenticationFailed("eBay's public key cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise AuthenticationFailed("eBay's public key is of another kind than ECDSA")
    return key


def _read_notices(api, topic, data):
    if topic in ORDER_TOPICS:
        return (Notice(NoticeKind.ORDER, external_id=_find_order_id(data)),)
    if topic == DELETION_TOPIC:
        # Orders name the buyer by the one or the other: eBay replaces user names by ids that never change.
        keys = {data.text("username"), data.text("userId")} - {""}
        if not keys:
            raise InvalidPayload(data.where("userId"), "missing")
        return tuple(
            Notice(NoticeKind.CUSTOMER_ERASURE, details={"orders": [], "email": "", "phone": "", "customer_id": key})
            for key in sorted(keys)
        )
    if topic == REVOCATION_TOPIC and _is_ours(api, data):
        return (Notice(NoticeKind.DEAUTHORISED),)
    return (Notice(NoticeKind.OTHER),)


def _find_order_id(data):
    """The first ``orderId``, at whatever depth the topic has it."""
    pending = [data.data]
    while pending:
        value = pending.pop(0)
        if isinstance(value, dict):
            if isinstance(value.get("orderId"), str) and value["orderId"]:
                return value["orderId"]
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    raise InvalidPayload(data.where("orderId"), "missing")


def _is_ours(api, data):
    """An application serves several sellers; each account is told of all of them."""
    tokens = api.tokens.load()
    ours = tokens.details.get("user_id") if tokens else None
    return not ours or data.text("userId") in ("", ours)
