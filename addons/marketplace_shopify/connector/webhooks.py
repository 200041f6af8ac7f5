"""Calls from Shopify: signed with the app's secret, the three privacy topics among them."""

import base64
import hashlib
import hmac
import json

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Rejected, Webhook
from . import documents
from .api import raise_user_errors
from .fields import Node
from .paging import all_of

SIGNATURE = "x-shopify-hmac-sha256"
#: Topics that we subscribe to. The privacy topics cannot be subscribed to: they are set in the app's configuration.
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_EDITED",
    "ORDERS_CANCELLED",
    "ORDERS_FULFILLED",
    "ORDERS_PARTIALLY_FULFILLED",
    "ORDERS_PAID",
    "ORDERS_RISK_ASSESSMENT_CHANGED",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "REFUNDS_CREATE",
    "RETURNS_REQUEST",
    "RETURNS_APPROVE",
    "RETURNS_DECLINE",
    "RETURNS_CANCEL",
    "RETURNS_CLOSE",
    "RETURNS_REOPEN",
    "RETURNS_UPDATE",
    "RETURNS_PROCESS",
    "PRODUCTS_UPDATE",
    "INVENTORY_LEVELS_UPDATE",
    "APP_UNINSTALLED",
)
PRIVACY = {
    "customers/data_request": (NoticeKind.CUSTOMER_EXPORT, "orders_requested"),
    "customers/redact": (NoticeKind.CUSTOMER_ERASURE, "orders_to_redact"),
    "shop/redact": (NoticeKind.SHOP_ERASURE, ""),
}


def subscribe(api, url):
    """Subscribe to :data:`TOPICS`; those that already call ``url`` stay as they are."""
    existing = {
        item.text("topic")
        for item in all_of(api, documents.SUBSCRIPTIONS, "webhookSubscriptions")
        if item.text("uri") == url
    }
    for topic in TOPICS:
        if topic not in existing:
            reply = api.run(documents.SUBSCRIBE, topic=topic, subscription={"uri": url, "format": "JSON"})
            _raise_unless_taken(reply.data.node("webhookSubscriptionCreate"))


def _raise_unless_taken(payload):
    try:
        raise_user_errors(payload)
    except Rejected as error:
        # Somebody else subscribed at the same moment.
        if "already been taken" not in error.reason:
            raise


def read_webhook(request, credentials):
    """Check the signature, and only then read.

    :param WebhookRequest request: as received
    :return: :class:`Webhook`
    :raise AuthenticationFailed: not signed with the app's secret
    :raise InvalidPayload: signed, but without what it is about
    """
    if not is_signed(request.body, request.headers.get(SIGNATURE, ""), credentials.client_secret):
        raise AuthenticationFailed("the webhook is not signed by Shopify")
    topic = request.headers.get("x-shopify-topic", "").lower()
    try:
        body = Node(json.loads(request.body, parse_float=str))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    # Shopify's own number of the delivery is not signed; the content makes that a number stands for one message.
    digest = hashlib.sha256(request.body).hexdigest()[:16]
    delivery = request.headers.get("x-shopify-webhook-id") or topic
    return Webhook(topic, f"{delivery}-{digest}", tuple(_read(topic, body, credentials.shop)))


def is_signed(body, signature, secret):
    """Whether a body has this signature: base64 of HMAC-SHA256 with the app's secret."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return bool(secret) and hmac.compare_digest(expected, signature.encode())


def _read(topic, body, shop):
    if topic in PRIVACY:
        return [_read_privacy(topic, body)]
    family = topic.partition("/")[0]
    reader = _READERS.get(topic) or _READERS.get(family)
    return reader(body, shop) if reader else [Notice(NoticeKind.OTHER, shop)]


def _read_privacy(topic, body):
    kind, key = PRIVACY[topic]
    shop = body.text("shop_domain", required=True)
    if not key:
        return Notice(kind, shop)
    orders = body.array(key)
    customer = body.node("customer")
    number = _id(customer)
    details = {
        "orders": [str(order) for order in orders],
        "email": customer.text("email"),
        "phone": customer.text("phone"),
        "customer_id": number,
    }
    return Notice(kind, shop, number, details)


def _read_order(body, shop):
    return [Notice(NoticeKind.ORDER, shop, _id(body))]


def _read_order_edit(body, shop):
    return [Notice(NoticeKind.ORDER, shop, _plain(body.node("order_edit"), "order_id"))]


def _read_risk(body, shop):
    if "admin_graphql_api_order_id" not in body and "order_id" not in body:
        # A test call of Shopify's console is about no order.
        return [Notice(NoticeKind.OTHER, shop)]
    number = body.number("admin_graphql_api_order_id", required=False)
    return [Notice(NoticeKind.ORDER, shop, number or _plain(body, "order_id"))]


def _read_fulfilment(body, shop):
    return [Notice(NoticeKind.ORDER, shop, _plain(body, "order_id"))]


def _read_refund(body, shop):
    order = Notice(NoticeKind.ORDER, shop, _plain(body, "order_id"))
    # The refund of a return is read with it.
    settled = body.node("return")
    about = f"Return/{_id(settled)}" if settled.data else f"Refund/{_id(body)}"
    return [order, Notice(NoticeKind.RETURN, shop, about)]


def _read_return(body, shop):
    return [Notice(NoticeKind.RETURN, shop, f"Return/{_id(body)}")]


def _read_product(body, shop):
    return [Notice(NoticeKind.LISTING, shop, _id(body))]


def _read_level(body, shop):
    return [Notice(NoticeKind.LISTING, shop, _plain(body, "inventory_item_id"))]


def _read_uninstalled(body, shop):
    # The topic is not signed: what it stands for has to look like it.
    if "plan_name" not in body:
        raise InvalidPayload("plan_name", "missing from what should be a shop")
    return [Notice(NoticeKind.DEAUTHORISED, shop)]


_READERS = {
    "orders": _read_order,
    "orders/edited": _read_order_edit,
    "orders/risk_assessment_changed": _read_risk,
    "fulfillments": _read_fulfilment,
    "refunds": _read_refund,
    "returns": _read_return,
    "products": _read_product,
    "inventory_levels": _read_level,
    "app/uninstalled": _read_uninstalled,
}


def _id(body):
    """Number of what a body is about; the global id is exact where a console rounded the number."""
    return body.number("admin_graphql_api_id", required=False) or _plain(body, "id")


def _plain(body, key):
    value = body.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdigit():
        raise InvalidPayload(body.where(key), "missing" if value is None else f"{value!r} is no number")
    return str(value)
