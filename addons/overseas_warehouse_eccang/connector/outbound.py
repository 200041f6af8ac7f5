"""Orders to ship. Source: ``CreateOrder``, ``GetOrderList``, ``CancelOrder``; see :mod:`.api` on answers."""

from ...overseas_warehouse.connector import ec_family


def create(api, orders):
    """Have orders shipped that ECCANG does not have yet; one :class:`Booking` each."""
    return ec_family.create_orders(
        orders,
        lambda reference: _find(api, reference, ""),
        lambda order: api.order("createOrder", build(order)),
    )


def build(order):
    """An order as ECCANG takes it, with the district and the lots."""
    built = ec_family.build_order(order)
    built["district"] = order.address.district
    for item, line in zip(built["items"], order.lines, strict=True):
        if line.lot:
            item["batch_info"] = {line.lot: line.units}
    return built


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
    nodes = [found.get(handle.external_id) or _find(api, handle.reference, handle.external_id) for handle in handles]
    return [ec_family.read_order(node) for node in nodes if node is not None]


def cancel(api, handles):
    """Stop orders; one :class:`ActionResult` each."""
    return ec_family.cancel_orders(
        handles,
        lambda handle: _find(api, handle.reference, handle.external_id),
        lambda wanted: api.order("cancelOrder", wanted),
        "ECCANG",
    )
