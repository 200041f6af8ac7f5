"""What an order remembers of its parcels.

WooCommerce has no shipments: each parcel is one meta field of the order, named by our reference, so that writing it
again changes nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from ...marketplace.contract import InvalidPayload
from .fields import Node, format_time

_PREFIX = "_crossborder_parcel:"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A parcel as an order tells it.

    :param lines: ``{order line id: units}``
    """

    carrier: str
    tracking: str
    shipped_at: datetime | None
    lines: dict[str, int]


def meta_of(shipment):
    """The meta field that records a shipment."""
    lines = {line.order_line_id: line.quantity for line in shipment.lines}
    value = {
        "carrier": shipment.carrier_name or shipment.carrier_code,
        "tracking": shipment.tracking,
        "shipped_at": format_time(shipment.shipped_at),
        "lines": lines,
    }
    return {"key": _PREFIX + shipment.reference, "value": json.dumps(value, sort_keys=True)}


def read_parcels(order):
    """``{reference: Recorded}`` of an order's meta data.

    :raise InvalidPayload: somebody has changed what we recorded
    """
    found = {}
    for meta in order.nodes("meta_data"):
        key = meta.data.get("key")
        if isinstance(key, str) and key.startswith(_PREFIX):
            found[key.removeprefix(_PREFIX)] = _read(meta)
    return found


def units_shipped(parcels):
    """``{order line id: units}`` in all parcels."""
    units = {}
    for parcel in parcels.values():
        for line, count in parcel.lines.items():
            units[line] = units.get(line, 0) + count
    return units


def _read(meta):
    path = meta.where("value")
    try:
        value = Node(json.loads(meta.text("value")), path)
    except ValueError:
        raise InvalidPayload(path, "not what was recorded") from None
    lines = value.node("lines").data
    if not all(isinstance(count, int) and count > 0 for count in lines.values()):
        raise InvalidPayload(f"{path}.lines", "not what was recorded")
    return Recorded(value.text("carrier"), value.text("tracking"), value.time("shipped_at"), lines)
