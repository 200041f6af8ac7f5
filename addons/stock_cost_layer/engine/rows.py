"""A state as rows and back, so that a batch of events needs only the part of a state that it touches."""

from typing import NamedTuple

from .averages import month_of
from .state import Lot, Node, Product


class Rows(NamedTuple):
    """Part of a method's state. Every dict maps a key to plain values, so two of them can be compared.

    - lots: ``{(product, place, node): (order in the place, units, amounts)}``
    - nodes: ``{(product, node): (batch, kept units, amounts)}``
    - links: ``{(product, node, later node): (units, whether it is a return)}``
    - places: ``{(product, place): (amounts, gross, gross units, issues, shortages)}``, issues as
      ``((node, units, amounts), …)``, shortages as ``((node, units), …)``
    - months: ``{product: (month, units of the latest receipt, amounts of it)}``
    """

    lots: dict
    nodes: dict
    links: dict
    places: dict
    months: dict


def empty():
    """Rows without any."""
    return Rows({}, {}, {}, {}, {})


def dump(method):
    """All that a method holds, as :class:`Rows`."""
    rows = empty()
    for key, product in method.products.items():
        rows.months[key] = (product.month, product.last_units, product.last_amounts)
        for node in product.nodes.values():
            _dump_node(rows, key, node)
        for place in product.places.values():
            _dump_place(rows, key, place)
    return rows


def _dump_node(rows, product, node):
    rows.nodes[product, node.id] = (node.batch, node.kept, node.amounts)
    for links, is_return in ((node.uses, False), (node.backs, True)):
        for later, units in (links or {}).items():
            rows.links[product, node.id, later] = (units, is_return)


def _dump_place(rows, product, place):
    issues = tuple((node.id, units, amounts) for node, units, amounts in place.issues)
    shortages = tuple((node.id, units) for node, units in place.short)
    rows.places[product, place.key] = (place.amounts, place.gross, place.gross_units, issues, shortages)
    for lot in place.queue:
        rows.lots[product, place.key, lot.node.id] = (lot.order, lot.units, lot.amounts)


def load(method, rows):
    """Put rows into a fresh method; nodes that the coming events do not reach may be missing.

    :return: the method
    """
    for key, (month, units, amounts) in rows.months.items():
        product = method.products[key] = Product()
        product.month, product.last_units, product.last_amounts = month, units, amounts
    for (key, node_id), (batch, kept, amounts) in rows.nodes.items():
        node = method.products[key].nodes[node_id] = Node(node_id, batch)
        node.kept, node.amounts = kept, amounts
    for (key, node_id, later), (units, is_return) in rows.links.items():
        _load_link(method.products[key].nodes[node_id], later, units, is_return)
    for (key, place_key), values in rows.places.items():
        _load_place(method.products[key], place_key, values)
    for (key, place_key, node_id), (order, units, amounts) in sorted(
        rows.lots.items(), key=lambda item: (item[0][:2], item[1][0])
    ):
        _load_lot(method.products[key], place_key, node_id, Lot(None, order, units, amounts))
    return method


def _load_link(node, later, units, is_return):
    name = "backs" if is_return else "uses"
    if getattr(node, name) is None:
        setattr(node, name, {})
    getattr(node, name)[later] = units


def _load_place(product, key, values):
    place = product.place(key)
    place.amounts, place.gross, place.gross_units, issues, shortages = values
    place.issues = [(product.nodes[node_id], units, amounts) for node_id, units, amounts in issues]
    place.short.extend([product.nodes[node_id], units] for node_id, units in shortages)


def _load_lot(product, key, node_id, lot):
    place, node = product.place(key), product.nodes[node_id]
    lot.node = node
    if node.lots is None:
        node.lots = {}
    node.lots[key] = lot
    place.queue.append(lot)
    place.units += lot.units


def pack(rows):
    """What lies in places as lists of plain values, for JSON: ``{product: data}``. Nodes and links are kept apart."""
    result = {product: {"month": values, "lots": [], "places": []} for product, values in rows.months.items()}
    for (product, place, node), values in rows.lots.items():
        result[product]["lots"].append([place, node, *values])
    for (product, place), values in rows.places.items():
        result[product]["places"].append([place, *values])
    return result


def unpack(rows, product, data):
    """Add to rows what :func:`pack` made of a product."""
    for place, node, order, units, amounts in data["lots"]:
        rows.lots[product, place, node] = (order, units, tuple(amounts))
    for place, amounts, gross, gross_units, issues, shortages in data["places"]:
        issues = tuple((node, units, tuple(part)) for node, units, part in issues)
        shortages = tuple(map(tuple, shortages))
        rows.places[product, place] = (tuple(amounts), tuple(gross), gross_units, issues, shortages)
    month, units, amounts = data["month"]
    rows.months[product] = (month, units, tuple(amounts))


def needed(rows, events):
    """Which nodes a batch of events needs.

    :param Rows rows: lots, places and months of the events' products
    :return: ids of nodes that are needed with all that follows from them, ids of those needed alone
    """
    entire = {event.origin for event in events if event.origin is not None}
    alone = {node for _product, _place, node in rows.lots}
    closing = {event.product for event in events if month_of(event.day) > rows.months.get(event.product, (0,))[0]}
    for (product, _place), (*_amounts, issues, shortages) in rows.places.items():
        entire.update(node for node, _units in shortages)
        (entire if product in closing else alone).update(node for node, _units, _amounts in issues)
    return entire, alone
