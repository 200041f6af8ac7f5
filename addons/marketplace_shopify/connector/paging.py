"""Following cursors inside an object."""


def rest_of(api, connection, document, path, id_):
    """What follows the first page of a connection, as received.

    :param Node connection: with its ``pageInfo``
    :param Document document: takes ``id`` and ``after``
    :param path: names of the object and of its connection in the answer
    """
    found = []
    while connection.node("pageInfo").flag("hasNextPage"):
        cursor = connection.node("pageInfo").text("endCursor", required=True)
        connection = api.run(document, id=id_, after=cursor).data.node(path[0]).node(path[1])
        found += [node.data for node in connection.nodes("nodes")]
    return found


def all_of(api, document, key, **variables):
    """Every object of a connection at the top of a query, as nodes."""
    found, after = [], None
    while True:
        connection = api.run(document, after=after, **variables).data.node(key)
        found += connection.nodes("nodes")
        page = connection.node("pageInfo")
        if not page.flag("hasNextPage"):
            return found
        after = page.text("endCursor", required=True)
