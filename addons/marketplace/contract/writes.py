"""What writes to a marketplace have in common: one result per item, and an outage leaves the rest for later."""

from .connector import ActionResult
from .errors import InvalidPayload, RateLimited, Rejected, Unavailable

# Seconds after which a write is sent again that the marketplace could not take.
RETRY_AFTER = 60.0


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
        except (Rejected, InvalidPayload) as error:
            results.append(result(reference=item.reference, accepted=False, message=str(error)))
        except (RateLimited, Unavailable) as error:
            wait = error.retry_after if isinstance(error, RateLimited) else RETRY_AFTER
            late = {"accepted": False, "message": str(error), "retry_after": wait}
            return results + [result(reference=left.reference, **late) for left in items[len(results) :]]
    return results
