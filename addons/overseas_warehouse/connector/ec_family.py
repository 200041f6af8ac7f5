"""The interface that ECCANG and GoodCang share: names of fields, statuses, and how orders are made and stopped.

Sources: ``goodcang/docs`` (V1), ``eccang/services.json``, ``eccang/fields.json``.
"""

from ...marketplace.contract import ActionResult, Rejected
from ...marketplace.contract.writes import each
from ..contract import Booking, InboundStatus, OutboundState, OutboundStatus
from .wording import Wording

#: The documents name no codes of errors: their texts are what there is to tell them apart.
WORDING = Wording(
    authentication=r"app-?_?(token|key)|授权|鉴权|签名|token",
    outage=r"系统(繁忙|异常|错误)|服务(繁忙|异常)|system (busy|error)|timeout|超时",
    absent=r"不存在|未找到|找不到|无数据|没有数据|not (exist|found)|no data",
    limit=r"频繁|频率|too (many|frequent)|rate limit",
)
#: ``order_status``: held orders (H), odd ones (N) and problems (P) wait for the seller.
ORDER_STATUSES = {
    "C": OutboundStatus.ACCEPTED, "W": OutboundStatus.ACCEPTED, "D": OutboundStatus.SHIPPED,
    "H": OutboundStatus.EXCEPTION, "N": OutboundStatus.EXCEPTION, "P": OutboundStatus.EXCEPTION,
    "X": OutboundStatus.CANCELLED,
}  # fmt: skip
#: ``receiving_status``; until all is put away (10) counts still grow.
NOTICE_STATUSES = {
    "0": InboundStatus.DRAFT, "1": InboundStatus.ANNOUNCED, "2": InboundStatus.REJECTED,
    "3": InboundStatus.IN_TRANSIT, "4": InboundStatus.IN_TRANSIT, "5": InboundStatus.IN_TRANSIT,
    "6": InboundStatus.IN_TRANSIT, "7": InboundStatus.IN_TRANSIT, "8": InboundStatus.RECEIVING,
    "9": InboundStatus.RECEIVING, "10": InboundStatus.RECEIVED, "100": InboundStatus.CANCELLED,
}  # fmt: skip
#: Seconds until a stop that is not confirmed is asked about again.
CONFIRMATION = 600.0


def create_orders(orders, find, send):
    """Have orders shipped that the operator does not have yet; one :class:`Booking` each.

    :param find: function of our number; the order there as node, or ``None``
    :param send: function of an order; the answer as node. Its number stands at its top in V1 and in ``data`` in the
        field table.
    """

    def write(order):
        known = find(order.reference)
        code = known.text("order_code") if known is not None else ""
        if not code:
            answer = send(order)
            code = answer.text("order_code") or answer.node("data").text("order_code", required=True)
        return Booking(order.reference, True, external_id=code)

    return each(orders, write, Booking)


def change_notices(updates, find, send, name):
    """Tell day and number of notices anew, each as a whole; one :class:`Booking` each.

    :param find: function of our number; the operator's, empty if it does not know the notice
    :param send: function of the operator's number and the notice
    :param str name: of the operator, for messages
    """

    def write(entry):
        code = entry.external_id or find(entry.reference)
        if not code:
            raise Rejected(f"{name} does not know the notice")
        send(code, entry.notice)
        return Booking(entry.reference, True, external_id=code)

    return each(updates, write, Booking)


def build_order(order):
    """An order as the operator takes it, checked at once (``verify`` 1)."""
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
        "items": [_build_item(line) for line in order.lines],
    }


def _build_item(line):
    item = {"product_sku": line.sku, "quantity": line.units}
    if line.declared_value is not None:
        item["product_declared_value"] = line.declared_value.text
    return item


def read_order(node, **more):
    """An order as :class:`OutboundState`. The operator does not state what left: a shipped order is complete.

    :param more: further fields of the state
    """
    stated = node.text("order_status", required=True)
    status = ORDER_STATUSES.get(stated, OutboundStatus.UNKNOWN)
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
        lines=tuple(lines.items()) if shipped else (),
        status_text=stated,
        message=node.text("abnormal_problem_reason"),
        **more,
    )


def cancel_orders(handles, find, stop, operator):
    """Stop orders; one :class:`ActionResult` each. The operator has the last word: the order is read again.

    :param find: function of a handle; the order there as node, or ``None``
    :param stop: function of what the operator wants to know
    :param str operator: its name
    """

    def write(handle):
        node = find(handle)
        if node is None:
            raise Rejected(f"{operator} does not know the order")
        if node.text("order_status") != "X":
            stop({"order_code": node.text("order_code", required=True), "reason": "cancelled by the seller"})
            node = find(handle)
        if node is not None and node.text("order_status") == "X":
            return ActionResult(handle.reference, True)
        return ActionResult(handle.reference, False, "asked to stop, not confirmed yet", CONFIRMATION)

    return each(handles, write)
