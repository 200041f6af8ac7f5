"""Stock levels: written by compare-and-set, so that a sale between reading and writing is never overwritten.

Several locations: the first one holds what is on offer, the others nothing, so that their sum is what was published.
"""

import uuid
from dataclasses import dataclass

from ...marketplace.contract import PushResult, StockLevel
from . import documents
from .api import user_errors
from .fields import Node

INPUTS = 250
_SEARCHED = 50  # SKUs per search
_STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
# Codes of which Shopify says that the same call may be sent again.
_AGAIN = frozenset({"IDEMPOTENCY_CONCURRENT_REQUEST"})


@dataclass
class _Target:
    """What one SKU shall show at one location; ``seen`` is what it shows now."""

    sku: str
    item: str
    location: str
    quantity: int
    seen: int
    tried: bool = False


def push_stock(api, levels, locations):
    """Publish quantities; one :class:`PushResult` per level.

    :param locations: global ids; the first one holds the stock
    """
    wanted = {level.sku: level.quantity for level in levels}
    targets, refused = _read_targets(api, wanted, locations)
    for start in range(0, len(targets), INPUTS):
        refused |= _write(api, targets[start : start + INPUTS])
    return [PushResult(sku, sku not in refused, refused.get(sku, "")) for sku in wanted]


def fetch_stock(api, skus, locations):
    """What the shop offers at the locations, as list of :class:`StockLevel`; SKUs it does not know are missing."""
    targets, _refused = _read_targets(api, dict.fromkeys(skus, 0), locations)
    totals = {}
    for target in targets:
        totals[target.sku] = totals.get(target.sku, 0) + max(0, target.seen)
    return [StockLevel(sku, quantity) for sku, quantity in totals.items()]


def _read_targets(api, wanted, locations):
    """``(targets, {sku: why it cannot be written})``."""
    targets, refused = [], {}
    for rank, location in enumerate(locations):
        variants = _find(api, list(wanted), location)
        for sku, quantity in wanted.items():
            found = variants.get(sku, [])
            problem = _problem(found, location)
            if problem and rank and "stocked" in problem:
                continue  # nothing there, as it shall be
            if problem:
                refused[sku] = problem
                continue
            item = found[0].node("inventoryItem")
            targets.append(_Target(sku, item.text("id"), location, 0 if rank else quantity, _available(item)))
    return [target for target in targets if target.sku not in refused], refused


def _find(api, skus, location):
    """``{sku: [variants]}``; the search finds more than asked for, it does not compare whole SKUs."""
    found = {}
    for start in range(0, len(skus), _SEARCHED):
        part = skus[start : start + _SEARCHED]
        text = " OR ".join(f"sku:{_quoted(sku)}" for sku in part)
        after = None
        while True:
            page = api.run(documents.STOCK, query=text, location=location, first=_SEARCHED, after=after).data
            connection = page.node("productVariants")
            for variant in connection.nodes("nodes"):
                if variant.text("sku") in part:
                    found.setdefault(variant.text("sku"), []).append(variant)
            if not connection.node("pageInfo").flag("hasNextPage"):
                break
            after = connection.node("pageInfo").text("endCursor", required=True)
    return found


def _quoted(sku):
    return '"' + sku.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _problem(variants, location):
    if not variants:
        return "the shop has no such SKU"
    if len(variants) > 1:
        return f"{len(variants)} variants have this SKU: give each its own"
    item = variants[0].node("inventoryItem")
    if not item.flag("tracked"):
        return "Shopify does not track the quantity of this variant"
    if not item.node("inventoryLevel").flag("isActive"):
        return f"not stocked at the location {location.rpartition('/')[2]}"
    return ""


def _available(item):
    level = item.node("inventoryLevel")
    counts = [entry.data.get("quantity") for entry in level.nodes("quantities") if entry.text("name") == "available"]
    return counts[0] if counts else 0


def _write(api, targets):
    """Set quantities; what is refused is left out and the rest sent again, what is stale is read again once.

    :return: ``{sku: why it was refused}``
    """
    refused = {}
    while targets:
        errors = _set(api, targets)
        if not errors:
            break
        stale = []
        for index, target in enumerate(targets):
            code, message = errors.get(index) or errors.get(None) or ("", "")
            if not code and not message:
                continue
            if code in _STALE and not target.tried:
                stale.append(target)
            elif code not in _AGAIN or target.tried:
                refused[target.sku] = message
            target.tried = True
        _read_again(api, stale)
        targets = [target for target in targets if target.sku not in refused]
    return refused


def _set(api, targets):
    """One mutation: all or nothing. ``{index of the target, or None for all: (code, message)}``."""
    quantities = [
        {
            "inventoryItemId": target.item,
            "locationId": target.location,
            "quantity": target.quantity,
            "changeFromQuantity": target.seen,
        }
        for target in targets
    ]
    change = {"name": "available", "reason": "correction", "quantities": quantities}
    # A new key for each decision: the client repeats a lost call with the same one.
    reply = api.run(documents.SET_QUANTITIES, input=change, key=str(uuid.uuid4()))
    errors = user_errors(reply.data.node("inventorySetQuantities"))
    return {_index(field): (code, message) for field, message, code in errors}


def _index(field):
    """Position in ``input.quantities.3.changeFromQuantity``."""
    numbers = [part for part in field.split(".") if part.isdigit()]
    return int(numbers[0]) if numbers else None


def _read_again(api, targets):
    for location in {target.location for target in targets}:
        there = [target for target in targets if target.location == location]
        variants = _find(api, [target.sku for target in there], location)
        for target in there:
            found = variants.get(target.sku) or [Node({})]
            target.seen = _available(found[0].node("inventoryItem"))
