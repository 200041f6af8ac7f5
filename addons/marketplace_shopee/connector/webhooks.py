"""Pushes of the platform to the app. Sources: documents ``v2.push.set_app_push_config``, ``get_app_push_config`` and
``get_lost_push_message``, the developer guide on the push mechanism.

The signature is the hex HMAC-SHA256 of our address, ``|`` and the raw body, with the app's key, in ``Authorization``.
Several accounts of one app share its one address.
"""

import hashlib
import hmac
import json

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Webhook
from .fields import Node

AUTHORISED, DEAUTHORISED, ORDER_STATUS, TRACKING, AUTHORISATION_ENDS, DOCUMENT, RETURN = 1, 2, 3, 4, 12, 15, 29
#: What the connector asks for, of the pushes that the document of the configuration names.
WANTED = (AUTHORISED, DEAUTHORISED, ORDER_STATUS, TRACKING, AUTHORISATION_ENDS)
_ORDER_CODES = frozenset({ORDER_STATUS, TRACKING, DOCUMENT})


def subscribe(api, url):
    """Have the platform push to ``url``, once."""
    config = api.public("push.config", "GET", "push/get_app_push_config").node("response")
    on = config.data.get("push_config_on_list") or []
    if config.text("callback_url") == url and set(WANTED) <= set(on):
        return
    payload = {"callback_url": url, "set_push_config_on": sorted(WANTED)}
    api.public("push.configure", "POST", "push/set_app_push_config", payload)


def signature(partner_key, url, body):
    """Signature of a push.

    :param bytes body: raw
    """
    return hmac.new(partner_key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()


def read(credentials, request):
    """A received call as :class:`Webhook`."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), signature(credentials.partner_key, request.url, request.body).encode()):
        raise AuthenticationFailed("the signature of the push is missing or wrong")
    try:
        push = Node(json.loads(request.body, parse_float=str))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    code = push.count("code", required=True)
    delivery_id = push.text("msg_id") or hashlib.sha256(request.body).hexdigest()
    return Webhook(str(code), delivery_id, tuple(_notices(code, push)))


def _notices(code, push):
    shop_id, data = push.ident("shop_id"), _data(push)
    if code in _ORDER_CODES:
        return [Notice(NoticeKind.ORDER, shop_id, _id(data, "ordersn", "order_sn"))]
    if code == RETURN:
        return [Notice(NoticeKind.RETURN, shop_id, _id(data, "return_sn", "returnsn"))]
    if code == DEAUTHORISED:
        return [Notice(NoticeKind.DEAUTHORISED, shop) for shop in _shops(shop_id, data, "shop_id_list") or [""]]
    if code == AUTHORISATION_ENDS:
        shops = _shops(shop_id, data, "shop_expire_soon") or [""]
        return [Notice(NoticeKind.AUTHORISATION_ENDS, shop, details=_end(data)) for shop in shops]
    return [Notice(NoticeKind.OTHER, shop_id, details={"code": code})]


def _data(push):
    """The message; in lost pushes that are fetched later it is JSON text."""
    data = push.data.get("data")
    if isinstance(data, str) and data:
        try:
            data = json.loads(data, parse_float=str)
        except ValueError:
            raise InvalidPayload(push.where("data"), "not JSON") from None
    return Node(data or {}, "data", push)


def _id(data, *names):
    for name in names:
        if data.data.get(name):
            return data.text(name, required=True)
    raise InvalidPayload(data.where(names[0]), "missing")


def _shops(shop_id, data, list_name):
    listed = data.data.get(list_name) or []
    if not isinstance(listed, list):
        raise InvalidPayload(data.where(list_name), "an array was expected")
    shops = [shop_id, data.ident("shop_id"), *(str(shop) for shop in listed)]
    return list(dict.fromkeys(shop for shop in shops if shop))


def _end(data):
    return {"expire_before": data.data["expire_before"]} if "expire_before" in data else {}
