"""Orders unit by unit: TikTok's line items are single units, the world's lines have quantities.

Which unit is in which package is kept in ``order["packed"]``: ``{unit id: package id or "cancelled"}``. Units that
nobody named are dealt out in their order.
"""

from dataclasses import dataclass
from decimal import Decimal

from ...world.marketplaces import quantum
from . import ids

CANCELLED = "cancelled"
#: Markets whose sellers have no package before they ship.
WITHOUT_PACKAGES = ("US", "GB")


@dataclass(frozen=True)
class Unit:
    """One unit.

    :param package: the parcel of ``order["parcels"]`` or the package of ``order["packages"]`` that it is in, or None
    :param shipped: whether it has left
    :param amounts: ``{part: Decimal}`` of its line's parts
    """

    id: str
    line: dict
    package: dict | None
    shipped: bool
    cancelled: bool
    amounts: dict

    @property
    def package_id(self):
        """The id of its package, an empty text without one."""
        return (self.package.get("id") or self.package["reference"]) if self.package else ""


def units_of(order):
    """Return all :class:`Unit` of an order, cancelled ones last in their line."""
    return [unit for line in order["lines"] for unit in _units_of_line(order, line)]


def _units_of_line(order, line):
    # A line that the seller cancelled with all of the order keeps its quantity in the world.
    whole = order["status"] == "cancelled" and line["cancelled"] >= line["quantity"]
    count = line["cancelled"] if whole else line["quantity"] + line["cancelled"]
    names = [ids.unit_id(line, position) for position in range(count)]
    packed = order.get("packed", {})
    gone = [name for name in names if packed.get(name) == CANCELLED]
    gone += [name for name in reversed(names) if name not in packed][: count - line["quantity"] - len(gone)]
    shares = {part: _shares(Decimal(amount), line["quantity"], order["currency"])
              for part, amount in line["parts"].items()}
    live = [name for name in names if name not in gone]
    places = _places(order, line, live, packed)
    for position, name in enumerate(live):
        package, shipped = places[name]
        amounts = {part: share[position] for part, share in shares.items()}
        yield Unit(name, line, package, shipped, order["status"] == "cancelled", amounts)
    for name in gone:
        yield Unit(name, line, None, False, True, {"item": Decimal(line["unit_price"])})


def _places(order, line, names, packed):
    """Return ``{unit id: (package or None, shipped)}``: named places first, then what is left of them in turn."""
    places, free = {}, []
    for package, shipped in _packages(order):
        count = sum(item["quantity"] for item in package["items"] if item["line"] == line["id"])
        number = package.get("id") or package["reference"]
        named = [name for name in names if packed.get(name) == number][:count]
        places.update(dict.fromkeys(named, (package, shipped)))
        free += [(package, shipped)] * (count - len(named))
    for name in names:
        if name not in places:
            places[name] = free.pop(0) if free else (None, False)
    return places


def _packages(order):
    """Yield ``(package, shipped)``: what has left first, then the parcels that are planned or arranged."""
    left = {package["reference"] for package in order["packages"]}
    for package in order["packages"]:
        yield package, True
    for parcel in order["parcels"]:
        if parcel["id"] not in left and not _is_overtaken(order):
            yield parcel, False


def _is_overtaken(order):
    """Whether packages that the seller made by himself took the place of the planned parcels."""
    planned = {parcel["id"] for parcel in order["parcels"]}
    return any(package["reference"] not in planned for package in order["packages"])


def _shares(amount, parts, currency):
    """Share an amount over units in whole coins, the larger shares first."""
    if not parts:
        return []
    coin = quantum(currency)
    base = (amount / parts / coin).to_integral_value("ROUND_FLOOR") * coin
    extra = int((amount - base * parts) / coin)
    return [base + coin if position < extra else base for position in range(parts)]


def items_of(units):
    """Return units as ``[{line, quantity}]``."""
    counts = {}
    for unit in units:
        counts[unit.line["id"]] = counts.get(unit.line["id"], 0) + 1
    return [{"line": line, "quantity": count} for line, count in counts.items()]


def refund_amount(unit):
    """Return what the buyer pays for one unit without delivery."""
    part = unit.amounts.get
    zero = Decimal(0)
    taxes = part("tax_item", zero) - part("tax_discount", zero)
    return part("item", zero) - part("discount", zero) - part("platform_discount", zero) + taxes

