"""What Shopify posts when an order changes, and the privacy requests."""

import base64
import hashlib
import hmac

from .connections import second
from .orders_view import OrderView
from .refunds_view import refunds

_TOPICS = {
    "cancelled": "orders/cancelled",
    "cancelled by seller": "orders/cancelled",
    "quantity changed": "orders/edited",
}
_RETURNS = {
    "return requested": "request",
    "return approved": "approve",
    "return rejected": "decline",
    "return refunded": "close",
}


def messages(order, happened):
    """``[(topic, body)]`` of a change."""
    id_ = int(order["id"])
    about = {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/Order/{id_}",
        "name": f"#{order['number'] + 1000}",
        "updated_at": second(order["updated"]),
        "line_items": [{"sku": line["sku"]} for line in order["lines"]],
    }
    found = [("orders/create" if happened == "created" else "orders/updated", about)]
    topic = _TOPICS.get(happened)
    if topic == "orders/edited":
        found.append((topic, {"order_edit": {"id": id_ * 10, "order_id": id_}}))
    elif topic:
        found.append((topic, about))
    if happened == "shipped":
        number = f"{id_}{len(order['packages']) - 1}"
        parcel = {"id": int(number), "order_id": id_, "admin_graphql_api_id": f"gid://shopify/Fulfillment/{number}"}
        found.append(("fulfillments/create", parcel))
    if happened == "refunded":
        latest = refunds(OrderView(order))[-1]
        number = latest["id"].rpartition("/")[2]
        found.append(("refunds/create", {"id": int(number), "order_id": id_, "admin_graphql_api_id": latest["id"]}))
    if happened.startswith("return "):
        number = int(order["returns"][-1]["id"])
        body = {"id": number, "admin_graphql_api_id": f"gid://shopify/Return/{number}", "order": {"id": id_}}
        found.append((f"returns/{_RETURNS.get(happened, 'update')}", body))
    return found


def headers(shop, topic, raw, delivery_id, now):
    """The headers of a post; the signature covers the raw body."""
    signature = base64.b64encode(hmac.new(shop.secret.encode(), raw, hashlib.sha256).digest()).decode()
    return {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": delivery_id,
        "X-Shopify-Event-Id": delivery_id,
        "X-Shopify-Triggered-At": now,
    }
