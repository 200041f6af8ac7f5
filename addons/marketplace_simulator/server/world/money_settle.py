"""Settlements of the world's book of money: closed on demand, with reserve, carry-over and payout.

A **settlement** is ``{id, account, channel, outlet, currency, start, end, total, reserve, lines, payout}``: ``total``
is the sum of its ``lines`` (their number), reserve and carry-over included; ``reserve`` is what is held back for the
next one. ``payout`` is ``{reference, at, amount, bank}``, or ``None`` where ``total`` is not positive: what is negative
the seller owes, and the next settlement starts with it (``opening_balance``). Amounts are Decimal texts, times texts.
"""

from decimal import Decimal

from ..clock import to_text
from . import money_bank, money_book, money_rates
from .catalogue import MARKETPLACE
from .marketplaces import rounded

KIND = "settlement"
ZERO = Decimal(0)


def accounts(world, channel=None):
    """Return the names of the accounts of open outlets that have bookings, of one channel only if given."""
    rows = world.store.rows("SELECT DISTINCT account FROM booking ORDER BY account")
    return [row["account"] for row in rows if row["account"].rpartition(":")[0] in world.outlets
            and channel in (None, _outlet(world, row["account"]).channel)]


def settlements(world, account=None, outlets=None):
    """Return settlements, oldest first.

    :param outlets: names; those of these outlets only
    """
    found = [one for outlet in outlets or world.outlets for one in world.store.documents(KIND, outlet)]
    return sorted((one for one in found if account in (None, one["account"])), key=lambda one: int(one["id"]))


def settlement(world, key):
    """Return a settlement by its id, or ``None``."""
    return world.store.document(KIND, key)


def close(world, account, until=None):
    """Settle all money of an account that is free by a time, and pay it out.

    :param until: aware time, later than now too: deferred money that is free by then goes in; ``None`` is now
    :return: the settlement, or ``None`` if there is nothing to settle
    """
    now = world.clock.now()
    limit = to_text(until or now)
    with world.store.transaction():
        last = next(reversed(settlements(world, account)), None)
        if not (last and Decimal(last["total"]) < 0) and not _free(world, account, limit):
            return None
        key = str(20_000_000_000 + world.store.count("money:settlement"))
        _charge(world, account, now)
        _carry(world, account, last, key)
        world.store.run("UPDATE booking SET settlement = ? WHERE account = ? AND settlement IS NULL AND release <= ?",
                        key, account, limit)
        held = _hold_back(world, account, key)
        made = _settlement(world, account, key, last, min(limit, to_text(now)), held)
        world.store.put_document(KIND, key, made["outlet"], made["end"], made)
        money_bank.receive(world, made)
    return made


def _free(world, account, limit):
    return world.store.row("SELECT 1 FROM booking WHERE account = ? AND settlement IS NULL AND release <= ?", account,
                           limit)


def _outlet(world, account):
    return world.outlets[account.rpartition(":")[0]]


def _charge(world, account, now):
    """Book what the account itself costs: once a month its subscription and storage, each time its advertising."""
    outlet, currency = _outlet(world, account), account.rpartition(":")[2]
    card = money_rates.card(outlet.channel)
    for kind, amount in (("subscription", card.subscription), ("storage", card.storage * _units(world, outlet))):
        # One account of the outlet bears what is the outlet's.
        if amount and world.store.count(f"money_{kind}:{outlet.name}:{now:%Y-%m}") == 1:
            money_book.book(world, outlet.name, currency, "fee",
                            [(kind, -money_rates.converted(amount, currency), "", "", 0)])
    spent = _advertising(world, account, card, currency)
    if spent:
        money_book.book(world, outlet.name, currency, "fee", spent)


def _units(world, outlet):
    return sum(entry["quantity"] for entry in world.listings(outlet.name) if entry["channel"] == MARKETPLACE)


def _advertising(world, account, card, currency):
    """Return lines of what advertising cost by SKU: a share of the goods sold that were not advertised before."""
    key = f"money:advertised:{account}"
    first, sold = world.store.setting(key, 0), {}
    for booking in money_book.bookings(world, account=account):
        if booking["number"] > first and booking["type"] == "sale":
            for line in booking["lines"]:
                if line["kind"] == "principal":
                    sold[line["sku"]] = sold.get(line["sku"], ZERO) + line["amount"]
    world.store.set_setting(key, world.store.counter("money:number"))
    costs = {sku: rounded(amount * card.advertising, currency) for sku, amount in sorted(sold.items())}
    return [("advertising", -cost, "", sku, 0) for sku, cost in costs.items() if cost]


def _carry(world, account, last, key):
    """Bring what the settlement before left: its debt, or its reserve."""
    outlet, currency = _outlet(world, account), account.rpartition(":")[2]
    if last and Decimal(last["total"]) < 0:
        money_book.book(world, outlet.name, currency, "carry",
                        [("opening_balance", Decimal(last["total"]), "", "", 0)], settlement=key)
    if last and Decimal(last["reserve"]):
        money_book.book(world, outlet.name, currency, "reserve",
                        [("reserve_returned", Decimal(last["reserve"]), "", "", 0)], settlement=key)


def _hold_back(world, account, key):
    """Book the reserve of a settlement and return it."""
    outlet, currency = _outlet(world, account), account.rpartition(":")[2]
    total = sum((booking["total"] for booking in money_book.bookings(world, settlement=key)), ZERO)
    held = rounded(max(total, ZERO) * money_rates.card(outlet.channel).reserve, currency)
    if held:
        money_book.book(world, outlet.name, currency, "reserve", [("reserve_held", -held, "", "", 0)], settlement=key)
    return held


def _settlement(world, account, key, last, end, held):
    outlet, found = _outlet(world, account), money_book.bookings(world, settlement=key)
    total = sum((booking["total"] for booking in found), ZERO)
    made = {
        "id": key, "account": account, "channel": outlet.channel, "outlet": outlet.name,
        "currency": account.rpartition(":")[2], "start": last["end"] if last else min(entry["at"] for entry in found),
        "end": end, "total": str(total), "reserve": str(held), "lines": sum(len(entry["lines"]) for entry in found),
        "payout": None,
    }
    if total > 0:
        made["payout"] = {"reference": f"{outlet.channel.upper()} {key}", "at": to_text(world.clock.now()),
                          "amount": str(total), "bank": money_bank.iban(made["currency"])}
    return made


def summary(world):
    """Return the book's own counts per account: what is open, deferred, settled and paid, by kind and by SKU."""
    return {account: _summary(world, account) for account in accounts(world)}


def _summary(world, account):
    now, outlet = to_text(world.clock.now()), _outlet(world, account)
    sums = {"open": ZERO, "deferred": ZERO, "settled": ZERO}
    kinds, skus, units, found = {}, {}, {}, money_book.bookings(world, account=account)
    for booking in found:
        state = "settled" if booking["settlement"] else "deferred" if booking["release"] > now else "open"
        sums[state] += booking["total"]
        for line in booking["lines"]:
            kind = f"{booking['type']}.{line['kind']}"
            kinds[kind] = kinds.get(kind, ZERO) + line["amount"]
            skus[line["sku"]] = skus.get(line["sku"], ZERO) + line["amount"]
            sold = line["units"] if booking["type"] == "sale" else 0
            units[line["sku"]] = units.get(line["sku"], 0) + sold
    return {
        "channel": outlet.channel, "outlet": outlet.name, "currency": account.rpartition(":")[2],
        "bookings": len(found), **{state: str(amount) for state, amount in sums.items()},
        "kinds": {kind: str(amount) for kind, amount in sorted(kinds.items())},
        "skus": {sku: {"net": str(amount), "units": units[sku]} for sku, amount in sorted(skus.items())},
        "settlements": settlements(world, account),
    }


