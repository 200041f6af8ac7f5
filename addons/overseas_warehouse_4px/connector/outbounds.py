"""Orders to ship (出库委托). Sources: fields.json, ``fulfillment.OutboundCreate``, ``OutboundCancel``, ``Outbound``."""

from ...marketplace.contract import each
from ...overseas_warehouse.contract import Booking, FeeKind, Handle, OutboundState, OutboundStatus
from .documents import cancel_each, find
from .stock import GOOD

_LIST = "fu.wms.outbound.getlist"
_STATUSES = {
    "N": OutboundStatus.ACCEPTED,
    "S": OutboundStatus.PROCESSING,
    "P": OutboundStatus.PROCESSING,
    "C": OutboundStatus.SHIPPED,
    "X": OutboundStatus.CANCELLED,
    "D": OutboundStatus.CANCELLED,
    "E": OutboundStatus.EXCEPTION,
}
_EXCEPTIONS = {
    "G": "the account owes 4PX money",
    "B": "the price could not be calculated",
    "R": "refused in the check",
    "S": "not enough stock",
}
_LEFT = (OutboundStatus.SHIPPED, OutboundStatus.DELIVERED)
_PLATFORMS = {"aliexpress": "AE", "wish": "WS", "ebay": "EB", "amazon": "AM"}
STANDARD = "S"


def create_outbounds(api, settings, orders):
    """Have orders shipped, unless 4PX knows the reference."""
    return each(orders, lambda order: _create(api, settings, order), Booking)


def fetch_outbounds(api, settings, handles):
    """Orders as they stand now."""
    states = (_fetch(api, settings, handle) for handle in handles)
    return [state for state in states if state is not None]


def cancel_outbounds(api, settings, handles):
    """Stop orders that have not left."""

    def stop(state):
        reason = {"cancel_type": "OT", "cancel_remark": "cancelled by the seller"}
        api.call("fu.wms.outbound.cancel", {"consignment_no": state.external_id, **reason}, idempotent=False)

    return cancel_each(handles, lambda handle: _fetch(api, settings, handle), stop, OutboundStatus.CANCELLED, _LEFT)


def _create(api, settings, order):
    known = _fetch(api, settings, Handle(order.reference))
    if known is not None:
        return Booking(order.reference, True, external_id=known.external_id)
    answer = api.node("fu.wms.outbound.create", _payload(settings, order), idempotent=False)
    return Booking(order.reference, True, external_id=answer.text("consignment_no", required=True))


def _payload(settings, order):
    return {
        "customer_code": settings.customer_code,
        "ref_no": order.reference,
        "from_warehouse_code": order.warehouse,
        "consignment_type": STANDARD,
        "logistics_service_info": {"logistics_product_code": order.service},
        "sales_platform": _PLATFORMS.get(order.platform, ""),
        "sales_no": order.order_number,
        "remark": order.note,
        "oconsignment_desc": _consignee(order),
        "oconsignment_sku": [_line(line) for line in order.lines],
    }


def _consignee(order):
    address = order.address
    street = " ".join(filter(None, (address.street, address.street2, address.street3)))
    fields = {
        "country": address.country_code,
        "state": address.state,
        "city": address.city,
        "district": address.district,
        "post_code": address.postal_code,
        "street": street,
        "company": address.company,
        "first_name": address.name or address.company,
        "phone": address.phone,
        "email": order.email,
    }
    return {name: value for name, value in fields.items() if value}


def _line(line):
    fields = {"sku_code": line.sku, "qty": line.units, "stock_quality": GOOD}
    if line.lot:
        fields["batch_no"] = line.lot
    if line.declared_value is not None:
        fields["unit_price"] = f"{line.declared_value.amount:.2f}"
        fields["units"] = line.declared_value.currency
    return fields


def _fetch(api, settings, handle):
    node = find(api, _LIST, handle, settings.customer_code)
    return None if node is None else state_of(node)


def state_of(node):
    """An order as 4PX states it in its list."""
    word, sub_status = node.text("status", required=True), node.text("sub_status")
    status = _STATUSES.get(word, OutboundStatus.UNKNOWN)
    message = node.text("error_message_origin")
    if status is OutboundStatus.EXCEPTION and not message:
        message = _EXCEPTIONS.get(sub_status, sub_status)
    left = status in _LEFT
    return OutboundState(
        reference=node.text("ref_no"),
        external_id=node.text("consignment_no", required=True),
        status=status,
        tracking=node.text("shipping_no") or node.text("4px_tracking_no"),
        carrier=node.text("carrier_code"),
        shipped_at=node.moment("complete_time") if left else None,
        weight_kg=node.kilograms("shipping_weight"),
        lines=_shipped(node) if left else (),
        fees=_fees(node),
        status_text=word,
        message=message,
    )


def _shipped(node):
    units = {}
    for line in node.nodes("outboundlist_sku"):
        sku = line.text("sku_code", required=True)
        units[sku] = units.get(sku, 0) + line.units("qty", required=True)
    return tuple(units.items())


def _fees(node):
    """The sum that 4PX charges; its parts are in the bill."""
    amount = node.money("billing_amount", node.text("currency")) if node.text("currency") else None
    return ((FeeKind.OTHER, amount),) if amount is not None and amount.amount else ()
