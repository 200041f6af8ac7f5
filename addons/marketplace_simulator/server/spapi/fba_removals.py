"""Units that leave Amazon on the seller's order. Its API has no operation for it: they are ordered in Seller Central,
here through the control interface, and followed by two reports.

Of ten units or more one goes astray: a removal of the ledger's that is in no parcel, or was not disposed of.
"""

from decimal import Decimal

from ..clock import to_text
from ..world.marketplaces import MARKETPLACES
from . import fba_fees, fba_stock
from .fba_files import names, table

REMOVAL = "fba_removal"
#: Seconds after which the units leave.
LEAVE_TIME = 1800
#: Fee of a unit, in the marketplace's currency.
FEE = Decimal("0.50")
TYPES = ("Return", "Disposal")
ORDER_COLUMNS = (
    "request-date", "order-id", "order-source", "order-type", "service-speed", "order-status", "last-updated-date",
    "sku", "fnsku", "disposition", "requested-quantity", "cancelled-quantity", "disposed-quantity", "shipped-quantity",
    "in-process-quantity", "removal-fee", "currency")
SHIPMENT_COLUMNS = ("request-date", "order-id", "shipment-date", "sku", "fnsku", "disposition", "shipped-quantity",
                    "carrier", "tracking-number", "removal-order-type")


def order(world, region, sku, units, kind="Return", disposition=fba_stock.SELLABLE, market="GB"):
    """Order units back, or have them disposed of.

    :param market: code of the marketplace whose currency the fee is in
    :return: the removal order's number
    :raise ValueError: there are not as many units of that disposition, or the kind is unknown
    """
    centre, _country = fba_stock.home(region)
    if kind not in TYPES:
        raise ValueError(f"type must be one of {', '.join(TYPES)}")
    if not 0 < units <= fba_stock.stock(world, region).get((sku, centre, disposition), 0):
        raise ValueError(f"there are not {units} {disposition} units of {sku} in {centre}")
    if disposition == fba_stock.SELLABLE:
        fba_stock.reserve(world, region, sku, units)
    number, now = f"REM{world.store.count('fba_removals'):07d}", world.clock.now()
    world.store.put_document(REMOVAL, number, region, to_text(now), {
        "id": number, "region": region, "at": to_text(now), "updated": to_text(now), "market": market, "sku": sku,
        "units": units, "type": kind, "disposition": disposition, "status": "Pending", "disposed": 0, "shipped": 0,
        "parcel": None}, due=to_text(now + world.clock.wait(LEAVE_TIME)))
    return number


def process(site, removal):
    """Let the units of a removal leave."""
    world, now = site.world, to_text(site.world.clock.now())
    units = removal["units"]
    arrived = units - int(units >= 10)
    if removal["disposition"] == fba_stock.SELLABLE:
        fba_stock.ship(world, removal["region"], removal["sku"], units, removal["id"], "VendorReturns")
    else:
        fba_stock.record(world, removal["region"], removal["sku"], "VendorReturns", -units, removal["id"],
                         removal["disposition"])
    kind = "disposal" if removal["type"] == "Disposal" else "removal"
    fba_fees.charge(world, removal["region"], removal["market"], kind, FEE * units, removal["sku"], units)
    removal.update(status="Completed", updated=now)
    if removal["type"] == "Disposal":
        removal["disposed"] = arrived
    else:
        tracking = f"1ZR{world.store.count('fba_removal_parcels'):08d}"
        removal.update(shipped=units, parcel={"at": now, "units": arrived, "carrier": "UPS", "tracking": tracking})
    world.store.put_document(REMOVAL, removal["id"], removal["region"], removal["at"], removal)


def orders(world, report):
    """Return GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA: orders that changed in the period."""
    return table(ORDER_COLUMNS, (
        {**names(world.listing(report["region"], removal["sku"])), "request-date": removal["at"],
         "order-id": removal["id"], "order-source": "Seller-initiated Manual Removal", "order-type": removal["type"],
         "service-speed": "Standard", "order-status": removal["status"], "last-updated-date": removal["updated"],
         "disposition": _grade(removal), "requested-quantity": removal["units"], "cancelled-quantity": 0,
         "disposed-quantity": removal["disposed"], "shipped-quantity": removal["shipped"],
         "in-process-quantity": removal["units"] if removal["status"] == "Pending" else 0,
         "removal-fee": FEE * removal["units"], "currency": MARKETPLACES[removal["market"]].currency}
        for removal in _within(world, report, lambda removal: removal["updated"])))


def shipments(world, report):
    """Return GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA: parcels that left in the period."""
    return table(SHIPMENT_COLUMNS, (
        {**names(world.listing(report["region"], removal["sku"])), "request-date": removal["at"],
         "order-id": removal["id"], "shipment-date": removal["parcel"]["at"], "disposition": _grade(removal),
         "shipped-quantity": removal["parcel"]["units"], "carrier": removal["parcel"]["carrier"],
         "tracking-number": removal["parcel"]["tracking"], "removal-order-type": removal["type"]}
        for removal in _within(world, report, lambda removal: (removal["parcel"] or {}).get("at", ""))))


def _within(world, report, moment):
    found = world.store.documents(REMOVAL, report["region"])
    return [removal for removal in reversed(found)
            if report["dataStartTime"] <= moment(removal) <= report["dataEndTime"]]


def _grade(removal):
    return "Sellable" if removal["disposition"] == fba_stock.SELLABLE else "Unsellable"


WRITERS = {"GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA": orders,
           "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA": shipments}
