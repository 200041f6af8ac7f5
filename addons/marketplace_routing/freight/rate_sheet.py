"""A rate table as a sheet: one line per zone and weight band."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from .postcodes import parse_postcodes
from .rates import Rate, find_band_faults, plain
from .records import FreightError
from .table_file import Column, NumberReader, Problem, TableFileError
from .zones import Zone

WORLD = "*"
COLUMNS = (
    Column("zone", ("zone", "分区"), required=True),
    Column(
        "countries",
        ("countries", "country", "国家"),
    ),
    Column("states", ("states", "state", "州省")),
    Column("postcodes", ("postcodes", "postcode", "zip", "邮编")),
    Column("warehouses", ("warehouses", "warehouse", "仓库")),
    Column("weight_from", ("weight from", "起始重量"), required=True, numeric=True),
    Column("weight_to", ("weight to", "截止重量"), required=True, numeric=True),
    Column("price", ("price", "价格"), required=True, numeric=True),
    Column("step_price", ("per kg", "per step", "续重价", "每公斤"), numeric=True),
    Column("step_kg", ("step kg", "step", "续重单位"), numeric=True),
    Column("included_kg", ("included kg", "included", "首重"), numeric=True),
    Column("minimum", ("minimum", "最低收费"), numeric=True),
    Column("days", ("days", "时效")),
)
_PLACE_KEYS = ("countries", "states", "postcodes", "warehouses", "days")
_RATE_DEFAULTS = {"step_price": Decimal(0), "step_kg": Decimal(1), "included_kg": Decimal(0), "minimum": Decimal(0)}
_LIST = re.compile(r"[,;/\n]+")
_DAYS = re.compile(r"(\d{1,3})(?:\s*[-–~]\s*(\d{1,3}))?")


@dataclass
class SheetZone:
    """A zone as the sheet has it.

    :param frozenset countries: ISO codes
    :param frozenset states: pairs of country and state code
    :param frozenset warehouses: codes of warehouses
    :param list rates: :class:`~.rates.Rate`
    """

    name: str
    line: int
    texts: dict
    countries: frozenset = frozenset()
    states: frozenset = frozenset()
    everywhere: bool = False
    warehouses: frozenset = frozenset()
    days_min: int | None = None
    days_max: int | None = None
    readable: bool = False
    rates: list = field(default_factory=list)
    lines: list = field(default_factory=list)


def parse_rate_sheet(records, countries, states, warehouses):
    """The zones of a sheet, complete and without contradictions.

    Places and days of a zone stand in its first line; further lines repeat them or leave them empty.

    :param records: :class:`~.table_file.Record` of :data:`COLUMNS`
    :param dict countries: ISO codes by code and by name, in small letters
    :param dict states: state codes by country and any code of the state, in capitals
    :param warehouses: codes of warehouses that exist
    :return: list of :class:`SheetZone`
    :raises TableFileError: with everything that is wrong
    """
    numeric = [column.key for column in COLUMNS if column.numeric]
    numbers = NumberReader(record.values[key] for record in records for key in numeric)
    known = _Known(countries, states, frozenset(warehouses))
    zones, problems = {}, []
    for record in records:
        with _Collect(problems, record.line):
            _add_record(zones, record, numbers, known)
    for zone in zones.values():
        with _Collect(problems, zone.line):
            if zone.readable:
                _check_places(zone)
        problems += _find_faults(zone)
    if problems:
        raise TableFileError(sorted(problems, key=lambda problem: problem.line))
    return list(zones.values())


@dataclass(frozen=True)
class _Known:
    countries: dict
    states: dict
    warehouses: frozenset


class _Collect:
    """Turns an error of a line into a problem, and goes on."""

    def __init__(self, problems, line):
        self.problems, self.line = problems, line

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if not isinstance(error, FreightError):
            return False
        self.problems.append(Problem(self.line, error.code, error.values))
        return True


def _add_record(zones, record, numbers, known):
    name = str(record.values["zone"])
    if not name:
        raise FreightError("zone_missing", "The zone is missing.")
    texts = {key: _text(record.values[key]) for key in _PLACE_KEYS}
    zone = zones.get(name)
    if zone is None:
        zone = zones[name] = SheetZone(name, record.line, texts)
        _read_places(zone, known)
    changed = [key for key, text in texts.items() if text and text != zone.texts[key]]
    if changed:
        raise FreightError(
            "zone_differs",
            "Zone {zone}: the column '{column}' differs from line {first}.",
            column=changed[0],
            zone=name,
            first=zone.line,
        )
    zone.rates.append(_read_rate(record.values, numbers))
    zone.lines.append(record.line)


def _text(value):
    return plain(value) if isinstance(value, Decimal) else value


def _read_rate(values, numbers):
    read = {key: numbers.parse(values[key]) for key in ("weight_from", "weight_to", "price")}
    for key, number in read.items():
        if number is None:
            raise FreightError(
                "number_missing", "There is no number in the column '{column}'.", column=key.replace("_", " ")
            )
    for key, default in _RATE_DEFAULTS.items():
        number = numbers.parse(values[key])
        read[key] = default if number is None else number
    return Rate(**read)


def _read_places(zone, known):
    zone.everywhere = zone.texts["countries"] == WORLD
    if not zone.everywhere:
        zone.countries = frozenset(_look_up_countries(_split(zone.texts["countries"]), known.countries))
    zone.states = frozenset(_look_up_states(zone, _split(zone.texts["states"]), known.states))
    zone.warehouses = frozenset(_split(zone.texts["warehouses"]))
    unknown = sorted(zone.warehouses - known.warehouses)
    if unknown:
        raise FreightError("warehouse_unknown", "There is no warehouse {warehouse}.", warehouse=unknown[0])
    if zone.texts["days"]:
        zone.days_min, zone.days_max = _read_days(zone.texts["days"])
    zone.readable = True


def _split(text):
    return [part.strip() for part in _LIST.split(text) if part.strip()]


def _look_up_countries(names, known):
    for name in names:
        code = known.get(name.casefold())
        if code is None:
            raise FreightError("country_unknown", "There is no country {country}.", country=name)
        yield code


def _look_up_states(zone, codes, known):
    if codes and len(zone.countries) != 1:
        raise FreightError("zone_states", "Zone {zone} has states, so it needs exactly one country.", zone=zone.name)
    for code in codes:
        country = next(iter(zone.countries))
        found = known.get((country, code.upper()))
        if found is None:
            raise FreightError("state_unknown", "{country} has no state {state}.", country=country, state=code)
        yield country, found


def _read_days(text):
    found = _DAYS.fullmatch(text)
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise FreightError("days_unreadable", "{value} are not days: write e.g. 5 or 5-8.", value=text)
    return int(found[1]), int(found[2] or found[1])


def _check_places(zone):
    Zone(zone.name, zone.countries, zone.states, parse_postcodes(zone.texts["postcodes"]), zone.everywhere)


def _find_faults(zone):
    line_by_rate = {id(rate): line for rate, line in zip(zone.rates, zone.lines, strict=True)}
    for kind, before, after in find_band_faults(zone.rates):
        yield Problem(
            line_by_rate[id(after)],
            f"band_{kind}",
            {
                "zone": zone.name,
                "first": line_by_rate[id(before)],
                "before": f"{plain(before.weight_from)}–{plain(before.weight_to)}",
                "after": f"{plain(after.weight_from)}–{plain(after.weight_to)}",
            },
        )
