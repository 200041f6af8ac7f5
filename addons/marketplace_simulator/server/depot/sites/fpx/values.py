"""How 4PX states times, numbers of documents and pages."""

from datetime import timedelta, timezone

from ....clock import from_text

_BEIJING = timezone(timedelta(hours=8))


def millis(text):
    """Return a time of the books as 4PX states it."""
    return round(from_text(text).timestamp() * 1000)


def clock_text(text):
    """Return a time of the books as 4PX's service for returns states it."""
    return from_text(text).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def within(records, column, body, field):
    """Return the records whose time is in the range that a request asks for; a missing end is open."""
    low, high = body.get(f"{field}_start", 0), body.get(f"{field}_end", 1 << 62)
    return [record for record in records if record[column] and low <= millis(record[column]) <= high]


def page(entries, body):
    """Return the asked page of entries."""
    number, size = body.get("page_no", 1), body.get("page_size", 50)
    data = entries[(number - 1) * size : number * size]
    return {"page_no": number, "page_size": size, "total": len(entries), "data": data}


def numbered(find, body, prefix):
    """Return the document that a request names by either number, or ``None``."""
    number = body.get("consignment_no") or body.get("order_no")
    if number:
        return find(number=number.removeprefix(prefix))
    return find(reference=body["ref_no"])
