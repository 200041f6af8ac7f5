"""Which packages of an order a parcel is, and packing the order anew where none is.

Sources: documents ``v2.order.get_order_detail`` (``package_list``), ``v2.order.split_order`` and
``v2.order.unsplit_order``. An order has one package until Shopee or the seller splits it. As long as none is arranged
the split can be changed: all units are in one of the new packages then, and a split order is made one package first.
"""

from ...marketplace.contract import Rejected, Unavailable
from .errors import PERMISSION
from .order_view import item_of, parse_order
from .orders import fetch_payload

#: Statuses of packages that are not arranged yet; one whose pickup failed is, and gets a new slot at Shopee.
READY = frozenset({
    "", "LOGISTICS_NOT_START", "LOGISTICS_PENDING_ARRANGE", "LOGISTICS_READY",
})  # fmt: skip
GONE = frozenset({"LOGISTICS_INVALID", "LOGISTICS_REQUEST_CANCELED", "LOGISTICS_COD_REJECTED"})
_STAYS_SPLIT = PERMISSION | {"order_cannot_undo_split"}
_SEPARATOR = ","


def join_numbers(numbers):
    """Numbers of the packages of one parcel, as one text."""
    return _SEPARATOR.join(numbers)


def split_numbers(text):
    """The inverse of :func:`join_numbers`; one empty number where there is none."""
    return text.split(_SEPARATOR)


def packages_of(api, shop_id, order_id, parcels):
    """``{reference: packages}`` of the parcels that Shopee has; the order is packed anew for them where it can be.

    :param list parcels: :class:`Shipment` of this order
    """
    order = _fetch(api, shop_id, order_id)
    found = match_packages(order, parcels)
    contents = _new_contents(order, parcels, found)
    if not contents:
        return found
    split = _split_request(order, contents)
    if len(order.packages) > 1 and not _unsplit(api, order):
        return found
    if len(split["package_list"]) > 1:
        api.post("order.split", shop_id, "order/split_order", split)
    return match_packages(_fetch(api, shop_id, order_id), parcels)


def _fetch(api, shop_id, order_id):
    payload = fetch_payload(api, shop_id, order_id)
    if payload is None:
        raise Rejected(f"the shop has no order {order_id}", "error_not_found")
    return parse_order(payload)


def match_packages(order, parcels):
    """``{reference: packages}`` of the parcels that Shopee knows: by their numbers, else by content.

    A parcel is one package, or several that hold its units together. Of packages with the same content one that is
    not arranged yet is taken first: Shopee keeps no reference of ours, and a parcel that is never arranged is worse
    than one that is arranged early.
    """
    free = sorted(order.packages, key=lambda package: (package.status in GONE, package.status not in READY))
    found = {}
    for find in (_named, _same, _together):
        for parcel in parcels:
            packages = None if parcel.reference in found else find(parcel, free)
            if packages:
                found[parcel.reference] = packages
                free = [package for package in free if package not in packages]
    return found


def _named(parcel, packages):
    names = split_numbers(parcel.package_id)
    by_name = {package.external_id: package for package in packages}
    return [by_name[name] for name in names] if by_name.keys() >= set(names) else None


def _same(parcel, packages):
    content = _content(parcel)
    return [package for package in packages if not parcel.package_id and package.quantities == content][:1]


def _together(parcel, packages):
    return None if parcel.package_id else _cover(_content(parcel), packages)


def _cover(content, packages):
    """Packages that hold exactly these units together; ``None`` if there are none."""
    if not content:
        return []
    line_id = next(iter(content))
    for package in [package for package in packages if line_id in package.quantities]:
        # What can be had with this package is found now: the next ones are tried without it.
        packages = [other for other in packages if other is not package]
        left = {key: content.get(key, 0) - package.quantities.get(key, 0) for key in content | package.quantities}
        if min(left.values()) >= 0:
            rest = _cover({key: units for key, units in left.items() if units}, packages)
            if rest is not None:
                return [package, *rest]
    return None


def _content(parcel):
    content = {}
    for line in parcel.lines:
        content[line.order_line_id] = content.get(line.order_line_id, 0) + line.quantity
    return content


def _new_contents(order, parcels, found):
    """Units of the packages that the order shall have; empty where it stays packed as it is.

    Of a split order only whole packages are put together: that asks nothing that the seller may not do.
    """
    if any(package.status not in READY for package in order.packages):
        return []
    if len(order.packages) == 1:
        return [_content(parcel) for parcel in parcels] if len(found) < len(parcels) else []
    joined = [parcel for parcel in parcels if len(found.get(parcel.reference, ())) > 1 and not parcel.package_id]
    taken = [package for parcel in joined for package in found[parcel.reference]]
    others = [package.quantities for package in order.packages if package not in taken]
    return [*map(_content, joined), *others] if joined else []


def _unsplit(api, order):
    """Make an order one package again; false if Shopee does not allow it."""
    try:
        api.post("order.unsplit", order.shop_id, "order/unsplit_order", {"order_sn": order.external_id})
    except Rejected as error:
        if error.code not in _STAYS_SPLIT:
            raise
        return False
    except Unavailable:  # perhaps only the answer is lost
        if len(_fetch(api, order.shop_id, order.external_id).packages) > 1:
            raise
    return True


def _split_request(order, contents):
    ordered = {line.external_id: line.quantity for line in order.lines if line.quantity}
    left = dict(ordered)
    for content in contents:
        for line_id, units in content.items():
            left[line_id] = left.get(line_id, 0) - units
            if left[line_id] < 0:
                raise Rejected(f"more units of {line_id} than the order {order.external_id} has", "units")
    rest = {line_id: units for line_id, units in left.items() if units}
    packages = [
        {"item_list": [_split_item(line_id, units, ordered) for line_id, units in content.items()]}
        for content in (*contents, rest)
        if content
    ]
    return {"order_sn": order.external_id, "package_list": packages}


def _split_item(line_id, units, ordered):
    item_id, model_id, order_item_id, group = item_of(line_id)
    item = {
        "item_id": item_id,
        "model_id": model_id,
        "order_item_id": order_item_id or item_id,
        "promotion_group_id": group,
    }
    # Splitting the units of one model is for chosen sellers: the field is left out where it is not needed.
    return item if units == ordered[line_id] else {**item, "model_quantity": units}
