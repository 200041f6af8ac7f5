"""The files of the inventory ledger: every event of a period, and the balance of every day."""

from datetime import timedelta

from ..clock import from_text
from . import fba_stock

DETAIL_COLUMNS = ("Date", "FNSKU", "ASIN", "MSKU", "Title", "Event Type", "Reference ID", "Quantity",
                  "Fulfillment Center", "Disposition", "Reason", "Country", "Reconciled Quantity",
                  "Unreconciled Quantity", "Date and Time")
SUMMARY_COLUMNS = ("Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition", "Starting Warehouse Balance",
                   "In Transit Between Warehouses", "Receipts", "Customer Shipments", "Customer Returns",
                   "Vendor Returns", "Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed",
                   "Other Events", "Ending Warehouse Balance", "Unknown Events", "Location")
_COLUMN = {"Receipts": "Receipts", "Shipments": "Customer Shipments", "CustomerReturns": "Customer Returns",
           "VendorReturns": "Vendor Returns", "WhseTransfers": "Warehouse Transfer In/Out"}
_ADJUSTMENT = {"F": "Found", "N": "Found", "M": "Lost", "5": "Lost", "E": "Damaged", "D": "Disposed"}


def detail(world, report):
    """Return GET_LEDGER_DETAIL_VIEW_DATA."""
    names = _listings(world, report["region"])
    rows = [{**names[event["sku"]], "Date": _day(event["at"]), "Event Type": event["type"],
             "Reference ID": event["reference"], "Quantity": event["units"], "Fulfillment Center": event["centre"],
             "Disposition": event["disposition"], "Reason": event["reason"], "Country": event["country"],
             "Date and Time": from_text(event["at"]).strftime("%Y-%m-%dT%H:%M:%S+0000")}
            for event in fba_stock.events(world, report["region"]) if _within(event["at"], report)]
    return _text(DETAIL_COLUMNS, rows)


def summary(world, report):
    """Return GET_LEDGER_SUMMARY_VIEW_DATA by day and fulfilment centre, calculated back from what lies there now."""
    region, names = report["region"], _listings(world, report["region"])
    ending, rows = fba_stock.stock(world, region), []
    by_day = {}
    for event in fba_stock.events(world, region):
        by_day.setdefault(event["at"][:10], []).append(event)
    day, first = world.clock.now().date(), from_text(report["dataStartTime"]).date()
    while day >= first:
        changes = _changes(by_day.get(day.isoformat(), ()))
        for position in sorted(set(ending) | set(changes)):
            moved = changes.get(position, {})
            start = ending.get(position, 0) - sum(moved.values())
            if day <= from_text(report["dataEndTime"]).date():
                rows.append(_balance(names, day, position, start, moved, ending.get(position, 0)))
            ending[position] = start
        day -= timedelta(days=1)
    return _text(SUMMARY_COLUMNS, reversed(rows))


def _changes(events):
    changes = {}
    for event in events:
        name = _COLUMN.get(event["type"]) or _ADJUSTMENT.get(event["reason"], "Other Events")
        moved = changes.setdefault((event["sku"], event["centre"], event["disposition"]), {})
        moved[name] = moved.get(name, 0) + event["units"]
    return changes


def _balance(names, day, position, start, moved, end):
    sku, centre, disposition = position
    zeros = dict.fromkeys(SUMMARY_COLUMNS[7:], 0)
    return {**zeros, **names[sku], **moved, "Date": day.strftime("%m/%d/%Y"), "Disposition": disposition,
            "Location": centre, "Starting Warehouse Balance": start, "Ending Warehouse Balance": end}


def _listings(world, region):
    return {entry["sku"]: {"FNSKU": entry["fnsku"], "ASIN": entry["asin"], "MSKU": entry["sku"],
                           "Title": entry["title"]} for entry in world.listings(region)}


def _day(text):
    return from_text(text).strftime("%m/%d/%Y")


def _within(text, report):
    return report["dataStartTime"][:10] <= text[:10] <= report["dataEndTime"][:10]


def _text(columns, rows):
    lines = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    return "\r\n".join("\t".join(f'"{value}"' for value in line) for line in lines) + "\r\n"


WRITERS = {"GET_LEDGER_DETAIL_VIEW_DATA": detail, "GET_LEDGER_SUMMARY_VIEW_DATA": summary}
