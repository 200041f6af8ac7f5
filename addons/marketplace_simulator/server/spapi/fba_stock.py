"""Units in Amazon's warehouses: what moves them is kept as events, from which the ledger reports are written."""

import json

from ..clock import to_text
from ..http import bad_input
from ..world.catalogue import MARKETPLACE

EVENT = "fba_event"
SELLABLE = "SELLABLE"
#: Fulfilment centres by region, and the country of each.
CENTRES = {"eu": {"BHX4": "GB", "LTN4": "GB"}, "na": {"ONT8": "US", "MKC6": "US"}, "fe": {"NRT5": "JP", "KIX3": "JP"}}


def home(region):
    """Return ``(centre, country)`` of the centre that ships a region's orders."""
    return next(iter(CENTRES[region].items()))


def listing(call, sku):
    """Return a listing that Amazon fulfils.

    :raise ApiError: 400 if there is none
    """
    found = call.world.listing(call.region, sku)
    if found is None or found["channel"] != MARKETPLACE:
        raise bad_input(f"The SKU {sku} is not fulfilled by Amazon.")
    return found


def record(world, region, sku, kind, units, reference="", disposition=SELLABLE, reason="", centre=None):
    """Keep an event; of sellable units that come in, the offer grows. What goes out was taken off the offer before."""
    now = to_text(world.clock.now())
    key = f"{region}-{world.store.count('fba_events'):09d}"
    centre = centre or home(region)[0]
    event = {"at": now, "sku": sku, "type": kind, "units": units, "reference": reference, "disposition": disposition,
             "reason": reason, "centre": centre, "country": CENTRES[region][centre]}
    world.store.put_document(EVENT, key, region, now, event)
    if units > 0 and disposition == SELLABLE:
        world.store.run("UPDATE listing SET quantity = quantity + ?, updated = ? WHERE region = ? AND sku = ?", units,
                        now, region, sku)


def reserve(world, region, sku, units):
    """Take units off the offer, for an order; negative ones come back."""
    world.store.run("UPDATE listing SET quantity = quantity - ?, reserved = reserved + ? WHERE region = ? AND sku = ?",
                    units, units, region, sku)


def ship(world, region, sku, units, reference, kind="Shipments"):
    """Let reserved units leave."""
    world.store.run("UPDATE listing SET reserved = reserved - ? WHERE region = ? AND sku = ?", units, region, sku)
    record(world, region, sku, kind, -units, reference)


def events(world, region):
    """Return all events of a region, oldest first: kept ones, and shipments of buyers' orders."""
    kept = world.store.documents(EVENT, region)
    centre, country = home(region)
    rows = world.store.rows("SELECT data FROM purchase WHERE region = ? AND fulfilled_by = ? AND status = 'shipped'",
                            region, MARKETPLACE)
    for order in (json.loads(row["data"]) for row in rows):
        skus = {line["id"]: line["sku"] for line in order["lines"]}
        kept += [{"at": package["shipped_at"], "sku": skus[item["line"]], "type": "Shipments",
                  "units": -item["quantity"], "reference": order["id"], "disposition": SELLABLE, "reason": "",
                  "centre": centre, "country": country}
                 for package in order["packages"] for item in package["items"]]
    return sorted(kept, key=lambda event: event["at"])


def stock(world, region):
    """Return ``{(sku, centre, disposition): units}`` now; sellable units lie in the home centre but for what other
    centres received."""
    units = {}
    centre, _country = home(region)
    for event in world.store.documents(EVENT, region):
        if event["centre"] != centre or event["disposition"] != SELLABLE:
            key = event["sku"], event["centre"], event["disposition"]
            units[key] = units.get(key, 0) + event["units"]
    for entry in world.listings(region):
        if entry["channel"] == MARKETPLACE:
            elsewhere = sum(count for (sku, _centre, disposition), count in units.items()
                            if sku == entry["sku"] and disposition == SELLABLE)
            units[entry["sku"], centre, SELLABLE] = entry["quantity"] + entry["reserved"] - elsewhere
    return units
