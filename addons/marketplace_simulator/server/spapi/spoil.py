"""Broken answers: what a faulty service, proxy or an unforeseen seller setup sends."""

import json

SHOWN_REQUIRED = ("orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems")


def spoil(kind, body, rng):
    """Return the bytes of an answer's body after a fault of ``kind``; orders are hit one at a time."""
    if kind == "truncated_json":
        text = json.dumps(body).encode()
        return text[:max(1, int(len(text) * rng.uniform(0.3, 0.9)))]
    orders = body.get("orders") or ([body["order"]] if "order" in body else [])
    if orders:
        _SPOILERS[kind](rng.choice(orders), rng)
    elif kind in ("missing_field", "wrong_type") and body:
        _spoil_any(kind, body, rng)
    return json.dumps(body).encode()


def _missing_field(order, rng):
    del order[rng.choice([name for name in SHOWN_REQUIRED if name in order])]


def _wrong_type(order, rng):
    if rng.random() < 0.5:
        order["orderItems"][0]["quantityOrdered"] = "two"
    else:
        order["orderItems"] = {"items": order["orderItems"]}


def _unknown_currency(order, rng):
    for money in _moneys(order):
        money["currencyCode"] = "XTS"


def _unknown_country(order, rng):
    recipient = order.get("recipient", {}).get("deliveryAddress")
    if recipient:
        recipient["countryCode"] = "ZZ"


def _unknown_sku(order, rng):
    order["orderItems"][0]["product"]["sellerSku"] = f"UNLISTED-{rng.randrange(10**6):06d}"


def _moneys(node):
    if isinstance(node, dict):
        if "currencyCode" in node:
            yield node
        for child in node.values():
            yield from _moneys(child)
    elif isinstance(node, list):
        for child in node:
            yield from _moneys(child)


def _spoil_any(kind, body, rng):
    name = rng.choice(sorted(body))
    if kind == "missing_field":
        del body[name]
    else:
        body[name] = 0 if isinstance(body[name], (dict, list, str)) else "none"


_SPOILERS = {"missing_field": _missing_field, "wrong_type": _wrong_type, "unknown_currency": _unknown_currency,
             "unknown_country": _unknown_country, "unknown_sku": _unknown_sku}
