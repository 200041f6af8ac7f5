"""The fields of ``Mutation``: what an app may do in a shop."""

import json
from decimal import Decimal, InvalidOperation

from graphql import GraphQLError

from ...clock import to_text
from ...world import seller
from ...world.events import REFUSALS
from ...world.shipping import ShipmentRefused
from .amounts import Purse
from .orders_view import LOCATION, LOCATIONS, gid, tail

MOST_INPUTS = 250
#: How long Shopify writes a bulk result, in seconds.
BULK_TIME = 60


class Mutations:
    """Resolvers for one call.

    :param Queries queries: of the same call
    """

    def __init__(self, queries):
        self.queries, self.call = queries, queries.call
        self.world, self.store = self.call.world, self.call.store

    def root(self):
        """Resolvers by field name."""
        return {
            "inventorySetQuantities": self.set_quantities,
            "fulfillmentCreate": self.fulfil,
            "orderCancel": self.cancel,
            "refundCreate": self.refund,
            "returnProcess": self.process_return,
            "webhookSubscriptionCreate": self.subscribe,
            "bulkOperationRunQuery": self.run_bulk,
        }

    # === STOCK === #

    def set_quantities(self, info, input):
        """Compare and set; all or nothing."""
        key = idempotency_key(info)
        known = self.store.setting(f"shopify:idempotent:{key}")
        if known:
            return known
        changes, errors = input["quantities"], []
        if len(changes) > MOST_INPUTS:
            raise GraphQLError(f"The input array size of {len(changes)} is greater than {MOST_INPUTS}.")
        for position, change in enumerate(changes):
            code, message = self._problem(change)
            if code:
                field = ["input", "quantities", str(position), "changeFromQuantity"]
                errors.append({"code": code, "message": message, "field": field})
        if not errors:
            for change in changes:
                self._set(change)
        group = None if errors else {"id": gid("InventoryAdjustmentGroup", key)}
        outcome = {"inventoryAdjustmentGroup": group, "userErrors": errors}
        self.store.set_setting(f"shopify:idempotent:{key}", outcome)
        return outcome

    def _problem(self, change):
        listing = self.queries.listing_of(change["inventoryItemId"])
        if listing is None:
            return "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found."
        if change["locationId"] not in LOCATIONS:
            return "INVALID_LOCATION", "The specified location could not be found."
        if change["quantity"] < 0:
            return "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative."
        if "changeFromQuantity" not in change:
            raise GraphQLError("changeFromQuantity is required")
        seen = change["changeFromQuantity"]
        if seen is not None and seen != self.queries.at(listing, change["locationId"]):
            return "CHANGE_FROM_QUANTITY_STALE", "The changeFromQuantity value does not match persisted value."
        return "", ""

    def _set(self, change):
        listing = self.queries.listing_of(change["inventoryItemId"])
        here, region = change["locationId"], self.call.region
        elsewhere = listing["quantity"] - self.queries.at(listing, here)
        if here != LOCATION:
            self.store.set_setting(f"shopify:showroom:{region}:{listing['sku']}", change["quantity"])
        seller.set_quantity(self.world, region, listing["sku"], elsewhere + change["quantity"])

    # === ORDERS === #

    def fulfil(self, info, fulfillment, message=None):
        """Ship lines of fulfilment orders of one location; parcels with the same tracking are parcels of their own."""
        (part, *others) = fulfillment["lineItemsByFulfillmentOrder"]
        view = self.queries.view(part["fulfillmentOrderId"])
        if view is None or others:
            return _refused("fulfillment", "Fulfillment order does not exist.")
        order, tracking = view.order, fulfillment.get("trackingInfo") or {}
        wanted = part.get("fulfillmentOrderLineItems") or [
            {"id": line["id"], "quantity": line["quantity"] - line["shipped"]} for line in order["lines"]
        ]
        package = {
            "reference": f"{order['id']}-{len(order['packages']) + 1}",
            "carrier": tracking.get("company") or "Other",
            "service": "",
            "tracking": tracking.get("number") or "",
            "shipped_at": to_text(self.world.clock.now()),
            "items": [{"line": tail(item["id"]), "quantity": item["quantity"]} for item in wanted],
        }
        try:
            seller.confirm_shipment(self.world, order, package)
        except (*REFUSALS, ShipmentRefused) as refusal:
            return _refused("fulfillment", str(refusal))
        return {"fulfillment": self.queries.view(view.id).parcels()[-1], "userErrors": []}

    def cancel(self, info, orderId, reason, restock, refundMethod=None, staffNote=None, notifyCustomer=None):
        """Cancel an order; a job that is done when it is asked for."""
        view = self.queries.view(orderId)
        try:
            if view is None:
                raise REFUSALS[0]("Order does not exist")
            if any(line["shipped"] for line in view.order["lines"]):
                raise REFUSALS[0]("Cannot cancel an order with outstanding fulfillments")
            seller.cancel(self.world, view.order, None, staffNote or reason)
        except REFUSALS as refusal:
            error = {"code": "INVALID", "message": str(refusal), "field": ["orderId"]}
            return {"job": None, "orderCancelUserErrors": [error]}
        job = {"id": gid("Job", f"cancel-{tail(orderId)}"), "done": False}
        return {"job": job, "orderCancelUserErrors": []}

    def refund(self, info, input):
        """Give money back, or take units out of an order that were not shipped."""
        key = idempotency_key(info)
        view = self.queries.view(input["orderId"])
        if view is None:
            return _refused("refund", "Order does not exist")
        known = self.store.setting(f"shopify:refund:{key}")
        if known is not None:
            return {"refund": {"id": known}, "userErrors": []}
        try:
            done = self._refund(view, input, key)
        except (*REFUSALS, InvalidOperation, StopIteration) as refusal:
            return _refused("refund", str(refusal) or "Refund line items are invalid")
        self.store.set_setting(f"shopify:refund:{key}", done)
        return {"refund": {"id": done}, "userErrors": []}

    def _refund(self, view, input, key):
        lines = input.get("refundLineItems") or []
        note = input.get("note") or ""
        if any(line.get("restockType") == "CANCEL" for line in lines):
            units = {tail(line["lineItemId"]): line["quantity"] for line in lines}
            seller.cancel(self.world, view.order, units, note, key)
            return gid("Refund", f"{view.order['id']}9{len(view.order['cancels']) - 1}")
        paid = sum((Decimal(payment["amount"]) for payment in input.get("transactions") or ()), Decimal())
        shipping = view.purse.back(Decimal((input.get("shipping") or {}).get("amount") or 0))
        entries = self._shares(view, lines, view.purse.back(paid) - shipping)
        seller.refund(self.world, view.order, entries, shipping or None, note, key)
        groups = {
            entry.get("key") or entry.get("return") or number for number, entry in enumerate(view.order["refunds"])
        }
        return gid("Refund", f"{view.order['id']}1{len(groups) - 1}")

    def _shares(self, view, lines, amount):
        """The amount over the lines by what their units cost; without lines it belongs to the first."""
        by_id = {line["id"]: line for line in view.order["lines"]}
        if not lines:
            return [{"line": view.order["lines"][0]["id"], "quantity": 0, "amount": amount}] if amount else []
        costs = [sum(view.unit_refund(by_id[tail(line["lineItemId"])], line["quantity"])) for line in lines]
        left, entries = amount, []
        for line, cost in zip(lines[:-1], costs, strict=False):
            share = round(amount * cost / sum(costs), 2)
            entries.append({"line": tail(line["lineItemId"]), "quantity": line["quantity"], "amount": share})
            left -= share
        last = lines[-1]
        return [*entries, {"line": tail(last["lineItemId"]), "quantity": last["quantity"], "amount": left}]

    def process_return(self, info, input):
        """Take the units of a return back and pay for them."""
        found = self.call.site.find_return(self.call, tail(input["returnId"]))
        if found is None or found[1]["status"] in ("requested", "rejected", "refunded"):
            return _refused("return", "Return is not open.", code="INVALID_STATE")
        payments = input["financialTransfer"]["issueRefund"]["orderTransactions"]
        paid = sum((Decimal(payment["transactionAmount"]["amount"]) for payment in payments), Decimal())
        disposals = [part for line in input.get("returnLineItems") or () for part in line.get("dispositions") or ()]
        restock = all(part["dispositionType"] == "RESTOCKED" for part in disposals)
        amount = Purse(found[0]).back(paid)
        seller.answer_return(self.world, found[0], found[1]["id"], "refund", amount=amount, restock=restock)
        return {"return": {"id": input["returnId"]}, "userErrors": []}

    # === THE APP'S OWN === #

    def subscribe(self, info, topic, webhookSubscription):
        """Have a topic posted; an address can be subscribed to a topic once."""
        url, webhooks = webhookSubscription.get("uri") or "", self.call.site.webhooks
        name = topic_name(topic)
        taken = any(entry["url"] == url and entry["topic"] == name for entry in webhooks.registered(self.call.region))
        if taken or not url.startswith(("https://", "http://")):
            message = "Address for this topic has already been taken" if taken else "Address is invalid"
            return _refused("webhookSubscription", message)
        entry = webhooks.register(url, name, self.call.region, enum=topic)
        return {"webhookSubscription": {"id": gid("WebhookSubscription", entry["id"])}, "userErrors": []}

    def run_bulk(self, info, query, groupObjects):
        """Start writing a bulk result; one at a time."""
        running = [
            item for item in self.store.documents("shopify.bulk", self.call.region) if item["status"] == "RUNNING"
        ]
        if running:
            message = "A bulk query operation for this app and shop is already in progress."
            error = {"code": "OPERATION_IN_PROGRESS", "message": message, "field": None}
            return {"bulkOperation": None, "userErrors": [error]}
        now, clock = self.world.clock.now(), self.world.clock
        number = str(90_000 + self.store.count("shopify:bulk"))
        operation = {
            "id": gid("BulkOperation", number),
            "key": number,
            "region": self.call.region,
            "query": query,
            "status": "RUNNING",
            "errorCode": None,
            "objectCount": "0",
            "url": None,
            "created": to_text(now),
        }
        due = to_text(now + clock.wait(BULK_TIME))
        self.store.put_document("shopify.bulk", number, self.call.region, to_text(now), operation, None, due)
        return {"bulkOperation": operation, "userErrors": []}


def topic_name(topic):
    """``orders/updated`` of ``ORDERS_UPDATED``."""
    family, _, what = topic.rpartition("_") if topic.startswith("INVENTORY") else topic.partition("_")
    return f"{family}/{what}".lower()


def idempotency_key(info):
    """The key of ``@idempotent``, which the mutation requires.

    :raise GraphQLError: there is none
    """
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            value = directive.arguments[0].value
            key = info.variable_values.coerced[value.name.value] if value.kind == "variable" else value.value
            if key.strip():
                return key
    raise GraphQLError("The @idempotent directive is required for this mutation but was not provided.")


def _refused(field, message, **details):
    return {field: None, "userErrors": [{"field": None, "message": message, **details}]}


def write_bulk(site, data):
    """Carry out a bulk operation that is due: one JSON line per object, children name their parent."""
    from .site import shop_call  # the site lists this function

    result, errors = shop_call(site, data["region"], data["query"])
    store = site.world.store
    if errors:
        done = {**data, "status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR"}
        store.put_document("shopify.bulk", data["key"], data["region"], data["created"], done)
        return
    lines = []
    for edge in result["orders"]["edges"]:
        _flatten(edge["node"], None, lines)
    url = f"{site.url}/bulk/{site.signer.seal('shopify.bulk', data['key'])}" if lines else None
    done = {**data, "status": "COMPLETED", "objectCount": str(len(lines)), "url": url}
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    store.put_document("shopify.bulk", data["key"], data["region"], data["created"], done, content)


def _flatten(node, parent, lines):
    children = {key: value["edges"] for key, value in node.items() if isinstance(value, dict) and "edges" in value}
    own = {key: value for key, value in node.items() if key not in children}
    lines.append(own if parent is None else {**own, "__parentId": parent})
    for edges in children.values():
        for edge in edges:
            _flatten(edge["node"], node["id"], lines)
