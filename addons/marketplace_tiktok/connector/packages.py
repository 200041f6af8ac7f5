"""Parcels: which units go together, and handing them over. Source: TikTok Shop's fulfilment documents.

In most markets TikTok makes the packages of an order by itself; a parcel that holds fewer units is split off first.
Local sellers in the United States and the United Kingdom have no package before they ship: it is made then.
"""

from ...marketplace.contract import InvalidPayload, Rejected
from .orders import fetch_detail, has_left, is_cancelled

OPEN = frozenset({"", "TO_FULFILL"})


class Parcel:
    """The units of a shipment as TikTok knows them now.

    :param shipment: :class:`~...marketplace.contract.Shipment`
    """

    def __init__(self, api, shipment):
        self.api = api
        self.shipment = shipment
        self.order = fetch_detail(api, shipment.shop_id, shipment.order_id)
        self.items = self._read_items()

    @property
    def by_tiktok(self):
        """Whether TikTok's carriers bring it."""
        return self.order.text("shipping_type") == "TIKTOK"

    @property
    def open_items(self):
        """Units that are still to be handed over."""
        return [item for item in self.items if item.text("package_status") in OPEN and not has_left(self.order, item)]

    def package_id(self):
        """The package that all units are in; empty if there is none yet.

        :raise Rejected: the units are in several packages, which cannot leave as one parcel
        """
        numbers = {item.text("package_id") for item in self.items}
        if len(numbers) > 1:
            raise Rejected(f"the units are in several packages of TikTok Shop: {', '.join(sorted(numbers))}")
        return numbers.pop() if numbers else ""

    def own_package(self):
        """The package that holds these units and no others: split off where others are in it. Empty: none yet."""
        package_id = self.package_id()
        ours = {item.text("id") for item in self.items}
        rest = [
            item.text("id")
            for item in self.order.nodes("line_items")
            if item.text("package_id") == package_id and item.text("id") not in ours and not is_cancelled(item)
        ]
        if not package_id or not rest:
            return package_id
        return self._split(sorted(ours), rest)

    def _split(self, ours, rest):
        groups = [{"id": "1", "order_line_item_ids": ours}, {"id": "2", "order_line_item_ids": rest}]
        shipment = self.shipment
        answer = self.api.call(
            "packages.split",
            shipment.shop_id,
            payload={"splittable_groups": groups},
            order_id=shipment.order_id,
        )
        for package in answer.nodes("packages"):
            if package.text("splittable_group_id") == "1":
                return package.text("id", required=True)
        raise InvalidPayload("packages", "the package that was split off is missing")

    def _read_items(self):
        by_id = {item.text("id"): item for item in self.order.nodes("line_items")}
        items = []
        for line in self.shipment.lines:
            item = by_id.get(line.order_line_id)
            if item is None or is_cancelled(item):
                raise Rejected(f"the order has no open unit {line.order_line_id}", "NoSuchLine")
            if line.quantity != 1:
                raise Rejected(f"{line.quantity} units of {line.order_line_id}: a line item is one unit", "Quantity")
            items.append(item)
        if not items:
            raise Rejected("a parcel without units", "NoLines")
        return items


def find_combinable(api, shop_id):
    """Packages of one buyer that TikTok lets go out as one: ``[(new package id, (order ids))]``."""
    found = api.pages("packages.combinable", "combinable_packages", shop_id, {"page_size": 50})
    return [(package.text("id", required=True), package.texts("order_ids")) for package in found]


def combine(api, shop_id, packages):
    """Combine packages.

    :param packages: as :func:`find_combinable` tells
    :return: ``({new package id: (order ids)}, {package id: reason of the refusal})``
    """
    payload = {"combinable_packages": [{"id": number, "order_ids": list(orders)} for number, orders in packages]}
    answer = api.call("packages.combine", shop_id, payload=payload)
    done = {package.text("id", required=True): package.texts("order_ids") for package in answer.nodes("packages")}
    refused = {error.node("detail").text("package_id"): error.text("message") for error in answer.nodes("errors")}
    return done, refused
