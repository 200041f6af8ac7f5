"""Stock by grade and its changes. Sources: fields.json, ``oswh.WinItInventoryType``, ``oswh.InventoryStatement``."""

from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Page
from ...overseas_warehouse.contract import Grade, StockEvent, StockEventKind, StockLine
from .fields import day_text

GOOD, DEFECTIVE = "GOOD", "DEFECTIVE"
PAGE_SIZE = 200
_KINDS = {
    "INBOUND": StockEventKind.INBOUND,
    "INBOUND_OVERSEAS": StockEventKind.INBOUND,
    "OUTBOUND": StockEventKind.OUTBOUND,
    "ADJUSTMENT": StockEventKind.ADJUSTMENT,
    "ALLOCATION_OUT": StockEventKind.TRANSFER,
    "ALLOCATION_IN": StockEventKind.TRANSFER,
    "INBOUND_RETURN": StockEventKind.RETURN,
}


def fetch_stock(api, warehouses, token):
    """One page is one warehouse: its good and defective units are asked for apart, and are one line here."""
    index = int(token or 0)
    if index >= len(warehouses):
        return Page(())
    as_of = datetime.fromtimestamp(api.client.clock(), timezone.utc)
    lines = {}
    for grade in (GOOD, DEFECTIVE):
        for node in _inventory(api, warehouses[index], grade):
            key = (node.text("merchandiseCode", required=True), node.text("batchNo"))
            sums = lines.setdefault(key, {"sellable": 0, "reserved": 0, "damaged": 0, "inbound": 0})
            _add(sums, node, grade)
    records = tuple(
        StockLine(warehouses[index], sku, as_of=as_of, lot=lot, **sums) for (sku, lot), sums in lines.items()
    )
    following = index + 1
    return Page(records, next_token=str(following) if following < len(warehouses) else "")


def fetch_events(api, warehouses, since, until, token):
    """One page is one warehouse; Winit takes whole days, what is outside the range is left out."""
    index = int(token or 0)
    if index >= len(warehouses):
        return Page(())

    def page(number, size):
        return {
            "warehouseCode": warehouses[index],
            "startDate": day_text(since),
            "endDate": day_text(until),
            "pageVo": {"pageNo": number, "pageSize": size},
        }

    events, broken = [], []
    for node in api.pages("winit.inventory.pageInvInouts", page, PAGE_SIZE):
        try:
            event = _event(node)
        except InvalidPayload as error:
            broken.append((error.path, error.reason, node.data))
            continue
        if since <= event.at < until:
            events.append(event)
    following = index + 1
    return Page(tuple(events), str(following) if following < len(warehouses) else "", broken=tuple(broken))


def _inventory(api, warehouse, grade):
    def page(number, size):
        vo = {"pageNo": number, "pageSize": size}
        return {"warehouseCodes": warehouse, "merchandiseGrade": grade, "pageVo": vo}

    return api.pages("winit.inventory.type.pageInv", page, PAGE_SIZE)


def _add(sums, node, grade):
    there = node.units("inStockQty", required=True)
    if grade == DEFECTIVE:
        sums["damaged"] += there
        return
    usable, waiting = node.units("usableQty", required=True), node.units("waitingOutboundQty") or 0
    other = there - usable - waiting  # frozen, to be destroyed, being looked for, not allowed to leave
    if other < 0:
        raise InvalidPayload(
            node.where("inStockQty"), f"{there} units are fewer than {usable} usable and {waiting} promised"
        )
    sums["sellable"] += usable
    sums["reserved"] += waiting
    sums["damaged"] += other
    sums["inbound"] += node.units("onOrderQty") or 0


def _event(node):
    """The change is the difference of the two stocks, so that no sign has to be believed."""
    return StockEvent(
        external_id=node.text("uuid", required=True),
        warehouse=node.text("warehouseCode", required=True),
        sku=node.text("skuCode", required=True),
        kind=_KINDS.get(node.text("docType"), StockEventKind.OTHER),
        units=node.change("endQty", required=True) - node.change("startQty", required=True),
        at=node.moment("changeDate", required=True),
        grade=Grade.DAMAGED if node.text("merchandiseGrade") == DEFECTIVE else Grade.SELLABLE,
        document=node.text("docNo"),
        lot=node.text("batchNo"),
        text=node.text("remark") or node.text("docType"),
    )
