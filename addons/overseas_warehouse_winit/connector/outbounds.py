"""Orders to ship (出库单). Sources: fields.json, ``oswh.CreateSubmittedOrderPayload``, ``oswh.OutboundOrder``,
``oswh.OutboundOrderInfoResponse``.
"""

import re
from datetime import timedelta

from ...marketplace.contract import ActionResult, InvalidPayload, Money, Rejected, each
from ...overseas_warehouse.contract import Booking, FeeKind, OutboundState, OutboundStatus
from .errors import WORDING
from .fields import day_text
from .stock import GOOD

_PAGE_SIZE = 50
_LOOK_BACK = timedelta(days=365)
_VOID = "VO"
# The codes of an order's status are not published with the operations, its name is in words.
_WORDS = (
    (re.compile("作废|取消|void|cancel", re.IGNORECASE), OutboundStatus.CANCELLED),
    (re.compile("妥投|签收|delivered", re.IGNORECASE), OutboundStatus.DELIVERED),
    (re.compile("异常|exception|abnormal", re.IGNORECASE), OutboundStatus.EXCEPTION),
    (re.compile("草稿|已提交|确认中|draft|submitted|confirming", re.IGNORECASE), OutboundStatus.ACCEPTED),
)
_LEFT = (OutboundStatus.SHIPPED, OutboundStatus.DELIVERED)
_STORES = {"ebay": "ebay", "amazon": "Amazon", "wish": "wish", "tiktok": "tiktok"}


def create_outbounds(api, orders):
    """Have orders shipped, unless Winit knows the reference."""
    return each(orders, lambda order: _create(api, order), Booking)


def fetch_outbounds(api, handles):
    """Orders as they stand now."""
    states = (_fetch(api, handle) for handle in handles)
    return [state for state in states if state is not None]


def cancel_outbounds(api, handles):
    """Stop orders that have not left."""
    return each(handles, lambda handle: _cancel(api, handle))


def _create(api, order):
    number = _search(api, order.reference)
    if not number:
        answer = api.node("wh.outbound.createSubmittedOrder", _payload(order), idempotent=False)
        number = answer.text("orderNo") or _first(answer)
    return Booking(order.reference, True, external_id=number)


def _first(answer):
    numbers = answer.texts("orderNoList")
    if not numbers:
        raise InvalidPayload(answer.where("orderNo"), "missing")
    return numbers[0]


def _payload(order):
    address = order.address
    value = _sales_value(order)
    return {
        "winitProductCode": order.service,
        "warehouseCode": order.warehouse,
        "shipperOrderNo": order.reference,
        "isRepeat": "N",
        "storeType": _STORES.get(order.platform, "Other"),
        "platformOrderId": order.order_number,
        "buyerCompany": address.company,
        "receiverCountry": address.country_code,
        "receiverState": address.state,
        "receiverCity": address.city,
        "receiverName": address.name or address.company,
        "receiverPostcode": address.postal_code,
        "receiverAddressLine1": address.street,
        "receiverAddressLine2": " ".join(filter(None, (address.street2, address.street3, address.district))),
        "receiverPhone": address.phone,
        "receiverEmail": order.email,
        "salesAmount": value and float(value.amount),
        "currency": value and value.currency,
        "merchandiseList": [
            {"merchandiseCode": line.sku, "quantity": line.units, "merchandiseGrade": GOOD} for line in order.lines
        ],
    }


def _sales_value(order):
    values = [line.declared_value for line in order.lines]
    if any(value is None for value in values) or len({value.currency for value in values}) != 1:
        return None
    total = sum(value.amount * line.units for value, line in zip(values, order.lines, strict=True))
    return Money(total, values[0].currency, str(total))


def _cancel(api, handle):
    state = _fetch(api, handle)
    if state is None:
        raise Rejected(f"Winit does not know the order {handle.reference}")
    if state.status in _LEFT:
        raise Rejected(f"{handle.reference} is {state.status.value} already")
    if state.status is not OutboundStatus.CANCELLED:
        api.call("voidOutboundOrder", {"outboundOrderNum": state.external_id}, idempotent=False)
    return ActionResult(handle.reference, True)


def _fetch(api, handle):
    number = handle.external_id or _search(api, handle.reference)
    if not number:
        return None
    try:
        found = api.node("queryOutboundOrder", {"outboundOrderNum": number}).nodes("list")
    except Rejected as refusal:
        if WORDING.is_absent(refusal):
            return None
        raise
    return _state(found[0]) if found else None


def _search(api, reference):
    """Winit's number of the living order with a reference; empty if there is none."""
    now = api.now()

    def page(number, size):
        return {
            "sellerOrderNo": reference,
            "dateOrderedStartDate": day_text(now - _LOOK_BACK),
            "dateOrderedEndDate": day_text(now),
            "pageNum": number,
            "pageSize": size,
        }

    found = [
        node
        for node in api.pages("queryOutboundOrderList", page, _PAGE_SIZE)
        if node.text("sellerOrderNo") == reference
    ]
    living = [node for node in found if node.text("status") != _VOID] or found
    return living[0].text("documentNo", required=True) if living else ""


def _state(node):
    status = _status(node)
    left = status in _LEFT
    return OutboundState(
        reference=node.text("sellerOrderNo"),
        external_id=node.text("outboundOrderNum", required=True),
        status=status,
        tracking=node.text("trackingNum"),
        carrier=node.text("carrier"),
        shipped_at=node.moment("outboundDate") if left else None,
        weight_kg=node.measure("weight") if left else None,
        lines=_shipped(node) if left else (),
        fees=_fees(node),
        status_text=" ".join(filter(None, (node.text("status"), node.text("statusName")))),
        message=node.text("statusName") if status is OutboundStatus.EXCEPTION else "",
    )


def _status(node):
    code, name = node.text("status"), node.text("statusName")
    if code == _VOID:
        return OutboundStatus.CANCELLED
    named = next((status for words, status in _WORDS if words.search(name)), None)
    if named is not None:
        return named
    return OutboundStatus.SHIPPED if node.text("outboundDate") else OutboundStatus.PROCESSING


def _shipped(node):
    units = {}
    for package in node.nodes("packageList"):
        for line in package.nodes("merchandiseList"):
            sku = line.text("productCode", required=True)
            units[sku] = units.get(sku, 0) + line.units("productNum", required=True)
    return tuple(units.items())


def _fees(node):
    found = (
        (FeeKind.HANDLING, "handlingFee", "handlingfeeCode"),
        (FeeKind.FREIGHT, "deliveryCosts", "deliveryCostsCode"),
    )
    stated = ((kind, node.money(amount, node.text(code))) for kind, amount, code in found if node.text(code))
    return tuple((kind, amount) for kind, amount in stated if amount is not None and amount.amount)
