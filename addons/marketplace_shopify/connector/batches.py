"""Writing one record after the other."""

from ...marketplace.contract import ActionResult, InvalidPayload, RateLimited, Rejected, Unavailable

_RETRY_AFTER = 60.0


def each(records, write):
    """One :class:`ActionResult` per record; when Shopify does not answer, the rest is left for later.

    :param records: with a ``reference``
    :param write: ``record -> ActionResult``; what it raises as refused becomes that record's result
    """
    results = []
    for record in records:
        try:
            results.append(write(record))
        except (Rejected, InvalidPayload) as error:
            results.append(ActionResult(record.reference, False, str(error)))
        except (RateLimited, Unavailable) as error:
            wait = error.retry_after if isinstance(error, RateLimited) else _RETRY_AFTER
            rest = records[len(results) :]
            return results + [ActionResult(left.reference, False, str(error), wait) for left in rest]
    return results
