"""What a seller's software does to orders and offers, whatever protocol it speaks.

Every function takes the :class:`.world.World`, stores what it changed and counts it in the books. Where it takes a
``key`` (idempotency key of the caller), the same key once more changes nothing and returns the first outcome.
"""

from decimal import Decimal

from ..clock import to_text
from . import events, money, parcels, returns, shipping
from .catalogue import MERCHANT
from .marketplaces import rounded

#: How long a carrier takes to collect an arranged parcel, in seconds.
COLLECTION_TIME = 6 * 3600


def acknowledge(world, order):
    """Note that the seller's software has the order; False if it was noted before."""
    if order["acknowledged"]:
        return False
    order["acknowledged"] = True
    world.save(order, "acknowledged")
    return True


def confirm_shipment(world, order, package):
    """Record a package that the seller says he has shipped.

    :param package: ``{reference, carrier, service, tracking, shipped_at, items: [{line, quantity}]}``
    :return: False if this very package was confirmed before, which changes nothing
    :raise shipping.ShipmentRefused: if the order cannot be shipped, or not that much of it
    """
    moment = world.clock.now()
    with world.store.transaction():
        if not shipping.confirm(order, package, moment):
            world.store.count("shipments:repeated")
            return False
        world.save(order, "shipped", moment)
        count_confirmed(world, order)
    return True


def arrange_parcel(world, order, parcel_id):
    """Have the channel book the carrier of a parcel, which collects it after a while; counts as confirmed.

    :return: the parcel
    :raise parcels.ParcelRefused: if there is no such parcel or the order cannot be shipped
    """
    moment = world.clock.now()
    with world.store.transaction():
        if parcels.arrange(order, parcel_id, moment):
            world.save(order, "arranged", moment, due=moment + world.clock.wait(COLLECTION_TIME))
            count_confirmed(world, order)
        else:
            world.store.count("shipments:repeated")
    return parcels.find(order, parcel_id)


def count_confirmed(world, order):
    """Enter a package of an order that the seller confirmed into the books."""
    world.store.count("shipments:packages")
    world.store.count(f"confirmed_order:{order['id']}")


def cancel(world, order, units=None, reason="", key=None):
    """Cancel an order, or some units of it, for the seller.

    :param units: ``{line id: units}`` to cancel; ``None``: all that was not shipped
    :return: the entry of ``order["cancels"]``: ``{key, units, reason, at}``
    :raise events.Refused: if the order is shipped or cancelled, or has not that many units left
    """
    for entry in order["cancels"]:
        if key is not None and entry["key"] == key:
            return entry
    left = {line["id"]: line["quantity"] - line["shipped"] for line in order["lines"]}
    units = {line: count for line, count in left.items() if count} if units is None else units
    if order["status"] not in events.OPEN:
        raise events.Refused(f"order is {order['status']}")
    for line, count in units.items():
        if not 0 < count <= left.get(line, 0):
            raise events.Refused(f"line {line} has no {count} units left to cancel")
    entry = {"key": key, "units": units, "reason": reason, "at": to_text(world.clock.now())}
    order["cancels"].append(entry)
    _take_out(order, units, left)
    world.save(order, "cancelled by seller")
    return entry


def _take_out(order, units, left):
    if units == left:
        order["status"] = "cancelled"
    for line in order["lines"]:
        count = units.get(line["id"], 0)
        line["cancelled"] += count
        if count == line["quantity"] - line["shipped"] and count:
            line["cancelled_by"] = "merchant"
        if order["status"] != "cancelled" and count:
            money.shrink(line, line["quantity"] - count, order["currency"])
    parcels.refit(order)
    if order["status"] != "cancelled" and all(line["shipped"] >= line["quantity"] for line in order["lines"]):
        order["status"] = "shipped"


def decline_cancel_request(world, order):
    """The seller does not agree with the buyer's wish to cancel.

    :raise events.Refused: if there is no such wish
    """
    if not any(line["cancel_request"] for line in order["lines"]):
        raise events.Refused("the buyer did not ask to cancel")
    for line in order["lines"]:
        line["cancel_request"] = None
    world.save(order, "cancel request declined")


def refund(world, order, lines, shipping_amount=None, reason="", key=None):
    """Pay money back to the buyer.

    :param lines: ``[{line, quantity, amount}]``, amounts as Decimal; quantity 0 pays back part of the price only
    :param shipping_amount: Decimal share of the delivery charge
    :return: the entries of ``order["refunds"]`` that belong to it: ``{id, key, line, quantity, amount, at, reason,
        shipping}``; an entry for shipping has the line ``None``
    :raise events.Refused: if that is more than the buyer paid
    """
    known = [entry for entry in order["refunds"] if key is not None and entry.get("key") == key]
    if known:
        return known
    moment, wanted = to_text(world.clock.now()), [dict(line) for line in lines]
    if shipping_amount:
        wanted.append({"line": None, "quantity": 0, "amount": shipping_amount})
    paid_back = sum((Decimal(entry["amount"]) for entry in order["refunds"]), Decimal(0))
    total = sum((Decimal(line["amount"]) for line in wanted), Decimal(0))
    if not wanted or total <= 0 or paid_back + total > money.order_total(order):
        raise events.Refused("a refund must be more than nothing and no more than what the buyer paid")
    first = len(order["refunds"])
    entries = [{"id": f"{9 * 10**12 + order['number'] * 100 + first + number}", "key": key, "line": line["line"],
                "quantity": line["quantity"], "amount": str(rounded(Decimal(line["amount"]), order["currency"])),
                "at": moment, "reason": reason} for number, line in enumerate(wanted)]
    order["refunds"] += entries
    world.save(order, "refunded")
    world.store.count("seller:refunds")
    return entries


def answer_return(world, order, return_id, answer, **details):
    """Let the seller answer a return.

    :param answer: ``approve``, ``reject``, ``receive`` or ``refund``
    :param details: of :func:`.returns.refund`
    :raise returns.ReturnRefused: if its state does not allow that
    """
    act = {"approve": returns.approve, "reject": returns.reject, "receive": returns.receive,
           "refund": returns.refund}[answer]
    happened = act(order, world.clock.now(), key=return_id, **details)
    world.save(order, happened)
    return returns.find(order, return_id)


def set_quantity(world, region, sku, quantity):
    """Set what an outlet offers of a SKU, unless it is unknown, fulfilled by the channel, or no whole number from zero.

    :return: why it was refused, an empty text if it was accepted
    """
    listing = world.listing(region, sku)
    problem = ""
    if listing is None or listing["channel"] != MERCHANT:
        problem = f"The outlet {region} sells no SKU {sku} of the merchant's."
    elif not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        problem = "The quantity must be a whole number, zero or more."
    if problem:
        world.reject_quantity(region)
    else:
        world.set_quantity(region, sku, quantity)
    return problem
