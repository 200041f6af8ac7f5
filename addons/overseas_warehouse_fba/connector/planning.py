"""Aged inventory and what its storage costs. Source: report type GET_FBA_INVENTORY_PLANNING_DATA."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...marketplace.contract import Money
from .flat_file import read_sheet

REPORT = "GET_FBA_INVENTORY_PLANNING_DATA"
_REQUIRED = ("snapshot-date", "sku", "fnsku", "available", "currency")
_AGE = re.compile(r"inv-age-(\d+)-(?:to-(\d+)|plus)-days$")
_SURCHARGE = re.compile(r"estimated-ais-(\d+)-(?:(\d+)|plus)-days$")
_CHARGED = re.compile(r"quantity-to-be-charged-ais-(\d+)-(?:(\d+)|plus)-days$")


@dataclass(frozen=True, slots=True)
class AgedStock:
    """One SKU of a snapshot.

    :param dict ages: ``{(first day, last day or None): units}``, in the finest tiers of the report that do not overlap
    :param dict surcharges: ``{tier: Money}``: aged inventory surcharge that Amazon estimates
    :param dict charged_units: ``{tier: units}`` on which it is charged
    :param storage: estimated storage of the next month
    :param Decimal sell_through: units shipped in 90 days by average units on hand; ``None`` if not stated
    """

    day: date
    msku: str
    fnsku: str
    asin: str
    condition: str
    available: int
    ages: dict
    surcharges: dict
    charged_units: dict
    storage: Money | None
    storage_type: str
    recommended_action: str
    removal_units: int | None
    excess_units: int | None
    days_of_supply: int | None
    sell_through: Decimal | None
    alert: str = ""


def read_aged_stock(text):
    """:class:`~.flat_file.Sheet` of :class:`AgedStock`."""
    return read_sheet(text, REPORT, _REQUIRED, _read)


def _read(row):
    currency = row.text("currency", required=True)
    return AgedStock(
        day=row.date("snapshot-date", required=True),
        msku=row.text("sku", required=True),
        fnsku=row.text("fnsku", required=True),
        asin=row.text("asin"),
        condition=row.text("condition"),
        available=row.units("available", required=True),
        ages=_ages(row),
        surcharges=_tiers(row, _SURCHARGE, lambda name: row.money(name, currency)),
        charged_units=_tiers(row, _CHARGED, row.units),
        storage=row.money("estimated-storage-cost-next-month", currency),
        storage_type=row.text("storage-type"),
        recommended_action=row.text("recommended-action"),
        removal_units=row.units("recommended-removal-quantity"),
        excess_units=row.units("estimated-excess-quantity"),
        days_of_supply=row.units("days-of-supply"),
        sell_through=row.decimal("sell-through"),
        alert=row.text("alert"),
    )


def _tiers(row, pattern, read):
    """``{(first day, last day): value}`` of the columns that a row fills, youngest first."""
    found = {}
    for name in row.values:
        match = pattern.match(name)
        value = read(name) if match else None
        if value is not None:
            # "365 plus" follows upon "271 to 365": its first day is 366.
            tier = (int(match[1]), int(match[2])) if match[2] else (int(match[1]) + 1, None)
            found[tier] = value
    return dict(sorted(found.items(), key=_age_order))


def _age_order(entry):
    (first, last), _value = entry
    return first, last is None, last or 0


def _ages(row):
    """The report counts the same units in coarse and in fine tiers: of these, the finest that follow upon each other
    without a gap."""
    tiers = _tiers(row, _AGE, row.units)
    chain = _chain(0, list(tiers))
    if tiers and chain is None:
        raise row.error("inv-age", "the age tiers do not follow upon each other")
    return {tier: tiers[tier] for tier in chain or ()}


def _chain(day, tiers):
    for tier in tiers:
        if tier[0] == day:
            rest = () if tier[1] is None else _chain(tier[1] + 1, tiers)
            if rest is not None:
                return (tier, *rest)
    return None
