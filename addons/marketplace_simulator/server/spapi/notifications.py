"""Notifications v1 (model ``notifications.json``) and the ORDER_CHANGE message (``OrderChangeNotification.json``)."""

import json
import re
import uuid

from ..clock import to_text
from ..http import ApiError, Operation, bad_input
from ..world.catalogue import MERCHANT
from . import accounts, sqs
from .order_view_v0 import STATUS_NAMES

ORDER_CHANGE = "ORDER_CHANGE"
VERSION = "1.0"
ARN = re.compile(r"arn:aws:sqs:\S+:\S+:\S+")
#: What a buyer asks for; everything else that happens to an order is a change of its status.
BUYER_REQUESTS = {"buyer requested cancel": "Buyer Requested Cancel",
                  "address changed": "Buyer Requested Address Change"}
NAMESPACE = uuid.UUID("5f0c6d0e-6c1d-4c55-9d5a-1f6a4a7f0a11")


def create_destination(call):
    """Register a queue."""
    body = call.body()
    arn = (body.get("resourceSpecification") or {}).get("sqs", {}).get("arn", "")
    name = body.get("name")
    if not name or not ARN.fullmatch(arn):
        raise bad_input("name and the ARN of an SQS queue are required.")
    if any(known["name"] == name for known in call.store.documents("destination", "")):
        raise ApiError(409, "Conflict", f"A destination named {name} exists.")
    destination = {"destinationId": _key(call, "destination"), "name": name, "resource": {"sqs": {"arn": arn}}}
    call.store.put_document("destination", destination["destinationId"], "", to_text(call.world.clock.now()),
                            destination)
    sqs.create_queue(call.store, arn)
    return {"payload": destination}


def get_destinations(call):
    """Return every destination."""
    return {"payload": call.store.documents("destination", "")}


def get_destination(call):
    """Return one destination."""
    return {"payload": _find(call, "destination", call.path["destinationId"], "")}


def delete_destination(call):
    """Forget a destination."""
    _find(call, "destination", call.path["destinationId"], "")
    call.store.delete_document("destination", call.path["destinationId"])
    return {}


def create_subscription(call):
    """Have a kind of notification sent to a destination."""
    kind, body = _kind(call), call.body()
    if body.get("payloadVersion") != VERSION:
        raise bad_input(f"payloadVersion must be {VERSION}.")
    _find(call, "destination", str(body.get("destinationId")), "")
    if _subscription(call, kind):
        raise ApiError(409, "Conflict", f"A subscription for {kind} exists.")
    subscription = {"subscriptionId": _key(call, "subscription"), "payloadVersion": VERSION,
                    "destinationId": body["destinationId"]}
    if body.get("processingDirective"):
        subscription["processingDirective"] = body["processingDirective"]
    call.store.put_document("subscription", subscription["subscriptionId"], call.region,
                            to_text(call.world.clock.now()), {"kind": kind, "subscription": subscription})
    return {"payload": subscription}


def get_subscription(call):
    """Return the seller's subscription for a kind of notification."""
    found = _subscription(call, _kind(call))
    if found is None:
        raise ApiError(404, "NotFound", f"No subscription for {call.path['notificationType']}.")
    return {"payload": found}


def get_subscription_by_id(call):
    """Return a subscription of any seller."""
    return {"payload": _find(call, "subscription", call.path["subscriptionId"])["subscription"]}


def delete_subscription_by_id(call):
    """End a subscription."""
    _find(call, "subscription", call.path["subscriptionId"])
    call.store.delete_document("subscription", call.path["subscriptionId"])
    return {}


def on_change(world, order, happened):
    """Send what happened to an order to the queue of whoever subscribed."""
    for entry in world.store.documents("subscription", order["region"]):
        destination = world.store.document("destination", entry["subscription"]["destinationId"])
        message = order_change(world, order, happened, entry["subscription"])
        if destination and _wanted(entry["subscription"], message):
            sqs.send(world.store, destination["resource"]["sqs"]["arn"], json.dumps(message))


def order_change(world, order, happened, subscription):
    """Return the ORDER_CHANGE message about an order."""
    kind = "BuyerRequestedChange" if happened in BUYER_REQUESTS else "OrderStatusChange"
    now = to_text(world.clock.now())
    return {
        "NotificationVersion": "1.0", "NotificationType": ORDER_CHANGE, "PayloadVersion": VERSION, "EventTime": now,
        "Payload": {"OrderChangeNotification": {
            "NotificationLevel": "OrderLevel", "SellerId": accounts.SELLERS[order["region"]]["id"],
            "AmazonOrderId": order["id"], "OrderChangeType": kind,
            "OrderChangeTrigger": {"TimeOfOrderChange": order["updated"],
                                   "ChangeReason": BUYER_REQUESTS.get(happened, happened.capitalize())},
            "Summary": _summary(order),
        }},
        "NotificationMetadata": {"ApplicationId": accounts.APPLICATION_ID,
                                 "SubscriptionId": subscription["subscriptionId"], "PublishTime": now,
                                 "NotificationId": str(uuid.uuid5(NAMESPACE, f"{order['id']}:{now}:{happened}"))},
    }


def _summary(order):
    pending, shipped = order["status"] == "pending", sum(line["shipped"] for line in order["lines"])
    return {
        "MarketplaceId": accounts.marketplace_id(order["marketplace"]), "OrderStatus": STATUS_NAMES[order["status"]],
        "PurchaseDate": order["created"], "DestinationPostalCode": None if pending else order["address"]["postcode"],
        "FulfillmentType": "MFN" if order["fulfilled_by"] == MERCHANT else "AFN", "OrderType": "StandardOrder",
        "NumberOfItemsShipped": shipped,
        "NumberOfItemsUnshipped": sum(line["quantity"] for line in order["lines"]) - shipped,
        "EarliestShipDate": order["ship_from"], "LatestShipDate": order["ship_by"],
        "EarliestDeliveryDate": order["deliver_from"], "LatestDeliveryDate": order["deliver_by"],
        "OrderItems": [{"OrderItemId": line["id"], "SellerSKU": line["sku"], "SupplySourceId": None,
                        "Quantity": line["quantity"], "QuantityShipped": line["shipped"],
                        "IsBuyerRequestedCancel": bool(line["cancel_request"])} for line in order["lines"]],
    }


def _wanted(subscription, message):
    chosen = subscription.get("processingDirective", {}).get("eventFilter", {})
    change = message["Payload"]["OrderChangeNotification"]
    kind, market = change["OrderChangeType"], change["Summary"]["MarketplaceId"]
    return kind in chosen.get("orderChangeTypes", [kind]) and market in chosen.get("marketplaceIds", [market])


def _kind(call):
    if call.path["notificationType"] != ORDER_CHANGE:
        raise bad_input(f"notificationType must be {ORDER_CHANGE}.")
    return ORDER_CHANGE


def _subscription(call, kind):
    return next((entry["subscription"] for entry in call.store.documents("subscription", call.region)
                 if entry["kind"] == kind), None)


def _find(call, kind, key, region=None):
    found = call.store.document(kind, key, region)
    if found is None:
        raise ApiError(404, "NotFound", f"The {kind} {key} was not found.")
    return found


def _key(call, kind):
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{call.store.count(kind + 's')}"))


SUBSCRIPTIONS = "/notifications/v1/subscriptions/{notificationType}"
DESTINATIONS = "/notifications/v1/destinations"
OPERATIONS = (
    Operation("createDestination", "POST", DESTINATIONS, create_destination, 1.0, 5, "grantless"),
    Operation("getDestinations", "GET", DESTINATIONS, get_destinations, 1.0, 5, "grantless"),
    Operation("getDestination", "GET", DESTINATIONS + "/{destinationId}", get_destination, 1.0, 5, "grantless"),
    Operation("deleteDestination", "DELETE", DESTINATIONS + "/{destinationId}", delete_destination, 1.0, 5,
              "grantless"),
    Operation("createSubscription", "POST", SUBSCRIPTIONS, create_subscription, 1.0, 5),
    Operation("getSubscription", "GET", SUBSCRIPTIONS, get_subscription, 1.0, 5),
    Operation("getSubscriptionById", "GET", SUBSCRIPTIONS + "/{subscriptionId}", get_subscription_by_id, 1.0, 5,
              "grantless"),
    Operation("deleteSubscriptionById", "DELETE", SUBSCRIPTIONS + "/{subscriptionId}", delete_subscription_by_id, 1.0,
              5, "grantless"),
)
