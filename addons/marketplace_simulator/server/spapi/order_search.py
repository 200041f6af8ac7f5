"""Find orders: one by its id, or many page by page. Shared by both versions of the Orders API."""

from ..clock import to_text
from ..http import ApiError


def find(call):
    """Return the order of the path.

    :raise ApiError: 404 if this seller has none with this id
    """
    order = call.world.get_order(call.path["orderId"])
    if order is None or order["region"] != call.region:
        raise ApiError(404, "NotFound", f"Order {call.path['orderId']} was not found.")
    return order


def start(call, column, after, before):
    """Return the first page of a search as JSON value: ``column`` is ``created`` or ``updated``."""
    fault = call.site.faults.fire(call.operation.name, ("shuffle_pages",))
    return {"region": call.region, "column": column, "after": to_text(after), "before": to_text(before), "last": None,
            "salt": f"{fault['id']}.{fault['fired']}" if fault else ""}


def repeat_some(call, page, rows):
    """Repeat, under the fault ``duplicate_orders``, the last order of the page before and the last of this page."""
    if not rows or not call.site.faults.fire(call.operation.name, ("duplicate_orders",)):
        return rows
    before = call.store.row("SELECT data FROM purchase WHERE id = ?", page["last"][1]) if page["last"] else None
    return [*([before] if before else []), *rows, rows[-1]]
