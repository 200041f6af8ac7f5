"""What all writes have in common: one result per item, and the rest is left for later when Walmart cannot answer."""

from ...marketplace.contract import ActionResult, InvalidPayload, RateLimited, Rejected, Unavailable

# Seconds after which a write is sent again that Walmart could not take.
RETRY_AFTER = 60.0


def each(items, write, result=ActionResult):
    """Write one after the other.

    :param items: with a ``reference``
    :param write: item → result; it asks Walmart first where repeating would do harm
    :param result: class of the results
    :return: one result per item
    """
    results = []
    for item in items:
        try:
            results.append(write(item))
        except (Rejected, InvalidPayload) as error:
            results.append(result(reference=item.reference, accepted=False, message=error.reason))
        except (RateLimited, Unavailable) as error:
            wait = getattr(error, "retry_after", RETRY_AFTER)
            late = [
                result(reference=left.reference, accepted=False, message=str(error), retry_after=wait)
                for left in items[len(results) :]
            ]
            return results + late
    return results
