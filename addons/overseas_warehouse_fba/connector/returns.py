"""Units that buyers sent back to Amazon. Source: report type GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA."""

from dataclasses import dataclass
from datetime import datetime

from .flat_file import read_sheet

REPORT = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
_REQUIRED = ("return-date", "order-id", "sku", "fnsku", "quantity")


@dataclass(frozen=True, slots=True)
class BuyerReturn:
    """Units of one order that came back.

    :param str disposition: the condition they came back in, as the ledger calls it
    :param str plate: licence plate of the units; the ledger may name it in place of the order
    """

    order_id: str
    msku: str
    fnsku: str
    units: int
    returned_at: datetime
    disposition: str
    reason: str
    status: str
    plate: str
    comment: str


def read_buyer_returns(text):
    """:class:`~.flat_file.Sheet` of :class:`BuyerReturn`."""
    return read_sheet(text, REPORT, _REQUIRED, _read)


def _read(row):
    return BuyerReturn(
        order_id=row.text("order-id", required=True),
        msku=row.text("sku", required=True),
        fnsku=row.text("fnsku", required=True),
        units=row.units("quantity", required=True),
        returned_at=row.time("return-date", required=True),
        disposition=row.text("detailed-disposition").upper(),
        reason=row.text("reason"),
        status=row.text("status"),
        plate=row.text("license-plate-number"),
        comment=row.text("customer-comments"),
    )
