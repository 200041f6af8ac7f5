"""Units that Amazon sends back or destroys on our order. Source: report types
GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA and GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ...marketplace.contract import Money
from .flat_file import read_sheet

ORDERS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
SHIPMENTS = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"
_ORDER_REQUIRED = ("order-id", "order-type", "order-status", "sku", "fnsku", "disposition", "requested-quantity")
_SHIPMENT_REQUIRED = ("order-id", "shipment-date", "sku", "fnsku")


class RemovalType(str, Enum):
    """What becomes of the units."""

    RETURN = "return"
    DISPOSAL = "disposal"
    LIQUIDATION = "liquidation"


@dataclass(frozen=True, slots=True)
class RemovalLine:
    """One SKU of a removal order; units as Amazon counts them now."""

    order_id: str
    order_type: RemovalType
    status: str
    requested_at: datetime | None
    updated_at: datetime | None
    msku: str
    fnsku: str
    disposition: str
    requested: int
    cancelled: int
    disposed: int
    shipped: int
    in_process: int
    fee: Money | None

    @property
    def open_units(self):
        """Units that are neither cancelled nor gone; below zero if Amazon counts more than was asked for."""
        return self.requested - self.cancelled - self.disposed - self.shipped


@dataclass(frozen=True, slots=True)
class RemovalShipment:
    """Units of a removal order on their way to us."""

    order_id: str
    shipped_at: datetime | None
    msku: str
    fnsku: str
    disposition: str
    units: int
    carrier: str
    tracking: str
    order_type: str = ""


def read_removal_orders(text):
    """:class:`~.flat_file.Sheet` of :class:`RemovalLine`."""
    return read_sheet(text, ORDERS, _ORDER_REQUIRED, _read_order)


def read_removal_shipments(text):
    """:class:`~.flat_file.Sheet` of :class:`RemovalShipment`."""
    return read_sheet(text, SHIPMENTS, _SHIPMENT_REQUIRED, _read_shipment)


def _read_order(row):
    currency = row.text("currency")
    return RemovalLine(
        order_id=row.text("order-id", required=True),
        order_type=_read_type(row),
        status=row.text("order-status", required=True),
        requested_at=row.time("request-date"),
        updated_at=row.time("last-updated-date"),
        msku=row.text("sku", required=True),
        fnsku=row.text("fnsku", required=True),
        disposition=row.text("disposition").upper(),
        requested=row.units("requested-quantity", required=True),
        cancelled=row.units("cancelled-quantity") or 0,
        disposed=row.units("disposed-quantity") or 0,
        shipped=row.units("shipped-quantity") or 0,
        in_process=row.units("in-process-quantity") or 0,
        fee=row.money("removal-fee", currency) if currency else None,
    )


def _read_type(row):
    text = row.text("order-type", required=True)
    try:
        return RemovalType(text.lower())
    except ValueError:
        raise row.error("order-type", f"{text!r} is no known kind of removal") from None


def _read_shipment(row):
    # The report has two layouts with different names of this column.
    name = "shipped-quantity" if "shipped-quantity" in row.values else "quantity-shipped"
    return RemovalShipment(
        order_id=row.text("order-id", required=True),
        shipped_at=row.time("shipment-date", required=True),
        msku=row.text("sku", required=True),
        fnsku=row.text("fnsku", required=True),
        disposition=row.text("disposition").upper(),
        units=row.units(name, required=True),
        carrier=row.text("carrier"),
        tracking=row.text("tracking-number"),
        order_type=row.text("removal-order-type").lower(),
    )
