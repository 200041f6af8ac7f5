"""Which payouts of settlements a transfer on a bank account is: pure, without Odoo.

Money arrives less the fee of a wallet, in another currency, several payouts at once, or one payout in parts. Every
proposal explains its transfer to the cent: what of each payout it settles, the fee, the margin of the exchange.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import combinations

# A reference shorter than this occurs in texts by chance.
_MIN_REFERENCE = 4


class Reason(str, Enum):
    """Why a transfer is taken for a payout, for people."""

    EXACT = "exact"
    FEE = "fee"
    STATED_FEE = "stated_fee"
    EXCHANGE = "exchange"
    SEVERAL = "several"
    PART = "part"
    REFERENCE = "reference"
    NAME = "name"
    TOGETHER = "together"


# Points of a proposal; among several for a transfer the one with most is taken.
_POINTS = {
    Reason.EXACT: 50,
    Reason.REFERENCE: 40,
    Reason.STATED_FEE: 20,
    Reason.NAME: 10,
    Reason.PART: -20,
}
_POINTS_SOON, _POINTS_PER_FURTHER = 10, -4


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of a bank statement.

    :param amount: positive = received, in the account's currency
    :param text: all that the bank says of it
    :param fee: what the bank says that it took, positive
    :param foreign: ``(currency, amount)`` before the bank's exchange, if it says so
    """

    key: object
    day: date
    amount: Decimal
    currency: str
    text: str = ""
    fee: Decimal = Decimal(0)
    foreign: tuple[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Payout:
    """What a settlement still has to pay out; negative: what the marketplace will collect.

    :param day: on which the marketplace sends it
    :param references: as they may stand in the bank's text
    :param names: of the marketplace
    """

    key: object
    day: date
    amount: Decimal
    currency: str
    references: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """``transfer.amount + fee + margin`` is the sum of the parts, in the currency of the transfer at the market's rate.

    :param parts: ``((payout, amount in its currency), …)``
    :param fee: in the currency of the transfer, never negative
    :param margin: what the exchange cost against the market's rate, in the currency of the transfer; negative: gained
    """

    transfer: Transfer
    parts: tuple[tuple[Payout, Decimal], ...]
    fee: Decimal
    margin: Decimal
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Rates of exchange.

    :param rates: ``{day: {currency: units of it for one of any common currency}}``
    :param units: ``{currency: smallest coin}``
    """

    rates: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)

    def convert(self, amount, source, target, day):
        """Amount in another currency, rounded to its coins; ``None``: there is no rate."""
        if source == target:
            return amount
        rates = self.rates.get(day, {})
        if not rates.get(source) or not rates.get(target):
            return None
        return (amount * rates[target] / rates[source]).quantize(self.units.get(target, Decimal("0.01")))


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a transfer may be from a payout.

    :param days_before: of the transfer, before the day on which the payout is sent
    :param fee_share: highest fee of a wallet, of the payout
    :param margin_share: highest margin of an exchange, of the payout
    :param most: payouts in one transfer
    :param width: payouts in the window among which sums are tried
    """

    days_before: int = 2
    days_after: int = 21
    fee_share: Decimal = Decimal("0.03")
    margin_share: Decimal = Decimal("0.03")
    most: int = 4
    width: int = 24


def propose(transfers, payouts, market, limits=None):
    """The best explanation of each transfer; no payout is used twice.

    :return: ``{transfer.key: Proposal}``
    """
    limits = limits or Limits()
    found = [
        proposal
        for transfer in transfers
        for group in _group(transfer, payouts, limits).values()
        for proposal in _explain_group(transfer, group, market, limits)
    ]
    found += [proposal for payout in payouts for proposal in _explain_together(payout, transfers, market, limits)]
    found.sort(key=lambda item: (-item.score, item.transfer.day, str(item.transfer.key), len(item.parts)))
    chosen, left = {}, {payout.key: payout.amount for payout in payouts}
    for proposal in found:
        fits = all(abs(amount) <= abs(left[payout.key]) for payout, amount in proposal.parts)
        if proposal.transfer.key not in chosen and fits:
            chosen[proposal.transfer.key] = proposal
            for payout, amount in proposal.parts:
                left[payout.key] -= amount
    return chosen


def explain(transfer, payouts, market, partly=False):
    """A transfer as the payouts that a person chose.

    :param partly: it is only a part of them: the first are settled whole, the last stays open with the rest
    :return: Proposal; ``None``: there is no rate between the currencies, more came than the payouts, or nothing is
        left for the last one
    """
    currency = payouts[0].currency
    if any(payout.currency != currency for payout in payouts):
        return None
    if partly:
        return _explain_part(transfer, payouts, market)
    wanted = market.convert(sum(payout.amount for payout in payouts), currency, transfer.currency, transfer.day)
    if wanted is None:
        return None
    return _build(transfer, [(payout, payout.amount) for payout in payouts], wanted)


def _group(transfer, payouts, limits):
    """Payouts that the transfer may be, by their day and sign: ``{currency: [payout]}``."""
    groups = defaultdict(list)
    for payout in payouts:
        if _is_in_window(transfer, payout, limits):
            groups[payout.currency].append(payout)
    return groups


def _is_in_window(transfer, payout, limits):
    away = (transfer.day - payout.day).days
    same_sign = (payout.amount > 0) == (transfer.amount > 0)
    return same_sign and payout.amount and -limits.days_before <= away <= limits.days_after


def _explain_group(transfer, group, market, limits):
    for chosen in _sets(transfer, group, limits):
        proposal = explain(transfer, chosen, market)
        if proposal and _is_likely(proposal, limits):
            yield proposal
    for payout in group:
        if abs(transfer.amount) < abs(payout.amount) and _is_named(transfer, payout):
            proposal = _explain_part(transfer, [payout], market)
            if proposal:
                yield proposal


def _sets(transfer, group, limits):
    """Payouts that may be one transfer: each alone, all that its text names, and those whose sum is exact: some sum is
    always near."""
    yield from ([payout] for payout in group)
    named = [payout for payout in group if _is_referenced(transfer, payout)]
    if len(named) > 1:
        yield named
    currency = group[0].currency
    targets = {transfer.foreign[1]} if transfer.foreign and transfer.foreign[0] == currency else set()
    if currency == transfer.currency:
        targets |= {transfer.amount, transfer.amount + transfer.fee}
    yield from (chosen for chosen in _find_sums(transfer.day, group, targets, limits) if chosen != named)


def _find_sums(day, items, targets, limits):
    """Sets of at least two items, among those nearest to a day, whose amounts add up to a target."""
    if not targets:
        return
    near = sorted(items, key=lambda item: (abs((day - item.day).days), str(item.key)))[: limits.width]
    for size in range(2, limits.most + 1):
        for chosen in combinations(near, size):
            if sum(item.amount for item in chosen) in targets:
                yield list(chosen)


def _explain_together(payout, transfers, market, limits):
    """Transfers of a payout that came in parts, where their amounts add up to it."""
    near = [
        transfer
        for transfer in transfers
        if transfer.currency == payout.currency
        and _is_in_window(transfer, payout, limits)
        and abs(transfer.amount) < abs(payout.amount)
    ]
    for chosen in _find_sums(payout.day, near, {payout.amount}, limits):
        for transfer in chosen:
            yield _build(transfer, [(payout, transfer.amount)], transfer.amount, further=len(chosen) - 1)


def _is_likely(proposal, limits):
    transfer = proposal.transfer
    total = abs(transfer.amount + proposal.fee + proposal.margin)
    fee_is_likely = proposal.fee == transfer.fee or proposal.fee <= total * limits.fee_share
    return fee_is_likely and abs(proposal.margin) <= total * limits.margin_share


def _explain_part(transfer, payouts, market):
    """The transfer settles all but the last payout whole, and of the last what is left of the transfer."""
    currency = payouts[0].currency
    value = market.convert(transfer.amount + transfer.fee, transfer.currency, currency, transfer.day)
    if transfer.foreign and transfer.foreign[0] == currency:
        value = transfer.foreign[1]
    wanted = None if value is None else market.convert(value, currency, transfer.currency, transfer.day)
    if wanted is None:
        return None
    rest = value - sum(payout.amount for payout in payouts[:-1])
    last = payouts[-1]
    if not rest or (rest > 0) != (last.amount > 0) or abs(rest) > abs(last.amount):
        return None
    return _build(transfer, [*((payout, payout.amount) for payout in payouts[:-1]), (last, rest)], wanted)


def _build(transfer, parts, wanted, further=0):
    """:param wanted: the parts at the market's rate in the currency of the transfer
    :param further: other transfers of the same payout
    :return: Proposal; ``None``: more came than the parts
    """
    same = parts[0][0].currency == transfer.currency
    # Within a currency all that is missing is a fee; of an exchange, what is not stated as a fee is the margin.
    fee = wanted - transfer.amount if same else transfer.fee
    margin = wanted - transfer.amount - fee
    if fee < 0:
        return None
    reasons = list(_find_reasons(transfer, parts, fee, same))
    payouts = [payout for payout, _amount in parts]
    score = sum(_POINTS.get(reason, 0) for reason in reasons) + _POINTS_PER_FURTHER * (len(parts) - 1 + further)
    if further:
        reasons.append(Reason.TOGETHER)
        score += _POINTS[Reason.EXACT]
    score += max(_POINTS_SOON - max(abs((transfer.day - payout.day).days) for payout in payouts), 0)
    return Proposal(transfer, tuple(parts), fee, margin, score, tuple(reasons))


def _find_reasons(transfer, parts, fee, same):
    if any(amount != payout.amount for payout, amount in parts):
        yield Reason.PART
    elif (same and not fee) or transfer.foreign == (parts[0][0].currency, sum(amount for _payout, amount in parts)):
        yield Reason.EXACT
    if fee:
        yield Reason.STATED_FEE if fee == transfer.fee else Reason.FEE
    if not same:
        yield Reason.EXCHANGE
    if len(parts) > 1:
        yield Reason.SEVERAL
    if all(_is_referenced(transfer, payout) for payout, _amount in parts):
        yield Reason.REFERENCE
    elif all(_is_named(transfer, payout) for payout, _amount in parts):
        yield Reason.NAME


def _is_referenced(transfer, payout):
    text = _fold(transfer.text)
    return any(len(_fold(reference)) >= _MIN_REFERENCE and _fold(reference) in text for reference in payout.references)


def _is_named(transfer, payout):
    text = _fold(transfer.text)
    return _is_referenced(transfer, payout) or any(_fold(name) in text for name in payout.names if name)


def _fold(text):
    """Banks part long references by blanks and hyphens, and lose the case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
