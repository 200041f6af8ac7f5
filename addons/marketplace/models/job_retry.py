"""When a job that a marketplace turned away should run again."""

import math

from ..contract import NotReady, RateLimited, Unavailable

UNAVAILABLE_SECONDS = 60


def get_retry_seconds(error):
    """Whole seconds after which the same call is worth repeating, or ``None`` if it is not.

    :param ConnectorError error: what the connector raised
    """
    if isinstance(error, (RateLimited, NotReady)):
        return max(1, math.ceil(error.retry_after))
    return UNAVAILABLE_SECONDS if isinstance(error, Unavailable) else None
