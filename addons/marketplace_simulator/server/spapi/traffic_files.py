"""GET_SALES_AND_TRAFFIC_REPORT: what was ordered, and visits that fit to it, by SKU, child or parent ASIN."""

import hashlib
import json
from decimal import Decimal

from . import accounts

REPORT = "GET_SALES_AND_TRAFFIC_REPORT"
_APPS = 4  # every fourth visit comes by the app


def sales_and_traffic(world, report):
    """Return the report as JSON. As Amazon does, it leaves out what nobody bought."""
    market = report["marketplaceIds"][0]
    first, last = report["dataStartTime"][:10], report["dataEndTime"][:10]
    options = {"dateGranularity": "DAY", "asinGranularity": "PARENT", **report.get("reportOptions", {})}
    sold = _sold(world, report["region"], accounts.CODES[market], first, last)
    asins = {listing["sku"]: listing["asin"] for listing in world.listings(report["region"])}
    by_sku, by_day = {}, {}
    for (day, sku), entry in sold.items():
        _add(by_sku, sku, entry)
        _add(by_day, day, entry)
    total = _total(by_sku)
    return json.dumps({
        "reportSpecification": {"reportType": REPORT, "reportOptions": options, "dataStartTime": first,
                                "dataEndTime": last, "marketplaceIds": [market]},
        "salesAndTrafficByDate": [_by_date(day, entry) for day, entry in sorted(by_day.items())],
        "salesAndTrafficByAsin": [_by_asin(sku, asins.get(sku, sku), entry, total, options)
                                  for sku, entry in sorted(by_sku.items())],
    })


def _sold(world, region, code, first, last):
    """Return ``{(day, sku): figures}`` of orders placed in a marketplace, those cancelled later included."""
    found = {}
    for row in world.store.rows("SELECT data FROM purchase WHERE region = ? ORDER BY number", region):
        order = json.loads(row["data"])
        day = order["created"][:10]
        if order["marketplace"] != code or not first <= day <= last:
            continue
        for line in order["lines"]:
            units = line["quantity"]
            seed = int(hashlib.sha256(f"{day}{line['sku']}".encode()).hexdigest()[:6], 16)
            sessions = units * (8 + seed % 9)
            _add(found, (day, line["sku"]), {
                "units": units, "items": 1, "sales": Decimal(line["unit_price"]) * units, "sessions": sessions,
                "views": sessions + sessions // 2, "currency": order["currency"]})
    return found


def _add(sums, key, entry):
    known = sums.setdefault(key, {**dict.fromkeys(("units", "items", "sessions", "views"), 0), "sales": Decimal(0),
                                  "currency": entry["currency"]})
    for name in ("units", "items", "sales", "sessions", "views"):
        known[name] += entry[name]


def _total(by_sku):
    return {name: sum(entry[name] for entry in by_sku.values()) or 1 for name in ("sessions", "views")}


def _money(amount, entry):
    return {"amount": round(float(amount), 2), "currencyCode": entry["currency"]}


def _split(prefixes, count):
    """Return a count by browser and app, and in all."""
    browser, app, whole = prefixes
    return {browser: count - count // _APPS, app: count // _APPS, whole: count}


def _by_date(day, entry):
    return {
        "date": day,
        "salesByDate": {
            "orderedProductSales": _money(entry["sales"], entry), "unitsOrdered": entry["units"],
            "totalOrderItems": entry["items"],
            "averageSalesPerOrderItem": _money(entry["sales"] / entry["items"], entry),
            "averageUnitsPerOrderItem": round(entry["units"] / entry["items"], 2),
            "averageSellingPrice": _money(entry["sales"] / entry["units"], entry), "unitsRefunded": 0,
            "refundRate": 0.0, "claimsGranted": 0, "claimsAmount": _money(0, entry),
            "shippedProductSales": _money(0, entry), "unitsShipped": 0, "ordersShipped": 0},
        "trafficByDate": {
            **_split(("browserPageViews", "mobileAppPageViews", "pageViews"), entry["views"]),
            **_split(("browserSessions", "mobileAppSessions", "sessions"), entry["sessions"]),
            "buyBoxPercentage": 95.0, "orderItemSessionPercentage": _percent(entry["items"], entry["sessions"]),
            "unitSessionPercentage": _percent(entry["units"], entry["sessions"]), "averageOfferCount": 1,
            "averageParentItems": 1, "feedbackReceived": 0, "negativeFeedbackReceived": 0,
            "receivedNegativeFeedbackRate": 0.0}}


def _by_asin(sku, asin, entry, total, options):
    names = {"parentAsin": asin}
    if options["asinGranularity"] != "PARENT":
        names["childAsin"] = asin
    if options["asinGranularity"] == "SKU":
        names["sku"] = sku
    sessions, views = (_percent(entry[name], total[name]) for name in ("sessions", "views"))
    return {
        **names,
        "salesByAsin": {"unitsOrdered": entry["units"], "orderedProductSales": _money(entry["sales"], entry),
                        "totalOrderItems": entry["items"]},
        "trafficByAsin": {
            **_split(("browserSessions", "mobileAppSessions", "sessions"), entry["sessions"]),
            "browserSessionPercentage": sessions, "mobileAppSessionPercentage": sessions,
            "sessionPercentage": sessions,
            **_split(("browserPageViews", "mobileAppPageViews", "pageViews"), entry["views"]),
            "browserPageViewsPercentage": views, "mobileAppPageViewsPercentage": views, "pageViewsPercentage": views,
            "buyBoxPercentage": 95.0, "unitSessionPercentage": _percent(entry["units"], entry["sessions"])}}


def _percent(part, whole):
    return round(100 * part / whole, 2) if whole else 0.0


WRITERS = {REPORT: sales_and_traffic}
