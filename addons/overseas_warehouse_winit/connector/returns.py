"""Returns. Sources: fields.json, ``oswh.ReturnOrder``, ``oswh.ReturnOrderGood``.

Winit tells when a return was made, not when it changed: returns of the weeks before are told again, as they are now.
"""

from datetime import timedelta

from ...marketplace.contract import Page, read_each
from ...overseas_warehouse.contract import Grade, ReturnedLine, ReturnState, ReturnStatus
from .fields import Node, clock_text
from .stock import DEFECTIVE

_PAGE_SIZE = 100
_OPEN_FOR = timedelta(days=60)
# PD draft, OD made, RE arrived, WP to be decided, OC done, DT destroyed, CD cancelled: published clients of Winit.
_STATUSES = {
    "PD": ReturnStatus.ANNOUNCED,
    "OD": ReturnStatus.ANNOUNCED,
    "RE": ReturnStatus.RECEIVED,
    "WP": ReturnStatus.RECEIVED,
    "OC": ReturnStatus.FINISHED,
    "DT": ReturnStatus.FINISHED,
    "CD": ReturnStatus.CANCELLED,
}


def fetch_returns(api, warehouses, since, token):
    """One page is one warehouse."""
    index = int(token or 0)
    if index >= len(warehouses):
        return Page(())

    def page(number, size):
        return {
            "warehouseCode": warehouses[index],
            "OderStartDatetime": clock_text(since - _OPEN_FOR),
            "OderEndDatetime": clock_text(api.now()),
            "pageParams": {"pageNo": number, "pageSize": size},
        }

    entries = [node.data for node in api.pages("rma.returnGoodsOrder.queryReturnOderList", page, _PAGE_SIZE)]
    found, broken = read_each(entries, "list", lambda entry, path: _state(Node(entry, path)))
    following = index + 1
    return Page(tuple(found), str(following) if following < len(warehouses) else "", broken=tuple(broken))


def _state(node):
    status = node.text("status", required=True)
    return ReturnState(
        external_id=node.text("returnGoodsOrderNo", required=True),
        warehouse=node.text("warehouseCode", required=True),
        status=_STATUSES.get(status, ReturnStatus.UNKNOWN),
        lines=tuple(_line(good) for good in node.nodes("orderGoodsList") if good.units("confirmQty")),
        updated_at=node.moment("createDate", required=True),
        outbound=node.text("outboundOrderNo"),
        tracking=node.text("expressNo") or node.text("customerExpressNo"),
        reason=node.text("retrunReason"),
        status_text=status,
    )


def _line(node):
    grade = Grade.DAMAGED if node.text("merchandiseGrade") == DEFECTIVE else Grade.SELLABLE
    return ReturnedLine(node.text("merchandiseCode", required=True), node.units("confirmQty", required=True), grade)
