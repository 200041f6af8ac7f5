from typing import NamedTuple


class SnapshotLine(NamedTuple):
    """What one product's units in one place cost at the end of a month."""

    product: object
    place: object
    units: int
    amounts: tuple


def snapshot(method):
    """The lines of a state that are not empty, sorted by product and place."""
    return [
        SnapshotLine(product, place, units, amounts)
        for (product, place), (units, amounts) in sorted(method.values().items())
        if units or any(amounts)
    ]
