"""Bills divided over the goods of a shipment, carton by carton, so that the shares add up to the bill exactly."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ...marketplace.contract import share
from .errors import FreightUnknown, HandSumDiffers, MeasureMissing, NothingToAllocate

CARTON_BASES = ("chargeable", "weight", "carton_volume")
PORTION_BASES = ("volume", "quantity", "value", "duty")
BASES = (*CARTON_BASES, *PORTION_BASES, "hand")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class CartonMeasures:
    """What a carton counts for.

    :param chargeable: kg billed
    :param weight: kg gross
    :param carton_volume: m³ from outside
    """

    chargeable: Decimal
    weight: Decimal
    carton_volume: Decimal


@dataclass(frozen=True)
class Portion:
    """The units of a product in a carton.

    :param key: identifies it for the caller
    :param carton: key of its carton
    :param Decimal quantity: units, more than 0
    :param Decimal weight: net kg of all its units; 0: unknown
    :param Decimal volume: m³ of all its units as a product; 0: unknown
    :param Decimal value: of all its units
    :param Decimal duty: assessed for all its units
    """

    key: object
    carton: object
    quantity: Decimal
    weight: Decimal = Decimal(0)
    volume: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    duty: Decimal = Decimal(0)


def allocate(amount, basis, cartons, portions, unit=CENT, by_hand=None):
    """Divide a bill.

    By the measures of cartons it is divided over the cartons first, then in each by the net weight of its contents or,
    where that of one is unknown, by units.

    :param Decimal amount: the bill
    :param str basis: one of ``BASES``
    :param dict cartons: :class:`CartonMeasures` by key
    :param portions: :class:`Portion`
    :param Decimal unit: smallest coin of the bill's currency
    :param dict by_hand: amount by key of the portion; only with "hand"
    :return: dict of Decimal by key of the portion; the sum is ``amount``
    :raises NothingToAllocate: no portions
    :raises MeasureMissing: cartons or contents without the measure
    :raises HandSumDiffers: amounts by hand that are not the bill
    :raises FreightUnknown: no such basis
    """
    portions = list(portions)
    if basis not in BASES:
        raise FreightUnknown(f"There is no basis {basis!r}; known are: {', '.join(BASES)}.")
    if not portions:
        raise NothingToAllocate()
    if basis == "hand":
        return _take_by_hand(amount, portions, by_hand or {})
    if basis in PORTION_BASES:
        weights = [getattr(portion, basis) for portion in portions]
        _check_weights(basis, weights, [portion.carton for portion in portions])
        return dict(zip((portion.key for portion in portions), share(amount, weights, unit), strict=True))
    return _divide_by_carton(amount, basis, cartons, portions, unit)


def _take_by_hand(amount, portions, by_hand):
    entered = {portion.key: by_hand.get(portion.key, Decimal(0)) for portion in portions}
    total = sum(by_hand.values(), Decimal(0))
    if total != amount or sum(entered.values(), Decimal(0)) != amount:
        raise HandSumDiffers(amount, sum(entered.values(), Decimal(0)))
    return entered


def _divide_by_carton(amount, basis, cartons, portions, unit):
    contents = defaultdict(list)
    for portion in portions:
        contents[portion.carton].append(portion)
    weights = [getattr(cartons[carton], basis) for carton in contents]
    missing = [carton for carton, weight in zip(contents, weights, strict=True) if weight <= 0]
    if missing:
        raise MeasureMissing(basis, missing)
    allocated = {}
    for inside, part in zip(contents.values(), share(amount, weights, unit), strict=True):
        keys = [portion.key for portion in inside]
        allocated.update(zip(keys, share(part, _get_weights_inside(inside), unit), strict=True))
    return allocated


def _get_weights_inside(portions):
    weights = [portion.weight for portion in portions]
    return weights if all(weight > 0 for weight in weights) else [portion.quantity for portion in portions]


def _check_weights(basis, weights, cartons):
    # Free samples have no value and many goods pay no duty: only the sum must not be 0.
    if basis in ("value", "duty"):
        missing = cartons if sum(weights) <= 0 else ()
    else:
        missing = [carton for carton, weight in zip(cartons, weights, strict=True) if weight <= 0]
    if missing:
        raise MeasureMissing(basis, dict.fromkeys(missing))
