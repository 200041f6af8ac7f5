"""Connections, cursors and times."""

import base64


def page(items, first=None, after=None):
    """A connection over a list; the cursor is a position. Without ``first``, as in bulk operations, all of it."""
    start = _position(after) if after else 0
    nodes = items[start:] if first is None else items[start : start + first]
    end = start + len(nodes)
    return connection(nodes, _cursor(end) if end < len(items) else "", _cursor(end))


def connection(nodes, following, end=""):
    """The fields of a connection.

    :param following: cursor of the page after; empty on the last one
    :param end: cursor of the last node, where it is known on the last page too
    """
    return {
        "nodes": nodes,
        "edges": [{"node": node} for node in nodes],
        "pageInfo": {"hasNextPage": bool(following), "endCursor": following or end or None},
    }


def second(text):
    """A time in whole seconds."""
    return f"{text[:19]}Z"


def _cursor(position):
    return base64.urlsafe_b64encode(f"position:{position}".encode()).decode()


def _position(cursor):
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().partition(":")[2])
    except ValueError:
        raise ValueError("Invalid cursor for current pagination sort.") from None
