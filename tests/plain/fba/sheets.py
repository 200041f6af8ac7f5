"""Reports of FBA for tests, as tab-separated text."""

DETAIL = (
    "Date", "FNSKU", "ASIN", "MSKU", "Title", "Event Type", "Reference ID", "Quantity", "Fulfillment Center",
    "Disposition", "Reason", "Country", "Reconciled Quantity", "Unreconciled Quantity", "Date and Time",
)  # fmt: skip
SUMMARY = (
    "Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition", "Starting Warehouse Balance",
    "In Transit Between Warehouses", "Receipts", "Customer Shipments", "Customer Returns", "Vendor Returns",
    "Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed", "Other Events", "Ending Warehouse Balance",
    "Unknown Events", "Location",
)  # fmt: skip


def sheet(columns, *rows, quoted=False):
    """A report of rows, each a dict; columns that a row leaves out are empty."""
    mark = '"' if quoted else ""
    lines = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    return "\r\n".join("\t".join(f"{mark}{value}{mark}" for value in line) for line in lines) + "\r\n"


def event(kind="Shipments", units=-1, day="05/01/2026", **fields):
    """A row of the ledger's detail view; column names with underscores for blanks."""
    named = {name.replace("_", " "): value for name, value in fields.items()}
    return {
        "Date": day,
        "FNSKU": "X001",
        "ASIN": "B000000001",
        "MSKU": "TEAPOT",
        "Title": "Teapot",
        "Event Type": kind,
        "Quantity": units,
        "Fulfillment Center": "BHX4",
        "Disposition": "SELLABLE",
        "Country": "GB",
        **named,
    }
