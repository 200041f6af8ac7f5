"""Returns, charges and quotes."""

from datetime import timedelta

from ...marketplace.contract import Money, Page, Rejected, format_time, read_each
from ...overseas_warehouse.contract import (
    BillLine,
    FeeKind,
    FeeQuote,
    Grade,
    ReturnedLine,
    ReturnState,
    ReturnStatus,
)
from .catalogue import fetch_warehouses
from .fields import Node
from .outbound import build_address

#: ``status`` without its blank: documents write it both ways.
RETURN_STATUSES = {
    "AwaitingArrival": ReturnStatus.ANNOUNCED,
    "Arrived": ReturnStatus.RECEIVED,
    "Processing": ReturnStatus.RECEIVED,
    "Completed": ReturnStatus.FINISHED,
    "Cancelled": ReturnStatus.CANCELLED,
}
#: What becomes of returned units; those that are disposed of come to no stock.
ACTIONS = {"restock": Grade.SELLABLE, "quarantine": Grade.DAMAGED}
KINDS = {
    "Shipping": FeeKind.FREIGHT,
    "Inbound Fee": FeeKind.INBOUND,
    "WarehouseStorage": FeeKind.STORAGE,
    "Return": FeeKind.RETURN,
}
#: What an additional fee is, by a word in its name.
WORDS = (
    ("storage", FeeKind.STORAGE),
    ("warehousing", FeeKind.STORAGE),
    ("pack", FeeKind.PACKING),
    ("duty", FeeKind.DUTY),
    ("pick", FeeKind.HANDLING),
    ("handling", FeeKind.HANDLING),
)
#: ShipBob searches returns by when they were made; how long one may be on its way.
LONGEST_RETURN = timedelta(days=90)
_DATES = ("completed_date", "cancelled_date", "processing_date", "arrived_date", "awaiting_arrival_date")


def fetch_returns(api, warehouses, since, token):
    """A page of :class:`ReturnState`; the token is the number of the page."""
    number = int(token or 1)
    answer = api.get(
        "return.list",
        "return",
        StartDate=format_time(since - LONGEST_RETURN),
        FulfillmentCenterIds=",".join(warehouses),
        Cursor=number,
        Limit=api.page_size,
    )
    node = Node(answer, "return.list")
    records, broken = read_each(node.array("items"), "items", lambda entry, path: read_return(Node(entry, path)))
    records = tuple(record for record in records if record.updated_at >= since)
    return Page(records, next_token=str(number + 1) if node.text("next") else "", broken=tuple(broken))


def read_return(node):
    """One return."""
    lines = []
    for item in node.nodes("inventory"):
        for action in item.nodes("action_taken"):
            grade, units = ACTIONS.get(action.text("action").lower()), action.count("quantity_processed")
            if grade and units:
                lines.append(ReturnedLine(item.text("sku") or item.ident("id", required=True), units, grade))
    status = node.text("status", required=True)
    times = [time for time in map(node.time, _DATES) if time]
    return ReturnState(
        external_id=node.ident("id", required=True),
        warehouse=node.node("fulfillment_center", required=True).ident("id", required=True),
        status=RETURN_STATUSES.get(status.replace(" ", ""), ReturnStatus.UNKNOWN),
        lines=tuple(lines),
        updated_at=max(times, default=None) or node.time("insert_date", required=True),
        outbound=node.text("store_order_id") or node.ident("original_shipment_id"),
        tracking=node.text("tracking_number"),
        status_text=status,
    )


def fetch_bills(api, since, until, token):
    """A page of :class:`BillLine`; the token is ShipBob's cursor.

    ShipBob knows the day of a charge, not its time: all charges of the first and the last day are there, and those
    that an earlier fetch brought have the same number.
    """
    wanted = {
        "from_date": format_time(since.replace(hour=0, minute=0, second=0, microsecond=0)),
        "to_date": format_time(until),
        "page_size": api.page_size,
        "sort_order": "Ascending",
        "transaction_types": ["Charge", "Refund", "Credit"],
    }
    query = {"Cursor": token} if token else None
    node = Node(api.send("transactions", "transactions:query", wanted, idempotent=True, query=query), "transactions")
    places = {info.name: info.code for info in fetch_warehouses(api)} if node.array("items") else {}
    orders = {}

    def read(entry, path):
        return read_bill(Node(entry, path), places, lambda shipment: _order_of(api, shipment, orders))

    records, broken = read_each(node.array("items"), "items", read)
    return Page(tuple(records), next_token=node.text("next"), broken=tuple(broken))


def read_bill(node, places, order_of):
    """One charge; a refund or credit is negative.

    :param dict places: ``{name of the fulfilment centre: its code}``
    :param order_of: number of a shipment → number of its order
    """
    reference, kind = node.text("reference_id"), node.text("invoice_type")
    money = node.money("amount", node.text("currency_code", required=True), required=True)
    if node.text("transaction_type") in ("Refund", "Credit"):
        money = Money(-abs(money.amount), money.currency, money.text)
    if reference and node.text("reference_type") == "Shipment":
        reference = order_of(reference)
    fee = node.text("transaction_fee")
    by_word = next((found for word, found in WORDS if word in fee.lower()), FeeKind.OTHER)
    place = node.text("fulfillment_center")
    return BillLine(
        external_id=node.ident("transaction_id", required=True),
        kind=KINDS.get(kind, by_word),
        amount=money,
        charged_at=node.day("charge_date"),
        warehouse=places.get(place, ""),
        document="" if node.text("reference_type") == "FC" else reference,
        text=fee or kind,
    )


def _order_of(api, shipment, known):
    """Number of a shipment's order; the shipment's own where ShipBob does not know it any more."""
    if shipment not in known:
        try:
            found = Node(api.get("shipment.get", f"shipment/{shipment}"), "shipment.get")
            known[shipment] = found.ident("order_id") or shipment
        except Rejected:
            known[shipment] = shipment
    return known[shipment]


def quote_fees(api, orders):
    """Quotes of orders as list of :class:`FeeQuote`: ShipBob states one amount for all it does."""
    quotes = []
    for order in orders:
        answer = Node(api.send("order.estimate", "order:estimate", build_quote(order), channel=True, idempotent=True))
        quotes += [quote for node in answer.nodes("estimates") if (quote := read_quote(order, node)) is not None][:1]
    return quotes


def build_quote(order):
    """The question for what an order would cost."""
    return {
        "address": build_address(order.address),
        "products": [{"reference_id": line.sku, "quantity": line.units} for line in order.lines],
        "shipping_methods": [order.service],
    }


def read_quote(order, node):
    """Quote of the order's service from its warehouse; ``None`` if it is another one."""
    place = node.node("fulfillment_center").ident("id")
    if node.text("shipping_method") != order.service or place not in ("", order.warehouse):
        return None
    amount = node.money("estimated_price", node.text("estimated_currency_code", required=True), required=True)
    return FeeQuote(order.reference, order.service, ((FeeKind.FREIGHT, amount),))
