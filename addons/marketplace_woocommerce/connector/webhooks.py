"""Webhooks. Source: REST API v3 document ``webhooks``."""

import base64
import hashlib
import hmac
import json
import re

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Webhook
from .fields import Node

_TOPICS = ("order.created", "order.updated", "order.deleted")
_ACTIVE = "active"
# What a shop posts when a webhook is made, to see whether somebody is there. It is not signed and says nothing.
_PING = re.compile(rb"webhook_id=\d{1,20}")


def subscribe(api, url):
    """Have the shop tell us about orders; a webhook that it gave up on after five failures is made active again.

    The name of a webhook ends in a fingerprint of its secret, which the shop does not show: after a change of keys it
    is given the new one.
    """
    known = {}
    for payload in api.pages("webhooks.list", "/webhooks", {"status": "all"}):
        entry = Node(payload, "webhook")
        if entry.text("delivery_url") == url:
            known[entry.text("topic")] = entry
    for topic in _TOPICS:
        _ensure(api, url, topic, known.get(topic))


def _ensure(api, url, topic, entry):
    secret = api.credentials.webhook_secret
    name = f"Odoo {topic} {hashlib.sha256(secret.encode()).hexdigest()[:8]}"
    wanted = {"name": name, "status": _ACTIVE, "secret": secret}
    if entry is None:
        api.send("webhooks.create", "POST", "/webhooks", {**wanted, "topic": topic, "delivery_url": url})
    elif (entry.text("name"), entry.text("status")) != (name, _ACTIVE):
        api.send("webhooks.update", "PUT", f"/webhooks/{entry.ident('id', required=True)}", wanted)


def read(request, secret):
    """Check the signature on the raw body, and only then read it.

    Neither topic nor delivery id is signed: the topic only decides whether there is an order to look at, and a
    repetition is known by its body, which tells the order's time of change.

    :param str secret: what the shop signs with
    """
    if _PING.fullmatch(request.body):
        return Webhook("ping", "ping")
    expected = base64.b64encode(hmac.new(secret.encode(), request.body, hashlib.sha256).digest())
    given = request.headers.get("x-wc-webhook-signature", "").encode()
    if not hmac.compare_digest(given, expected):
        raise AuthenticationFailed("the webhook's signature is missing or wrong")
    topic = request.headers.get("x-wc-webhook-topic", "")
    delivery_id = hashlib.sha256(topic.encode() + b"\n" + request.body).hexdigest()
    if not topic.startswith("order."):
        return Webhook(topic or "unknown", delivery_id, (Notice(NoticeKind.OTHER),))
    order = Node(_parse(request.body))
    return Webhook(topic, delivery_id, (Notice(NoticeKind.ORDER, external_id=order.ident("id", required=True)),))


def _parse(body):
    try:
        return json.loads(body)
    except ValueError:
        raise InvalidPayload("payload", "not JSON") from None
