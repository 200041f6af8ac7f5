"""Returns. Sources: operations.json, ``re.grs.rmainfo.list`` and ``.get``; fields.json, ``grs.*``.

4PX tells when a parcel came back, not when it changed: those of the weeks before are told again, as they are now. It
names the parcel by the number that it came back with, and no order; whether the goods are good is said of a whole
parcel. Pages begin with 0 (``grs.RmaInfoList.page_start``).
"""

from datetime import timedelta

from ...marketplace.contract import Page, read_each
from ...overseas_warehouse.connector.numbers import BEIJING
from ...overseas_warehouse.contract import Grade, ReturnedLine, ReturnState, ReturnStatus
from .fields import Node

_PAGE_SIZE = 100
_OPEN_FOR = timedelta(days=30)
# grs.ReceivedListInfo.status. What was destroyed never comes into stock.
_STATUSES = {
    "WAIT_RECEIVER": ReturnStatus.ANNOUNCED,
    "RECEIVER_COMPLETE": ReturnStatus.RECEIVED,
    "WAIT_CHECK": ReturnStatus.RECEIVED,
    "WAIT_PUT_AWAY": ReturnStatus.RECEIVED,
    "FINISHING": ReturnStatus.RECEIVED,
    "PUT_AWAY_SUCCESS": ReturnStatus.FINISHED,
    "DESTROY_SUCCESS": ReturnStatus.CANCELLED,
    "EXPIRE_DESTRUCTION": ReturnStatus.CANCELLED,
    "CANCEL_SUCCESS": ReturnStatus.CANCELLED,
}


def fetch_returns(api, warehouses, since, token):
    """One page is one of 4PX's, of all warehouses; the goods of each return that is put away are asked for."""
    number = int(token or 0)
    query = {
        "page_start": number,
        "page_count": _PAGE_SIZE,
        "recevier_time_start": _clock_text(since - _OPEN_FOR),
        "recevier_time_end": _clock_text(api.now()),
    }
    entries = api.node("re.grs.rmainfo.list", query).nodes("list")
    wanted = [node.data for node in entries if node.text("warehouse") in warehouses]
    found, broken = read_each(wanted, "list", lambda entry, path: _state(api, Node(entry, path)))
    following = str(number + 1) if len(entries) == _PAGE_SIZE else ""
    return Page(tuple(found), following, broken=tuple(broken))


def _state(api, node):
    stated = node.text("status", required=True)
    number = node.text("rma_no", required=True)
    status = _STATUSES.get(stated, ReturnStatus.UNKNOWN)
    return ReturnState(
        external_id=number,
        warehouse=node.text("warehouse", required=True),
        status=status,
        lines=_lines(api, number) if status is ReturnStatus.FINISHED else (),
        updated_at=node.clock("received_time", required=True),
        tracking=node.text("received_shipping_no"),
        status_text=stated,
    )


def _lines(api, number):
    """What was put away. Only what is said to be good may be sold again."""
    received = api.node("re.grs.rmainfo.get", {"rma_no": number})
    grade = Grade.SELLABLE if received.text("is_normal").upper() == "Y" else Grade.DAMAGED
    return tuple(
        ReturnedLine(sku.text("skuCode", required=True), units, grade)
        for sku in received.nodes("countSkuList")
        if (units := sku.units("actualQty", required=True))
    )


def _clock_text(time):
    return time.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
