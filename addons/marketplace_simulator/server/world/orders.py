"""Make orders: who buys what, where, at what price. Neutral dicts, deterministic by seed and order number.

An order has ``id, number, channel`` (of sales), ``region`` (its outlet), ``marketplace`` (code), ``currency``,
``fulfilled_by`` (``merchant`` or ``marketplace``), ``status`` (``pending``, ``unshipped``, ``partially_shipped``,
``shipped``, ``cancelled``), ``created, updated, due`` (time text), ``service, ship_by, ship_from, deliver_from,
deliver_by, buyer, business, address, kinds, lines, history``, and

- ``payment``: ``{method: card | wallet | bank_transfer | cod}``; cash on delivery is paid at the door;
- ``masked``: whether the channel shows the seller neither name, street nor phone in full;
- ``risk``: ``low`` or ``high``; ``acknowledged``: whether the seller's software said that it has the order;
- ``parcels``: how the channel wants the order packed (see :mod:`.parcels`);
- ``packages``: what was shipped; ``refunds``; ``returns`` (see :mod:`.returns`); ``cancels`` (by the seller);
- ``replaces``: id of the order whose goods it sends once more, free of charge; absent from orders that replace none.

A line has ``id, sku, asin, title, number`` (of the product), ``quantity`` (not cancelled), ``cancelled`` (units),
``shipped, unit_price, parts`` (see :mod:`.money`), ``tax`` (who deals with it), ``promotions, gift, cancel_request,
cancelled_by``.
"""

import copy
import random
from datetime import timedelta
from decimal import Decimal

from ..clock import to_text
from . import money, parcels
from .buyers import buyer, digits
from .catalogue import MARKETPLACE
from .marketplaces import quantum, rounded

#: What may make an order special, and how often by itself.
KINDS = {"multi_line": 0.25, "several_units": 0.15, "b2b": 0.08, "gift": 0.06, "discount": 0.12, "shipping": 0.3,
         "odd_total": 0.08, "pending": 0.06, "gb": 0.02, "uoss": 0.02, "ioss": 0.0}
#: The same for channels other than Amazon, unless they choose by themselves out of :data:`KINDS` and these.
CHANNEL_KINDS = {"multi_line": 0.25, "several_units": 0.15, "discount": 0.12, "shipping": 0.4, "odd_total": 0.08,
                 "pending": 0.06}
EXTRA_KINDS = ("cod", "masked", "platform_voucher", "shipping_subsidy", "high_risk", "split_parcels")
ALL_KINDS = (*KINDS, *EXTRA_KINDS)
#: Share of orders that the marketplace fulfils.
MARKETPLACE_SHARE = 0.45
GIFT_NOTES = ("Happy birthday!", "Alles Gute zum Geburtstag!", "Joyeux anniversaire !", "With love from all of us")
PAYMENTS = ("card", "wallet", "card", "bank_transfer")
MODULUS = 10**7


def make_order(seed, number, outlet, moment, stock, options):
    """Return a new order, or ``None`` if nothing can be sold.

    :param outlet: :class:`.marketplaces.Outlet` that takes the order
    :param stock: ``{sku: (product, units that may be sold)}`` of the outlet
    :param options: all optional: ``fulfilled_by``, ``skus``, ``marketplace`` (code), ``allow_oversell``, ``kinds``
    """
    rng = random.Random(f"{seed}:order:{number}")
    market = _market(outlet, options.get("marketplace"), rng)
    kinds = _kinds(options.get("kinds"), outlet.kinds, rng)
    fulfilled_by = _fulfilled_by(outlet, options.get("fulfilled_by"), rng)
    customer = buyer(seed, _country(market, rng), rng)
    basket = _basket(fulfilled_by, stock, options, kinds, rng)
    if not basket:
        return None
    lines = [(product, quantity, Decimal(product["prices"][market.code])) for product, quantity in basket]
    return assemble(number, market, fulfilled_by, customer, lines, kinds, moment, rng, outlet.order_id(number))


def assemble(number, market, fulfilled_by, customer, lines, kinds, moment, rng, key=None):
    """Put an order together.

    :param lines: list of (product, quantity, unit price)
    :param key: the order's id, ``None`` for one of Amazon's form
    """
    business = "b2b" in kinds
    address = dict(customer["address"])
    if business:
        address |= {"company": customer["company"], "commercial": True}
    ship_by = moment + timedelta(days=2 if moment.weekday() < 4 else 4)
    order = {
        "id": key or order_id(number), "number": number, "channel": market.channel, "region": market.region,
        "marketplace": market.code, "currency": market.currency, "fulfilled_by": fulfilled_by,
        "service": rng.choice(("standard", "standard", "expedited")),
        "status": "pending" if "pending" in kinds else "unshipped", "created": to_text(moment),
        "updated": to_text(moment), "due": None, "ship_from": to_text(moment), "ship_by": to_text(ship_by),
        "deliver_from": to_text(ship_by + timedelta(days=1)), "deliver_by": to_text(ship_by + timedelta(days=4)),
        "buyer": {key: customer[key] for key in ("key", "name", "email_alias")}, "address": address,
        "business": _business(customer, rng) if business else None, "kinds": sorted(kinds), "packages": [],
        "history": [], "refunds": [], "returns": [], "cancels": [], "masked": "masked" in kinds,
        "risk": "high" if "high_risk" in kinds else "low", "acknowledged": False,
    }
    order["lines"] = [_line(number, position, market, address, line, kinds, rng) for position, line in enumerate(lines)]
    order["payment"] = {"method": "cod" if "cod" in kinds else PAYMENTS[number % len(PAYMENTS)]}
    order["parcels"] = parcels.planned(order, "split_parcels" in kinds)
    return order


def replacement(order, number, moment):
    """Return an order that sends the goods of another one once more, free of charge."""
    ready, there = (to_text(moment + timedelta(days=days)) for days in (2, 4))
    again = copy.deepcopy(order) | {
        "id": order_id(number), "number": number, "replaces": order["id"], "status": "unshipped", "due": None,
        "created": to_text(moment), "updated": to_text(moment), "ship_from": to_text(moment), "ship_by": ready,
        "deliver_from": ready, "deliver_by": there, "kinds": [], "packages": [], "history": [], "refunds": [],
        "returns": [], "cancels": [], "acknowledged": False,
    }
    free = {"unit_price": "0", "parts": {"item": "0"}, "tax": {"payer": "included", "scheme": ""}, "promotions": [],
            "gift": None, "cancelled": 0, "shipped": 0, "cancel_request": None, "cancelled_by": None}
    for position, line in enumerate(again["lines"]):
        line.update(copy.deepcopy(free), id=f"{10**13 + number * 100 + position}")
    again["parcels"] = parcels.planned(again, False)
    return again


def order_id(number):
    """Return the id of an order number in the form 3-7-7 digits; different numbers never share one."""
    return (f"{302 + number % 5}-{(number * 7_368_787 + 1_234_577) % MODULUS:07d}"
            f"-{(number // MODULUS * 31 + number * 4_256_233 + 3_141_593) % MODULUS:07d}")


def _market(outlet, code, rng):
    if code:
        return next(market for market in outlet.markets if market.code == code)
    return rng.choices(outlet.markets, weights=[market.weight for market in outlet.markets])[0]


def _fulfilled_by(outlet, wanted, rng):
    if wanted or not outlet.fulfils:
        return wanted or "merchant"
    return MARKETPLACE if rng.random() < MARKETPLACE_SHARE else "merchant"


def _country(market, rng):
    return rng.choices(list(market.buyers), weights=list(market.buyers.values()))[0]


def _kinds(wanted, shares, rng):
    drawn = {kind for kind, share in shares.items() if rng.random() < share}
    if "cod" in drawn:  # is paid at the door, so that nothing waits for the payment
        drawn.discard("pending")
    return drawn if wanted is None else set(wanted)


def _basket(fulfilled_by, stock, options, kinds, rng):
    """Return ``[(product, quantity)]`` out of what may be sold."""
    wanted = set(options.get("skus") or ())
    free = {sku: units for sku, (product, units) in stock.items()
            if product["channel"] == fulfilled_by and (not wanted or sku in wanted)}
    if not options.get("allow_oversell"):
        free = {sku: units for sku, units in free.items() if units > 0}
    if not free:
        return []
    size = min(len(free), rng.randint(2, 4) if "multi_line" in kinds else 1)
    basket = []
    for sku in rng.sample(sorted(free), size):
        quantity = rng.choice((2, 2, 3, 3, 4, 6)) if {"several_units", "odd_total"} & kinds else 1
        if not options.get("allow_oversell"):
            quantity = min(quantity, free[sku])
        basket.append((stock[sku][0], quantity))
    return basket


def _business(customer, rng):
    return {"company": customer["company"], "vat_number": customer["vat_number"],
            "purchase_order": digits("PO-######", rng) if rng.random() < 0.7 else ""}


def _line(number, position, market, address, line, kinds, rng):
    product, quantity, unit_price = line
    parts = money.price_line(market, quantity, unit_price, kinds, rng)
    gross = sum(parts[name] for name in money.CHARGES) - sum(parts[name] for name in money.DISCOUNTS)
    payer, scheme = money.tax_scheme(market, address, gross, product["ships_from"], kinds)
    if payer != "included":
        parts = money.apply_tax(market, parts, scheme, address)
    unit = rounded(parts["item"] / quantity, market.currency)
    parts = {name: str(amount.quantize(quantum(market.currency))) for name, amount in parts.items()
             if amount or name == "item"}
    return {
        "id": f"{10**13 + number * 100 + position}", "sku": product["sku"], "asin": product["asin"],
        "title": product["title"], "number": product.get("number", 0), "quantity": quantity, "cancelled": 0,
        "shipped": 0, "unit_price": str(unit), "parts": parts,
        "tax": {"payer": payer, "scheme": scheme}, "cancel_request": None, "cancelled_by": None,
        "promotions": [f"PROMO-{digits('####', rng)}"] if {"discount", "shipping_discount"} & set(parts) else [],
        "gift": {"note": rng.choice(GIFT_NOTES), "level": "Classic"} if "gift" in kinds else None,
    }
