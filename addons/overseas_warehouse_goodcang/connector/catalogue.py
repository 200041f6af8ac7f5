"""Warehouses, services, products, stock and why it changed. Sources: ``docs/base_data``, ``product``, ``inventory``."""

import hashlib
from collections import Counter
from datetime import datetime, time, timedelta, timezone

from ...marketplace.contract import Page, read_each
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import (
    Booking,
    ProductState,
    ProductStatus,
    Service,
    StockEvent,
    StockEventKind,
    StockLine,
    WarehouseInfo,
)
from .fields import BEIJING, Node

PRODUCT_STATUSES = {
    "X": ProductStatus.REJECTED, "D": ProductStatus.PENDING, "S": ProductStatus.APPROVED,
    "W": ProductStatus.PENDING, "R": ProductStatus.REJECTED,
}  # fmt: skip
EVENT_KINDS = {
    "1": StockEventKind.TRANSFER, "2": StockEventKind.TRANSFER, "3": StockEventKind.COUNT,
    "4": StockEventKind.OUTBOUND, "5": StockEventKind.ADJUSTMENT, "6": StockEventKind.RETURN,
    "7": StockEventKind.INBOUND, "8": StockEventKind.OTHER,
}  # fmt: skip
#: Most days that one question for stock events may span.
EVENT_DAYS = 31
_LAST_MILE, _PICK_UP = "0", "6"


def fetch_warehouses(api):
    """All warehouses, as list of :class:`WarehouseInfo`."""
    return [read_warehouse(node) for node in api.ask("base_data/get_warehouse", {}).nodes("data")]


def read_warehouse(node):
    """One warehouse."""
    code = node.text("warehouse_code", required=True)
    return WarehouseInfo(code, node.text("warehouse_name") or code, node.text("country_code", required=True).upper())


def fetch_services(api, warehouse):
    """Ways to ship to buyers, as list of :class:`Service`."""
    answer = api.ask("base_data/get_shipping_method", {"warehouseCode": warehouse})
    found = [node for node in answer.nodes("data") if node.code("type") in ("", _LAST_MILE, _PICK_UP)]
    return [
        Service(node.text("code", required=True), node.text("name_en") or node.text("name") or node.text("code"))
        for node in found
    ]


def push_products(api, cards, category):
    """Add new products, correct known ones. GoodCang then checks them (``verify`` 1)."""
    known = {state.sku for state in fetch_products(api, [card.sku for card in cards])}

    def write(card):
        operation = "product/edit_product" if card.sku in known else "product/add_product"
        api.order(operation, build_product(card, category))
        return Booking(card.sku, True, external_id=card.sku)

    return each(cards, write, Booking)


def build_product(card, category):
    """A product as GoodCang takes it: all values are text."""
    declared = {"country_code": card.origin or "CN", "declared_value": card.declared_value.text}
    return {
        "product_sku": card.sku,
        "reference_no": card.barcode or card.sku,
        "product_name_cn": card.name_local or card.name,
        "product_name_en": card.name,
        "product_weight": str(card.weight_kg),
        "product_length": str(card.length_cm),
        "product_width": str(card.width_cm),
        "product_height": str(card.height_cm),
        "contain_battery": "1" if card.has_battery else "0",
        "type_of_goods": "0",
        "cat_lang": "en",
        "cat_id_level2": category,
        "product_declared_name": card.declared_name,
        "product_declared_name_cn": card.declared_name_local or card.declared_name,
        "branded": "0",
        "export_country": [declared],
        "verify": "1",
    }


def fetch_products(api, skus):
    """Products as list of :class:`ProductState`."""
    states = []
    for start in range(0, len(skus), api.page_size):
        wanted = {"product_sku_arr": skus[start : start + api.page_size]}
        entries = api.all("product/get_product_sku_list", wanted)
        states += [read_product(Node(entry, f"data[{index}]")) for index, entry in enumerate(entries)]
    return states


def read_product(node):
    """One product; measures are those of the warehouse where it has taken them."""
    sku = node.text("product_sku", required=True)
    status = node.code("product_status", required=True)
    return ProductState(
        sku,
        PRODUCT_STATUSES.get(status, ProductStatus.UNKNOWN),
        external_id=sku,
        message=node.text("check_remark"),
        barcode=node.text("reference_no"),
        weight_kg=node.measure("Product_real_weight"),
        length_cm=node.measure("Product_real_length"),
        width_cm=node.measure("Product_real_width"),
        height_cm=node.measure("Product_real_height"),
    )


def fetch_stock(api, warehouses, token):
    """A page of :class:`StockLine`; the token is the number of the page."""
    number, now = int(token or 1), api.now()
    entries, more = api.page("inventory/get_product_inventory", {"warehouse_code_arr": list(warehouses)}, number)
    lines = tuple(read_stock(Node(entry, f"data[{index}]"), now) for index, entry in enumerate(entries))
    return Page(lines, next_token=str(number + 1) if more else "")


def read_stock(node, now):
    """One SKU in one warehouse. A count that is no number spoils the report: better none than a wrong one."""
    return StockLine(
        warehouse=node.text("warehouse_code", required=True),
        sku=node.text("product_sku", required=True),
        sellable=node.count("sellable", required=True),
        reserved=node.count("reserved") or 0,
        damaged=node.count("unsellable") or 0,
        pending=node.count("pending") or 0,
        inbound=node.count("onway") or 0,
        as_of=now,
    )


def fetch_stock_events(api, warehouses, since, until, token):
    """A page of :class:`StockEvent`: the events of at most 31 days, the token being their first day.

    GoodCang gives events no number: equal ones are told apart by their order within the second, which is the same
    whenever they are fetched.
    """
    until = min(until, api.now() + timedelta(days=1))
    start = datetime.fromisoformat(token).date() if token else since.astimezone(BEIJING).date()
    end = min(start + timedelta(days=EVENT_DAYS - 1), until.astimezone(BEIJING).date())
    span = {"create_date_from": start.isoformat(), "create_date_end": end.isoformat()}
    seen, events, broken = Counter(), [], []

    for warehouse in warehouses:
        entries = api.all("inventory/get_inventory_log", {**span, "warehouse_code": warehouse})
        found, damaged = read_each(entries, "data", lambda entry, path: read_event(Node(entry, path), seen))
        events += [event for event in found if since <= event.at < until]
        broken += damaged
    following = end + timedelta(days=1)
    more = datetime.combine(following, time(), BEIJING) < until
    return Page(tuple(events), next_token=following.isoformat() if more else "", broken=tuple(broken))


def read_event(node, seen):
    """One change of stock.

    :param Counter seen: how often an equal one was read
    """
    decrease = node.code("inventory_change_type", required=True) == "2"
    units = node.count("ibl_change_quantity", required=True)
    at = node.time("ibl_add_time", required=True)
    kind, document = node.code("application_code", required=True), node.text("reference_no")
    warehouse, sku = node.text("warehouse_code", required=True), node.text("product_sku", required=True)
    identity = (document, kind, warehouse, sku, decrease, units, at.astimezone(timezone.utc).isoformat())
    seen[identity] += 1
    digest = hashlib.sha256(repr((*identity, seen[identity])).encode()).hexdigest()[:24]
    return StockEvent(
        external_id=digest,
        warehouse=warehouse,
        sku=sku,
        kind=EVENT_KINDS.get(kind, StockEventKind.OTHER),
        units=-units if decrease else units,
        at=at,
        document=document,
        reference=node.text("ref_no"),
        text=node.text("remark"),
    )
