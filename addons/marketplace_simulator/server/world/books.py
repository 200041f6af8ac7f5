"""The world's own books: what was sold, shipped and offered, counted independently of any API."""

import json
from collections import defaultdict
from decimal import Decimal

from ..clock import to_text
from .marketplaces import quantum


def books(world):
    """Return every count.

    Totals are Decimal texts per currency. ``visible`` counts only what order searches show by now.
    """
    store = world.store
    shipments = store.counters("shipments")
    stock = store.counters("stock")
    pushed = {key: json.loads(value) for key, value in _settings(store, "pushed")}
    everything, visible = _orders(store, None), _orders(store, to_text(world.search_horizon()))
    everything["orders"]["visible"] = visible["orders"]["created"]
    return {
        **everything, "visible": visible,
        "shipments": {"confirmed": len(store.counters("confirmed_order")), "packages": shipments.get("packages", 0),
                      "repeated": shipments.get("repeated", 0),
                      "rejected": store.counters("rejected").get("confirmShipment", 0)},
        "stock": {"accepted": stock.get("accepted", 0), "rejected": stock.get("rejected", 0), "by_sku": pushed},
        "oversold": {"units": store.counters("oversold").get("units", 0), "by_sku": store.counters("oversold_sku")},
        "events": store.counters("events"),
        "requests": store.counters("requests"),
        "throttled": {"own_fault": 0, "storm": 0, **store.counters("throttled"),
                      "by_operation": store.counters("throttled_operation")},
        "faults": store.counters("fault"),
    }


def order_list(world):
    """Return every order in short, in the order of placing."""
    return [_short(json.loads(row["data"]), row["total"])
            for row in world.store.rows("SELECT data, total FROM purchase ORDER BY number")]


def _short(order, minor):
    return {
        "id": order["id"], "status": order["status"], "fulfilled_by": order["fulfilled_by"], "region": order["region"],
        "marketplace": order["marketplace"], "currency": order["currency"], "total": _amount(minor, order["currency"]),
        "created": order["created"], "updated": order["updated"], "ship_by": order["ship_by"], "kinds": order["kinds"],
        "history": order["history"], "refunds": order["refunds"],
        "lines": [{"id": line["id"], "sku": line["sku"], "quantity": line["quantity"], "shipped": line["shipped"]}
                  for line in order["lines"]],
        "confirmations": [{key: package[key] for key in ("reference", "carrier", "tracking", "shipped_at", "items")}
                          for package in order["packages"] if package["confirmed"]],
    }


def _orders(store, horizon):
    where, values = ("WHERE updated <= ?", (horizon,)) if horizon else ("", ())
    rows = store.rows("SELECT status, fulfilled_by, currency, count(*) AS orders, sum(lines) AS lines, "
                      f"sum(units) AS units, sum(total) AS total FROM purchase {where} "
                      "GROUP BY status, fulfilled_by, currency", *values)
    by_status, by_fulfilment = defaultdict(int), defaultdict(int)
    totals, status_totals = defaultdict(int), defaultdict(lambda: defaultdict(int))
    lines = units = 0
    for row in rows:
        by_status[row["status"]] += row["orders"]
        by_fulfilment[row["fulfilled_by"]] += row["orders"]
        status_totals[row["status"]][row["currency"]] += row["total"]
        if row["status"] != "cancelled":
            totals[row["currency"]] += row["total"]
            lines, units = lines + row["lines"], units + row["units"]
    return {"orders": {"created": sum(by_status.values()), "by_status": by_status, "by_fulfilment": by_fulfilment},
            "lines": lines, "units": units, "totals": _amounts(totals),
            "totals_by_status": {status: _amounts(sums) for status, sums in status_totals.items()}}


def _amounts(minors):
    return {currency: _amount(minor, currency) for currency, minor in sorted(minors.items())}


def _amount(minor, currency):
    return str(Decimal(minor) * quantum(currency))


def _settings(store, prefix):
    rows = store.rows("SELECT key, value FROM setting WHERE key LIKE ? ORDER BY key", prefix + ":%")
    return [(row["key"][len(prefix) + 1:], row["value"]) for row in rows]
