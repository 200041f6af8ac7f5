"""The files of FBA's other reports: reimbursements, aged inventory and what should be removed of it."""

from decimal import Decimal

from ..clock import from_text, to_text
from ..world import money_book
from ..world.catalogue import MARKETPLACE
from ..world.marketplaces import MARKETPLACES, quantum
from . import accounts, fba_stock

REIMBURSEMENT = "fba_reimbursement"
#: Part of the price that Amazon takes for a unit's value.
VALUE = Decimal("0.4")
#: Reasons of the report, and what each is called in settlements.
REASONS = {"Lost_Inbound": "MISSING_FROM_INBOUND"}
REIMBURSEMENT_COLUMNS = (
    "approval-date", "reimbursement-id", "case-id", "amazon-order-id", "reason", "sku", "fnsku", "asin", "product-name",
    "condition", "currency-unit", "amount-per-unit", "amount-total", "quantity-reimbursed-cash",
    "quantity-reimbursed-inventory", "quantity-reimbursed-total", "original-reimbursement-id",
    "original-reimbursement-type")
PLANNING_COLUMNS = (
    "snapshot-date", "sku", "fnsku", "asin", "product-name", "condition", "available", "currency",
    "inv-age-0-to-90-days", "inv-age-91-to-180-days", "inv-age-181-to-270-days", "inv-age-271-to-365-days",
    "inv-age-365-plus-days", "estimated-storage-cost-next-month", "storage-type", "recommended-action",
    "unfulfillable-quantity")
ADVICE_COLUMNS = (
    "snapshot-date", "sku", "fnsku", "asin", "product-name", "condition", "sellable-quantity", "sellable-271-365-days",
    "sellable-365+-days", "sellable-removal-quantity", "unsellable-quantity", "unsellable-0-7-days",
    "unsellable-8-60-days", "unsellable-61-90-days", "sellable-121-180-days", "sellable-181-270-days")
#: Sellable units are to be removed when they are older than this, in days.
TOO_OLD = 365
_AGES = ((90, 8), (180, 9), (270, 10), (365, 11))


def reimburse(world, region, market, sku, units, reason):
    """Pay for units.

    :param reason: a key of :data:`REASONS`
    """
    now, listing = to_text(world.clock.now()), world.listing(region, sku)
    currency, value = _value(listing, accounts.CODES[market])
    money_book.book(world, region, currency, "reimbursement", [(REASONS[reason], value * units, "", sku, units)],
                    market=accounts.CODES[market])
    number = str(9_000_000_000 + world.store.count("reimbursements"))
    world.store.put_document(REIMBURSEMENT, number, region, now, {
        "id": number, "at": now, "market": market, "sku": sku, "units": units, "reason": reason})


def reimbursements(world, report):
    """Return GET_FBA_REIMBURSEMENTS_DATA."""
    rows = []
    for paid in reversed(world.store.documents(REIMBURSEMENT, report["region"])):
        if report["dataStartTime"] <= paid["at"] <= report["dataEndTime"]:
            rows.append(_reimbursement(world.listing(report["region"], paid["sku"]), paid))
    return table(REIMBURSEMENT_COLUMNS, rows)


def planning(world, report):
    """Return GET_FBA_INVENTORY_PLANNING_DATA: all units of a SKU are as old as its listing."""
    code = accounts.CODES[report["marketplaceIds"][0]]
    unsellable, rows = _unsellable(world, report["region"]), []
    for entry in world.listings(report["region"]):
        if entry["channel"] == MARKETPLACE:
            age = _age(world, entry)
            ages = dict.fromkeys(PLANNING_COLUMNS[8:13], 0)
            ages[next((PLANNING_COLUMNS[index] for last, index in _AGES if age <= last), PLANNING_COLUMNS[12])] = (
                entry["quantity"])
            rows.append({**names(entry), **ages, "snapshot-date": f"{world.clock.now():%Y-%m-%d}",
                         "available": entry["quantity"], "currency": MARKETPLACES[code].currency,
                         "unfulfillable-quantity": unsellable.get(entry["sku"], 0), "storage-type": "Standard-Size"})
    return table(PLANNING_COLUMNS, rows)


def advice(world, report):
    """Return GET_FBA_RECOMMENDED_REMOVAL_DATA: SKUs that are too old, or of which some units cannot be sold."""
    unsellable, rows = _unsellable(world, report["region"]), []
    for entry in world.listings(report["region"]):
        old = entry["quantity"] if _age(world, entry) > TOO_OLD else 0
        if entry["channel"] == MARKETPLACE and (old or unsellable.get(entry["sku"])):
            rows.append({**dict.fromkeys(ADVICE_COLUMNS[6:], 0), **names(entry), "sellable-365+-days": old,
                         "snapshot-date": f"{world.clock.now():%Y-%m-%d}", "sellable-quantity": entry["quantity"],
                         "sellable-removal-quantity": old, "unsellable-quantity": unsellable.get(entry["sku"], 0)})
    return table(ADVICE_COLUMNS, rows)


def _age(world, listing):
    return (world.clock.now() - from_text(listing["created"])).days


def _unsellable(world, region):
    """Return ``{sku: units}`` that lie at Amazon and cannot be sold."""
    found = {}
    for (sku, _centre, disposition), units in fba_stock.stock(world, region).items():
        if disposition != fba_stock.SELLABLE:
            found[sku] = found.get(sku, 0) + units
    return found


def _reimbursement(listing, paid):
    currency, value = _value(listing, accounts.CODES[paid["market"]])
    return {**names(listing), "approval-date": paid["at"], "reimbursement-id": paid["id"], "reason": paid["reason"],
            "currency-unit": currency, "amount-per-unit": value, "amount-total": value * paid["units"],
            "quantity-reimbursed-cash": paid["units"], "quantity-reimbursed-inventory": 0,
            "quantity-reimbursed-total": paid["units"]}


def _value(listing, code):
    """Return ``(currency, what Amazon pays for a unit)`` in a marketplace."""
    currency = MARKETPLACES[code].currency
    return currency, (Decimal(listing["prices"][code]) * VALUE).quantize(quantum(currency))


def names(listing):
    """Return the columns that name a listing."""
    return {"sku": listing["sku"], "fnsku": listing["fnsku"], "asin": listing["asin"],
            "product-name": listing["title"], "condition": "New"}


def table(columns, rows):
    """Return tab-separated text of rows, each a dict."""
    lines = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    return "\r\n".join("\t".join(line) for line in lines) + "\r\n"


WRITERS = {
    "GET_FBA_REIMBURSEMENTS_DATA": reimbursements,
    "GET_FBA_INVENTORY_PLANNING_DATA": planning,
    "GET_FBA_RECOMMENDED_REMOVAL_DATA": advice,
}
