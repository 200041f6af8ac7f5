"""What Amazon paid or gave back for lost and damaged units. Source: report type GET_FBA_REIMBURSEMENTS_DATA."""

from dataclasses import dataclass
from datetime import datetime

from ...marketplace.contract import Money
from .flat_file import read_sheet

REPORT = "GET_FBA_REIMBURSEMENTS_DATA"
_REQUIRED = ("approval-date", "reimbursement-id", "reason", "sku", "fnsku", "amount-total", "quantity-reimbursed-total")


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """One row: money or units for one SKU.

    :param int cash_units: units that were paid
    :param int stock_units: units that were replaced by other units
    :param Money amount: total, as stated; a reversal is negative or zero with ``original_id``
    :param str original_id: the reimbursement that this row takes back or changes
    """

    reimbursement_id: str
    approved_at: datetime
    case_id: str
    order_id: str
    reason: str
    msku: str
    fnsku: str
    condition: str
    cash_units: int
    stock_units: int
    amount: Money
    unit_amount: Money | None
    original_id: str = ""
    original_type: str = ""

    @property
    def is_reversal(self):
        """Whether it takes back an earlier one."""
        return bool(self.original_id)

    @property
    def units(self):
        """Units that are settled by it."""
        return self.cash_units + self.stock_units


def read_reimbursements(text):
    """:class:`~.flat_file.Sheet` of :class:`Reimbursement`."""
    return read_sheet(text, REPORT, _REQUIRED, _read)


def _read(row):
    currency = row.text("currency-unit", required=True)
    cash, stock = row.units("quantity-reimbursed-cash"), row.units("quantity-reimbursed-inventory")
    total = row.units("quantity-reimbursed-total", required=True)
    if cash is None and stock is None:
        cash = total
    if (cash or 0) + (stock or 0) != total:
        raise row.error("quantity-reimbursed-total", f"{total} is not the sum of {cash} paid and {stock} replaced")
    row.text("amount-total", required=True)
    return Reimbursement(
        reimbursement_id=row.text("reimbursement-id", required=True),
        approved_at=row.time("approval-date", required=True),
        case_id=row.text("case-id"),
        order_id=row.text("amazon-order-id"),
        reason=row.text("reason", required=True),
        msku=row.text("sku"),
        fnsku=row.text("fnsku", required=True),
        condition=row.text("condition"),
        cash_units=cash or 0,
        stock_units=stock or 0,
        amount=row.money("amount-total", currency),
        unit_amount=row.money("amount-per-unit", currency),
        original_id=row.text("original-reimbursement-id"),
        original_type=row.text("original-reimbursement-type"),
    )
