"""Orders to ship (出库单). Source: ``docs/order``, ``fields.json`` (``CreateOrderPayload``)."""

from ...overseas_warehouse.connector import ec_family
from ...overseas_warehouse.contract import FeeKind
from .fields import Node

FEES = {
    "SHIPPING": FeeKind.FREIGHT, "FSC": FeeKind.FREIGHT, "RSF": FeeKind.FREIGHT, "OPF": FeeKind.HANDLING,
    "DT": FeeKind.DUTY, "OTF": FeeKind.OTHER,
}  # fmt: skip


def create(api, orders):
    """Have orders shipped that GoodCang does not have yet; one :class:`Booking` each."""
    return ec_family.create_orders(
        orders,
        lambda reference: find(api, reference),
        lambda order: api.order("order/create_order", ec_family.build_order(order)),
    )


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
    """One order with its weight and fees."""
    fees = tuple(read_fees(node.node("fee_details")))
    return ec_family.read_order(node, weight_kg=node.measure("order_weight"), fees=fees)


def read_fees(node):
    """Fees of an order that are not zero, as list of ``(FeeKind, Money)``."""
    currency = node.text("currency_code")
    amounts = [(kind, node.money(name, currency)) for name, kind in FEES.items() if name in node]
    return [(kind, amount) for kind, amount in amounts if amount is not None and amount.amount]


def cancel(api, handles):
    """Stop orders; one :class:`ActionResult` each."""
    return ec_family.cancel_orders(
        handles,
        lambda handle: _find_one(api, handle),
        lambda wanted: api.order("order/cancel_order", wanted),
        "GoodCang",
    )
