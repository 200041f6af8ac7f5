"""What arrived of an inbound shipment against what was sent."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from .movements import Attribute, Kind

_ARRIVALS = frozenset(
    {
        Kind.RECEIPT,
        Kind.FIRST_LEG_MAKE_UP,
        Kind.OVER_RECEIPT,
        Kind.OVER_RECEIPT_AFTER_CLOSE,
        Kind.RECEIPT_WITHOUT_SHIPMENT,
    }
)


class ReceiptIssue(str, Enum):
    """How a receipt differs."""

    SHORTAGE = "shortage"
    EXCESS = "excess"
    DAMAGE = "damage"
    NOT_SENT = "not_sent"  # a SKU that the shipment did not hold


@dataclass(frozen=True, slots=True)
class ReceiptDifference:
    """Units of one SKU of one shipment that are not as sent.

    :param tuple evidence: keys of the movements that show it
    :param source: see :class:`~.claims.Claim`
    """

    issue: ReceiptIssue
    shipment: str
    msku: str
    fnsku: str
    units: int
    evidence: tuple = ()
    source: object = None


def compare(number, expected, movements):
    """Differences of one shipment as list of :class:`ReceiptDifference`.

    Damaged units have arrived: they are no shortage.

    :param str number: ``FBA…``
    :param dict expected: ``{MSKU: units sent}``
    :param movements: the ledger's; others than this shipment's receipts are passed over
    """
    good, bad, evidence, fnskus = defaultdict(int), defaultdict(int), defaultdict(list), {}
    for movement in movements:
        if movement.document == number and movement.kind in _ARRIVALS:
            counted = bad if movement.attribute is Attribute.DEFECTIVE else good
            counted[movement.msku] += movement.units
            evidence[movement.msku].append(movement.key)
            fnskus[movement.msku] = movement.fnsku
    found = []
    for msku in sorted(set(expected) | set(evidence)):
        for issue, units in _issues(expected.get(msku), good[msku], bad[msku]):
            proof = tuple(evidence[msku])
            found.append(ReceiptDifference(issue, number, msku, fnskus.get(msku, ""), units, proof))
    return found


def _issues(sent, good, bad):
    if sent is None:
        yield ReceiptIssue.NOT_SENT, good + bad
    elif sent != good + bad:
        gap = sent - good - bad
        yield (ReceiptIssue.SHORTAGE, gap) if gap > 0 else (ReceiptIssue.EXCESS, -gap)
    if bad and sent is not None:
        yield ReceiptIssue.DAMAGE, bad
