"""What TikTok Shop tells by calling us. Source: TikTok Shop Partner Center, "Webhooks": the header ``Authorization`` is
the hex HMAC-SHA256 of application key and raw body; a delivery is repeated until it is answered with 200.
"""

import hashlib
import hmac
import json

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Webhook
from .fields import Node
from .signing import webhook_signature

# What we subscribe to in each shop.
EVENTS = (
    "ORDER_STATUS_CHANGE",
    "RECIPIENT_ADDRESS_UPDATE",
    "PACKAGE_UPDATE",
    "PRODUCT_STATUS_CHANGE",
    "SELLER_DEAUTHORIZATION",
    "UPCOMING_AUTHORIZATION_EXPIRATION",
    "CANCELLATION_STATUS_CHANGE",
    "RETURN_STATUS_CHANGE",
    "PRODUCT_INFORMATION_CHANGE",
    "PRODUCT_CREATION",
)
# ``type`` of a delivery → kind and the field of ``data`` that names what it is about.
_KINDS = {
    1: (NoticeKind.ORDER, "order_id"),
    3: (NoticeKind.ORDER, "order_id"),
    5: (NoticeKind.LISTING, "product_id"),
    6: (NoticeKind.DEAUTHORISED, ""),
    7: (NoticeKind.AUTHORISATION_ENDS, ""),
    11: (NoticeKind.RETURN, "cancel_id"),
    12: (NoticeKind.RETURN, "return_id"),
    15: (NoticeKind.LISTING, "product_id"),
    16: (NoticeKind.LISTING, "product_id"),
}
_PACKAGE_UPDATE = 4


def subscribe(api, url):
    """Have every shop call ``url``; what already does is left alone."""
    for shop_id in api.shop_ids():
        known = {
            webhook.text("event_type"): webhook.text("address")
            for webhook in api.call("events.list", shop_id).nodes("webhooks")
        }
        for event in EVENTS:
            if known.get(event) != url:
                api.call("events.update", shop_id, payload={"address": url, "event_type": event})


def read_webhook(credentials, request):
    """Check the signature, then read: :class:`Webhook`."""
    expected = webhook_signature(credentials.app_key, credentials.app_secret, request.body)
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(expected.encode(), given.strip().lower().encode()):
        raise AuthenticationFailed("the signature of the webhook is not TikTok Shop's")
    try:
        body = Node(json.loads(request.body))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    topic = body.count("type", required=True)
    return Webhook(
        topic=str(topic),
        delivery_id=body.text("tts_notification_id") or hashlib.sha256(request.body).hexdigest(),
        notices=_read_notices(body, topic),
    )


def _read_notices(body, topic):
    shop_id, data = body.text("shop_id"), body.node("data")
    if topic == _PACKAGE_UPDATE:
        orders = [order for package in data.nodes("package_list", required=True) for order in package.texts(_ORDERS)]
        return tuple(Notice(NoticeKind.ORDER, shop_id, order) for order in dict.fromkeys(orders))
    kind, key = _KINDS.get(topic, (NoticeKind.OTHER, ""))
    number = data.text(key, required=True) if key else ""
    details = data.data if kind is NoticeKind.AUTHORISATION_ENDS else {}
    notices = [Notice(kind, shop_id, number, details)]
    if kind is NoticeKind.RETURN and data.text("order_id"):
        notices.append(Notice(NoticeKind.ORDER, shop_id, data.text("order_id")))
    return tuple(notices)


_ORDERS = "order_id_list"
