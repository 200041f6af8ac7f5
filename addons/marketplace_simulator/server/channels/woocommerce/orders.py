"""Orders, their notes and their refunds."""

import json
from decimal import Decimal, InvalidOperation

from ...clock import to_text
from ...http import Answer, ApiError, bad_input
from ...world import seller
from . import render

META, NOTE, REFUND = "woocommerce.meta", "woocommerce.note", "woocommerce.refund"


def list_orders(call):
    """One page of orders changed in a range of whole seconds, by id."""
    after, before = call.text("modified_after", ""), call.text("modified_before", "")
    page, size = call.number("page", 1, 1, 10**6), call.number("per_page", 10, 1, 100)
    # In text, a dot comes before Z: "…:05.123Z" is before "…:05Z" and after "…:05".
    found, total = call.site.page_of_orders(call, after and f"{after}Z", before or "9", page, size)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))}
    return Answer(200, [view(call.site, order) for order in found], headers)


def get_order(call):
    """One order."""
    return view(call.site, _order(call))


def update_order(call):
    """Change status and meta data. Meta data that names a parcel is what a shipping plugin of the shop works with."""
    order, body = _order(call), call.body()
    meta = _merge(call.site, order, body.get("meta_data", []))
    _ship_parcels(call, order, meta)
    order = _order(call)
    status = body.get("status", render.status_of(order))
    if status != render.status_of(order):
        _change_status(call, order, status)
    return view(call.site, _order(call))


def _merge(site, order, changes):
    meta = meta_of(site, order)
    for change in changes:
        same = next((entry for entry in meta if entry["key"] == change["key"]), None)
        if same:
            same["value"] = change["value"]
        else:
            meta.append({"id": site.world.store.count("woocommerce:meta"), **change})
    site.world.store.put_document(META, order["id"], order["region"], order["created"], {"entries": meta})
    return meta


def _ship_parcels(call, order, meta):
    known = {package["reference"] for package in order["packages"]}
    for entry in meta:
        parcel = _parcel_in(entry)
        if parcel and entry["key"] not in known:
            items = [{"line": line, "quantity": units} for line, units in parcel["lines"].items()]
            _confirm(call, order, entry["key"], items, parcel["carrier"], parcel["tracking"])


def _parcel_in(entry):
    """Return the parcel of a meta entry, ``{carrier, tracking, lines: {line: units}}``, ``None`` if it is no parcel."""
    try:
        value = json.loads(entry["value"])
    except (TypeError, ValueError):
        return None
    return value if isinstance(value, dict) and {"carrier", "tracking", "lines"} <= set(value) else None


def _change_status(call, order, status):
    if status == "cancelled":
        seller.cancel(call.world, order)
    elif status == "completed":
        items = [{"line": line["id"], "quantity": line["quantity"] - line["shipped"]} for line in order["lines"]]
        _confirm(call, order, "completed", [item for item in items if item["quantity"]], "", "")
    else:
        raise ApiError(400, "rest_invalid_param", f"The status {status} is not played here.")


def _confirm(call, order, reference, items, carrier, tracking):
    seller.confirm_shipment(call.world, order, {
        "reference": reference, "carrier": carrier, "service": "", "tracking": tracking,
        "shipped_at": to_text(call.world.clock.now()), "items": items})


# --- notes ---

def list_notes(call):
    """The notes of an order."""
    return call.store.documents(NOTE, _order(call)["id"])


def create_note(call):
    """Write a note."""
    order, body = _order(call), call.body()
    number = call.store.count("woocommerce:note")
    note = {"id": number, "author": "system", "note": body.get("note", ""),
            "customer_note": bool(body.get("customer_note"))}
    call.store.put_document(NOTE, str(number), order["id"], to_text(call.world.clock.now()), note)
    return Answer(201, note)


# --- refunds ---

def list_refunds(call):
    """The refunds of an order, newest first."""
    found = _refunds(call)
    return Answer(200, found[::-1], {"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})


def get_refund(call):
    """One refund."""
    found = next((entry for entry in _refunds(call) if str(entry["id"]) == call.path["refund"]), None)
    if found is None:
        raise ApiError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return found


def create_refund(call):
    """Pay back: lines with their taxes, and the rest of the amount as delivery. Each call is a refund of its own."""
    order, body = _order(call), call.body()
    lines = {line["id"] for line in order["lines"]}
    wanted = [(str(item.get("id")), item.get("quantity", 0), _gross(item)) for item in body.get("line_items", [])]
    amount = _number(body.get("amount"))
    goods = [{"line": line, "quantity": units, "amount": money} for line, units, money in wanted if line in lines]
    rest = amount - sum((line["amount"] for line in goods), Decimal(0))
    key = f"woocommerce-{call.store.count('woocommerce:refund')}"
    entries = seller.refund(call.world, order, goods, rest, str(body.get("reason") or ""), key)
    details = {"refunded_payment": body.get("api_refund", True), "meta_data": body.get("meta_data", [])}
    call.store.put_document(REFUND, entries[0]["id"], order["id"], entries[0]["at"], details)
    return Answer(201, next(entry for entry in _refunds(call) if str(entry["id"]) == entries[0]["id"]))


def _refunds(call):
    order = _order(call)
    market = call.site.market_of(order)
    return [render.refund(order, market, key, entries, call.store.document(REFUND, key) or {})
            for key, entries in render.refunds_of(order).items()]


def _gross(item):
    taxes = [_number(tax.get("refund_total")) for tax in item.get("refund_tax", [])]
    return sum(taxes, _number(item.get("refund_total")))


def _number(value):
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise bad_input(f"{value!r} is not an amount.") from error


# --- shared ---

def view(site, order):
    """Return an order as the API shows it."""
    return render.order(order, site.market_of(order), meta_of(site, order))


def meta_of(site, order):
    """Return the meta data of an order."""
    return (site.world.store.document(META, order["id"]) or {"entries": []})["entries"]


def _order(call):
    order = call.site.find_order(call, call.path["order"])
    if order is None:
        raise ApiError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
    return order
