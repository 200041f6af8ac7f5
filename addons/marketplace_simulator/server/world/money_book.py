"""The world's book of money: what each channel credits to and takes from the seller, as things really happen.

A **booking** is one moment's money of one order (or of none), which a channel's protocol shows as its transaction:
``number`` (from 1, in the order of booking), ``account``, ``channel``, ``outlet``, ``market`` (code; empty where the
money belongs to no single one), ``currency``, ``type``, ``order`` (id, or empty), ``event`` (unique within its order),
``at`` (when it was booked), ``release`` (when the money becomes free: later than ``at`` where it is deferred),
``settlement`` (id, ``None`` before), ``total`` and ``lines``: ``[{kind, amount, line, sku, units}]``. Times are texts,
amounts Decimals in ``currency``, positive where the seller gets them; the lines add up to ``total`` exactly.

An **account** is what is settled together: one outlet in one currency, named ``outlet:currency``.

Types and the kinds of their lines:

- ``sale``: one parcel. What the buyer pays: ``principal``, ``shipping``, ``gift_wrap``, ``discount`` and
  ``shipping_discount`` (negative), the tax on top of each: ``tax``, ``shipping_tax``, ``gift_wrap_tax``,
  ``discount_tax``, ``shipping_discount_tax``; what the platform takes off: ``platform_discount``,
  ``platform_shipping_discount``. Their sum is what the buyer pays. What answers it: ``tax_withheld``,
  ``shipping_tax_withheld``, ``gift_wrap_tax_withheld`` (where the channel remits the tax), ``subsidy``,
  ``shipping_subsidy`` (the platform's discounts, paid by it). Fees by :mod:`.money_rates`: ``commission``,
  ``shipping_commission``, ``service_fee``, ``affiliate``, ``payment_fee``, ``fulfilment``. ``units`` stand at
  ``principal``.
- ``refund``: the same kinds the other way round, what the channel gives back of its commission, and
  ``refund_administration``. No more is taken back than was booked: an order cancelled before it was shipped leaves no
  trace here.
- ``fee``: of the account or its stock (see :mod:`.money_settle`): ``subscription``, ``storage``, ``advertising`` (with
  ``sku``); and what a channel books with :func:`book` by itself, as ``placement``, ``removal`` and ``disposal``.
- ``mcf``: the channel shipped another shop's order: ``mcf_order``, ``mcf_units``; ``reference`` is the seller's number.
- ``reimbursement``: for goods that a channel has lost or damaged; the kind is the channel's own word.
- ``reserve``: ``reserve_returned`` and ``reserve_held``; ``carry``: ``opening_balance``, the debt of a negative
  settlement. Both belong to a settlement from the start.

How a channel renders it: :func:`bookings` for its transactions (deferred while ``release`` is later than now and
``settlement`` is ``None``), :func:`.money_settle.settlements` for its settlements or payouts, and for the lines of one
``bookings(world, settlement=its id)``. Put kinds into the protocol's own words and fields; what a protocol states as
one amount is the sum of kinds. Never compute an amount anew.
"""

import json
from decimal import Decimal

from ..clock import from_text, to_text
from . import money_rates
from .catalogue import MARKETPLACE
from .marketplaces import rounded

ZERO = Decimal(0)
#: Part of an order line (see :mod:`.money`): kind, sign.
PARTS = {
    "item": ("principal", 1), "shipping": ("shipping", 1), "gift_wrap": ("gift_wrap", 1), "discount": ("discount", -1),
    "shipping_discount": ("shipping_discount", -1), "tax_item": ("tax", 1), "tax_shipping": ("shipping_tax", 1),
    "tax_gift_wrap": ("gift_wrap_tax", 1), "tax_discount": ("discount_tax", -1),
    "tax_shipping_discount": ("shipping_discount_tax", -1), "platform_discount": ("platform_discount", -1),
    "platform_shipping_discount": ("platform_shipping_discount", -1),
}
BUYER_KINDS = tuple(kind for kind, _sign in PARTS.values())
SHIPPING_KINDS = ("shipping", "shipping_discount", "shipping_tax", "shipping_discount_tax",
                  "platform_shipping_discount")
#: What the channel takes off again, or pays, exactly as the buyer's kinds say.
MIRRORS = {"subsidy": ("platform_discount",), "shipping_subsidy": ("platform_shipping_discount",)}
WITHHELD = {"tax_withheld": ("tax", "discount_tax"), "gift_wrap_tax_withheld": ("gift_wrap_tax",),
            "shipping_tax_withheld": ("shipping_tax", "shipping_discount_tax")}
#: Fees that are given back in proportion when the buyer is.
RETURNED_FEES = ("commission", "shipping_commission", "affiliate")


def account_of(outlet, currency):
    """Return the name of the account that is settled together."""
    return f"{outlet}:{currency}"


def on_change(world, order, _happened):
    """Book what an order's change made due: parcels that were shipped, refunds that were paid."""
    if not order["packages"] or order.get("replaces"):
        return
    known = {booking["event"]: booking for booking in bookings(world, order=order["id"])}
    for number, package in enumerate(order["packages"]):
        if f"S{number}" not in known:
            known[f"S{number}"] = _book_sale(world, order, number, package, known.values())
    for number, refund in enumerate(order["refunds"]):
        if f"R{number}" not in known:
            booking = _book_refund(world, order, number, refund, known.values())
            if booking:
                known[f"R{number}"] = booking


def book(world, outlet, currency, kind, lines, at=None, **details):
    """Book lines and return the booking.

    :param kind: the booking's type
    :param lines: ``[(kind, amount, line id, sku, units)]``
    :param details: of ``market, order, event, release, settlement``
    """
    number = world.store.count("money:number")
    at = at or to_text(world.clock.now())
    booking = {
        "number": number, "account": account_of(outlet, currency), "channel": world.outlets[outlet].channel,
        "outlet": outlet, "market": "", "currency": currency, "type": kind, "order": "", "event": f"B{number}",
        "at": at, "release": at, "settlement": None, **details,
        "lines": [dict(zip(("kind", "amount", "line", "sku", "units"), line, strict=True)) for line in lines],
    }
    booking["total"] = sum((line["amount"] for line in booking["lines"]), ZERO)
    world.store.run("INSERT INTO booking VALUES (?, ?, ?, ?, ?, ?, ?, ?)", number, booking["account"], booking["order"],
                    booking["event"], at, booking["release"], booking["settlement"], json.dumps(booking, default=str))
    return booking


def bookings(world, **conditions):
    """Return bookings by number.

    :param conditions: equal to, each optional: ``account``, ``order``, ``outlet``, ``settlement``
    """
    names = {"account": "account = ?", "order": "purchase = ?", "outlet": "account LIKE ? || ':%'",
             "settlement": "settlement IS ?"}
    where = " AND ".join(names[name] for name in conditions) or "1"
    rows = world.store.rows(f"SELECT data, settlement FROM booking WHERE {where} ORDER BY number", *conditions.values())
    return [_load(row) for row in rows]


def _load(row):
    booking = json.loads(row["data"])
    for line in booking["lines"]:
        line["amount"] = Decimal(line["amount"])
    return {**booking, "total": Decimal(booking["total"]), "settlement": row["settlement"]}


# --- sales ---


def _book_sale(world, order, number, package, known):
    card, lines = money_rates.card(order["channel"]), []
    booked = _booked(booking for booking in known if booking["type"] == "sale")
    shipped = _shipped(order["packages"][:number + 1])
    for item in package["items"]:
        line = next(line for line in order["lines"] if line["id"] == item["line"])
        paid = _paid(line, shipped[line["id"]], booked, order["currency"])
        units = item["quantity"]
        lines += [(kind, amount, line["id"], line["sku"], units if kind == "principal" else 0)
                  for kind, amount in (*paid.items(), *_mirrors(line, paid).items(),
                                       *_fees(card, order, units, paid).items())]
    if number == 0 and card.payment_fixed:
        first = order["lines"][0]
        lines.append(("payment_fee", -money_rates.converted(card.payment_fixed, order["currency"]), first["id"],
                      first["sku"], 0))
    return book(world, order["region"], order["currency"], "sale", lines, package["created"],
                market=order["marketplace"], order=order["id"], event=f"S{number}",
                release=_release(world, card, order, package["created"]))


def _shipped(packages):
    shipped = {}
    for package in packages:
        for item in package["items"]:
            shipped[item["line"]] = shipped.get(item["line"], 0) + item["quantity"]
    return shipped


def _paid(line, shipped, booked, currency):
    """Return ``{kind: amount}`` of the buyer's parts of the units shipped now.

    Parts are booked up to the share of what is shipped by now, so that several parcels add up to the line.
    """
    share, paid = Decimal(min(shipped, line["quantity"])) / line["quantity"], {}
    for part, (kind, sign) in PARTS.items():
        if part in line["parts"]:
            due = rounded(Decimal(line["parts"][part]) * share, currency) * sign
            amount = due - booked.get((line["id"], kind), ZERO)
            if amount or kind == "principal":
                paid[kind] = amount
    return paid


def _mirrors(line, paid):
    """Return what answers the buyer's kinds: the platform's subsidies and the tax that it withholds."""
    wanted = {**MIRRORS, **WITHHELD} if line["tax"]["payer"] == "collected" else MIRRORS
    sums = {kind: -sum((paid.get(name, ZERO) for name in names), ZERO) for kind, names in wanted.items()}
    return {kind: amount for kind, amount in sums.items() if amount}


def _fees(card, order, units, paid):
    currency = order["currency"]
    goods = paid["principal"] + paid.get("discount", ZERO)
    extras = sum((paid.get(kind, ZERO) for kind in ("shipping", "shipping_discount", "gift_wrap")), ZERO)
    fees = {kind: -rounded(goods * rate, currency) for kind, rate in card.sales.items()}
    fees["shipping_commission"] = -rounded(extras * card.shipping, currency)
    fees["payment_fee"] = -rounded(sum(paid.values(), ZERO) * card.payment, currency)
    if order["fulfilled_by"] == MARKETPLACE:
        fees["fulfilment"] = -units * money_rates.converted(card.fulfilment, currency)
    return {kind: amount for kind, amount in fees.items() if amount}


def _release(world, card, order, at):
    if not card.hold or order["number"] % card.held_every:
        return at
    return to_text(from_text(at) + world.clock.wait(card.hold * 86400))


# --- refunds ---


def _book_refund(world, order, number, refund, known):
    """Book a refund; ``None`` while what it is about may still be shipped, or if there is nothing to take back."""
    currency, known = order["currency"], list(known)
    kinds = BUYER_KINDS if refund["line"] else SHIPPING_KINDS
    left = _booked(known)
    pool = {key: amount for key, amount in left.items()
            if key[1] in kinds and refund["line"] in (None, key[0]) and amount}
    paid, wanted = sum(pool.values(), ZERO), Decimal(refund["amount"])
    if wanted > paid and order["status"] not in ("shipped", "cancelled"):
        return None
    share = min(wanted, paid) / paid if paid > 0 else ZERO
    lines = _refund_lines(order, refund, _taken(pool, min(wanted, paid), share, currency))
    lines += _returned_fees(order, refund, left, share)
    if not lines:
        return None
    release = max([refund["at"], *(booking["release"] for booking in known)])
    return book(world, order["region"], currency, "refund", lines, refund["at"], market=order["marketplace"],
                order=order["id"], event=f"R{number}", release=release)


def _booked(known):
    """Return ``{(line id, kind): amount}`` of what bookings leave."""
    sums = {}
    for booking in known:
        for line in booking["lines"]:
            key = line["line"], line["kind"]
            sums[key] = sums.get(key, ZERO) + line["amount"]
    return sums


def _taken(pool, amount, share, currency):
    """Return ``{(line id, kind): amount}`` that is taken back; the largest bears what rounding leaves."""
    taken = {key: -rounded(value * share, currency) for key, value in pool.items() if share}
    if taken:
        largest = max(taken, key=lambda key: abs(pool[key]))
        taken[largest] -= amount + sum(taken.values(), ZERO)
    return taken


def _refund_lines(order, refund, taken):
    lines = []
    for line in order["lines"]:
        paid = {kind: amount for (key, kind), amount in taken.items() if key == line["id"] and amount}
        lines += [(kind, amount, line["id"], line["sku"], refund["quantity"] if kind == "principal" else 0)
                  for kind, amount in (*paid.items(), *_mirrors(line, paid).items())]
    return lines


def _returned_fees(order, refund, left, share):
    card, currency, lines = money_rates.card(order["channel"]), order["currency"], []
    for line in order["lines"]:
        if refund["line"] not in (None, line["id"]):
            continue
        kinds = RETURNED_FEES if refund["line"] else ("shipping_commission",)
        back = {kind: -rounded(left.get((line["id"], kind), ZERO) * share, currency) for kind in kinds}
        cap = money_rates.converted(card.administration_cap, currency)
        back["refund_administration"] = -min(rounded(back.get("commission", ZERO) * card.administration, currency), cap)
        lines += [(kind, amount, line["id"], line["sku"], 0) for kind, amount in back.items() if amount]
    return lines
