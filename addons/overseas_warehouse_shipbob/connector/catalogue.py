"""Fulfilment centres, shipping methods, products, stock and why it changed."""

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import Page, format_time, read_each
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import (
    Booking,
    Grade,
    ProductState,
    ProductStatus,
    Service,
    StockEvent,
    StockEventKind,
    StockLine,
    WarehouseInfo,
)
from .fields import Node, to_centimetres, to_inches, to_kilograms, to_ounces

#: ShipBob states two letters or three.
COUNTRIES = {"USA": "US", "CAN": "CA", "GBR": "GB", "AUS": "AU", "IRL": "IE", "POL": "PL", "DEU": "DE", "NLD": "NL"}
EVENT_KINDS = {
    "OrderPicked": StockEventKind.OUTBOUND,
    "InventoryAdjusted": StockEventKind.ADJUSTMENT,
    "InventoryFacilityUpdated": StockEventKind.TRANSFER,
    "InventoryReceived": StockEventKind.INBOUND,
    "ReceivingStow": StockEventKind.INBOUND,
    "InventoryRestocked": StockEventKind.RETURN,
    "AttributeUpdated": StockEventKind.REGRADE,
}
#: Most days that one question for events may span.
SPAN = timedelta(days=90)
_DAMAGED = ("damage", "quarantin", "unsellable", "expired")
_REGULAR = 1


def fetch_warehouses(api):
    """Fulfilment centres as list of :class:`WarehouseInfo`; the code is ShipBob's number."""
    entries = api.get("fulfillment_center.list", "fulfillment-center")
    return [read_warehouse(Node(entry, f"[{index}]")) for index, entry in enumerate(entries)]


def read_warehouse(node):
    """One fulfilment centre."""
    country = node.text("country", required=True).upper()
    return WarehouseInfo(
        node.ident("id", required=True), node.text("name", required=True), COUNTRIES.get(country, country)
    )


def fetch_services(api):
    """Active shipping methods as list of :class:`Service`; orders name them by their names."""
    entries = api.numbered("shipping_method.list", "shipping-method")
    nodes = [Node(entry, f"[{index}]") for index, entry in enumerate(entries)]
    return [
        Service(node.text("name", required=True), node.node("service_level").text("name") or node.text("name"))
        for node in nodes
        if node.flag("active")
    ]


# === PRODUCTS === #


def find_variants(api, skus):
    """``{sku: (number of the product, variant as Node)}``; unknown ones are missing."""
    wanted, found = set(skus), {}
    for sku in dict.fromkeys(skus):
        token = ""
        while sku not in found:
            page, token = api.linked("product.list", "product", token, SKU=sku)
            for product in page.nodes("items"):
                for variant in product.nodes("variants"):
                    if variant.text("sku") in wanted:
                        found.setdefault(variant.text("sku"), (product.ident("id", required=True), variant))
            if not token:
                break
    return found


def fetch_products(api, skus):
    """Products as list of :class:`ProductState`."""
    return [read_product(variant) for _product, variant in find_variants(api, skus).values()]


def read_product(node):
    """One variant; its external id is the number of its stock."""
    status, size = node.text("status"), node.node("dimension")
    codes = [entry.text("value") for entry in node.nodes("barcodes")]
    return ProductState(
        node.text("sku", required=True),
        {"Active": ProductStatus.APPROVED, "Inactive": ProductStatus.REJECTED}.get(status, ProductStatus.UNKNOWN),
        external_id=node.node("inventory").ident("inventory_id"),
        barcode=next(filter(None, codes), node.text("barcode")),
        weight_kg=to_kilograms(node.node("weight").number("weight")),
        length_cm=to_centimetres(size.number("length")),
        width_cm=to_centimetres(size.number("width")),
        height_cm=to_centimetres(size.number("height")),
    )


def push_products(api, cards):
    """Add new products, correct known ones; one :class:`Booking` each."""
    known = find_variants(api, [card.sku for card in cards])

    def write(card):
        if card.sku in known:
            product, variant = known[card.sku]
            body = {"id": int(variant.ident("id", required=True)), **build_variant(card)}
            api.send("variant.update", f"product/{product}/variants", body, method="PATCH", idempotent=True)
            return Booking(card.sku, True, external_id=variant.node("inventory").ident("inventory_id"))
        body = {"name": card.name, "type_id": _REGULAR, "variants": [build_variant(card)]}
        product = Node(api.send("product.create", "product", body), "product.create")
        variants = product.nodes("variants", required=True)
        return Booking(card.sku, True, external_id=variants[0].node("inventory").ident("inventory_id"))

    return each(cards, write, Booking)


def build_variant(card):
    """A product as ShipBob takes it: ounces, inches, a declared value in whole units of money."""
    value = max(1, int(card.declared_value.amount.quantize(Decimal(1), ROUND_HALF_UP)))
    variant = {
        "sku": card.sku,
        "name": card.name,
        "weight": to_ounces(card.weight_kg),
        "dimension": {
            "length": to_inches(card.length_cm),
            "width": to_inches(card.width_cm),
            "height": to_inches(card.height_cm),
        },
        "customs": {
            "description": card.declared_name,
            "hs_tariff_code": card.hs_code,
            "country_code_of_origin": card.origin,
            "value": value,
        },
        "fulfillment_settings": {"dangerous_goods": card.has_battery},
    }
    if card.barcode:
        variant["barcodes"] = [{"value": card.barcode}]
    return variant


# === STOCK === #


def fetch_stock(api, warehouses, token):
    """A page of :class:`StockLine`; the token is ShipBob's link to the next page."""
    page, following = api.linked("inventory.levels", "inventory-level/locations", token)
    now = api.now()
    lines = [
        read_stock(node.text("sku", required=True), place, now)
        for node in page.nodes("items")
        for place in node.nodes("locations")
        if place.ident("location_id", required=True) in warehouses
    ]
    return Page(tuple(lines), next_token=following)


def read_stock(sku, node, now):
    """One SKU in one place. What is there, but neither free nor promised, may not be sold."""
    sellable, reserved = node.count("fulfillable_quantity", required=True), node.count("committed_quantity") or 0
    return StockLine(
        warehouse=node.ident("location_id", required=True),
        sku=sku,
        sellable=sellable,
        reserved=reserved,
        damaged=max(0, node.count("on_hand_quantity", required=True) - sellable - reserved),
        inbound=node.count("awaiting_quantity") or 0,
        as_of=now,
    )


def fetch_stock_events(api, warehouses, since, until, token):
    """A page of :class:`StockEvent` of one fulfilment centre within 90 days.

    The token holds which of the centres, which span, and ShipBob's cursor in it.
    """
    until = min(until, api.now() + timedelta(days=1))
    place, span, cursor = json.loads(token) if token else (0, 0, None)
    start = since + SPAN * span
    end = min(start + SPAN, until)
    wanted = {
        "facility_id": int(warehouses[place]),
        "start_date": format_time(start),
        "end_date": format_time(end + timedelta(seconds=1)),  # whether the end is included is not said
        **({"cursor": cursor} if cursor is not None else {}),
    }
    node = Node(api.send("inventory.history", "inventory/history:query", wanted, idempotent=True), "history")
    entries = node.array("data")
    found, broken = read_each(entries, "data", lambda entry, path: read_events(Node(entry, path), warehouses[place]))
    events = tuple(event for sides in found for event in sides if start <= event.at < end)
    following = [place, span + 1, None] if end < until else [place + 1, 0, None]
    if entries and node.text("next"):
        following = [place, span, Node(entries[-1], "data").count("inventory_audit_event_id", required=True)]
    more = following[0] < len(warehouses)
    return Page(events, next_token=json.dumps(following) if more else "", broken=tuple(broken))


def read_events(node, warehouse):
    """Both sides of an event as far as they are in a warehouse, as list of :class:`StockEvent`."""
    events = []
    for side, sign in (("decrement", -1), ("increment", 1)):
        part = node.node(side)
        units = abs(part.get("quantity_change") or 0)
        if not units or part.ident("facility_id") != warehouse:
            continue
        status, category = part.text("inventory_status"), node.text("event_category", required=True)
        damaged = any(word in status.lower() for word in _DAMAGED)
        events.append(
            StockEvent(
                external_id=f"{node.ident('inventory_audit_event_id', required=True)}{'+' if sign > 0 else '-'}",
                warehouse=warehouse,
                sku=part.text("sku", required=True),
                kind=EVENT_KINDS.get(category, StockEventKind.OTHER),
                units=sign * units,
                at=node.time("event_datetime", required=True),
                grade=Grade.DAMAGED if damaged else Grade.SELLABLE,
                document=node.ident("shipbob_order_id"),
                lot=part.text("lot_number"),
                text=category,
            )
        )
    return events
