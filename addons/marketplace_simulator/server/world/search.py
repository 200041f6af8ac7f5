"""Find orders and returns of outlets: page by page from where the last page ended, or by offset."""

import json


def read_page(store, page, filters, size):
    """Return the rows of a page and the page after it, ``None`` after the last one.

    While nothing changes the order of rows is fixed; a change moves an order behind the end of the search, never to
    a page that was read already. A shuffled search runs through the same rows in a random order.

    :param page: JSON value ``{region: name or list of names, column: created or updated, after, before: time texts,
        last: None, salt: ""}``; with a ``salt`` the order of rows is a random one
    :param filters: ``{column: wanted values}``, no values meaning all
    :return: rows of ``id, data, position``
    """
    where, values = _conditions(page, filters)
    position = _position(page)
    if page["last"]:
        where.append(f"({position}, id) > (?, ?)")
        values += page["last"]
    rows = store.rows(f"SELECT id, data, {position} AS position FROM purchase WHERE {' AND '.join(where)} "
                      "ORDER BY position, id LIMIT ?", *values, size + 1)
    more, rows = len(rows) > size, rows[:size]
    return rows, {**page, "last": [rows[-1]["position"], rows[-1]["id"]]} if more else None


def read_offset(store, page, filters, offset, size, descending=False):
    """Return the rows from an offset on and how many there are in all; ``page`` and ``filters`` as above."""
    where, values = _conditions(page, filters)
    direction = "DESC" if descending else "ASC"
    rows = store.rows(f"SELECT id, data, {_position(page)} AS position FROM purchase WHERE {' AND '.join(where)} "
                      f"ORDER BY position {direction}, id {direction} LIMIT ? OFFSET ?", *values, size, offset)
    total = store.row(f"SELECT count(*) AS found FROM purchase WHERE {' AND '.join(where)}", *values)["found"]
    return rows, total


def returns(store, regions, after="", before="9", column="updated"):
    """Return ``[(order, return)]`` of outlets whose return was changed (or created) in a time range, oldest first."""
    rows = store.rows(f"SELECT g.id, p.data FROM give_back g JOIN purchase p ON p.id = g.purchase WHERE g.region IN "
                      f"({','.join('?' * len(regions))}) AND g.{column} BETWEEN ? AND ? ORDER BY g.{column}, g.id",
                      *regions, after, before)
    found = []
    for row in rows:
        order = json.loads(row["data"])
        found.append((order, next(entry for entry in order["returns"] if entry["id"] == row["id"])))
    return found


def get_return(store, regions, key):
    """Return ``(order, return)`` of a return id, or ``None``."""
    return next((pair for pair in returns(store, regions) if pair[1]["id"] == key), None)


def _conditions(page, filters):
    regions = [page["region"]] if isinstance(page["region"], str) else list(page["region"])
    column = page["column"]
    where = [f"region IN ({','.join('?' * len(regions))})", f"{column} >= ?", f"{column} <= ?"]
    values = [*regions, page["after"], page["before"]]
    for name, wanted in filters.items():
        if wanted:
            where.append(f"{name} IN ({','.join('?' * len(wanted))})")
            values += wanted
    return where, values


def _position(page):
    return f"scramble(id, '{page['salt']}')" if page["salt"] else page["column"]
