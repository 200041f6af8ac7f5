"""The files behind reports: tab-separated text whose columns are read by name."""

from datetime import timezone

from ..clock import from_text
from ..world.catalogue import MERCHANT
from . import accounts, fba_files, fba_removals, fba_returns, ledger_files, traffic_files

CHARSET = "Cp1252"
#: Columns of the layout with 29 columns.
LISTING_COLUMNS = (
    "item-name", "item-description", "listing-id", "seller-sku", "price", "quantity", "open-date", "image-url",
    "item-is-marketplace", "product-id-type", "zshop-shipping-fee", "item-note", "item-condition", "zshop-category1",
    "zshop-browse-path", "zshop-storefront-feature", "asin1", "asin2", "asin3", "will-ship-internationally",
    "expedited-shipping", "zshop-boldface", "product-id", "bid-for-featured-placement", "add-delete",
    "pending-quantity", "fulfillment-channel", "merchant-shipping-group", "status")


def listings(world, report):
    """Return GET_MERCHANT_LISTINGS_ALL_DATA of the report's first marketplace."""
    code = accounts.CODES[report["marketplaceIds"][0]]
    lines = ["\t".join(LISTING_COLUMNS)]
    for listing in world.listings(report["region"]):
        row = _listing_row(listing, code, report["region"])
        lines.append("\t".join(row.get(column, "") for column in LISTING_COLUMNS))
    return "\r\n".join(lines) + "\r\n"


def _listing_row(listing, code, region):
    merchant = listing["channel"] == MERCHANT
    opened = from_text(listing["created"]).astimezone(timezone.utc).strftime("%d/%m/%Y %H:%M:%S UTC")
    return {
        "item-name": listing["title"], "item-description": listing["title"], "listing-id": listing["fnsku"][3:] + "L",
        "seller-sku": listing["sku"], "price": listing["prices"][code],
        # The quantity of offers that Amazon fulfils is empty in this report.
        "quantity": str(listing["quantity"]) if merchant else "", "open-date": opened, "item-is-marketplace": "y",
        "product-id-type": "1", "item-condition": "11", "asin1": listing["asin"], "product-id": listing["asin"],
        "pending-quantity": "0", "fulfillment-channel": "DEFAULT" if merchant else f"AMAZON_{region.upper()}",
        "merchant-shipping-group": "Migrated Template",
        "status": "Active" if listing["quantity"] > 0 else "Inactive",
    }


WRITERS = {"GET_MERCHANT_LISTINGS_ALL_DATA": listings, **ledger_files.WRITERS,
           **fba_files.WRITERS, **fba_removals.WRITERS, **fba_returns.WRITERS,
           **traffic_files.WRITERS}
