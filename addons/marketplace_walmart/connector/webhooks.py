"""What Walmart tells by calling us. Source: Walmart's OpenAPI ``notifications-management``: with the method ``HMAC``
the header that we name carries the HMAC-SHA256 of the whole body, keyed by the secret that we give.
"""

import base64
import hashlib
import hmac
import json

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Webhook
from .fields import Node

HEADER = "X-Webhook-Signature"
# Event → kind of notice and the field of the payload that names what it is about.
EVENTS = {
    "PO_CREATED": (NoticeKind.ORDER, "purchaseOrderId"),
    "PO_LINE_AUTOCANCELLED": (NoticeKind.ORDER, "purchaseOrderId"),
    "INTENT_TO_CANCEL": (NoticeKind.ORDER, "purchaseOrderId"),
    "OFFER_PUBLISHED": (NoticeKind.LISTING, "sku"),
    "OFFER_UNPUBLISHED": (NoticeKind.LISTING, "sku"),
    "RETURN_CREATED": (NoticeKind.RETURN, "returnOrderId"),
    "RETURN_DELIVERED": (NoticeKind.RETURN, "returnOrderId"),
    "RETURN_INVOICED": (NoticeKind.RETURN, "returnOrderId"),
}
_SUBSCRIPTIONS = "/v3/webhooks/subscriptions"
_ACTIVE = "ACTIVE"


def subscribe(api, url):
    """Have Walmart call ``url`` for every event of ours that it offers; what already does is left alone, and what
    calls elsewhere for us is removed."""
    offered = {
        entry.text("eventType"): entry
        for entry in Node(api.get("webhooks.types", "/v3/webhooks/eventTypes")).nodes("eventTypes")
    }
    known = {}
    for entry in _subscriptions(api):
        name = entry.text("eventType")
        if name in EVENTS and entry.node("authDetails").text("authHeaderName") == HEADER:
            if entry.text("eventUrl") == url and entry.text("status") == _ACTIVE:
                known[name] = entry
            else:
                number = entry.text("subscriptionId", required=True)
                api.send("webhooks.delete", "DELETE", f"{_SUBSCRIPTIONS}/{number}")
    wanted = [offered[name] for name in EVENTS if name in offered and name not in known]
    if wanted:
        events = [_subscription(api, entry, url) for entry in wanted]
        api.send("webhooks.create", "POST", _SUBSCRIPTIONS, {"events": events})


def read_webhook(credentials, request):
    """Check the signature, then read: :class:`Webhook`.

    Walmart's document does not say how the signature is written: hexadecimal and base64 are taken.
    """
    digest = hmac.new(credentials.webhook_secret.encode(), request.body, hashlib.sha256).digest()
    given = request.headers.get(HEADER.lower(), "").strip().encode()
    written = (digest.hex().encode(), base64.b64encode(digest))
    if not any(hmac.compare_digest(expected, given) for expected in written):
        raise AuthenticationFailed("the signature of the webhook is not Walmart's")
    try:
        body = Node(json.loads(request.body))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    source, payload = body.node("source"), body.node("payload")
    event = source.text("eventType", required=True)
    kind, key = EVENTS.get(event, (NoticeKind.OTHER, ""))
    number = payload.text(key, required=True) if key else ""
    return Webhook(
        topic=event,
        delivery_id=source.text("eventId") or hashlib.sha256(request.body).hexdigest(),
        notices=(Notice(kind, payload.text("partnerId"), number),),
    )


def _subscriptions(api):
    """Subscriptions as nodes; Walmart's document nests them deeper than its example."""
    for entry in Node(api.get("webhooks.list", _SUBSCRIPTIONS)).nodes("events"):
        yield from entry.nodes("event") if "event" in entry.data else [entry]


def _subscription(api, offered, url):
    return {
        "eventType": offered.text("eventType"),
        "eventVersion": offered.text("eventVersion") or "V1",
        "resourceName": offered.text("resourceName", required=True),
        "eventUrl": url,
        "authDetails": {
            "authMethod": "HMAC",
            "authHeaderName": HEADER,
            "clientSecret": api.credentials.webhook_secret,
        },
        "status": _ACTIVE,
    }
