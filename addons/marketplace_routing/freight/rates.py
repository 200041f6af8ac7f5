"""Prices by weight: bands of a zone, and surcharges of a carrier."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from .postcodes import Postcode
from .records import FreightError

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rate:
    """The price of a weight band: above ``weight_from``, up to and including ``weight_to`` kg.

    A parcel costs ``price``, plus ``step_price`` for every started ``step_kg`` above ``included_kg``, and at least
    ``minimum``. So 'registration fee + price per kg' has ``included_kg`` 0, and 'first 0.5 kg, then every further
    0.5 kg' has ``included_kg`` 0.5.

    :raises FreightError: ``weight_upside_down``, ``step``, ``negative_price``
    """

    weight_from: Decimal
    weight_to: Decimal
    price: Decimal = ZERO
    step_price: Decimal = ZERO
    step_kg: Decimal = Decimal(1)
    included_kg: Decimal = ZERO
    minimum: Decimal = ZERO

    def __post_init__(self):
        if self.weight_from < 0 or self.weight_to <= self.weight_from:
            raise FreightError(
                "weight_upside_down",
                "The weight band {low}–{high} kg is upside down: the second weight must be above the first.",
                low=plain(self.weight_from),
                high=plain(self.weight_to),
            )
        if self.step_kg <= 0 or self.included_kg < 0:
            raise FreightError("step", "The weight step must be above 0 kg, and the weight included 0 kg or more.")
        if min(self.price, self.step_price, self.minimum) < 0:
            raise FreightError("negative_price", "Prices cannot be negative.")

    def charge(self, chargeable_kg):
        """What a parcel of this chargeable weight costs before surcharges, not rounded."""
        amount = self.price
        above = chargeable_kg - self.included_kg
        if self.step_price and above > 0:
            amount += self.step_price * (above / self.step_kg).to_integral_value(ROUND_CEILING)
        return max(amount, self.minimum)


def find_band_faults(rates):
    """Where the bands of a zone overlap or leave a gap.

    :param rates: :class:`Rate` in any order
    :return: tuples of "overlap" or "gap", the band before, the band after
    """
    ordered = sorted(rates, key=lambda rate: (rate.weight_from, rate.weight_to))
    faults, furthest = [], ordered[0] if ordered else None
    for rate in ordered[1:]:
        if rate.weight_from < furthest.weight_to:
            faults.append(("overlap", furthest, rate))
        elif rate.weight_from > furthest.weight_to:
            faults.append(("gap", furthest, rate))
        furthest = max(furthest, rate, key=lambda band: band.weight_to)
    return faults


@dataclass(frozen=True)
class Surcharge:
    """What comes on top of the freight.

    :param Decimal amount: of the table's currency; or
    :param Decimal percent: of the freight without surcharges
    :param str condition: key of :data:`CONDITIONS`
    :param Decimal limit: kg or cm that must be exceeded, for the conditions of size and weight
    :param frozenset countries: ISO codes, for ``country`` and ``remote``; with others, where it is taken at all
    :param tuple postcodes: of remote places, from :func:`~.postcodes.parse_postcodes`
    """

    label: str
    amount: Decimal = ZERO
    percent: Decimal = ZERO
    condition: str = "always"
    limit: Decimal = ZERO
    countries: frozenset = frozenset()
    postcodes: tuple = ()

    def applies(self, destination, parcel, chargeable_kg):
        if self.countries and destination.country not in self.countries:
            return False
        return CONDITIONS[self.condition](self, destination, parcel, chargeable_kg)

    def charge(self, freight):
        """The amount on a freight, not rounded."""
        return self.amount + freight * self.percent / HUNDRED


def _is_remote(surcharge, destination, parcel, chargeable_kg):
    postcode = Postcode.of(destination.country, destination.postcode)
    return any(entry.matches(postcode) for entry in surcharge.postcodes)


def _exceeds(value, limit):
    # Unknown sides exceed nothing: what is not known is not charged.
    return value is not None and value > limit


CONDITIONS = {
    "always": lambda surcharge, destination, parcel, chargeable_kg: True,
    "country": lambda surcharge, destination, parcel, chargeable_kg: destination.country in surcharge.countries,
    "remote": _is_remote,
    "over_weight": lambda surcharge, destination, parcel, chargeable_kg: parcel.weight_kg > surcharge.limit,
    "over_length": lambda surcharge, destination, parcel, chargeable_kg: _exceeds(parcel.longest_cm, surcharge.limit),
    "over_girth": lambda surcharge, destination, parcel, chargeable_kg: _exceeds(parcel.girth_cm, surcharge.limit),
}


def plain(number):
    """A number for a message: no exponent, no zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
