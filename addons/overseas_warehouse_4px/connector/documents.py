"""Finding an order or notice under one of its numbers.

The lists say of their times "today if absent" (fields.json, ``OutboundListPayload``), not whether this holds when a
number is asked for. So what is not found is asked for again with the longest range there is.
"""

from datetime import timedelta

from ...marketplace.contract import ActionResult, InvalidPayload, Rejected, each

_LONGEST = timedelta(days=30).total_seconds()
_PAGE_SIZE = 50


def find(api, operation, handle, customer_code=""):
    """The :class:`~.fields.Node` of a document, ``None`` if 4PX does not know it."""
    number = {"ref_no": handle.reference} if handle.reference else {"consignment_no": handle.external_id}
    now = api.client.clock()
    ranges = {
        "create_time_start": round((now - _LONGEST) * 1000),
        "create_time_end": round(now * 1000) + 1,
    }
    query = {"customer_code": customer_code, **number}
    found = api.pages(operation, query, _PAGE_SIZE) or api.pages(operation, {**query, **ranges}, _PAGE_SIZE)
    matching = [node for node in found if _is(node, handle)]
    # A number that was given up may have been used again: the one that lives is meant.
    living = [node for node in matching if node.text("status") not in ("X", "D")]
    if len(living) > 1:
        raise InvalidPayload(operation, f"{handle.reference} stands for {len(living)} documents")
    return (living or matching or [None])[0]


def _is(node, handle):
    if handle.reference:
        return node.text("ref_no") == handle.reference
    return node.text("consignment_no") == handle.external_id


def cancel_each(handles, fetch, stop, cancelled, too_late):
    """Stop documents; one result per handle.

    :param fetch: handle → its state, ``None`` if unknown
    :param stop: state → nothing; cancels it
    :param cancelled: status of what is cancelled already
    :param too_late: statuses that nothing can stop
    """

    def cancel(handle):
        state = fetch(handle)
        if state is None:
            raise Rejected(f"4PX does not know {handle.reference}")
        if state.status in too_late:
            raise Rejected(f"{handle.reference} is {state.status.value} already")
        if state.status is not cancelled:
            stop(state)
        return ActionResult(handle.reference, True)

    return each(handles, cancel)
