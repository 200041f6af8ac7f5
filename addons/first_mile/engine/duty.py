"""Duty and import VAT of goods by HS code, origin, destination and date."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import share
from .allocation import CENT
from .errors import UnknownHsCode, UnknownVat

KINDS = ("base", "additional", "anti_dumping", "vat")
# Countries whose duty is charged on the goods without the freight to the border (19 U.S.C. 1401a; Customs Act 1901
# s. 161 in Australia; Customs Act s. 48 in Canada); elsewhere freight and insurance count.
FREE_ON_BOARD = frozenset({"US", "AU", "CA", "NZ"})
# Countries that charge no VAT at the border, so that no row is needed: the United States have only the states' taxes on
# sales (OECD, Consumption Tax Trends: its one member without VAT), Hong Kong has neither VAT nor GST (its Inland
# Revenue and Customs Ordinances know none).
WITHOUT_VAT = frozenset({"US", "HK"})
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class TariffRow:
    """A line of a customs tariff.

    :param str hs_prefix: first digits of the HS codes it is for; empty: all
    :param str origin: ISO country; empty: any
    :param str kind: "base" (the ordinary duty), "additional", "anti_dumping", or "vat"
    :param str name: of an extra duty; several of different names are charged together
    :param Decimal percent: of the customs value; of value and duty for VAT
    :param Decimal per_kg: in the currency of the assessment, on net weight
    """

    hs_prefix: str
    origin: str
    destination: str
    kind: str
    percent: Decimal
    name: str = ""
    per_kg: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_to: date | None = None

    def applies(self, hs_code, origin, day):
        return (
            hs_code.startswith(self.hs_prefix)
            and self.origin in ("", origin)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )

    @property
    def rank(self):
        """The longer code wins, then the stated origin, then the younger row."""
        return len(self.hs_prefix), bool(self.origin), self.valid_from or date.min


@dataclass(frozen=True)
class Goods:
    """A line of a customs declaration.

    :param Decimal value: declared, for all units
    :param Decimal net_kg: for all units
    """

    key: object
    hs_code: str
    origin: str
    value: Decimal
    net_kg: Decimal = Decimal(0)


@dataclass(frozen=True)
class Assessment:
    """What goods pay.

    :param Decimal customs_value: what duty is charged on
    :param tuple parts: (:class:`TariffRow`, amount) per duty
    :param Decimal duty: their sum
    :param Decimal vat_base: what import VAT is charged on
    """

    goods: Goods
    customs_value: Decimal
    parts: tuple
    duty: Decimal
    vat_base: Decimal
    vat: Decimal


class DutyTable:
    """Tariff rows, looked up by destination.

    :param rows: :class:`TariffRow`
    """

    def __init__(self, rows):
        self._by_destination = defaultdict(list)
        for row in rows:
            self._by_destination[row.destination].append(row)

    def find(self, hs_code, origin, destination, day):
        """The rows that goods fall under: of each kind and name the most specific.

        :return: list of :class:`TariffRow`; without one of kind "base" the duty is unknown
        """
        best = {}
        code = clean_hs_code(hs_code)
        for row in self._by_destination[destination]:
            if not code or not row.applies(code, origin, day):
                continue
            slot = (row.kind, row.name if row.kind in ("additional", "anti_dumping") else "")
            if slot not in best or row.rank > best[slot].rank:
                best[slot] = row
        return sorted(best.values(), key=lambda row: (KINDS.index(row.kind), row.name))


def assess(table, goods, destination, day, freight=Decimal(0), insurance=Decimal(0), unit=CENT):
    """Duty and import VAT of a declaration.

    :param goods: :class:`Goods`
    :param Decimal freight: to the border, for all goods; with ``insurance`` it raises the customs value where the
        destination says so, and the base of import VAT everywhere
    :return: list of :class:`Assessment`, one per goods
    :raises UnknownHsCode: names all goods without an ordinary duty
    :raises UnknownVat: names all goods without an import VAT, of 0 % too, unless the destination has none at all: see
        ``WITHOUT_VAT``, with its sources
    """
    goods = list(goods)
    found = [table.find(line.hs_code, line.origin, destination, day) for line in goods]
    _check_known("base", UnknownHsCode, goods, found, destination, day)
    if destination not in WITHOUT_VAT:
        _check_known("vat", UnknownVat, goods, found, destination, day)
    carriage = _share_carriage(goods, freight + insurance, unit)
    return [
        _assess_line(line, rows, extra, destination, unit)
        for line, rows, extra in zip(goods, found, carriage, strict=True)
    ]


def _check_known(kind, fault, goods, found, destination, day):
    missing = [
        (line.hs_code, line.origin, destination, day)
        for line, rows in zip(goods, found, strict=True)
        if not any(row.kind == kind for row in rows)
    ]
    if missing:
        raise fault(dict.fromkeys(missing))


def clean_hs_code(code):
    """Only the digits: codes are written with points and spaces in many ways."""
    return "".join(sign for sign in code or "" if sign.isdigit())


def _share_carriage(goods, amount, unit):
    return share(amount, [line.value for line in goods], unit)


def _assess_line(line, rows, carriage, destination, unit):
    customs_value = line.value if destination in FREE_ON_BOARD else line.value + carriage
    parts = tuple(
        (row, _round(customs_value * row.percent / HUNDRED + line.net_kg * row.per_kg, unit))
        for row in rows
        if row.kind != "vat"
    )
    duty = sum((amount for _row, amount in parts), Decimal(0))
    vat_base = line.value + carriage + duty
    percent = next((row.percent for row in rows if row.kind == "vat"), Decimal(0))
    return Assessment(line, customs_value, parts, duty, vat_base, _round(vat_base * percent / HUNDRED, unit))


def _round(amount, unit):
    return (amount / unit).to_integral_value(ROUND_HALF_UP) * unit
