"""Orders to ship (出库单). Source: ``docs/order``, ``fields.json`` (``CreateOrderPayload``)."""

from ...marketplace.contract import ActionResult, Rejected
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import Booking, FeeKind, OutboundState, OutboundStatus
from .fields import Node

#: ``order_status``: held orders (H), odd ones (N) and problems (P) wait for the seller.
STATUSES = {
    "C": OutboundStatus.ACCEPTED, "W": OutboundStatus.ACCEPTED, "D": OutboundStatus.SHIPPED,
    "H": OutboundStatus.EXCEPTION, "N": OutboundStatus.EXCEPTION, "P": OutboundStatus.EXCEPTION,
    "X": OutboundStatus.CANCELLED,
}  # fmt: skip
FEES = {
    "SHIPPING": FeeKind.FREIGHT, "FSC": FeeKind.FREIGHT, "RSF": FeeKind.FREIGHT, "OPF": FeeKind.HANDLING,
    "DT": FeeKind.DUTY, "OTF": FeeKind.OTHER,
}  # fmt: skip
#: Seconds until a stop that GoodCang has not confirmed is asked about again.
CONFIRMATION = 600.0


def create(api, orders):
    """Have orders shipped that GoodCang does not have yet; one :class:`Booking` each."""

    def write(order):
        known = find(api, order.reference)
        code = known.text("order_code") if known else ""
        if not code:
            answer = api.order("order/create_order", build(order))
            # The answer's number stands at its top in V1 and in ``data`` in the field table.
            code = answer.text("order_code") or answer.node("data").text("order_code", required=True)
        return Booking(order.reference, True, external_id=code)

    return each(orders, write, Booking)


def build(order):
    """An order as GoodCang takes it, checked at once."""
    address = order.address
    return {
        "reference_no": order.reference,
        "platform": order.platform.upper() or "OTHER",
        "shipping_method": order.service,
        "warehouse_code": order.warehouse,
        "country_code": address.country_code,
        "province": address.state,
        "city": address.city,
        "company": address.company,
        "address1": address.street,
        "address2": address.street2,
        "address3": address.street3,
        "zipcode": address.postal_code,
        "name": address.name,
        "phone": address.phone,
        "email": order.email,
        "order_desc": order.note,
        "verify": 1,
        "items": [_item(line) for line in order.lines],
    }


def _item(line):
    item = {"product_sku": line.sku, "quantity": line.units}
    if line.declared_value is not None:
        item["product_declared_value"] = line.declared_value.text
    return item


def find(api, reference):
    """An order by our number, as :class:`Node`; ``None`` if there is none."""
    answer = api.find("order/get_order_by_ref_code", {"reference_no": reference})
    return answer.node("data") if answer is not None and answer.get("data") else None


def fetch(api, handles):
    """Orders as list of :class:`OutboundState`: many by GoodCang's number at once, the others one by one.

    The list leaves out orders that are not checked yet.
    """
    found = {}
    codes = [handle.external_id for handle in handles if handle.external_id]
    for start in range(0, len(codes), api.page_size):
        wanted = {"order_code_arr": codes[start : start + api.page_size]}
        for index, entry in enumerate(api.all("order/get_order_list", wanted)):
            node = Node(entry, f"data[{index}]")
            found[node.text("order_code", required=True)] = node
    nodes = [found.get(handle.external_id) or _find_one(api, handle) for handle in handles]
    return [read(node) for node in nodes if node is not None]


def _find_one(api, handle):
    if not handle.external_id:
        return find(api, handle.reference)
    answer = api.find("order/get_order_by_code", {"order_code": handle.external_id})
    return answer.node("data") if answer is not None and answer.get("data") else None


def read(node):
    """One order. GoodCang does not state what left: a shipped order is complete."""
    stated = node.code("order_status", required=True)
    status = STATUSES.get(stated, OutboundStatus.UNKNOWN)
    shipped = status is OutboundStatus.SHIPPED
    lines = {}
    for item in node.nodes("items"):
        sku = item.text("product_sku", required=True)
        lines[sku] = lines.get(sku, 0) + item.count("quantity", required=True)
    return OutboundState(
        reference=node.text("reference_no"),
        external_id=node.text("order_code", required=True),
        status=status,
        tracking=node.text("tracking_no"),
        carrier=node.text("shipping_method") if shipped else "",
        shipped_at=node.time("date_shipping") if shipped else None,
        weight_kg=node.measure("order_weight"),
        lines=tuple(lines.items()) if shipped else (),
        fees=tuple(read_fees(node.node("fee_details"))),
        status_text=stated,
        message=node.text("abnormal_problem_reason"),
    )


def read_fees(node):
    """Fees of an order that are not zero, as list of ``(FeeKind, Money)``."""
    currency = node.text("currency_code")
    amounts = [(kind, node.money(name, currency)) for name, kind in FEES.items() if name in node]
    return [(kind, amount) for kind, amount in amounts if amount is not None and amount.amount]


def cancel(api, handles):
    """Stop orders; one :class:`ActionResult` each. GoodCang has the last word: the order is read again."""

    def write(handle):
        node = _find_one(api, handle)
        if node is None:
            raise Rejected("GoodCang does not know the order")
        if node.code("order_status") != "X":
            code = node.text("order_code", required=True)
            api.order("order/cancel_order", {"order_code": code, "reason": "cancelled by the seller"})
            node = _find_one(api, handle)
        if node is not None and node.code("order_status") == "X":
            return ActionResult(handle.reference, True)
        return ActionResult(handle.reference, False, "asked to stop, not confirmed yet", CONFIRMATION)

    return each(handles, write)
