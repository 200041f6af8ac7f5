"""Searches by time: in windows that a search may cover, and each of them page by page from an offset on.

A place is a dict: the window searched (``since``, ``until``) and how many ``days`` it covers at most, the end of the
range (``end``), up to when it is complete (``done``), the place in the window (``offset``) and the number of objects in
it (``total``).
"""

import json
from datetime import timedelta

from ...marketplace.contract import InvalidPayload, parse_time
from .fields import format_time

#: How many days a search covers at most, and how long objects are kept.
SPAN = 90
KEPT = timedelta(days=730) - timedelta(hours=1)
#: Changes may become visible this much later.
LAG = timedelta(seconds=60)
_TIMES = ("since", "until", "end", "done")


def first_place(api, since, until, days=SPAN):
    """Where a fetch begins; ``None`` where there is nothing to search."""
    now = api.now()
    since = max(since, now - KEPT)
    end = min(until, now) if until else now
    if since >= end:
        return None
    until = min(end, since + timedelta(days=days))
    return {"since": since, "until": until, "days": days, "end": end, "done": end, "offset": 0, "total": 0}


def next_place(place, count, total, name):
    """Place of the next page, ``None`` after the last one.

    An object that changes while we read may leave the window, and those after it move up: by as many places we step
    back.

    :param int count: of objects on the page
    :param int total: of objects in the window
    :param str name: of the array, for errors
    """
    moved_up = place["total"] - total if place["offset"] else 0
    if moved_up > 0:
        return {**place, "offset": max(0, place["offset"] - moved_up), "total": total}
    if place["offset"] + count < total:
        if not count:
            raise InvalidPayload(name, f"an empty page at {place['offset']} of {total}")
        return {**place, "offset": place["offset"] + count, "total": total}
    if place["until"] < place["end"]:
        since = place["until"]
        until = min(place["end"], since + timedelta(days=place["days"]))
        return {**place, "since": since, "until": until, "offset": 0, "total": 0}
    return None


def nothing_until(api, until):
    """Up to when a range that holds nothing is complete."""
    latest = api.now() - LAG
    return min(until, latest) if until else latest


def span_text(place):
    """The window as filters write it."""
    return f"[{format_time(place['since'])}..{format_time(place['until'])}]"


def write_token(place):
    """A place as page token."""
    return json.dumps({**place, **{key: format_time(place[key]) for key in _TIMES}})


def read_token(token):
    """The place of a page token."""
    place = json.loads(token)
    return {**place, **{key: parse_time(place[key], "token") for key in _TIMES}}
