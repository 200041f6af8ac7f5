"""A seller's software says that it has shipped: what counts, what is refused, what is only said twice."""

from . import events


class ShipmentRefused(Exception):
    """The confirmation contradicts the order."""


def confirm(order, package, moment):
    """Record a package that the seller confirms.

    :param package: ``{reference, carrier, service, tracking, shipped_at, items: [{line, quantity}]}``
    :return: False if this very package was confirmed before, which changes nothing
    :raise ShipmentRefused: if the order cannot be shipped, or not that much of it
    """
    if order["fulfilled_by"] != "merchant":
        raise ShipmentRefused("The order is not fulfilled by the merchant.")
    known = next((old for old in order["packages"] if old["reference"] == package["reference"]), None)
    if known is not None:
        if _content(known) == _content(package):
            return False
        raise ShipmentRefused(f"Package {package['reference']} was confirmed with other contents.")
    if order["status"] not in ("unshipped", "partially_shipped"):
        raise ShipmentRefused(f"The order is {order['status']} and cannot be shipped.")
    _check_quantities(order, package)
    events.add_package(order, {**package, "confirmed": True}, moment)
    return True


def _content(package):
    items = sorted((item["line"], item["quantity"]) for item in package["items"])
    return package["carrier"], package["tracking"], items


def _check_quantities(order, package):
    left = {line["id"]: line["quantity"] - line["shipped"] for line in order["lines"]}
    for item in package["items"]:
        if item["line"] not in left:
            raise ShipmentRefused(f"The order has no item {item['line']}.")
        left[item["line"]] -= item["quantity"]
        if left[item["line"]] < 0:
            raise ShipmentRefused(f"More units of item {item['line']} than are left to ship.")
