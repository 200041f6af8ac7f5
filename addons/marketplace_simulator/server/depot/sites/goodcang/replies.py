"""How GoodCang words its answers."""

from datetime import datetime, timedelta, timezone

from ....clock import from_text
from ....http import ApiError

BEIJING = timezone(timedelta(hours=8))


def first(data, **more):
    """Return a V1 answer."""
    return {"ask": "Success", "message": "Success", **more, "data": data}


def second(data):
    """Return a V2 answer."""
    return {"code": 0, "message": "success", "data": data}


def paged(body, entries, size="pageSize", page="page"):
    """Return ``(the entries of a page, how many there are)``."""
    length, number = int(body[size]), int(body[page])
    return entries[(number - 1) * length:number * length], len(entries)


def absent(what):
    """Return the error of something that is not there."""
    return ApiError(400, "20404", f"{what}不存在")


def local(text):
    """Return a time text of the world as Beijing's."""
    return from_text(text).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if text else "0000-00-00 00:00:00"


def moment(text):
    """Return the aware time of a Beijing time or day."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
