"""Units that Amazon says it sent to us, or paid a buyer back for, and that nobody has."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .claims import ClaimKind, new_claim


@dataclass(frozen=True, slots=True)
class RemovedUnits:
    """One SKU of a removal order that Amazon has ended.

    :param int gone: units that the ledger took out for it
    :param int accounted: units that are in a parcel or were disposed of
    """

    order_id: str
    fnsku: str
    msku: str
    day: date
    gone: int
    accounted: int


@dataclass(frozen=True, slots=True)
class SentParcel:
    """One SKU of a parcel from Amazon to us.

    :param int arrived: units that a person counted; none as long as nobody has
    """

    order_id: str
    tracking: str
    fnsku: str
    msku: str
    day: date
    units: int
    arrived: int = 0


@dataclass(frozen=True, slots=True)
class RefundedUnits:
    """Units of one SKU of an order for which the buyer got money back."""

    order_id: str
    fnsku: str
    msku: str
    day: date
    units: int


def missing_removals(removed, parcels, windows=None):
    """Claims for units that left Amazon's shelves and are in no parcel, not disposed of, or did not arrive here.

    :param removed: of :class:`RemovedUnits`
    :param parcels: of :class:`SentParcel`
    """
    lost = [(entry, entry.gone - entry.accounted, (entry.order_id,)) for entry in removed]
    lost += [(parcel, parcel.units - parcel.arrived, (parcel.tracking, parcel.order_id)) for parcel in parcels]
    return [
        _claim(ClaimKind.REMOVAL, entry, units, tuple(filter(None, evidence)), windows)
        for entry, units, evidence in lost
        if units > 0
    ]


def missing_returns(refunds, returned, windows=None):
    """Claims for units whose price Amazon gave back and that the buyer never sent.

    :param refunds: of :class:`RefundedUnits`, oldest first
    :param dict returned: ``{(order, MSKU): units that came back}``
    """
    left, found = defaultdict(int, returned), []
    for refund in refunds:
        key = refund.order_id, refund.msku
        back = min(refund.units, left[key])
        left[key] -= back
        if refund.units > back:
            found.append(_claim(ClaimKind.RETURN, refund, refund.units - back, (refund.order_id,), windows))
    return found


def _claim(kind, entry, units, evidence, windows):
    names = {"document": entry.order_id, "fnsku": entry.fnsku, "msku": entry.msku}
    return new_claim(kind, entry.day, units, evidence, windows, **names)
