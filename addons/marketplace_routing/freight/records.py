"""What is sent, where to, and what the answer is. Weights in kg, volumes in m³, sides in cm, money in Decimal."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

MILLIGRAM = Decimal("0.000001")
CUBIC_MILLIMETRE = Decimal("0.000000001")
CUBIC_CM_PER_CUBIC_M = 1_000_000


class FreightError(ValueError):
    """A rate table that cannot be used as it is written. The message is for people; ``code`` and ``values`` say the
    same to programs, e.g. to translate it."""

    def __init__(self, code, message, **values):
        self.code, self.values = code, values
        super().__init__(message.format(**values))


def exact(value, unit):
    """``value`` as a Decimal to ``unit``, without what binary floats add far behind the point (0.1 + 0.2)."""
    return Decimal(str(value)).quantize(unit, ROUND_HALF_UP)


@dataclass(frozen=True)
class Parcel:
    """A parcel to send. Numbers of any kind are taken to the milligram and the cubic millimetre.

    Without a volume, the sides give it. Sides are unknown (None), or all three are known.
    """

    weight_kg: Decimal
    volume_m3: Decimal = Decimal(0)
    length_cm: Decimal | None = None
    width_cm: Decimal | None = None
    height_cm: Decimal | None = None
    sides: tuple = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        given = [side for side in (self.length_cm, self.width_cm, self.height_cm) if side]
        if len(given) not in (0, 3):
            raise FreightError("sides", "Give all three sides of a parcel, or none.")
        sides = tuple(sorted((Decimal(str(side)) for side in given), reverse=True))
        volume = exact(self.volume_m3 or 0, CUBIC_MILLIMETRE)
        if sides and not volume:
            volume = exact(sides[0] * sides[1] * sides[2] / CUBIC_CM_PER_CUBIC_M, CUBIC_MILLIMETRE)
        weight = exact(self.weight_kg, MILLIGRAM)
        if weight < 0 or volume < 0 or any(side < 0 for side in sides):
            raise FreightError("negative", "Weight, volume and sides of a parcel cannot be negative.")
        for name, value in (("sides", sides), ("volume_m3", volume), ("weight_kg", weight)):
            object.__setattr__(self, name, value)

    @property
    def longest_cm(self):
        """Longest side, or None when the sides are unknown."""
        return self.sides[0] if self.sides else None

    @property
    def girth_cm(self):
        """Length plus girth as carriers measure it: longest side + 2 × the two others; None when unknown."""
        return self.sides[0] + 2 * (self.sides[1] + self.sides[2]) if self.sides else None


@dataclass(frozen=True)
class Destination:
    """Where a parcel goes.

    :param str country: ISO 3166-1 alpha-2 code
    :param str state: code of the state as in the address, without the country
    """

    country: str
    state: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Currency:
    """A currency and its smallest unit, e.g. ``Currency("JPY", Decimal("1"))``."""

    code: str
    unit: Decimal = Decimal("0.01")

    def round(self, amount):
        """``amount`` to the smallest unit, half up."""
        return (amount / self.unit).quantize(Decimal(1), ROUND_HALF_UP) * self.unit


@dataclass(frozen=True)
class Quote:
    """What a carrier takes for a parcel.

    :param Decimal amount: sum of the parts, exactly
    :param str currency: ISO code
    :param str zone: name of the zone
    :param Decimal chargeable_kg: the weight that is paid for
    :param tuple parts: pairs of label and amount: the freight, then each surcharge
    """

    carrier_id: int
    amount: Decimal
    currency: str
    zone: str
    chargeable_kg: Decimal
    parts: tuple
    days_min: int | None = None
    days_max: int | None = None


@dataclass(frozen=True)
class NoQuote:
    """Why a carrier does not take a parcel: ``code`` is a key of :data:`REASONS`, ``values`` fill its text."""

    carrier_id: int
    code: str
    values: dict = field(default_factory=dict)

    @property
    def reason(self):
        return REASONS[self.code].format(**self.values)


REASONS = {
    "no_zone": "No zone for {place}.",
    "no_rate": "No rate for {weight} kg in zone {zone}.",
    "too_heavy": "{weight} kg is above the last weight of zone {zone}, {limit} kg.",
    "too_large": "{volume} m³ is more than the {limit} m³ it takes.",
    "over_weight": "{weight} kg is more than the {limit} kg it takes.",
    "too_long": "The longest side, {length} cm, is more than the {limit} cm it takes.",
    "too_thick": "Length plus girth, {girth} cm, is more than the {limit} cm it takes.",
    "no_weight": "The parcel has no weight: enter the weights of its products.",
}
