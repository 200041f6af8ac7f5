"""Rate cards: what a marketplace, a carrier or a payment provider will charge for a sale, and by which row of a card.

Amounts are Decimal and positive: a fee. Sizes are in cm, weights in kg.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
# Which part of a sale a percentage is of.
BASES = ("item", "item_shipping", "total")


@dataclass(frozen=True, slots=True)
class Size:
    """A packed unit: its sides, longest first, and its weight; zero: not known."""

    longest: Decimal = ZERO
    median: Decimal = ZERO
    shortest: Decimal = ZERO
    weight: Decimal = ZERO

    @classmethod
    def of(cls, sides, weight):
        """
        :param sides: three lengths in any order, cm
        :param weight: kg
        """
        shortest, median, longest = sorted(Decimal(str(side)) for side in sides)
        return cls(longest, median, shortest, Decimal(str(weight)))

    @property
    def girth(self):
        """Longest side and the way around the other two, as carriers measure large parcels."""
        return self.longest + 2 * (self.median + self.shortest)

    def has_sides(self):
        """Whether all three sides are known."""
        return self.shortest > 0

    def get_charged_weight(self, divisor):
        """The weight, or that by volume where it is more.

        :param divisor: cubic centimetres that count as a kilogram; 0: volume does not count
        """
        if not divisor:
            return self.weight
        return max(self.weight, self.longest * self.median * self.shortest / divisor)


@dataclass(frozen=True, slots=True)
class Limits:
    """What fits a size tier: up to and including each limit; 0: no limit. The weight is above ``above``."""

    longest: Decimal = ZERO
    median: Decimal = ZERO
    shortest: Decimal = ZERO
    girth: Decimal = ZERO
    above: Decimal = ZERO
    weight: Decimal = ZERO
    divisor: Decimal = ZERO

    def needs_sides(self):
        return bool(self.longest or self.median or self.shortest or self.girth or self.divisor)

    def needs_weight(self):
        return bool(self.above or self.weight)

    def fit(self, size):
        """Whether a unit is of this tier; one whose size nobody knows is of none."""
        if (self.needs_sides() and not size.has_sides()) or (self.needs_weight() and not size.weight):
            return False
        weight = size.get_charged_weight(self.divisor)
        if self.above and weight <= self.above:
            return False
        pairs = (
            (size.longest, self.longest),
            (size.median, self.median),
            (size.shortest, self.shortest),
            (size.girth, self.girth),
            (weight, self.weight),
        )
        return all(not limit or value <= limit for value, limit in pairs)

    def get_rank(self):
        """Sorts tiers from the smallest to the largest: a unit is of the first that it fits."""
        sides = tuple(limit or Decimal("Infinity") for limit in (self.longest, self.median, self.shortest, self.girth))
        return (*sides, self.weight or Decimal("Infinity"))


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of a card. Empty fields hold for all.

    :param key: names the row
    :param kind: code of the fee kind
    :param basis: of :data:`BASES`
    :param minimum: least percentage fee per unit
    :param per_item: fee per unit
    :param per_order: fee per order
    :param step_amount: fee for each started ``step_weight`` kg above ``limits.above``
    :param price_from: least price of a unit, tax included
    :param price_to: prices below this one
    :param fulfilment: ``merchant`` or ``marketplace``
    :param learned: measured on settlements, not agreed; rows that people state come first
    """

    key: object
    kind: str
    provider: str = ""
    shop: object = None
    country: object = None
    category: object = None
    fulfilment: str = ""
    basis: str = "item"
    percentage: Decimal = ZERO
    minimum: Decimal = ZERO
    per_item: Decimal = ZERO
    per_order: Decimal = ZERO
    step_amount: Decimal = ZERO
    step_weight: Decimal = ZERO
    limits: Limits = Limits()
    price_from: Decimal = ZERO
    price_to: Decimal = ZERO
    currency: object = None
    valid_from: date | None = None
    valid_to: date | None = None
    learned: bool = False

    def has_amounts(self):
        """Whether something of it is money, not a share."""
        return bool(self.minimum or self.per_item or self.per_order or self.step_amount)


@dataclass(frozen=True, slots=True)
class Sale:
    """What is sold on one order line.

    :param categories: of the product, its own first, then its parents
    :param shop_country: where the shop sells
    :param goods: price of all units as the buyer pays it, tax included
    :param shipping: the line's part of what the buyer pays for shipping, tax included
    :param tax: that the buyer pays on top and the marketplace keeps for a state; the line's part of it
    :param size: of a packed unit
    """

    provider: str
    shop: object
    shop_country: object
    categories: tuple
    day: date
    currency: object
    units: Decimal
    goods: Decimal
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    fulfilment: str = "merchant"
    size: Size = Size()

    @property
    def price(self):
        return self.goods / self.units if self.units else self.goods

    def get_base(self, basis):
        """What a percentage is of: ``item`` of the goods, ``item_shipping`` of goods and shipping, ``total`` of all
        that the buyer pays, tax on top included. A tax that prices contain is in each of them."""
        base = self.goods
        if basis != "item":
            base += self.shipping
        return base + self.tax if basis == "total" else base


@dataclass(frozen=True, slots=True)
class Fee:
    """What a row charges.

    :param amount: rounded to the coin, without the part per order
    :param per_order: once per order
    :param base: what the percentage was taken of
    """

    rate: Rate
    amount: Decimal
    per_order: Decimal
    base: Decimal


def find_rate(rates, sale):
    """The row that holds for a sale.

    What people state comes before what was measured; a row of the shop before one of the country before one of all;
    then a nearer category, a smaller size tier, a narrower price band, the later begin.

    :param rates: rows of one kind
    :return: :class:`Rate` or ``None``
    """
    return min((rate for rate in rates if applies(rate, sale)), key=lambda rate: _get_rank(rate, sale), default=None)


def applies(rate, sale):
    """Whether a row holds for a sale at all."""
    wanted = (
        (rate.provider, sale.provider),
        (rate.shop, sale.shop),
        (rate.country, sale.shop_country),
        (rate.fulfilment, sale.fulfilment),
    )
    if any(own and own != found for own, found in wanted):
        return False
    if rate.category and rate.category not in sale.categories:
        return False
    if rate.has_amounts() and rate.currency != sale.currency:
        return False
    if (rate.valid_from and sale.day < rate.valid_from) or (rate.valid_to and sale.day > rate.valid_to):
        return False
    if sale.price < rate.price_from or (rate.price_to and sale.price >= rate.price_to):
        return False
    return rate.limits.fit(sale.size)


def _get_rank(rate, sale):
    return (
        rate.learned,
        not rate.shop,
        not rate.country,
        not rate.provider,
        sale.categories.index(rate.category) if rate.category else len(sale.categories),
        not rate.fulfilment,
        rate.limits.get_rank(),
        (rate.price_to or Decimal("Infinity")) - rate.price_from,
        -(rate.valid_from.toordinal() if rate.valid_from else 0),
        str(rate.key),
    )


def compute_fee(rate, sale, unit):
    """
    :param Decimal unit: smallest coin of the sale's currency
    :return: :class:`Fee`
    """
    base = sale.get_base(rate.basis)
    share = max(base * rate.percentage / 100, rate.minimum * sale.units)
    steps = ZERO
    if rate.step_amount and rate.step_weight:
        above = sale.size.get_charged_weight(rate.limits.divisor) - rate.limits.above
        steps = (max(above, ZERO) / rate.step_weight).to_integral_value(ROUND_CEILING)
    amount = share + (rate.per_item + steps * rate.step_amount) * sale.units
    return Fee(rate, _round(amount, unit), _round(rate.per_order, unit), base)


def _round(amount, unit):
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
