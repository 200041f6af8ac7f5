"""Units: what the world keeps as lines, the platform knows as single items, each with a number and a status."""

import copy
import json
from dataclasses import dataclass
from decimal import ROUND_DOWN

from ...clock import from_text
from ...world import parcels
from ...world.marketplaces import quantum
from ...world.money import part

#: Parts of a line's money.
PARTS = ("item", "discount", "platform_discount", "shipping", "shipping_discount", "platform_shipping_discount")
_PARCEL_STATUSES = {"planned": "packed", "arranged": "ready_to_ship", "collected": "shipped"}


@dataclass(frozen=True)
class Unit:
    """One item of an order.

    :param amounts: ``{part of the line's money: Decimal}``
    :param parcel: the parcel that it is packed into, or ``None``
    """

    number: int
    line: dict
    status: str
    amounts: dict
    parcel: dict | None


def of_order(site, order):
    """Return the units of an order, the cancelled ones among them."""
    memory = load(site, order)
    found = []
    for line in order["lines"]:
        found += _of_line(order, line, memory)
    return found


def load(site, order):
    """Return what is known of single units: ``{"cancelled": [numbers], "packed": {number: parcel id}}``."""
    return json.loads(site.world.store.setting(f"lazada_units:{order['id']}", '{"cancelled": [], "packed": {}}'))


def save(site, order, memory):
    """Keep what is known of single units."""
    site.world.store.set_setting(f"lazada_units:{order['id']}", json.dumps(memory))


def line_of(number):
    """Return the id of the line that a unit belongs to."""
    return str(number // 100)


def _of_line(order, line, memory):
    numbers = [int(line["id"]) * 100 + position for position in range(line["quantity"] + line["cancelled"])]
    chosen = [number for number in numbers if number in memory["cancelled"]]
    others = [number for number in reversed(numbers) if number not in chosen]
    cancelled = set((chosen + others)[: line["cancelled"]])
    if order["status"] == "cancelled":
        cancelled = set(numbers)
    left = [number for number in numbers if number not in cancelled]
    amounts = _shares(order, line, left or numbers)
    known = {parcel["id"]: parcel for parcel in order["parcels"]}
    units = []
    for number in numbers:
        parcel = known.get(memory["packed"].get(str(number)))
        status = "canceled" if number in cancelled else _status(order, line, parcel, left.index(number))
        units.append(Unit(number, line, status, amounts.get(number) or amounts[min(amounts)], parcel))
    return units


def _status(order, line, parcel, position):
    if order["status"] == "pending":
        return "unpaid"
    if order["status"] == "shipped" or (parcel is None and position < line["shipped"]):
        return "shipped"
    return _PARCEL_STATUSES[parcel["status"]] if parcel else "pending"


def _shares(order, line, numbers):
    """Return ``{number: {part: amount}}``: equal shares, what is left over with the first unit."""
    coin = quantum(order["currency"])
    shares = {number: {} for number in numbers}
    for name in PARTS:
        whole = part(line, name)
        each = (whole / len(numbers)).quantize(coin, ROUND_DOWN)
        for number in numbers:
            shares[number][name] = each
        shares[numbers[0]][name] += whole - each * len(numbers)
    return shares


def pack(site, order, numbers):
    """Put units into a parcel of their own and return it.

    :raise parcels.ParcelRefused: they are no open units of the order
    """
    memory = load(site, order)
    by_number = {unit.number: unit for unit in of_order(site, order)}
    if any(number not in by_number or by_number[number].status != "pending" for number in numbers):
        raise parcels.ParcelRefused("item current status not allow to pack")
    taken = set(memory["packed"].values())
    free = [parcel for parcel in order["parcels"] if parcel["status"] == "planned" and parcel["id"] not in taken]
    kept = [parcel for parcel in order["parcels"] if parcel not in free]
    rest = _counts(item["line"] for parcel in free for item in parcel["items"] for _ in range(item["quantity"]))
    wanted = _counts(line_of(number) for number in numbers)
    left = {line: units - wanted.get(line, 0) for line, units in rest.items()}
    if not free or any(units < 0 for units in left.values()) or set(wanted) - set(rest):
        raise parcels.ParcelRefused("items are packed otherwise")
    parcel = {**free[0], "items": _items(wanted)}
    following = str(1 + max(int(parcel["id"]) for parcel in order["parcels"]))
    others = [{**free[0], "id": following, "items": _items(left)}] if any(left.values()) else []
    order["parcels"] = [*kept, parcel, *others]
    memory["packed"].update({str(number): parcel["id"] for number in numbers})
    save(site, order, memory)
    site.world.save(order, "packed")
    return parcel


def booked(order, parcel):
    """Return a parcel with the carrier and tracking number that it has or will get."""
    if parcel["tracking"]:
        return parcel
    draft = copy.deepcopy({**order, "status": "unshipped"})
    parcels.arrange(draft, parcel["id"], from_text(order["updated"]))
    return parcels.find(draft, parcel["id"])


def _counts(lines):
    counts = {}
    for line in lines:
        counts[line] = counts.get(line, 0) + 1
    return counts


def _items(counts):
    return [{"line": line, "quantity": units} for line, units in counts.items() if units]
