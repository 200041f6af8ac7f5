"""How ShipBob pages and names things."""

from ....http import ApiError


def number(record):
    """Return the whole number of a record."""
    return int(record["number"])


def find(call, what, record_number):
    """Return a notice or order by ShipBob's number.

    :param what: ``inbound`` or ``outbound``
    :raise ApiError: 404
    """
    record = getattr(call.site.depot, what)(f"{int(record_number):08d}") if record_number.isdigit() else None
    if record is None:
        raise ApiError(404, "NotFound", "Not Found")
    return record


def by_pages(call, entries):
    """Return the entries of a numbered page."""
    size, page = call.number("Limit", 50, 1, 250), call.number("Page", 1, 1, 10**6)
    return entries[(page - 1) * size:page * size]


def by_links(call, entries, path):
    """Return a page that names the next one by a link."""
    size, offset = call.number("PageSize", 50, 1, 250), call.number("offset", 0, 0, 10**9)
    more = offset + size < len(entries)
    filters = {name: value for name, value in call.request.args.items() if name not in ("offset", "PageSize")}
    query = "".join(f"&{name}={value}" for name, value in filters.items())
    following = f"/2026-01/{path}?offset={offset + size}&PageSize={size}{query}" if more else None
    return {"items": entries[offset:offset + size], "next": following, "prev": None, "first": None, "last": None}


def listed(call, name):
    """Return the values of a comma-separated parameter; ``None`` where it is absent."""
    return call.texts(name) if call.text(name) else None
