"""What writes to a marketplace have in common: one result per item, and an outage leaves the rest for later."""

from .aftersales import ReturnStatus
from .connector import ActionResult
from .errors import InvalidPayload, RateLimited, Rejected, Unavailable

# Seconds after which a write is sent again that the marketplace could not take.
RETRY_AFTER = 60.0
REFUSALS, OUTAGES = (Rejected, InvalidPayload), (RateLimited, Unavailable)


def each(items, write, result=ActionResult):
    """Write one after the other.

    :param list items: with a ``reference``
    :param write: item → result; it asks the marketplace first where repeating would do harm. ``Rejected`` and
        ``InvalidPayload`` become the item's result; ``RateLimited`` and ``Unavailable`` that of all items left
    :param result: class of the results
    :return: one result per item
    """
    results = []
    for item in items:
        try:
            results.append(write(item))
        except REFUSALS as error:
            results.append(failed(item, error, result))
        except OUTAGES as error:
            return results + [failed(left, error, result) for left in items[len(results) :]]
    return results


def each_alone(items, write, result=ActionResult):
    """As :func:`each`, where an outage may concern one item only: the others are written all the same."""
    results = []
    for item in items:
        try:
            results.append(write(item))
        except (*REFUSALS, *OUTAGES) as error:
            results.append(failed(item, error, result))
    return results


def failed(item, error, result=ActionResult):
    """The result of an item that an error stopped; after an outage with the seconds until the next attempt."""
    wait = None
    if isinstance(error, OUTAGES):
        wait = error.retry_after if isinstance(error, RateLimited) else RETRY_AFTER
    return result(reference=item.reference, accepted=False, message=str(error), retry_after=wait)


def refuse_refund(refund, asked, marketplace):
    """Why there is nothing to agree to, where a marketplace refunds by the buyer's return only, and exactly its amount.

    :param Refund refund: what is to be paid
    :param Return asked: what the buyer asks for, as the marketplace has it now
    :param str marketplace: its name, for the message
    :return: :class:`ActionResult`; ``None`` if the return is to be agreed to
    """
    if asked.status in (ReturnStatus.CLOSED, ReturnStatus.DISPUTED, ReturnStatus.REJECTED, ReturnStatus.UNKNOWN):
        return ActionResult(refund.reference, False, f"the return is {asked.status_text}")
    if asked.status not in (ReturnStatus.REQUESTED, ReturnStatus.RECEIVED):
        return ActionResult(refund.reference, True, "the refund is agreed already")
    amount = sum(line.amount.amount for line in refund.lines) + (refund.shipping.amount if refund.shipping else 0)
    if asked.refund is not None and refund.lines and amount != asked.refund.amount:
        message = f"the buyer asks for {asked.refund.text} {asked.refund.currency}: {marketplace} pays exactly this"
        return ActionResult(refund.reference, False, message)
    return None
