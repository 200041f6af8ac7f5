"""Returns, charges and quotes. Sources: ``docs/return_order``, ``docs/finance``, ``fields.json``."""

import json
from datetime import timedelta

from ...marketplace.contract import Page, read_each
from ...overseas_warehouse.contract import (
    BillLine,
    FeeKind,
    FeeQuote,
    Grade,
    ReturnedLine,
    ReturnState,
    ReturnStatus,
)
from .fields import BEIJING, Node, format_time

#: ``asro_status``.
RETURN_STATUSES = {
    "0": ReturnStatus.ANNOUNCED, "1": ReturnStatus.ANNOUNCED, "4": ReturnStatus.RECEIVED,
    "5": ReturnStatus.FINISHED, "6": ReturnStatus.CANCELLED, "7": ReturnStatus.RECEIVED,
}  # fmt: skip
#: What a fee is, by a word in its name; the first that fits. GoodCang's list of codes differs by account.
KINDS = (
    (FeeKind.STORAGE, ("仓租", "storage", "warehouse rent")),
    (FeeKind.RETURN, ("退件", "退货", "return")),
    (FeeKind.DUTY, ("关税", "税", "duty", "tax")),
    (FeeKind.INBOUND, ("入库", "收货", "上架", "卸货", "inbound", "receiving", "unload")),
    (FeeKind.PACKING, ("包材", "包装", "打包", "packing", "packag")),
    (FeeKind.FREIGHT, ("运输", "运费", "燃油", "挂号", "偏远", "超重", "shipping", "freight", "fuel", "surcharge")),
    (FeeKind.HANDLING, ("操作", "处理", "订单", "handling", "operat", "processing")),
)
#: Most days that one question for charges may span.
SPAN = timedelta(days=365)
_CHARGE = "1"


def kind_of(*names):
    """:class:`FeeKind` of a fee by its names."""
    text = " ".join(names).lower()
    return next((kind for kind, words in KINDS if any(word in text for word in words)), FeeKind.OTHER)


def fetch_returns(api, warehouses, since, token):
    """A page of :class:`ReturnState`; the token is the number of the page."""
    number = int(token or 1)
    wanted = {"startUpdateTime": format_time(since), "endUpdateTime": format_time(api.now() + timedelta(days=1))}
    entries, more = api.page("return_order/list", wanted, number, page="currentPage")
    records, broken = read_each(entries, "data", lambda entry, path: read_return(Node(entry, path)))
    records = tuple(record for record in records if record.warehouse in warehouses)
    return Page(records, next_token=str(number + 1) if more else "", broken=tuple(broken))


def read_return(node):
    """One return; destroyed units come back to no stock and are left out."""
    stated, lines = node.code("asro_status", required=True), []
    for item in node.nodes("product_detail"):
        sku = item.text("product_sku", required=True)
        counts = ((Grade.SELLABLE, item.count("sellable_qty")), (Grade.DAMAGED, item.count("unsellable_qty")))
        lines += [ReturnedLine(sku, units, grade) for grade, units in counts if units]
    return ReturnState(
        external_id=node.text("asro_code", required=True),
        warehouse=node.text("warehouse_code", required=True),
        status=RETURN_STATUSES.get(stated, ReturnStatus.UNKNOWN),
        lines=tuple(lines),
        updated_at=node.time("asro_putaway_time")
        or node.time("asro_audit_time")
        or node.time("asro_add_time", required=True),
        outbound=node.text("order_code"),
        tracking=node.text("tracking_no"),
        reason=node.text("asro_reason"),
        status_text=stated,
    )


def fetch_bills(api, since, until, token):
    """A page of :class:`BillLine` out of the flow of costs (what is deducted, not what is frozen or topped up).

    The token holds the span of a year, the page in it and, beyond 5,000 entries, GoodCang's own token.
    """
    until = min(until, api.now() + timedelta(days=1))
    span, number, follow = json.loads(token) if token else (0, 1, "")
    start = since + SPAN * span
    end = min(start + SPAN, until)
    wanted = {
        "flow_type": _CHARGE,
        "happen_start_time": format_time(start),
        "happen_end_time": format_time(end),
        "page": number,
        "page_size": api.page_size,
        **({"next_page_token": follow} if follow else {}),
    }
    data = api.ask("finance/cost_flow_list", wanted).node("data")
    records, broken = read_each(data.array("list"), "data.list", lambda entry, path: read_bill(Node(entry, path)))
    records = _with_storage(api, records, start, end)
    follow, total = data.text("next_page_token"), data.count("total") or 0
    following = ""
    if follow or (data.array("list") and total > number * api.page_size):
        following = json.dumps([span, number + 1, follow])
    elif end < until:
        following = json.dumps([span + 1, 1, ""])
    # The end of a span is in it and in the next: each charge belongs to one of them.
    records = tuple(record for record in records if start <= record.charged_at < end)
    return Page(records, next_token=following, broken=tuple(broken))


def read_bill(node):
    """One charge; an entry that was no charge (flow type other than 1) is left out."""
    if node.code("flow_type") not in ("", _CHARGE):
        return None
    document, name = node.text("order_number"), node.text("types_of_fee_name_cn")
    at, amount = node.time("add_time", required=True), node.money("amount", node.text("currency_code"), required=True)
    text = name or node.text("types_of_fee_text") or node.text("types_of_fee_name_en")
    # The field table leaves the entry's own number out; the recorded answer has it.
    ident = node.ident("id") or f"{document}:{node.code('types_of_fee')}:{at.isoformat()}:{amount.text}:{text}"
    return BillLine(
        external_id=ident,
        kind=kind_of(text, node.text("types_of_fee_name_en"), node.code("types_of_fee")),
        amount=amount,
        charged_at=at,
        document=document,
        text=text,
    )


def _with_storage(api, records, start, end):
    """Storage charges with their warehouse, volume and day."""
    wanted = {record.document for record in records if record.kind is FeeKind.STORAGE}
    if not wanted:
        return records
    span = {"dateFrom": format_time(start - timedelta(days=7)), "dateTo": format_time(end)}
    entries = api.all("finance/get_wh_inventory_storage", span)
    nodes = [Node(entry, f"data[{index}]") for index, entry in enumerate(entries)]
    rents = {node.text("wis_code", required=True): node for node in nodes}
    return [add_storage(record, rents[record.document]) if record.document in rents else record for record in records]


def add_storage(record, node):
    """A storage charge with what its rent note states. The note's number stays its ``text``: it is for no order."""
    day = node.time("is_date", required=True).astimezone(BEIJING).date()
    volume = node.measure("isdb_volume")
    return BillLine(
        external_id=record.external_id,
        kind=record.kind,
        amount=record.amount,
        charged_at=record.charged_at,
        warehouse=node.text("ow_id_charge"),
        quantity_basis=f"{volume} m³" if volume else "",
        period=(day, day),
        text=f"{record.document} {record.text}".strip(),
    )


def quote_fees(api, orders):
    """Quotes of orders as list of :class:`FeeQuote`, by what products weigh at GoodCang."""
    quotes = []
    for order in orders:
        answer = api.ask("inventory/get_calculate_delivery_fee", build_quote(order))
        quotes += [quote for node in answer.nodes("data") if (quote := read_quote(order, node)) is not None]
    return quotes


def build_quote(order):
    """The question for what an order would cost."""
    return {
        "warehouse_code": order.warehouse,
        "sm_code": order.service,
        "country_code": order.address.country_code,
        "postcode": order.address.postal_code,
        "state": order.address.state,
        "city": order.address.city,
        "sku": [f"{line.sku}:{line.units}" for line in order.lines],
    }


def read_quote(order, node):
    """Quote of a service; ``None`` if it is another one or has no parts."""
    if node.text("sm_code", required=True) != order.service:
        return None
    parts = [
        (kind_of(part.text("name")), part.money("amount", part.text("currency"), required=True))
        for part in node.nodes("income")
    ]
    return FeeQuote(order.reference, order.service, tuple(parts)) if parts else None
