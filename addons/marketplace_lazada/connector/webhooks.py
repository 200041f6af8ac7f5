"""Messages of the platform to the app. Source: guide "Push mechanism".

The signature is the hex HMAC-SHA256 of the app's key and the raw body, with the app's secret, in ``Authorization``.
Lazada has no operation to subscribe: the address is entered in its App Console.
"""

import hashlib
import hmac
import json

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Rejected, Webhook
from .fields import Node

ORDER, AUTHORISATION_ENDS, REVERSE, FULFILMENT = 0, 8, 10, 14
PRODUCTS = frozenset({1, 3, 4, 5, 6})


def subscribe(url):
    """Say what a person has to do.

    :raise Rejected: always; there is no operation for it
    """
    raise Rejected(f"Lazada has no operation for this; enter {url} in its App Console, under Message Service")


def signature(app_key, app_secret, body):
    """Signature of a message.

    :param bytes body: raw
    """
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def read(credentials, request):
    """A received call as :class:`Webhook`."""
    given = request.headers.get("authorization", "").lower()
    wanted = signature(credentials.app_key, credentials.app_secret, request.body)
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise AuthenticationFailed("the signature of the message is missing or wrong")
    try:
        message = Node(json.loads(request.body, parse_float=str))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    kind = message.count("message_type", required=True)
    return Webhook(str(kind), _delivery_id(message), tuple(_notices(kind, message)))


def _delivery_id(message):
    """The same for each repetition, although the time of sending differs: a repetition tells the latest status."""
    content = {key: value for key, value in message.data.items() if key != "timestamp"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _notices(kind, message):
    data = message.node("data")
    seller_id = message.ident("seller_id")
    shop_id = data.ident("seller_id") or ("" if seller_id == "null" else seller_id)
    if kind == AUTHORISATION_ENDS:
        return [Notice(NoticeKind.AUTHORISATION_ENDS, shop_id, details={"at": data.data.get("auth_expiry_time")})]
    if kind in (ORDER, FULFILMENT):
        order = Notice(NoticeKind.ORDER, shop_id, data.ident("trade_order_id", required=True))
        reverse_id = data.ident("reverse_order_id")
        return [order] + ([Notice(NoticeKind.RETURN, shop_id, reverse_id)] if reverse_id else [])
    if kind == REVERSE:
        order_id = data.ident("trade_order_id")
        found = [Notice(NoticeKind.RETURN, seller_id, data.ident("reverse_order_id", required=True))]
        return found + ([Notice(NoticeKind.ORDER, seller_id, order_id)] if order_id else [])
    if kind in PRODUCTS:
        item_id = data.ident("item_id") or data.ident("itemId") or data.ident("sku_id", required=True)
        return [Notice(NoticeKind.LISTING, shop_id, item_id)]
    return [Notice(NoticeKind.OTHER, shop_id, details={"message_type": kind})]
