"""Orders to ship. Source: ``CreateOrder``, ``GetOrderList``, ``CancelOrder``; see :mod:`.api` on answers."""

from ...marketplace.contract import ActionResult, Rejected
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import Booking, OutboundState, OutboundStatus

#: ``order_status``: held orders (H), odd ones (N) and problems (P) wait for the seller.
STATUSES = {
    "C": OutboundStatus.ACCEPTED, "W": OutboundStatus.ACCEPTED, "D": OutboundStatus.SHIPPED,
    "H": OutboundStatus.EXCEPTION, "N": OutboundStatus.EXCEPTION, "P": OutboundStatus.EXCEPTION,
    "X": OutboundStatus.CANCELLED,
}  # fmt: skip
#: Seconds until a stop that ECCANG has not confirmed is asked about again.
CONFIRMATION = 600.0


def create(api, orders):
    """Have orders shipped that ECCANG does not have yet; one :class:`Booking` each."""

    def write(order):
        known = _find(api, order.reference, "")
        if known is not None:
            return Booking(order.reference, True, external_id=known.text("order_code", required=True))
        answer = api.order("createOrder", build(order))
        code = answer.text("order_code") or answer.node("data").text("order_code", required=True)
        return Booking(order.reference, True, external_id=code)

    return each(orders, write, Booking)


def build(order):
    """An order as ECCANG takes it, checked at once (``verify`` 1)."""
    address = order.address
    return {
        "reference_no": order.reference,
        "platform": order.platform.upper() or "OTHER",
        "shipping_method": order.service,
        "warehouse_code": order.warehouse,
        "country_code": address.country_code,
        "province": address.state,
        "city": address.city,
        "district": address.district,
        "address1": address.street,
        "address2": address.street2,
        "address3": address.street3,
        "zipcode": address.postal_code,
        "company": address.company,
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
    if line.lot:
        item["batch_info"] = {line.lot: line.units}
    return item


def _find(api, reference, code):
    """An order by ECCANG's number or else by ours, as :class:`~.api.Node`; ``None`` if there is none."""
    if code:
        answer = api.find("getOrderByCode", {"order_code": code})
    else:
        answer = api.find("getOrderByRefCode", {"reference_no": reference})
    return answer.node("data") if answer is not None and answer.get("data") else None


def fetch(api, handles):
    """Orders as list of :class:`OutboundState`: many by ECCANG's number at once, the others one by one."""
    codes = [handle.external_id for handle in handles if handle.external_id]
    nodes = api.all("getOrderList", {"order_code_arr": codes}) if codes else []
    found = {node.text("order_code", required=True): node for node in nodes}
    nodes = [
        found.get(handle.external_id) or _find(api, handle.reference, handle.external_id) for handle in handles
    ]
    return [read(node) for node in nodes if node is not None]


def read(node):
    """One order; a shipped order is complete."""
    stated = node.text("order_status", required=True)
    shipped = stated == "D"
    lines = {}
    for item in node.nodes("items"):
        sku = item.text("product_sku", required=True)
        lines[sku] = lines.get(sku, 0) + item.count("quantity", required=True)
    return OutboundState(
        reference=node.text("reference_no"),
        external_id=node.text("order_code", required=True),
        status=STATUSES.get(stated, OutboundStatus.UNKNOWN),
        tracking=node.text("tracking_no"),
        carrier=node.text("shipping_method") if shipped else "",
        shipped_at=node.time("date_shipping") if shipped else None,
        lines=tuple(lines.items()) if shipped else (),
        status_text=stated,
        message=node.text("abnormal_problem_reason"),
    )


def cancel(api, handles):
    """Stop orders; one :class:`ActionResult` each. ECCANG has the last word: the order is read again."""

    def write(handle):
        node = _find(api, handle.reference, handle.external_id)
        if node is None:
            raise Rejected("ECCANG does not know the order")
        if node.text("order_status") != "X":
            code = node.text("order_code", required=True)
            api.order("cancelOrder", {"order_code": code, "reason": "cancelled by the seller"})
            node = _find(api, handle.reference, code)
        if node is not None and node.text("order_status") == "X":
            return ActionResult(handle.reference, True)
        return ActionResult(handle.reference, False, "asked to stop, not confirmed yet", CONFIRMATION)

    return each(handles, write)
