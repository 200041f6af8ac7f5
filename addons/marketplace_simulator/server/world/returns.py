"""What a buyer gives back: requested → approved or rejected → in_transit → received → refunded.

A return of ``order["returns"]`` is ``{id, status, reason, note, created, updated, answer_by, lines: [{id, line, sku,
quantity, amount}], carrier, tracking, refund, restock}``: ``amount`` is what the buyer gets back for the line's units
and ``refund`` their sum, Decimal texts; ``refund`` is ``None`` until it is paid. Each function changes the order dict
and says what it did, like :mod:`.events`.
"""

from datetime import timedelta
from decimal import Decimal

from ..clock import to_text
from . import money
from .marketplaces import rounded

REASONS = ("Does not fit", "Arrived damaged", "Not as described", "Changed my mind", "Wrong item sent")
OPEN = ("requested", "approved", "in_transit", "received")
ANSWER_TIME = timedelta(days=2)


class ReturnRefused(Exception):
    """The return's state does not allow this change."""


def request(order, moment, rng):
    """The buyer wants to give back one unit of a line that was shipped."""
    taken = {}
    for entry in order["returns"]:
        if entry["status"] != "rejected":
            for line in entry["lines"]:
                taken[line["line"]] = taken.get(line["line"], 0) + line["quantity"]
    line = next((line for line in order["lines"] if line["shipped"] > taken.get(line["id"], 0)), None)
    if line is None:
        raise ReturnRefused("no shipped unit is left to return")
    amount = rounded(money.line_total(line) / line["quantity"], order["currency"])
    number = 7 * 10**12 + order["number"] * 100 + len(order["returns"])
    order["returns"].append({
        "id": str(number), "status": "requested", "reason": rng.choice(REASONS), "note": "", "created": to_text(moment),
        "updated": to_text(moment), "answer_by": to_text(moment + ANSWER_TIME), "carrier": "", "tracking": "",
        "lines": [{"id": f"{number}0", "line": line["id"], "sku": line["sku"], "quantity": 1, "amount": str(amount)}],
        "refund": None, "restock": None,
    })
    return "return requested"


def approve(order, moment, rng=None, key=None):
    """The seller, or the platform for him, agrees."""
    _change(find(order, key), moment, ("requested",), "approved")
    return "return approved"


def reject(order, moment, rng=None, key=None):
    """The seller does not agree."""
    _change(find(order, key), moment, ("requested", "received"), "rejected")
    return "return rejected"


def ship(order, moment, rng, key=None):
    """The buyer sends the goods; a return that nobody answered counts as approved."""
    entry = find(order, key)
    _change(entry, moment, ("requested", "approved"), "in_transit")
    entry.update(carrier="DHL", tracking=f"RET{rng.randrange(10**11):011d}")
    return "return shipped"


def receive(order, moment, rng=None, key=None):
    """The goods are with the seller."""
    _change(find(order, key), moment, ("approved", "in_transit"), "received")
    return "return received"


def refund(order, moment, rng=None, key=None, amount=None, restock=True):
    """The buyer gets the money; an approved return may be refunded without the goods.

    :param amount: less than the whole, Decimal
    """
    entry = find(order, key)
    _change(entry, moment, OPEN, "refunded")
    whole = sum(Decimal(line["amount"]) for line in entry["lines"])
    entry.update(refund=str(whole if amount is None else amount), restock=restock)
    for line in entry["lines"]:
        share = Decimal(line["amount"]) if amount is None else amount * Decimal(line["amount"]) / whole
        order["refunds"].append({
            "line": line["line"], "quantity": line["quantity"], "amount": str(rounded(share, order["currency"])),
            "at": to_text(moment), "id": f"{entry['id']}-{line['line']}", "return": entry["id"]})
    return "return refunded"


def find(order, key=None):
    """Return a return of an order by its id; without one the latest.

    :raise ReturnRefused: if there is none
    """
    for entry in reversed(order["returns"]):
        if key in (None, entry["id"]):
            return entry
    raise ReturnRefused("no such return")


def _change(entry, moment, allowed, status):
    if entry["status"] not in allowed:
        raise ReturnRefused(f"return is {entry['status']}, not {' or '.join(allowed)}")
    entry.update(status=status, updated=to_text(moment))


#: Events that the control interface offers.
EVENTS = {"return_request": request, "return_approve": approve, "return_reject": reject, "return_ship": ship,
          "return_receive": receive, "return_refund": refund}
