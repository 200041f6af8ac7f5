"""Offers of forwarders for a shipment, from their price sheets, side by side."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .chargeable import WeightRule, weigh

BASES = ("kg", "cbm", "revenue_ton", "container")
FEE_KINDS = ("shipment", "chargeable_kg", "actual_kg", "cbm", "carton", "container", "freight_percent")
KG_PER_TON = Decimal(1000)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Break:
    """The price per unit of the basis from ``start`` units on."""

    start: Decimal
    price: Decimal


@dataclass(frozen=True)
class Fee:
    """What comes on top of the freight.

    :param str kind: what ``amount`` is multiplied by: one of ``FEE_KINDS``
    :param Decimal minimum: that the fee is at least
    """

    label: str
    kind: str
    amount: Decimal
    minimum: Decimal = Decimal(0)


@dataclass(frozen=True)
class PriceSheet:
    """What a forwarder asks on a lane in a mode.

    :param key: identifies it for the caller
    :param basis: one of ``BASES``; a revenue ton is 1 m³ or 1,000 kg, whichever is more
    :param tuple breaks: :class:`Break`, by start; none for containers
    :param dict containers: price by type of container
    :param Decimal least: units of the basis that are billed at least
    :param Decimal minimum_charge: that the freight is at least
    :param Decimal fuel_percent: of the freight
    :param date valid_from: and ``valid_to``: first and last day of loading; None: open
    """

    key: object
    forwarder: str
    lane: object
    mode: str
    currency: str
    basis: str
    weight_rule: WeightRule
    breaks: tuple = ()
    containers: dict = field(default_factory=dict)
    least: Decimal = Decimal(0)
    minimum_charge: Decimal = Decimal(0)
    fuel_percent: Decimal = Decimal(0)
    fees: tuple = ()
    valid_from: date | None = None
    valid_to: date | None = None
    days_min: int | None = None
    days_max: int | None = None
    unit: Decimal = Decimal("0.01")


@dataclass(frozen=True)
class Load:
    """What is to be shipped.

    :param tuple boxes: :class:`~.chargeable.Box`
    :param date day: of loading
    :param dict containers: number of containers by type, for full container loads
    """

    boxes: tuple
    lane: object
    day: date
    containers: dict = field(default_factory=dict)

    @property
    def volume_m3(self):
        return sum((box.volume_m3 for box in self.boxes), Decimal(0))


@dataclass(frozen=True)
class Quote:
    """An offer.

    :param Decimal billed: units of the basis that are billed
    :param Weighing weighing: by the forwarder's own rule
    :param tuple parts: (label, amount) of freight, fuel and each fee; they add up to ``amount``
    :param Decimal company_amount: ``amount`` in the company's currency
    """

    sheet: PriceSheet
    billed: Decimal
    weighing: object
    parts: tuple
    amount: Decimal
    company_amount: Decimal


@dataclass(frozen=True)
class NoQuote:
    """Why a forwarder makes no offer.

    :param str code: "empty", "not_valid", "no_container", "no_price", "below_breaks" or "no_exchange_rate"
    """

    sheet: PriceSheet
    code: str
    values: dict = field(default_factory=dict)


def compare(sheets, load, rates, company_unit=Decimal("0.01")):
    """Ask every sheet of the lane.

    :param sheets: :class:`PriceSheet`; those of other lanes are left out
    :param dict rates: value of 1 unit of each currency in the company's currency
    :param Decimal company_unit: smallest coin of the company's currency
    :return: list of :class:`Quote`, the cheapest first, then the faster; list of :class:`NoQuote`
    :raises MeasureMissing: cartons without weight or size
    """
    quotes, refusals = [], []
    for sheet in sheets:
        if sheet.lane != load.lane:
            continue
        answer = _quote(sheet, load, rates, company_unit)
        (quotes if isinstance(answer, Quote) else refusals).append(answer)
    quotes.sort(key=lambda quote: (quote.company_amount, quote.sheet.days_max or quote.sheet.days_min or 10**6))
    return quotes, refusals


def _quote(sheet, load, rates, company_unit):
    if not load.boxes:
        return NoQuote(sheet, "empty")
    if (sheet.valid_from and load.day < sheet.valid_from) or (sheet.valid_to and load.day > sheet.valid_to):
        return NoQuote(sheet, "not_valid", {"day": load.day, "start": sheet.valid_from, "end": sheet.valid_to})
    if sheet.currency not in rates:
        return NoQuote(sheet, "no_exchange_rate", {"currency": sheet.currency})
    weighing = weigh(load.boxes, sheet.weight_rule)
    if sheet.basis == "container":
        missing = [kind for kind in load.containers if kind not in sheet.containers]
        if missing or not load.containers:
            return NoQuote(sheet, "no_container", {"containers": ", ".join(missing)})
        billed = Decimal(sum(load.containers.values()))
        freight = sum((sheet.containers[kind] * count for kind, count in load.containers.items()), Decimal(0))
    elif not sheet.breaks:
        return NoQuote(sheet, "no_price")
    else:
        billed = max(_get_quantity(sheet.basis, load, weighing), sheet.least)
        price = _find_price(sheet.breaks, billed)
        if price is None:
            return NoQuote(sheet, "below_breaks", {"billed": billed, "start": min(b.start for b in sheet.breaks)})
        freight = _find_cheapest(sheet.breaks, billed, price)
    parts = _get_parts(sheet, load, weighing, max(freight, sheet.minimum_charge))
    amount = sum((part for _label, part in parts), Decimal(0))
    return Quote(sheet, billed, weighing, parts, amount, _round(amount * rates[sheet.currency], company_unit))


def _get_quantity(basis, load, weighing):
    if basis == "kg":
        return weighing.chargeable
    if basis == "cbm":
        return load.volume_m3
    return max(load.volume_m3, weighing.actual / KG_PER_TON)


def _find_price(breaks, billed):
    fitting = [entry for entry in breaks if entry.start <= billed]
    return max(fitting, key=lambda entry: entry.start).price if fitting else None


def _find_cheapest(breaks, billed, price):
    """A shipment just below a break is billed as if it reached it, where that is cheaper (IATA's rule)."""
    higher = (entry.start * entry.price for entry in breaks if entry.start > billed)
    return min((billed * price, *higher))


def _get_parts(sheet, load, weighing, freight):
    freight = _round(freight, sheet.unit)
    parts = [("freight", freight)]
    if sheet.fuel_percent:
        parts.append(("fuel", _round(freight * sheet.fuel_percent / HUNDRED, sheet.unit)))
    factors = {
        "shipment": Decimal(1),
        "chargeable_kg": weighing.chargeable,
        "actual_kg": weighing.actual,
        "cbm": load.volume_m3,
        "carton": Decimal(len(load.boxes)),
        "container": Decimal(sum(load.containers.values())),
        "freight_percent": freight / HUNDRED,
    }
    for fee in sheet.fees:
        parts.append((fee.label, _round(max(fee.amount * factors[fee.kind], fee.minimum), sheet.unit)))
    return tuple(parts)


def _round(amount, unit):
    return (amount / unit).to_integral_value(ROUND_HALF_UP) * unit
