"""Units that Amazon says it sent to us, or paid a buyer back for, and that nobody has."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

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
    """Units of one SKU of an order for which the buyer got money back.

    :param int units: as the refund states them; none if it states none
    :param goods: what the buyer got back for the goods; ``None`` if not stated
    """

    order_id: str
    fnsku: str
    msku: str
    day: date
    units: int
    goods: Decimal | None = None


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


def paid_back_whole(refunds, sold):
    """Refunds with the units whose whole price was paid back by then: for a part of it nothing has to come back.

    Amazon states a unit for a part of its price as well. Where price or money are not known, its statement counts.

    :param refunds: of :class:`RefundedUnits`, oldest first
    :param dict sold: ``{(order, MSKU): (units, price of one)}`` in the currency of the refunds
    """
    paid, counted, found = defaultdict(Decimal), defaultdict(int), []
    for refund in refunds:
        key, units = (refund.order_id, refund.msku), refund.units
        if key in sold:
            ordered, price = sold[key]
            paid[key] += refund.goods or units * price
            whole = max(0, min(ordered, int(paid[key] // price)) - counted[key])
            units = min(units, whole) if units else whole
            counted[key] += units
        found.append(replace(refund, units=units))
    return found


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
