"""Broken answers of any channel: what a faulty service, proxy or an unforeseen seller setup sends."""

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spoilable:
    """Where a channel's answers can be hurt. Names are keys of its JSON objects.

    :param orders: ``body -> list of order objects`` in it (the very objects, not copies); an answer without orders
        is hurt at its top level
    :param required: fields that every order has
    :param lines: field of an order that holds its lines, or a path of fields
    :param currency: fields that hold a currency code, wherever they are; so are the following
    """

    orders: Callable[[object], list] = lambda body: []
    required: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    currency: tuple[str, ...] = ("currency",)
    country: tuple[str, ...] = ("country",)
    sku: tuple[str, ...] = ("sku",)
    quantity: tuple[str, ...] = ("quantity",)


def spoil(kind, body, rng, where):
    """Return the bytes of a JSON answer's body after a fault of ``kind``; one of its orders is hit.

    :param where: :class:`Spoilable`
    """
    text = json.dumps(body).encode()
    if kind == "truncated_json":
        return text[:max(1, int(len(text) * rng.uniform(0.3, 0.9)))]
    body = json.loads(text)
    orders = where.orders(body)
    if orders:
        _hurt_order(kind, rng.choice(orders), rng, where)
    elif kind in ("missing_field", "wrong_type") and isinstance(body, dict) and body:
        _hurt(body, rng.choice(sorted(body)), kind)
    return json.dumps(body).encode()


def _hurt_order(kind, order, rng, where):
    if kind == "missing_field":
        del order[rng.choice([name for name in where.required if name in order])]
    elif kind == "wrong_type":
        if rng.random() < 0.5 and _replace(order, where.quantity, "two", most=1):
            return
        holder = order
        for name in where.lines[:-1]:
            holder = holder[name]
        _hurt(holder, where.lines[-1], kind)
    elif kind == "unknown_currency":
        _replace(order, where.currency, "XTS")
    elif kind == "unknown_country":
        _replace(order, where.country, "ZZ")
    elif kind == "unknown_sku":
        _replace(order, where.sku, f"UNLISTED-{rng.randrange(10**6):06d}", most=1)


def _hurt(holder, name, kind):
    if kind == "missing_field":
        del holder[name]
    else:
        holder[name] = 0 if isinstance(holder[name], (dict, list, str)) else "none"


def _replace(node, names, value, most=10**6):
    """Replace the scalar values of fields anywhere below ``node``; return how many were."""
    done = 0
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        for name in names:
            if done < most and isinstance(node.get(name), (str, int)):
                node[name] = value
                done += 1
    for child in list(children):
        if done < most:
            done += _replace(child, names, value, most - done)
    return done
