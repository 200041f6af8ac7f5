"""Rate tables of carriers, and the book of all of them."""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from .rates import ZERO, plain
from .records import CUBIC_CM_PER_CUBIC_M, Currency, NoQuote, Quote
from .zones import ZoneFinder


@dataclass(frozen=True)
class Limits:
    """What a carrier takes at most; None or 0: no limit. ``countries``: where it goes at all; empty: anywhere."""

    weight_kg: Decimal | None = None
    volume_m3: Decimal | None = None
    longest_cm: Decimal | None = None
    girth_cm: Decimal | None = None
    countries: frozenset = frozenset()

    def refuse(self, parcel):
        """Code and values of the reason not to take a parcel, or None."""
        checks = (
            ("over_weight", "weight", parcel.weight_kg, self.weight_kg),
            ("too_large", "volume", parcel.volume_m3, self.volume_m3),
            ("too_long", "length", parcel.longest_cm, self.longest_cm),
            ("too_thick", "girth", parcel.girth_cm, self.girth_cm),
        )
        for code, name, value, limit in checks:
            if limit and value is not None and value > limit:
                return code, {name: plain(value), "limit": plain(limit)}
        return None


class RateTable:
    """The prices of one carrier.

    :param int carrier_id: the carrier
    :param zones: :class:`~.zones.Zone` with their rates
    :param Currency currency: of the prices
    :param surcharges: :class:`~.rates.Surcharge`, in the order of the bill
    :param Decimal divisor: cm³ that count as one kg; 0: volume does not count
    :param Decimal step_kg: the chargeable weight is rounded up to it; 0: it is not rounded
    :param Limits limits: what the carrier takes at most
    :param Currency quote_currency: of quotes; the table's by default
    :param Decimal exchange_rate: units of the quote's currency for one of the table's
    :param str freight_label: name of the freight among the parts of a quote
    """

    def __init__(
        self,
        carrier_id,
        zones,
        currency,
        surcharges=(),
        divisor=ZERO,
        step_kg=ZERO,
        limits=None,
        quote_currency=None,
        exchange_rate=Decimal(1),
        freight_label="Freight",
    ):
        self.carrier_id = carrier_id
        self.zones = tuple(zones)
        self.currency: Currency = currency
        self.surcharges = tuple(surcharges)
        self.divisor, self.step_kg = divisor, step_kg
        self.limits = limits or Limits()
        self.quote_currency = quote_currency or currency
        self.exchange_rate = exchange_rate
        self.freight_label = freight_label
        self._finder = ZoneFinder(self.zones)
        self._bands = {id(zone): sorted(zone.rates, key=lambda rate: rate.weight_to) for zone in self.zones}

    @property
    def has_origins(self):
        """Whether the answer depends on the warehouse."""
        return self._finder.has_origins

    def chargeable(self, parcel):
        """The weight that is paid for, in kg: the greater of weight and volume, rounded up to the step."""
        weight = parcel.weight_kg
        if self.divisor and parcel.volume_m3:
            weight = max(weight, parcel.volume_m3 * CUBIC_CM_PER_CUBIC_M / self.divisor)
        if self.step_kg:
            weight = (weight / self.step_kg).to_integral_value(ROUND_CEILING) * self.step_kg
        return weight

    def quote(self, warehouse_id, destination, parcel):
        """What the carrier takes for a parcel from a warehouse.

        :rtype: Quote or NoQuote
        """
        weight = self.chargeable(parcel)
        if not weight:
            return NoQuote(self.carrier_id, "no_weight")
        refusal = self.limits.refuse(parcel)
        if refusal:
            return NoQuote(self.carrier_id, *refusal)
        zone = self._find_zone(warehouse_id, destination)
        if zone is None:
            place = " ".join(filter(None, (destination.country, destination.state, destination.postcode)))
            return NoQuote(self.carrier_id, "no_zone", {"place": place})
        rate = self._find_rate(zone, weight)
        if rate is None:
            return self._refuse_weight(zone, weight)
        parts = self._get_parts(rate, destination, parcel, weight)
        amount = sum((part for _label, part in parts), ZERO)
        return Quote(
            self.carrier_id, amount, self.quote_currency.code, zone.name, weight, parts, zone.days_min, zone.days_max
        )

    def _find_zone(self, warehouse_id, destination):
        if self.limits.countries and destination.country not in self.limits.countries:
            return None
        return self._finder.find(warehouse_id, destination)

    def _find_rate(self, zone, weight):
        bands = self._bands[id(zone)]
        index = bisect_left(bands, weight, key=lambda rate: rate.weight_to)
        if index < len(bands) and bands[index].weight_from < weight:
            return bands[index]
        return None

    def _refuse_weight(self, zone, weight):
        bands = self._bands[id(zone)]
        values = {"weight": plain(weight), "zone": zone.name}
        if bands and weight > bands[-1].weight_to:
            return NoQuote(self.carrier_id, "too_heavy", {**values, "limit": plain(bands[-1].weight_to)})
        return NoQuote(self.carrier_id, "no_rate", values)

    def _get_parts(self, rate, destination, parcel, weight):
        freight = self.currency.round(rate.charge(weight))
        parts = [(self.freight_label, freight)]
        for surcharge in self.surcharges:
            if surcharge.applies(destination, parcel, weight):
                parts.append((surcharge.label, self.currency.round(surcharge.charge(freight))))
        # Each part is rounded by itself, as on a bill, so that the parts are the amount.
        if self.quote_currency != self.currency:
            parts = [(label, self.quote_currency.round(part * self.exchange_rate)) for label, part in parts]
        return tuple(parts)


class RateBook:
    """The rate tables of a company, with quotes in one currency. ``has_origins``: answers depend on the warehouse.

    :param tables: :class:`RateTable`, one per carrier
    """

    def __init__(self, tables):
        self._tables = {table.carrier_id: table for table in tables}
        self.has_origins = any(table.has_origins for table in self._tables.values())

    @property
    def carrier_ids(self):
        return tuple(self._tables)

    def quotes(self, warehouse_id, destination, parcel, carrier_ids=None):
        """The offers for a parcel, the cheapest first, then the faster.

        :param carrier_ids: carriers that may be asked; None: all. Carriers without a table are left out.
        :return: list of :class:`Quote`, list of :class:`NoQuote`
        """
        wanted = self._tables if carrier_ids is None else carrier_ids
        answers = [
            self._tables[carrier_id].quote(warehouse_id, destination, parcel)
            for carrier_id in wanted
            if carrier_id in self._tables
        ]
        quotes = [answer for answer in answers if isinstance(answer, Quote)]
        quotes.sort(key=lambda quote: (quote.amount, _slowness(quote), quote.carrier_id))
        return quotes, [answer for answer in answers if isinstance(answer, NoQuote)]


def _slowness(quote):
    days = quote.days_max or quote.days_min
    return float("inf") if days is None else days
