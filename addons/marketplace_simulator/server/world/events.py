"""What happens to an order after it was placed. Each function changes the order dict and says what it did.

A change that the order's state does not allow raises :class:`Refused`.
"""

import random
from decimal import Decimal

from ..clock import to_text
from . import money, parcels, returns
from .buyers import address as new_address
from .catalogue import MERCHANT
from .marketplaces import rounded

OPEN = ("pending", "unshipped", "partially_shipped")


class Refused(Exception):
    """The order's state does not allow this change."""


REFUSALS = (Refused, returns.ReturnRefused, parcels.ParcelRefused)


def pay(order, moment, rng):
    """The payment is authorised: the order may be shipped."""
    _require(order, "pending")
    order["status"] = "unshipped"
    return "paid"


def cancel(order, moment, rng):
    """Cancel before anything was shipped."""
    _require(order, "pending", "unshipped")
    buyer_asked = any(line["cancel_request"] for line in order["lines"])
    order["status"] = "cancelled"
    for line in order["lines"]:
        line["cancelled_by"] = "buyer" if buyer_asked else rng.choice(("buyer", "marketplace", "merchant"))
    return "cancelled"


def cancel_request(order, moment, rng):
    """The buyer asks for a cancellation, which the seller may still decline."""
    _require(order, "unshipped")
    for line in order["lines"]:
        line["cancel_request"] = rng.choice(("Ordered by mistake", "Found a better price", "Delivery takes too long"))
    return "buyer requested cancel"


def address(order, moment, rng):
    """The buyer has the order sent to another address in the same country."""
    _require(order, "unshipped")
    fresh = new_address(order["address"]["country"], order["address"]["name"], rng)
    order["address"] |= {key: fresh[key] for key in ("line1", "line2", "city", "state", "postcode")}
    return "address changed"


def quantity(order, moment, rng):
    """Units that were not shipped yet are taken out of the largest line."""
    _require(order, "unshipped")
    if order["fulfilled_by"] != MERCHANT:
        raise Refused("the marketplace ships this order")
    line = max(order["lines"], key=lambda candidate: candidate["quantity"])
    if line["quantity"] < 2:
        raise Refused("no line has more than one unit")
    money.shrink(line, line["quantity"] - 1, order["currency"])
    line["unit_price"] = str(rounded(money.part(line, "item") / line["quantity"], order["currency"]))
    parcels.refit(order)
    return "quantity changed"


def ship(order, moment, rng):
    """Everything that is left leaves, without the seller's software having said so."""
    _require(order, "unshipped", "partially_shipped")
    left = [(line, line["quantity"] - line["shipped"]) for line in order["lines"]]
    add_package(order, {
        "reference": str(len(order["packages"]) + 1), "carrier": "DHL", "service": "Standard",
        "tracking": f"SIM{rng.randrange(10**11):011d}", "shipped_at": to_text(moment), "confirmed": False,
        "items": [{"line": line["id"], "quantity": units} for line, units in left if units],
    }, moment)
    return "shipped"


def collect(order, moment, rng):
    """The carrier collects every parcel that the seller arranged."""
    _require(order, "unshipped", "partially_shipped")
    arranged = [parcel for parcel in order["parcels"] if parcel["status"] == "arranged"]
    if not arranged:
        raise Refused("no parcel is arranged")
    for parcel in arranged:
        add_package(order, {**parcels.package(parcel, moment), "confirmed": True}, moment)
        parcel["status"] = "collected"
    return "shipped"


def refund(order, moment, rng):
    """The seller pays back one unit, or the line of a single unit."""
    _require(order, "shipped", "partially_shipped")
    line = order["lines"][0]
    amount = rounded(money.line_total(line) / line["quantity"], order["currency"])
    order["refunds"].append({"line": line["id"], "quantity": 1, "amount": str(amount), "at": to_text(moment)})
    return "refunded"


def refund_part(order, moment, rng):
    """The seller pays back a quarter of one unit's price; the buyer keeps the unit."""
    refund(order, moment, rng)
    whole = order["refunds"][-1]
    whole["amount"] = str(rounded(Decimal(whole["amount"]) / 4, order["currency"]))
    return "refunded in part"


#: Events that the control interface offers.
EVENTS = {"pay": pay, "cancel": cancel, "cancel_request": cancel_request, "address": address, "quantity": quantity,
          "ship": ship, "collect": collect, "refund": refund,
          "refund_part": refund_part, **returns.EVENTS}


def due_event(order):
    """Return the name of the event that an order waits for by itself."""
    if order["status"] == "pending":
        return "pay"
    return "collect" if any(parcel["status"] == "arranged" for parcel in order["parcels"]) else "ship"


def add_package(order, package, moment):
    """Record a package and the status that follows from what is shipped by now."""
    lines = {line["id"]: line for line in order["lines"]}
    for item in package["items"]:
        lines[item["line"]]["shipped"] += item["quantity"]
    order["packages"].append({**package, "created": to_text(moment)})
    complete = all(line["shipped"] >= line["quantity"] for line in order["lines"])
    order["status"] = "shipped" if complete else "partially_shipped"


def event_rng(seed, order, name):
    """Return the random source of an order's next event."""
    return random.Random(f"{seed}:event:{order['id']}:{len(order['history'])}:{name}")


def _require(order, *statuses):
    if order["status"] not in statuses:
        raise Refused(f"order is {order['status']}, not {' or '.join(statuses)}")
