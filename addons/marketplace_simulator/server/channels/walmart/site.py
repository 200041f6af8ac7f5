"""Walmart's Marketplace API over the simulator's one world."""

import base64
import hashlib
import hmac
import uuid

from ...http import Answer, ApiError, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import orders, reports, returns, stock

CLIENT_ID = "simulated-walmart-client"
CLIENT_SECRET = "SIMwalmart0c0ffee00000000000000000042"
PARTNER = "10001234567"
TOKEN_LIFE = 900
READ, WRITE = (5, 20), (10, 20)
FEEDS, TYPES, DELETIONS = (6 / 3600, 6), (5 / 60, 5), (10 / 60, 10)
EVENTS = {"PO_CREATED": "ORDER", "PO_LINE_AUTOCANCELLED": "ORDER", "INTENT_TO_CANCEL": "ORDER",
          "OFFER_PUBLISHED": "ITEM", "OFFER_UNPUBLISHED": "ITEM", "RETURN_CREATED": "ReturnsAndRefunds",
          "RETURN_DELIVERED": "ReturnsAndRefunds", "BUY_BOX_CHANGED": "PRICE"}


def token(call):
    """An access token for the seller's keys."""
    expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    given = call.request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Basic {expected}".encode()):
        raise ApiError(401, "INVALID_CLIENT.GMP_GATEWAY_API", "The client id or secret is not valid.")
    if call.request.form.get("grant_type") != "client_credentials":
        raise ApiError(400, "INVALID_GRANT.GMP_GATEWAY_API", "The grant type is not supported.")
    access, seconds = call.site.tokens.access(call.site.regions[0], TOKEN_LIFE)
    return {"access_token": access, "token_type": "Bearer", "expires_in": int(seconds)}


def partner(call):
    """Who the seller is."""
    return {"partner": {"partnerId": PARTNER, "partnerName": "Crossborder Training Inc.",
                        "partnerDisplayName": "Crossborder", "partnerStoreId": PARTNER},
            "configurations": [{"configurationName": "ACCOUNT", "configuration": {"status": "ACTIVE"}}]}


def event_types(call):
    """What may be subscribed to."""
    return {"eventTypes": [{"eventType": name, "resourceName": resource, "eventVersion": "V1"}
                           for name, resource in EVENTS.items()]}


def list_subscriptions(call):
    """All subscriptions."""
    found = [_subscription(entry) for entry in call.site.webhooks.registered()]
    return {"events": [{"event": found}] if found else []}


def create_subscriptions(call):
    """Subscribe addresses to events."""
    made = []
    for event in call.body().get("events") or []:
        details = event.get("authDetails") or {}
        if EVENTS.get(event.get("eventType")) != event.get("resourceName") or not event.get("eventUrl"):
            raise orders.bad("eventType, resourceName or eventUrl is not valid.")
        made.append(call.site.webhooks.register(event["eventUrl"], event["eventType"], call.region, auth=details))
    return {"event": [_subscription(entry) for entry in made]}


def delete_subscription(call):
    """End a subscription."""
    if not call.site.webhooks.remove(call.path["subscription"]):
        raise orders.bad("The subscription was not found.", 404)
    return {"message": "deleted"}


def _subscription(entry):
    return {"eventType": entry["topic"], "subscriptionId": entry["id"], "partnerId": PARTNER, "eventVersion": "V1",
            "resourceName": EVENTS[entry["topic"]], "status": "ACTIVE", "eventUrl": entry["url"],
            "authDetails": entry["auth"]}


class WalmartSite(ChannelSite):
    """The protocol: a token for a quarter of an hour, headers of each call, lists of errors."""

    operations = (
        Operation("token", "POST", "/v3/token", token, 0, 0, "open"),
        Operation("settings.partner", "GET", "/v3/settings/partnerprofile", partner, *READ),
        Operation("orders.list", "GET", "/v3/orders", orders.search, *READ),
        Operation("orders.get", "GET", "/v3/orders/{order}", orders.get, *WRITE),
        Operation("orders.acknowledge", "POST", "/v3/orders/{order}/acknowledge", orders.acknowledge, *WRITE),
        Operation("orders.ship", "POST", "/v3/orders/{order}/shipping", orders.ship, *WRITE),
        Operation("orders.cancel", "POST", "/v3/orders/{order}/cancel", orders.cancel, *WRITE),
        Operation("orders.refund", "POST", "/v3/orders/{order}/refund", orders.refund, *WRITE),
        Operation("returns.list", "GET", "/v3/returns", returns.search, *READ),
        Operation("returns.refund", "POST", "/v3/returns/{return}/refund", returns.refund, *WRITE),
        Operation("items.list", "GET", "/v3/items", stock.items, *READ),
        Operation("inventory.get", "GET", "/v3/inventory", stock.get_inventory, *WRITE),
        Operation("inventory.put", "PUT", "/v3/inventory", stock.put_inventory, *WRITE),
        Operation("inventory.list", "GET", "/v3/inventories", stock.list_inventory, *READ),
        Operation("inventory.wfs", "GET", "/v3/wfs/inventory", stock.wfs_inventory, *READ),
        Operation("feeds.submit", "POST", "/v3/feeds", stock.submit_feed, *FEEDS),
        Operation("feeds.status", "GET", "/v3/feeds/{feed}", stock.feed_status, *READ),
        Operation("recon.dates", "GET", "/v3/report/reconreport/availableReconFiles", reports.dates, *READ),
        Operation("recon.file", "GET", "/v3/report/reconreport/reconFile", reports.file, *READ),
        Operation("webhooks.types", "GET", "/v3/webhooks/eventTypes", event_types, *TYPES),
        Operation("webhooks.list", "GET", "/v3/webhooks/subscriptions", list_subscriptions, *READ),
        Operation("webhooks.create", "POST", "/v3/webhooks/subscriptions", create_subscriptions, *WRITE),
        Operation("webhooks.delete", "DELETE", "/v3/webhooks/subscriptions/{subscription}", delete_subscription,
                  *DELETIONS),
    )
    spoilable = Spoilable(lambda body: body.get("list", {}).get("elements", {}).get("order", []),
                          ("purchaseOrderId", "orderDate", "orderLines"), ("orderLines",),
                          quantity=())
    #: Number of the seller, with which the names of files begin.
    partner = PARTNER
    processors = {stock.FEED: stock.process_feed}

    def authorise(self, call):
        """A token, and the headers that Walmart demands."""
        headers = call.request.headers
        if not headers.get("WM_SVC.NAME") or not headers.get("WM_QOS.CORRELATION_ID"):
            raise ApiError(400, "MISSING_HEADER.GMP_GATEWAY_API", "WM_SVC.NAME or WM_QOS.CORRELATION_ID is missing.")
        call.claims = self.tokens.claims(headers.get("WM_SEC.ACCESS_TOKEN"))
        call.region = call.claims["subject"]

    def render_error(self, call, error):
        """A list with one error."""
        stated = {"code": str(error.code), "description": error.message, "severity": "ERROR", "category": "DATA"}
        headers = {}
        if error.status == 429 and call.operation is not None:
            now = self.world.clock.now().timestamp()
            wait = 1 / self.buckets.rate(call.operation.rate or 1)
            headers = {"X-Current-Token-Count": "0", "X-Next-Replenishment-Time": str(int((now + wait) * 1000))}
        return Answer(error.status, {"errors": [stated]}, headers)

    def denied(self):
        return ApiError(401, "UNAUTHORIZED.GMP_GATEWAY_API", "Unauthorized token or incorrect authorization header.")

    def expired(self):
        return ApiError(401, "UNAUTHORIZED.GMP_GATEWAY_API", "The access token has expired.")

    def throttled(self, call):
        return ApiError(429, "RATE_LIMIT_EXCEEDED.GMP_GATEWAY_API", "Too many requests.")

    def failed(self):
        return ApiError(500, "INTERNAL_SERVER_ERROR.GMP_GATEWAY_API", "An internal server error occurred.")

    def unavailable(self):
        return ApiError(503, "SYSTEM_ERROR.GMP_GATEWAY_API", "The service is not available.")

    def refused(self, refusal):
        return ApiError(400, "INVALID_REQUEST_CONTENT.GMP_ORDER_API", str(refusal))

    def webhook_messages(self, order, happened):
        """Only what Walmart tells: new orders, wishes to cancel, lines that it cancelled, returns."""
        event = {"placed": "PO_CREATED", "buyer requested cancel": "INTENT_TO_CANCEL",
                 "cancelled": "PO_LINE_AUTOCANCELLED", "return requested": "RETURN_CREATED",
                 "return received": "RETURN_DELIVERED"}.get(happened)
        if event is None:
            return []
        payload = {"partnerId": PARTNER, "purchaseOrderId": order["id"]}
        if event.startswith("RETURN"):
            payload["returnOrderId"] = order["returns"][-1]["id"]
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order['id']} {len(order['history'])} {event}"))
        source = {"eventType": event, "eventTime": order["updated"], "eventId": key}
        return [(event, {"source": source, "payload": payload})]

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """The HMAC of the whole body in the header that the seller named."""
        details = registration["auth"]
        if details.get("authMethod") != "HMAC":
            return {}
        signature = hmac.new(details["clientSecret"].encode(), raw, hashlib.sha256).digest()
        return {details["authHeaderName"]: base64.b64encode(signature).decode()}


def credentials(site):
    """The seller's keys."""
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
