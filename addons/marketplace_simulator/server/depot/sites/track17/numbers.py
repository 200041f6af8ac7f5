"""Numbers that were registered, and what carriers scanned."""

import re
from datetime import datetime, timezone

from ....clock import to_text
from ....http import ApiError

KIND, SCANS, SETTINGS = "track17:number", "track17:scan", "track17:settings"
QUOTA = 1000
CARRIER = 190012
STATUSES = {"PickedUp": "InTransit", "Departure": "InTransit", "Arrival": "InTransit",
            "OutForDelivery": "OutForDelivery", "Delivered": "Delivered", "Exception": "Exception"}
MOST = 40


def register(call):
    """Have numbers followed, each once."""
    store, accepted, rejected = call.store, [], []
    for entry in _entries(call):
        number = str(entry.get("number", ""))
        if not re.fullmatch(r"[A-Z0-9]{5,50}", number):
            rejected.append(_refusal(number, -18010012, f"The format of '{number}' is invalid."))
        elif store.document(KIND, number):
            rejected.append(_refusal(number, -18019901, f"The tracking number '{number}' has been registered."))
        elif number.startswith("NOBODY") and not entry.get("carrier"):
            rejected.append(_refusal(number, -18019903, f"The carrier of '{number}' cannot be detected."))
        elif _left(store) <= 0:
            rejected.append(_refusal(number, -18019908, "Insufficient quota."))
        else:
            kept = {"number": number, "carrier": entry.get("carrier") or CARRIER, "tag": entry.get("tag") or ""}
            store.put_document(KIND, number, "", to_text(call.world.clock.now()), kept)
            accepted.append({"origin": 1, **kept, "email": None, "lang": None})
    return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}


def track_info(call):
    """What is known of registered numbers."""
    accepted, rejected = [], []
    for entry in _entries(call):
        number = str(entry.get("number", ""))
        known = call.store.document(KIND, number)
        if known is None:
            message = f"The tracking number '{number}' does not register, please register first."
            rejected.append(_refusal(number, -18019902, message))
        elif (scans := call.store.document(SCANS, number)) is None:
            message = f"No tracking information at this time for '{number}'."
            rejected.append(_refusal(number, -18019909, message))
        else:
            accepted.append(render(known, scans))
    return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}


def quota(call):
    """How many numbers may still be registered."""
    total, left = _total(call.store), _left(call.store)
    counts = {"quota_total": total, "quota_used": total - left, "quota_remain": left, "today_used": total - left}
    return {"code": 0, "data": counts}


def sell(world, total):
    """Set how many numbers the account may register in all."""
    world.store.put_document(SETTINGS, "quota", "", to_text(world.clock.now()), {"total": total})
    return {"total": total}


def _total(store):
    return (store.document(SETTINGS, "quota") or {"total": QUOTA})["total"]


def _left(store):
    return _total(store) - len(store.documents(KIND, ""))


def scan(world, number, stage, at, location="", text="", expected=None):
    """Add an event to a number, known here or not; return the number as ``gettrackinfo`` states it.

    :param stage: of :data:`STATUSES`
    :param at: ISO 8601 with a zone
    :param expected: ``[from, to]`` of the delivery, ISO 8601
    """
    scans = world.store.document(SCANS, number) or {"events": [], "expected": None}
    scans["events"].insert(0, {"stage": stage, "at": at, "location": location, "text": text or stage})
    scans["expected"] = expected or scans["expected"]
    world.store.put_document(SCANS, number, "", to_text(world.clock.now()), scans)
    return render(world.store.document(KIND, number) or {"number": number, "carrier": CARRIER, "tag": ""}, scans)


def render(known, scans):
    """A number with its events."""
    events = [_event(event) for event in scans["events"]]
    latest, expected = events[0], scans["expected"] or (None, None)
    status = {"status": STATUSES[latest["stage"]], "sub_status": latest["sub_status"], "sub_status_descr": None}
    provider = {"provider": {"key": known["carrier"], "name": "Simulated Carrier"}, "events": events}
    return {**known, "track_info": {
        "latest_status": status, "latest_event": latest,
        "time_metrics": {"estimated_delivery_date": {"source": "Official", "from": expected[0], "to": expected[1]}},
        "tracking": {"providers_hash": len(events), "providers": [provider]}}}


def _event(event):
    at = datetime.fromisoformat(event["at"])
    zone = at.isoformat()[19:]
    raw = {"date": at.date().isoformat(), "time": at.time().isoformat(), "timezone": zone}
    utc = at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    status = STATUSES[event["stage"]]
    return {"time_iso": at.isoformat(), "time_utc": utc, "time_raw": raw, "description": event["text"],
            "description_translation": {"lang": "en", "description": event["text"]}, "location": event["location"],
            "stage": event["stage"], "sub_status": f"{status}_{event['stage']}"}


def _entries(call):
    entries = call.request.get_json(silent=True)
    if not isinstance(entries, list) or not entries:
        raise ApiError(400, -18010010, "Please provide the data 'number'.")
    if len(entries) > MOST:
        raise ApiError(400, -18010014, f"The tracking numbers submitted exceed {MOST}.")
    return entries


def _refusal(number, code, message):
    return {"number": number, "carrier": 0, "error": {"code": code, "message": message}}
