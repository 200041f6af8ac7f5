"""Revisions of received objects."""

from ...marketplace.contract import content_hash
from .fields import format_time


def revision_of(payload, updated_at, without=()):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another.

    :param without: ``[(key, key)]`` of fields that do not count, since only one way to get the object has them
    """
    for outer, inner in without:
        if isinstance(payload.get(outer), dict) and inner in payload[outer]:
            rest = {key: value for key, value in payload[outer].items() if key != inner}
            payload = {**payload, outer: rest}
    return f"{format_time(updated_at)}-{content_hash(payload)}"
