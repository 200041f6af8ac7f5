"""Units that buyers send back to Amazon, as the control interface tells, and the report on them."""

from ..clock import to_text
from ..world.catalogue import MARKETPLACE
from . import fba_stock
from .fba_files import names, table

RETURN = "fba_return"
COLUMNS = ("return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity", "fulfillment-center-id",
           "detailed-disposition", "reason", "status", "license-plate-number", "customer-comments")


def receive(world, order, sku, units=1, disposition=fba_stock.SELLABLE):
    """Let a buyer's parcel arrive at Amazon.

    :return: the licence plate of the units, which the ledger names
    :raise ValueError: Amazon has not shipped as many units of the SKU to this buyer
    """
    region = order["region"]
    shipped = sum(line["shipped"] for line in order["lines"] if line["sku"] == sku)
    before = sum(entry["units"] for entry in world.store.documents(RETURN, region)
                 if (entry["order"], entry["sku"]) == (order["id"], sku))
    if order["fulfilled_by"] != MARKETPLACE or not 0 < units <= shipped - before:
        raise ValueError(f"Amazon has not shipped {units} units of {sku} in order {order['id']} that are still there")
    plate, now = f"LPN{world.store.count('fba_returns'):09d}", to_text(world.clock.now())
    world.store.put_document(RETURN, plate, region, now, {
        "id": plate, "order": order["id"], "sku": sku, "units": units, "disposition": disposition, "at": now})
    fba_stock.record(world, region, sku, "CustomerReturns", units, plate, disposition)
    return plate


def returns(world, report):
    """Return GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: parcels that arrived in the period."""
    centre, _country = fba_stock.home(report["region"])
    found = [entry for entry in reversed(world.store.documents(RETURN, report["region"]))
             if report["dataStartTime"] <= entry["at"] <= report["dataEndTime"]]
    return table(COLUMNS, (
        {**names(world.listing(report["region"], entry["sku"])), "return-date": entry["at"], "order-id": entry["order"],
         "quantity": entry["units"], "fulfillment-center-id": centre, "detailed-disposition": entry["disposition"],
         "reason": "UNWANTED_ITEM", "status": "Unit returned to inventory", "license-plate-number": entry["id"]}
        for entry in found))


WRITERS = {"GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": returns}
