"""When a job that was turned away, by a marketplace or by another job, should run again."""

import math

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import LockError

from ..contract import NotReady, RateLimited, Unavailable

UNAVAILABLE_SECONDS = 60
LOCKED_SECONDS = 2


def get_retry_seconds(error):
    """Whole seconds after which the same call is worth repeating, or ``None`` if it is not.

    :param ConnectorError error: what the connector raised
    """
    if isinstance(error, (RateLimited, NotReady)):
        return max(1, math.ceil(error.retry_after))
    return UNAVAILABLE_SECONDS if isinstance(error, Unavailable) else None


def lock_for_job(records, seconds=LOCKED_SECONDS):
    """Keep records until the end of the job.

    The job that holds them may have found this one waiting, and queued none after itself: this one has to come again.

    :param int seconds: after which a locked out job runs again
    :return: the records that still exist
    :raise RetryableJobError: another job holds some of them
    """
    found = records.exists()
    try:
        found.lock_for_update(allow_referencing=True)
    except LockError as error:
        raise RetryableJobError(str(error), seconds=seconds, ignore_retry=True) from error
    return found
