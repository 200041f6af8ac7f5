"""Replay a file of real demand as orders: who bought how much of what, on which day, in which country."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from . import catalogue, orders, seasons
from .buyers import buyer, country_of
from .marketplaces import EURO_RATES, rounded

REQUIRED = ("sku", "date", "country", "units")
MOST_LINES = 6
#: Kinds that a replayed order may be of, beyond what the file says.
KINDS = ("b2b", "gift", "discount", "shipping", "odd_total")


class InvalidDemand(ValueError):
    """A demand file that cannot be replayed."""


@dataclass(frozen=True)
class Demand:
    """Units of one product that were bought on one day in one country; ``price`` in GBP where the file has one."""

    sku: str
    day: date
    country: str
    units: int
    price: Decimal | None


def read(path, most):
    """Return the last ``most`` lines of a parquet or CSV file, oldest first.

    :raise InvalidDemand: if columns are missing, a country is unknown or units are negative or not whole
    """
    # Imported here: nothing but a replay needs these large libraries.
    import pandas

    path = Path(path)
    frame = pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_csv(path, dtype={"sku": str})
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise InvalidDemand(f"{path.name} has no column {', '.join(missing)}")
    # Zero units stand for orders that were cancelled on the same day.
    frame = frame[frame["units"] != 0].assign(date=lambda rows: pandas.to_datetime(rows["date"]))
    frame = frame.sort_values(["date", "country", "sku"]).tail(most)
    prices = frame["price"] if "price" in frame.columns else [None] * len(frame)
    rows = zip(frame["sku"], frame["date"], frame["country"], frame["units"], prices, strict=True)
    return [_demand(*row) for row in rows]


def _demand(sku, moment, country, units, price):
    try:
        code = country_of(country)
    except KeyError as error:
        raise InvalidDemand(f"unknown country {country!r}") from error
    if units != int(units) or units < 0:
        raise InvalidDemand(f"{units} units of {sku} on {moment.date()}")
    known = price is not None and price == price
    return Demand(str(sku), moment.date(), code, int(units), Decimal(str(price)) if known else None)


def products(seed, rows):
    """Return the catalogue of a demand file, with stock for a fifth more than the file asks for."""
    units, spent = defaultdict(int), defaultdict(Decimal)
    for row in rows:
        units[row.sku] += row.units
        spent[row.sku] += (row.price or Decimal("4.99")) * row.units
    made = {}
    for sku in sorted(units):
        rng = random.Random(f"{seed}:replay:{sku}")
        euro = max(spent[sku] / units[sku] / EURO_RATES["GBP"], Decimal("0.30"))
        made[sku] = catalogue.product(sku, f"Item {sku}", "HOME", rng.randint(40, 1500), euro, rng,
                                      units[sku] * 6 // 5 + 20)
    return made


def run(world, rows, made):
    """Place the demand as orders of one to six lines; the file's last day becomes yesterday.

    :param made: the catalogue that :func:`products` made
    :return: number of orders
    """
    now = world.clock.now()
    shift = now.date() - timedelta(days=1) - max(row.day for row in rows)
    placed = 0
    for (day, country), group in _groups(rows).items():
        rng = random.Random(f"{world.seed}:replay:{day}:{country}")
        for fulfilled_by, lines in _split(group, made):
            for chunk in _chunks(lines, rng):
                moment = min(_moment(day + shift, rng), now - timedelta(minutes=4))
                market = _market(world, country, fulfilled_by, f"replay:{day}:{country}:{placed}")
                _place(world, market, fulfilled_by, country, [(made[row.sku], row.units) for row in chunk], moment, rng)
                placed += 1
    return placed


def _groups(rows):
    groups = defaultdict(list)
    for row in rows:
        groups[row.day, row.country].append(row)
    return groups


def _split(group, made):
    for fulfilled_by in (catalogue.MERCHANT, catalogue.MARKETPLACE):
        lines = [row for row in group if made[row.sku]["channel"] == fulfilled_by]
        if lines:
            yield fulfilled_by, lines


def _chunks(lines, rng):
    lines = rng.sample(lines, len(lines))
    while lines:
        size = rng.randint(1, MOST_LINES)
        yield lines[:size]
        lines = lines[size:]


def _market(world, country, fulfilled_by, key):
    """Return where buyers of a country shop: in a channel drawn by weight, there at home, next door, or anywhere."""
    choice = [outlet for outlet in world.outlets.values() if outlet.fulfils or fulfilled_by == catalogue.MERCHANT]
    channel = world.draw_outlet(key, choice).channel
    markets = [market for outlet in choice if outlet.channel == channel for market in outlet.markets]
    home = next((market for market in markets if market.country == country), None)
    return home or next((market for market in markets if country in market.buyers), markets[0])


def _moment(day, rng):
    hour = rng.choices(range(24), weights=seasons.HOURS)[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), timezone.utc)


def _place(world, market, fulfilled_by, country, basket, moment, rng):
    outlet = world.outlets[market.region]
    kinds = {kind for kind in KINDS if rng.random() < orders.KINDS[kind]} & set(outlet.kinds)
    lines = [(product, units, rounded(Decimal(world.listing(outlet.name, product["sku"])["prices"][market.code]),
                                      market.currency)) for product, units in basket]
    customer, number = buyer(world.seed, country, rng), world.next_number()
    order = orders.assemble(number, market, fulfilled_by, customer, lines, kinds, moment, rng, outlet.order_id(number))
    world.add_order(order, moment, world.clock.now() - timedelta(minutes=3))
