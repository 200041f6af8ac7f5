"""How Winit states times and pages."""

from datetime import datetime, timedelta, timezone

from ....clock import from_text

_BEIJING = timezone(timedelta(hours=8))


def clock_text(text):
    """Return a time of the books as Winit states it; nothing for none."""
    return from_text(text).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S") if text else None


def moment(text):
    """Return the time that Winit's text means, or the beginning of a day."""
    return datetime.fromisoformat(text).replace(tzinfo=_BEIJING)


def within(records, column, low, high, whole_days=False):
    """Return the records whose time is in a range of Winit's texts; missing ends are open."""
    after = moment(low) if low else None
    before = moment(high) + timedelta(days=1 if whole_days else 0, seconds=0 if whole_days else 1) if high else None
    return [
        record
        for record in records
        if (after is None or from_text(record[column]) >= after)
        and (before is None or from_text(record[column]) < before)
    ]


def cut(entries, page, number="pageNo"):
    """Return the asked page of entries."""
    size, at = page.get("pageSize", 200), page.get(number, 1)
    return entries[(at - 1) * size : at * size]
