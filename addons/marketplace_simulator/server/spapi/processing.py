"""What feeds and reports share: they wait in a queue, are processed, and are done after a while."""

from datetime import timedelta

from ..clock import to_text
from ..http import ApiError, bad_input

STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
QUEUE_TIME = 15
WORK_TIME = 30
RETENTION = timedelta(days=90)


def plan(call, data, work=WORK_TIME):
    """Add the times of a document that is processed: ``createdTime``, ``starts`` and ``ends``."""
    clock = call.world.clock
    now = clock.now()
    starts = now + clock.wait(QUEUE_TIME)
    return {**data, "region": call.region, "createdTime": to_text(now), "starts": to_text(starts),
            "ends": to_text(starts + clock.wait(work)), "status": None}


def view(data, now, names):
    """Return the state of a feed or report at a moment, with the fields ``names`` as they are."""
    shown = {name: data[name] for name in names if data.get(name) is not None}
    shown["processingStatus"] = status(data, now)
    if shown["processingStatus"] in ("IN_PROGRESS", "DONE", "FATAL"):
        shown["processingStartTime"] = data["starts"]
    if shown["processingStatus"] in ("DONE", "FATAL"):
        shown["processingEndTime"] = data["ends"]
    return shown


def status(data, now):
    """Return the processing status at a moment."""
    return data["status"] or ("IN_QUEUE" if to_text(now) < data["starts"] else "IN_PROGRESS")


def finish(data, outcome, now):
    """Mark a document as finished; its end is now where it was hurried."""
    moment = to_text(now)
    data.update(status=outcome, starts=min(data["starts"], moment), ends=min(data["ends"], moment))


def find(call, kind, key):
    """Return a document of the seller.

    :raise ApiError: 404 if there is none
    """
    data = call.store.document(kind, key, call.region)
    if data is None:
        raise ApiError(404, "NotFound", f"The {kind} {key} was not found.")
    return data


def search(call, kind, type_name, type_key):
    """Return ``(documents of a page, next token or None)`` of a list operation's filters."""
    text = call.text("nextToken")
    if text is not None:
        query = call.site.signer.open(kind, text)
        if query is None or query["region"] != call.region or len(call.request.args) > 1:
            raise bad_input("nextToken is invalid or not the only parameter.")
    else:
        query = _query(call, type_name)
    now = call.world.clock.now()
    found = [data for data in call.store.documents(kind, call.region) if _matches(data, query, type_key, now)]
    begin, end = query["offset"], query["offset"] + query["size"]
    token = call.site.signer.seal(kind, {**query, "offset": end}) if end < len(found) else None
    return found[begin:end], token


def _query(call, type_name):
    types = call.texts(type_name, most=10)
    if not types:
        raise bad_input(f"{type_name} or nextToken must be provided.")
    since = call.moment("createdSince") or call.world.clock.now() - RETENTION
    until = call.moment("createdUntil") or call.world.clock.now()
    return {"region": call.region, "types": types, "statuses": call.texts("processingStatuses", STATUSES),
            "markets": call.texts("marketplaceIds", most=10), "size": call.number("pageSize", 10, 1, 100),
            "since": to_text(since), "until": to_text(until), "offset": 0}


def _matches(data, query, type_key, now):
    return (data[type_key] in query["types"] and query["since"] <= data["createdTime"] <= query["until"]
            and (not query["statuses"] or status(data, now) in query["statuses"])
            and (not query["markets"] or bool(set(query["markets"]) & set(data["marketplaceIds"]))))
