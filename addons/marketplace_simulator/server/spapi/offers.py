"""Take over the quantities that a seller offers, by a listings patch or a feed message.

The one attribute that sellers change here is ``fulfillment_availability``; issues have the shape of the feed's
processing report: ``{code, severity, message, attributeName}``.
"""

from ..world.catalogue import MERCHANT

ATTRIBUTE = "fulfillment_availability"
PATH = f"/attributes/{ATTRIBUTE}"
OPERATIONS = ("add", "replace", "merge", "delete")


def issue(code, message, attribute=None):
    """Return an issue that keeps a submission from being accepted."""
    found = {"code": code, "severity": "ERROR", "message": message}
    return {**found, "attributeName": attribute} if attribute else found


def from_patches(patches):
    """Return ``(quantity, issues)`` of a list of JSON patches."""
    issues, quantity = [], None
    for patch in patches:
        if not isinstance(patch, dict) or patch.get("op") not in OPERATIONS:
            issues.append(issue("4000001", "Each patch needs op and path."))
        elif patch.get("path") != PATH:
            issues.append(issue("4000004", f"The attribute at {patch.get('path')} cannot be changed here."))
        elif patch["op"] == "delete":
            quantity = 0
        else:
            quantity, found = from_attribute(patch.get("value"))
            issues += found
    return quantity, issues


def from_attribute(value):
    """Return ``(quantity, issues)`` of the attribute's value: a list with one entry for the channel ``DEFAULT``."""
    entries = value if isinstance(value, list) else []
    entries = [entry for entry in entries if isinstance(entry, dict)]
    default = [entry for entry in entries if entry.get("fulfillment_channel_code") == "DEFAULT"]
    if len(default) != 1 or len(entries) != 1:
        return None, [issue("90220", "Exactly one entry with fulfillment_channel_code DEFAULT is needed.", ATTRIBUTE)]
    quantity = default[0].get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        return None, [issue("99022", "quantity must be a whole number, zero or more.", ATTRIBUTE)]
    return quantity, []


def submit(world, region, sku, quantity, issues, preview=False):
    """Set a listing's quantity unless there are issues; count the push.

    :return: all issues, empty if the quantity was accepted
    """
    listing = world.listing(region, sku)
    issues = list(issues)
    if listing is None:
        issues.append(issue("13013", f"This SKU does not exist in the catalogue: {sku}."))
    elif listing["channel"] != MERCHANT:
        issues.append(issue("99010", "The quantity of an offer that Amazon fulfils cannot be set.", ATTRIBUTE))
    if preview:
        return issues
    if issues:
        world.reject_quantity(region)
    elif quantity is not None:
        world.set_quantity(region, sku, quantity)
    return issues
