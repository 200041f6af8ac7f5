"""What Amazon's sellers spent on advertising, day by day: exactly what the world's book of money charges for it.

The book charges each SKU a share of its sales since the charge before (:mod:`....world.money_settle`). Here that is
spread over the days and countries of those sales, and over a campaign of each kind. What is not charged yet is told as
the next charge would have it.
"""

import hashlib
from decimal import ROUND_DOWN, Decimal

from ....clock import from_text
from ....world import money_book, money_rates, money_settle
from ....world.marketplaces import quantum, rounded

ZERO = Decimal(0)
#: Tenths of each day's cost that go to campaigns of Sponsored Brands and Sponsored Display.
BRANDS, DISPLAY = Decimal("0.1"), Decimal("0.1")
#: Average cost of a click in euros.
CLICK = Decimal("0.40")


def days(world, region):
    """Return what each SKU cost per day and country: ``[{market, day, sku, units, sales, cost, currency}]``.

    ``cost`` adds up, for each account and SKU, to what the book has charged and would charge now.
    """
    found = []
    for account in money_settle.accounts(world, "amazon"):
        if account.rpartition(":")[0] == region:
            found += _of_account(world, account)
    return found


def _of_account(world, account):
    currency = account.rpartition(":")[2]
    rate = money_rates.card("amazon").advertising
    found, open_sales = [], {}
    for booking in money_book.bookings(world, account=account):
        if booking["type"] == "sale":
            for line in booking["lines"]:
                if line["kind"] == "principal":
                    open_sales.setdefault(line["sku"], []).append(_sale(booking, line, currency))
        charged = {line["sku"]: -line["amount"] for line in booking["lines"] if line["kind"] == "advertising"}
        if charged:
            # A charge is for all sales before it, also for those of SKUs that were too little to be charged.
            for sku, sales in open_sales.items():
                found += _spread(sales, charged.get(sku, ZERO), currency)
            open_sales = {}
    for sales in open_sales.values():
        total = sum(sale["sales"] for sale in sales)
        found += _spread(sales, rounded(total * rate, currency), currency)
    return found


def _sale(booking, line, currency):
    return {"market": booking["market"], "day": from_text(booking["at"]).date().isoformat(), "sku": line["sku"],
            "units": line["units"], "sales": line["amount"], "currency": currency}


def _spread(sales, cost, currency):
    """Return sales with their shares of a cost; the last bears what rounding leaves."""
    total, left, made = sum(sale["sales"] for sale in sales), cost, []
    for number, sale in enumerate(sales, 1):
        share = rounded(cost * sale["sales"] / total, currency) if total else ZERO
        share = left if number == len(sales) else min(share, left)
        left -= share
        made.append({**sale, "cost": share})
    return made


def rows(world, region, market, first, last, kind):
    """Return what a report of a kind shows of a country's days: ``[{day, campaign, sku, cost, currency, clicks,
    impressions, orders, units, sales}]``, summed by day, campaign and SKU.

    :param kind: ``sp``, ``sb``, ``sd``, or ``sb_purchased``, which has the sales of the brand campaign by SKU
    """
    sums = {}
    for day in days(world, region):
        if day["market"] != market or not first <= day["day"] <= last:
            continue
        sku = "" if kind == "sb" else day["sku"]
        row = sums.setdefault((day["day"], sku), {"units": 0, "orders": 0, "sales": ZERO, "cost": ZERO,
                                                  "currency": day["currency"]})
        row["cost"] += ZERO if kind == "sb_purchased" else parts(day["cost"], day["currency"])[kind]
        # Half of what was sold came of advertising; the brand campaign had a tenth of it.
        share = Decimal("0.05") if kind.startswith("sb") else Decimal("0.5") if kind == "sp" else Decimal("0.05")
        row["sales"] += rounded(day["sales"] * share, day["currency"])
        row["units"] += day["units"]
        row["orders"] += 1
    return [_with_traffic(day, sku, row, kind) for (day, sku), row in sorted(sums.items())]


def parts(cost, currency):
    """Return a cost by ad type; they add up to it."""
    coin = quantum(currency)
    brands, display = (cost * share // coin * coin for share in (BRANDS, DISPLAY))
    return {"sb": brands.quantize(coin, ROUND_DOWN), "sd": display.quantize(coin, ROUND_DOWN),
            "sp": cost - brands - display}


def campaign(market, sku, kind):
    """Return ``(number, name)`` of a campaign."""
    name = f"Brand {market}" if kind.startswith("sb") else f"{'SP' if kind == 'sp' else 'SD'} {market} {sku}"
    digits = int(hashlib.sha256(name.encode()).hexdigest()[:12], 16)
    return 10**14 + digits % (9 * 10**14), name


def _with_traffic(day, sku, row, kind):
    clicks = int(row["cost"] / money_rates.converted(CLICK, row["currency"])) + 1 if row["cost"] else 0
    seed = int(hashlib.sha256(f"{day}{sku}{kind}".encode()).hexdigest()[:6], 16)
    return {"day": day, "sku": sku, **row, "clicks": clicks, "impressions": clicks * (120 + seed % 200)}
