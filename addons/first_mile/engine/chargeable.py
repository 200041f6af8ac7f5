"""What forwarders weigh: the actual weight or the space that goods take, whichever is more."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from .errors import FreightUnknown, MeasureMissing

MODES = ("sea_fcl", "sea_lcl", "air", "rail", "truck", "express")
CM3_PER_M3 = Decimal(1_000_000)
# cm³ per kg, as IATA (air), the integrators (express) and road and rail carriers (1 m³ = 333 kg) have it. A sea ton is
# 1 m³. Forwarders may state their own.
DIVISORS = {
    "sea_fcl": Decimal(1000),
    "sea_lcl": Decimal(1000),
    "air": Decimal(6000),
    "rail": Decimal(3000),
    "truck": Decimal(3000),
    "express": Decimal(5000),
}
# Integrators round each parcel up to half a kg; air waybills are rounded once, for the whole shipment.
STEPS = {"air": Decimal("0.5"), "express": Decimal("0.5")}


@dataclass(frozen=True)
class Box:
    """A carton from outside.

    :param str number: what is written on it
    :param Decimal length_cm: and width and height, more than 0
    :param Decimal weight_kg: gross, more than 0
    """

    number: str
    length_cm: Decimal
    width_cm: Decimal
    height_cm: Decimal
    weight_kg: Decimal

    @property
    def volume_cm3(self):
        return self.length_cm * self.width_cm * self.height_cm

    @property
    def volume_m3(self):
        return self.volume_cm3 / CM3_PER_M3


@dataclass(frozen=True)
class WeightRule:
    """How a forwarder weighs.

    :param Decimal divisor: cm³ that count as 1 kg; 0: only the actual weight counts
    :param bool per_carton: whether each carton is compared, raised and rounded by itself, or the shipment as a whole
    :param Decimal carton_minimum: kg that a carton counts at least; only with ``per_carton``
    :param Decimal minimum: kg that the shipment counts at least
    :param Decimal step: kg that weights are rounded up to multiples of; 0: not rounded
    """

    divisor: Decimal
    per_carton: bool = False
    carton_minimum: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)
    step: Decimal = Decimal(0)


@dataclass(frozen=True)
class Weighing:
    """The result, all in kg.

    :param Decimal chargeable: what is billed
    :param Decimal actual: gross weight of all cartons
    :param Decimal volumetric: their space as weight
    :param str reason: what decided: "actual", "volumetric", "mixed" (from carton to carton) or "minimum"
    :param tuple by_carton: what each carton counts for, in the order of the cartons, before the shipment's minimum and
        rounding: the weights by which a bill is divided
    """

    chargeable: Decimal
    actual: Decimal
    volumetric: Decimal
    reason: str
    by_carton: tuple


def get_default_rule(mode):
    """What is usual in a mode.

    :raises FreightUnknown: no such mode
    """
    if mode not in DIVISORS:
        raise FreightUnknown(f"There is no mode {mode!r}; known are: {', '.join(MODES)}.")
    return WeightRule(DIVISORS[mode], per_carton=mode == "express", step=STEPS.get(mode, Decimal(0)))


def weigh(boxes, rule):
    """The weight that cartons are billed by.

    :param boxes: :class:`Box`
    :return: :class:`Weighing`
    :raises MeasureMissing: cartons without weight or without a dimension
    """
    boxes = list(boxes)
    _check_measures(boxes)
    actual = [box.weight_kg for box in boxes]
    volumetric = [box.volume_cm3 / rule.divisor if rule.divisor else Decimal(0) for box in boxes]
    if rule.per_carton:
        counted = [_raise(max(pair), rule.carton_minimum, rule.step) for pair in zip(actual, volumetric, strict=True)]
        by_volume = {space > weight for weight, space in zip(actual, volumetric, strict=True)}
        reason = "mixed" if len(by_volume) > 1 else _name(by_volume == {True})
    else:
        voluminous = sum(volumetric) > sum(actual)
        counted = volumetric if voluminous else actual
        reason = _name(voluminous)
    total = sum(counted, Decimal(0))
    chargeable = _raise(total, rule.minimum if boxes else Decimal(0), rule.step)
    if total < rule.minimum and boxes:
        reason = "minimum"
    return Weighing(chargeable, sum(actual, Decimal(0)), sum(volumetric, Decimal(0)), reason, tuple(counted))


def _check_measures(boxes):
    for measure, lacks in (
        ("weight", lambda box: box.weight_kg <= 0),
        ("size", lambda box: min(box.length_cm, box.width_cm, box.height_cm) <= 0),
    ):
        missing = [box.number for box in boxes if lacks(box)]
        if missing:
            raise MeasureMissing(measure, missing)


def _raise(weight, minimum, step):
    weight = max(weight, minimum)
    return (weight / step).to_integral_value(ROUND_CEILING) * step if step else weight


def _name(voluminous):
    return "volumetric" if voluminous else "actual"
