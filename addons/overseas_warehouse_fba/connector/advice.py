"""Units that Amazon recommends to remove before they are charged as too old. Source: report type
GET_FBA_RECOMMENDED_REMOVAL_DATA, columns as on Amazon's page on the attributes of FBA removals reports."""

from dataclasses import dataclass
from datetime import date

from .flat_file import read_sheet

REPORT = "GET_FBA_RECOMMENDED_REMOVAL_DATA"
_REQUIRED = ("snapshot-date", "sku", "fnsku", "sellable-quantity", "sellable-removal-quantity")


@dataclass(frozen=True, slots=True)
class RemovalAdvice:
    """One SKU in one condition.

    :param int sellable: sellable units at Amazon
    :param int removal: how many of them should be removed
    :param int unsellable: units that cannot be sold; ``0`` if not stated
    """

    day: date
    msku: str
    fnsku: str
    asin: str
    condition: str
    sellable: int
    removal: int
    unsellable: int


def read_removal_advice(text):
    """:class:`~.flat_file.Sheet` of :class:`RemovalAdvice`."""
    return read_sheet(text, REPORT, _REQUIRED, _read)


def _read(row):
    return RemovalAdvice(
        day=row.date("snapshot-date", required=True),
        msku=row.text("sku", required=True),
        fnsku=row.text("fnsku", required=True),
        asin=row.text("asin"),
        condition=row.text("condition"),
        sellable=row.units("sellable-quantity", required=True),
        removal=row.units("sellable-removal-quantity", required=True),
        unsellable=row.units("unsellable-quantity") or 0,
    )
