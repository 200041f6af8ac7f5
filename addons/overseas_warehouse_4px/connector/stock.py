"""Stock and its changes. Sources: fields.json, ``fulfillment.Inventory`` and ``InventoryFlow``."""

from datetime import datetime, timedelta, timezone

from ...marketplace.contract import InvalidPayload, Page
from ...overseas_warehouse.contract import Grade, StockEvent, StockEventKind, StockLine
from .fields import milliseconds
from .periods import Cursor, periods

GOOD = "G"
PAGE_SIZE = 100
EVENT_DAYS = timedelta(days=30)
# How documents are numbered: the samples in fields.json, e.g. IC9002781804101123 and OC9002781804180098.
_DOCUMENTS = {"IC": (StockEventKind.INBOUND, 1), "OC": (StockEventKind.OUTBOUND, -1)}
_DIRECTIONS = {"I": 1, "IN": 1, "入库": 1, "O": -1, "OUT": -1, "出库": -1}


def fetch_stock(api, settings, warehouses, token):
    """One page is one warehouse: its lines of one SKU and batch differ by quality, and are one line here."""
    index = int(token or 0)
    if index >= len(warehouses):
        return Page(())
    query = {"customer_code": settings.customer_code, "warehouse_code": warehouses[index]}
    as_of = datetime.fromtimestamp(api.client.clock(), timezone.utc)
    lines = {}
    for node in api.pages("fu.wms.inventory.get", query, PAGE_SIZE):
        sku, lot = node.text("sku_code", required=True), node.text("batch_no")
        sums = lines.setdefault((sku, lot), {"sellable": 0, "reserved": 0, "damaged": 0, "inbound": 0})
        available, waiting = node.units("available_stock", required=True), node.units("pending_stock") or 0
        if _grade(node) is Grade.SELLABLE:
            sums["sellable"] += available
            sums["reserved"] += waiting
        else:
            sums["damaged"] += available + waiting
        sums["inbound"] += node.units("onway_stock") or 0
    records = tuple(
        StockLine(warehouses[index], sku, as_of=as_of, lot=lot, **sums) for (sku, lot), sums in lines.items()
    )
    following = index + 1
    return Page(records, next_token=str(following) if following < len(warehouses) else "")


def fetch_events(api, settings, warehouses, since, until, token):
    """One page is a warehouse in at most thirty days, the longest range that 4PX answers."""
    cursor = Cursor.of(
        [(warehouse, *period) for warehouse in warehouses for period in periods(since, until, EVENT_DAYS)], token
    )
    if cursor is None:
        return Page(())
    warehouse, start, end = cursor.entry
    query = {
        "customer_code": settings.customer_code,
        "warehouse_code": warehouse,
        "create_time_start": milliseconds(start),
        "create_time_end": milliseconds(end),
    }
    events, broken = [], []
    for node in api.pages("fu.wms.inventory.getlog", query, PAGE_SIZE):
        try:
            event = _event(node)
        except InvalidPayload as error:
            broken.append((error.path, error.reason, node.data))
            continue
        if start <= event.at < end:  # whether 4PX takes the end of a range as part of it is not said
            events.append(event)
    return Page(tuple(events), next_token=cursor.following, broken=tuple(broken))


def _event(node):
    document = node.text("business_ref_no")
    change = node.change("io_qty", required=True)
    kind, sign = _DOCUMENTS.get(document[:2], (StockEventKind.OTHER, 0))
    if change > 0:
        sign = sign or _DIRECTIONS.get(node.text("journal_type").upper(), 0)
        if not sign:  # neither a sign nor one of the usual words: which way units went must not be guessed
            raise InvalidPayload(
                node.where("journal_type"), f"whether {document or 'units'} came or left is not stated"
            )
        change *= sign
    return StockEvent(
        external_id=node.text("inventory_flow_id", required=True),
        warehouse=node.text("warehouse_code", required=True),
        sku=node.text("sku_code", required=True),
        kind=kind,
        units=change,
        at=node.moment("create_time", required=True),
        grade=_grade(node),
        document=document,
        lot=node.text("batch_no"),
        text=" ".join(filter(None, (node.text("business_type"), node.text("journal_type")))),
    )


def _grade(node):
    return Grade.SELLABLE if node.text("stock_quality") in ("", GOOD) else Grade.DAMAGED
