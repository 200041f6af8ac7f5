"""Returns. Source: Walmart's OpenAPI ``returns-management``."""

import json
from datetime import datetime, timezone

from ...marketplace.contract import (
    InvalidPayload,
    Page,
    RawRecord,
    Rejected,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    format_time,
    read_each,
)
from .fields import Node
from .orders import revision_of

PATH = "/v3/returns"
PAGE_SIZE = 200
_DETAILS = {"replacementInfo": "true"}
_STATUSES = {
    "INITIATED": ReturnStatus.APPROVED,  # Walmart agrees for the seller
    "DELIVERED": ReturnStatus.RECEIVED,
    "COMPLETED": ReturnStatus.CLOSED,
}
_REFUNDED = frozenset({"REFUND_COMPLETED"})
_ON_THE_WAY = frozenset({"RETURN_IN_TRANSIT"})


def fetch_page(api, shop_ids, since, until, token):
    """One page of returns changed in a range of time; Walmart's cursor is a query of its own."""
    (shop_id,) = shop_ids
    state = json.loads(token) if token else {"end": int((until or api.now()).timestamp()), "cursor": ""}
    if since.timestamp() >= state["end"]:
        return Page((), complete_until=min(_time(state["end"]), api.settled({})))
    query = {
        "returnLastModifiedStartDate": format_time(since),
        "returnLastModifiedEndDate": format_time(_time(state["end"])),
        "limit": PAGE_SIZE,
        **_DETAILS,
    }
    answer = api.answer("returns.list", PATH + state["cursor"], None if state["cursor"] else query)
    listed = Node(answer.body)
    records, broken = read_each(
        listed.array("returnOrders"),
        "returnOrders",
        lambda payload, path: raw_record({**Node(payload, path).data, "shop_id": shop_id}, path),
    )
    state.setdefault("whole", min(int(api.settled(answer.headers).timestamp()), state["end"]))
    state["cursor"] = listed.node("meta").text("nextCursor")
    last = not state["cursor"]
    return Page(
        records=tuple(records),
        next_token="" if last else json.dumps(state),
        complete_until=_time(state["whole"]) if last else None,
        broken=tuple(broken),
    )


def fetch_return(api, shop_id, external_id):
    """One return as :class:`RawRecord`."""
    listed = Node(api.get("returns.list", PATH, {"returnOrderId": external_id, **_DETAILS}))
    for entry in listed.nodes("returnOrders"):
        if entry.text("returnOrderId") == external_id:
            return raw_record({**entry.data, "shop_id": shop_id}, entry.path)
    raise Rejected(f"Walmart knows no return {external_id}", "NoSuchReturn")


def raw_record(payload, path=""):
    """File a return: id, shop and times are read, nothing else is looked at."""
    entry = Node(payload, path)
    times = [entry.time("returnOrderDate", required=True)]
    for line in entry.nodes("returnOrderLines", required=True):
        times += [line.time("statusTime"), *(event.time("eventTime") for event in line.nodes("returnTrackingDetail"))]
    updated_at = max(time for time in times if time is not None)
    return RawRecord(
        kind="return",
        shop_id=entry.text("shop_id"),
        external_id=entry.text("returnOrderId", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def parse_return(payload):
    """A received return as :class:`Return`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    entry = Node(payload)
    lines = entry.nodes("returnOrderLines", required=True)
    if not lines:
        raise InvalidPayload("returnOrderLines", "a return without lines")
    words = list(dict.fromkeys(word for line in lines if (word := line.text("status"))))
    carrier, tracking = _read_way_back(entry)
    return Return(
        external_id=record.external_id,
        shop_id=record.shop_id,
        order_id=lines[0].text("purchaseOrderId", required=True),
        revision=record.revision,
        kind=_read_kind(entry, lines),
        status=_read_status(lines),
        status_text=", ".join(words),
        created_at=entry.time("returnOrderDate", required=True),
        updated_at=record.updated_at,
        lines=tuple(_read_line(line) for line in lines),
        refund=entry.node("totalRefundAmount").money("currencyAmount", "currencyUnit"),
        reason=_first(lines, "returnReason"),
        note=_read_note(entry, lines),
        carrier=carrier,
        tracking=tracking,
    )


def is_settled(line):
    """Whether Walmart pays or has paid all units of a return line."""
    refunded, wanted = line.count("refundedQty") or 0, _quantity(line)
    return line.text("currentRefundStatus") in _REFUNDED or (wanted > 0 and refunded >= wanted)


def _read_kind(entry, lines):
    if entry.text("returnType") == "REPLACEMENT":
        return ReturnKind.EXCHANGE
    comes_back = any(line.data.get("returnExpectedFlag") is not False for line in lines)
    return ReturnKind.RETURN if comes_back else ReturnKind.REFUND


def _read_status(lines):
    if all(is_settled(line) for line in lines):
        return ReturnStatus.REFUNDED
    words = {line.text("status") for line in lines}
    if len(words) > 1:
        words -= {"COMPLETED"}  # the lines that are still open tell
    word = words.pop() if len(words) == 1 else ""
    if word == "INITIATED" and any(_is_on_the_way(line) for line in lines):
        return ReturnStatus.IN_TRANSIT
    return _STATUSES.get(word, ReturnStatus.UNKNOWN)


def _is_on_the_way(line):
    return any(event.text("eventTag") in _ON_THE_WAY for event in line.nodes("returnTrackingDetail"))


def _read_line(line):
    totals = {total.text("name"): total.node("value") for total in line.nodes("chargeTotals")}
    amount = totals["lineTotal"].money("currencyAmount", "currencyUnit") if "lineTotal" in totals else None
    comes_back = line.data.get("returnExpectedFlag") is not False and line.data.get("isKeepIt") is not True
    return ReturnLine(
        external_id=line.text("returnOrderLineNumber", required=True),
        order_line_id=line.text("purchaseOrderLineNumber", required=True),
        sku=line.node("item").text("sku"),
        quantity=_quantity(line),
        reason=": ".join(text for text in (line.text("returnReason"), line.text("returnDescription")) if text),
        amount=amount,
        restock=Restock.UNKNOWN if comes_back else Restock.NONE,
    )


def _quantity(line):
    return line.node("quantity").count("measurementValue", required=True)


def _read_way_back(entry):
    for group in entry.nodes("returnLineGroups"):
        for label in group.nodes("labels"):
            for carrier in label.nodes("carrierInfoList"):
                if carrier.text("trackingNo"):
                    return carrier.text("carrierName"), carrier.text("trackingNo")
    return "", ""


def _read_note(entry, lines):
    states = (line.text(key) for line in lines for key in ("currentDeliveryStatus", "currentRefundStatus"))
    words = [entry.text("refundMode"), _first(lines, "refundCoveredBy"), *states]
    return ", ".join(dict.fromkeys(word for word in words if word))


def _first(nodes, key):
    return next((text for node in nodes if (text := node.text(key))), "")


def _time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
