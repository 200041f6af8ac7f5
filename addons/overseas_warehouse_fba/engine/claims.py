"""What Amazon owes: lost and damaged units, short receipts, removals and returns that never came, with the window in
which a claim is accepted, the evidence and the money expected; what Amazon has paid is taken off.

Source of the windows: Amazon's FBA lost and damaged inventory reimbursement policy as of October 2024 and its page on
customer returns. They change: pass a ``windows`` of your own where they do.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from .movements import Kind
from .receipts import ReceiptIssue


class ClaimKind(str, Enum):
    """What happened."""

    LOST = "lost"
    DAMAGED = "damaged"
    SHORTAGE = "shortage"
    REMOVAL = "removal"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class ClaimWindow:
    """Days after the event from which and until which a claim is accepted."""

    first: int
    last: int


WINDOWS = {
    ClaimKind.LOST: ClaimWindow(0, 60),
    ClaimKind.DAMAGED: ClaimWindow(0, 60),
    ClaimKind.SHORTAGE: ClaimWindow(0, 270),
    ClaimKind.REMOVAL: ClaimWindow(15, 75),
    ClaimKind.RETURN: ClaimWindow(60, 120),
}
# Damage that happened in Amazon's hands: the unit was sellable before.
AMAZONS_DAMAGE = frozenset({"E"})
# Reasons of the reimbursements report that are sure; others wait until a person says what they are for.
REASONS = {
    "Lost_Warehouse": ClaimKind.LOST,
    "Damaged_Warehouse": ClaimKind.DAMAGED,
    "Lost_Inbound": ClaimKind.SHORTAGE,
    "CustomerReturn": ClaimKind.RETURN,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Units that Amazon owes for one event.

    :param date day: of the event
    :param date opens_on: first day on which Amazon accepts it
    :param date deadline: last day
    :param int units: owed at first
    :param int settled: of these, paid or replaced
    :param Decimal paid: money that came for them, in ``currency``; other currencies are not mixed
    :param expected: money for the units still open; ``None`` where nobody knows a unit's value
    :param tuple evidence: keys of movements, numbers of documents
    :param tuple reimbursements: numbers of those that settle it
    :param date settled_on: when the last unit was paid or replaced; ``None`` while one is open
    :param source: record that it was found by, for whoever asked; nothing here looks at it
    """

    kind: ClaimKind
    document: str
    fnsku: str
    msku: str
    day: date
    opens_on: date
    deadline: date
    units: int
    evidence: tuple
    settled: int = 0
    paid: Decimal = Decimal(0)
    currency: str = ""
    expected: Decimal | None = None
    reimbursements: tuple = ()
    settled_on: date | None = None
    source: object = None

    @property
    def open_units(self):
        """Units that Amazon still owes."""
        return self.units - self.settled

    def is_due(self, today):
        """Whether it can be claimed now."""
        return self.open_units > 0 and self.opens_on <= today <= self.deadline


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What is left of a reimbursement when every claim it fits is settled; it waits for a person.

    :param Reimbursement reimbursement: see ``connector.compensation``
    :param int units: left of it; of a reversal, units that could not be taken back
    :param Decimal amount: money left of it
    :param str why: in words
    """

    reimbursement: object
    units: int
    amount: Decimal
    why: str


@dataclass(frozen=True)
class ClaimList:
    """Claims, earliest deadline first, and reimbursements that settle none of them.

    :param tuple unmatched: of :class:`Unmatched`
    """

    claims: tuple
    unmatched: tuple


def lost_and_damaged(movements, windows=None):
    """Claims for units that vanished or broke at Amazon; found units are taken off, oldest loss of the SKU first."""
    found, open_losses = [], defaultdict(list)
    for movement in sorted(movements, key=lambda movement: (movement.day, movement.key)):
        if movement.kind is Kind.LOST:
            open_losses[movement.fnsku].append([movement, -movement.units])
        elif movement.kind is Kind.FOUND:
            _take_off(open_losses[movement.fnsku], movement.units)
        elif movement.kind is Kind.DAMAGED and movement.reason in AMAZONS_DAMAGE:
            found.append(_of_movement(ClaimKind.DAMAGED, movement, -movement.units, windows))
    losses = [entry for entries in open_losses.values() for entry in entries if entry[1]]
    return found + [_of_movement(ClaimKind.LOST, movement, units, windows) for movement, units in losses]


def shortages(differences, delivered_on, windows=None):
    """Claims for units that were sent and never received.

    :param differences: of :class:`~.receipts.ReceiptDifference`
    :param dict delivered_on: ``{shipment: day of its delivery}`` of those that Amazon has closed; others give no claim
    """
    return [
        new_claim(
            ClaimKind.SHORTAGE,
            delivered_on[difference.shipment],
            difference.units,
            (difference.shipment, *difference.evidence),
            windows,
            document=difference.shipment,
            fnsku=difference.fnsku,
            msku=difference.msku,
            source=difference.source,
        )
        for difference in differences
        if difference.issue is ReceiptIssue.SHORTAGE and difference.shipment in delivered_on
    ]


def new_claim(kind, day, units, evidence, windows=None, **names):
    """A claim with the days on which Amazon accepts it.

    :param names: ``document``, ``fnsku``, ``msku`` and ``source``
    """
    window = (windows or WINDOWS)[kind]
    return Claim(
        kind=kind,
        day=day,
        opens_on=day + timedelta(days=window.first),
        deadline=day + timedelta(days=window.last),
        units=units,
        evidence=evidence,
        **names,
    )


def settle(claims, reimbursements, values=None, reasons=None):
    """Take off what Amazon has paid, oldest claim of the SKU and kind first.

    A reversal is taken off the reimbursement it names before anything is matched.

    :param claims: of :class:`Claim`
    :param reimbursements: of ``connector.compensation.Reimbursement``
    :param dict values: ``{FNSKU: Decimal}``: what a unit is worth, for the money expected
    :param dict reasons: ``{reason: ClaimKind}`` that persons have added to :data:`REASONS`
    :return: :class:`ClaimList`; every unit and every cent of a reimbursement is in a claim or in
        ``unmatched``
    """
    open_claims = defaultdict(list)
    claims = sorted(claims, key=lambda claim: (claim.day, claim.document, claim.msku))
    for index, claim in enumerate(claims):
        open_claims[claim.kind, claim.fnsku].append(index)
    nets, unmatched = _net(reimbursements)
    kinds = {**REASONS, **(reasons or {})}
    for payment, units, amount in nets:
        kind, why = kinds.get(payment.reason), "no such claim is open"
        if kind is None:
            why = f"reason {payment.reason} is not known"
        else:
            units, amount = _match(claims, open_claims[kind, payment.fnsku], payment, units, amount)
        if units or amount:
            unmatched.append(Unmatched(payment, units, amount, why))
    worth = [_with_expected(claim, (values or {}).get(claim.fnsku)) for claim in claims]
    return ClaimList(tuple(sorted(worth, key=lambda claim: (claim.deadline, claim.document))), tuple(unmatched))


def _take_off(entries, units):
    """Found units end the oldest losses."""
    for entry in entries:
        taken = min(entry[1], units)
        entry[1] -= taken
        units -= taken


def _of_movement(kind, movement, units, windows):
    names = {"document": movement.document or movement.key, "fnsku": movement.fnsku, "msku": movement.msku}
    return new_claim(kind, movement.day, units, (movement.key,), windows, **names)


def _net(reimbursements):
    """``([(reimbursement, units, amount)] after reversals in the order of approval, reversals left over)``."""
    paid, left = defaultdict(list), []
    ordered = sorted(reimbursements, key=lambda entry: (entry.approved_at, entry.reimbursement_id))
    for entry in ordered:
        if not entry.is_reversal:
            paid[entry.reimbursement_id, entry.fnsku].append([entry, entry.units, entry.amount.amount])
    for entry in ordered:
        if entry.is_reversal:
            left += _reverse(entry, paid[entry.original_id, entry.fnsku])
    nets = [tuple(net) for entries in paid.values() for net in entries if net[1] or net[2]]
    return sorted(nets, key=lambda net: (net[0].approved_at, net[0].reimbursement_id)), left


def _reverse(reversal, nets):
    units, amount = abs(reversal.units), abs(reversal.amount.amount)
    for net in nets:
        taken = min(units, net[1])
        money = _share(amount, taken, units)
        net[1] -= taken
        net[2] -= money
        units, amount = units - taken, amount - money
    if units or amount:
        yield Unmatched(reversal, units, -amount, f"reimbursement {reversal.original_id} is not in this list")


def _share(amount, taken, units):
    """Part of an amount, in its smallest coin; the last part is what is left."""
    return amount if taken == units else (amount * taken / units).quantize(amount)


def _match(claims, indices, payment, units, amount):
    """Settle open claims; returns ``(units, amount)`` that are left."""
    for index in indices:
        claim = claims[index]
        other_money = claim.currency not in ("", payment.amount.currency)
        if not units or other_money or claim.day > payment.approved_at.date():
            continue
        taken = min(units, claim.open_units)
        if not taken:
            continue
        money = _share(amount, taken, units)
        claims[index] = replace(
            claim,
            settled=claim.settled + taken,
            paid=claim.paid + money,
            currency=payment.amount.currency,
            reimbursements=(*claim.reimbursements, payment.reimbursement_id),
            settled_on=payment.approved_at.date() if taken == claim.open_units else None,
        )
        units, amount = units - taken, amount - money
    return units, amount


def _with_expected(claim, value):
    return replace(claim, expected=value * claim.open_units) if value is not None else claim
