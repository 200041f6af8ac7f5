"""The world's own books: what was sold, shipped and offered, counted independently of any API."""

import json
from collections import defaultdict
from decimal import Decimal

from ..clock import to_text
from . import money
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
        "faults": store.counters("fault"), "by_channel": by_channel(world),
    }


def by_channel(world):
    """Return, per sales channel, what was sold, confirmed, offered and told."""
    store, answer = world.store, {}
    confirmed = store.rows("SELECT p.region, count(*) AS orders FROM counter c JOIN purchase p "
                           "ON c.name = 'confirmed_order:' || p.id GROUP BY p.region")
    counts = {name: store.counters(name) for name in ("stock_accepted", "stock_rejected", "oversold_channel",
                                                      "webhooks_delivered", "webhooks_failed")}
    for channel in dict.fromkeys(outlet.channel for outlet in world.outlets.values()):
        regions = [outlet.name for outlet in world.outlets_of(channel)]
        sold = _orders(store, None, regions)
        pushed = {region: {key: json.loads(value) for key, value in _settings(store, f"pushed:{region}")}
                  for region in regions}
        answer[channel] = {
            **sold, "shipments": {"confirmed": sum(row["orders"] for row in confirmed if row["region"] in regions)},
            "stock": {"accepted": counts["stock_accepted"].get(channel, 0),
                      "rejected": counts["stock_rejected"].get(channel, 0), "by_sku": pushed},
            "oversold": counts["oversold_channel"].get(channel, 0),
            "webhooks": {"delivered": counts["webhooks_delivered"].get(channel, 0),
                         "failed": counts["webhooks_failed"].get(channel, 0)},
        }
    return answer


def order_list(world):
    """Return every order in short, in the order of placing."""
    return [_short(json.loads(row["data"]), row["total"])
            for row in world.store.rows("SELECT data, total FROM purchase ORDER BY number")]


def _short(order, minor):
    return {
        "id": order["id"], "channel": order["channel"], "region": order["region"], "status": order["status"],
        "fulfilled_by": order["fulfilled_by"],
        "marketplace": order["marketplace"], "currency": order["currency"], "total": _amount(minor, order["currency"]),
        "created": order["created"], "updated": order["updated"], "ship_by": order["ship_by"], "kinds": order["kinds"],
        "history": order["history"], "refunds": order["refunds"],
        "payment": order["payment"]["method"], "subsidy": str(money.order_subsidy(order)),
        "acknowledged": order["acknowledged"], "cancels": order["cancels"],
        "returns": [{key: entry[key] for key in ("id", "status", "refund", "updated")} for entry in order["returns"]],
        "lines": [{"id": line["id"], "sku": line["sku"], "quantity": line["quantity"], "shipped": line["shipped"]}
                  for line in order["lines"]],
        "confirmations": [{key: package[key] for key in ("reference", "carrier", "tracking", "shipped_at", "items")}
                          for package in order["packages"] if package["confirmed"]],
    }


def _orders(store, horizon, regions=None):
    where, values = ("WHERE updated <= ?", (horizon,)) if horizon else ("", ())
    if regions is not None:
        where, values = f"WHERE region IN ({','.join('?' * len(regions))})", regions
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
