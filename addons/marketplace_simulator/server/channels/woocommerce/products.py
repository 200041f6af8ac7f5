"""Products, variations, settings and webhooks of a shop."""

from ...http import Answer, ApiError
from ...world import seller
from . import render
from .stores import STORES


def list_products(call):
    """Products, or with ``sku`` whatever has one of the SKUs, variations too."""
    listings, code = call.world.listings(call.region), call.region
    if "sku" in call.request.args:
        wanted = {call.text("sku"), *call.text("sku").split(",")}
        found = [render.variation(listing, code) for listing in listings if listing["sku"] in wanted]
    else:
        found = render.parents(listings)
    return _page(call, found)


def list_variations(call):
    """The variations of a product."""
    found = [render.variation(listing, call.region) for listing in call.world.listings(call.region)]
    return _page(call, [entry for entry in found if str(entry["parent_id"]) == call.path["product"]])


def update_products(call):
    """Products here have their stock by variation."""
    return {"update": [_unknown(change) for change in _changes(call)]}


def update_variations(call):
    """Set the stock of variations, each with its own outcome."""
    listings = {listing["number"]: listing for listing in call.world.listings(call.region)}
    return {"update": [_update(call, listings.get(change.get("id")), change) for change in _changes(call)]}


def _changes(call):
    changes = call.body().get("update", [])
    if len(changes) > 100:
        raise ApiError(413, "woocommerce_rest_request_entity_too_large", "Unable to accept more than 100 items.")
    return changes


def _update(call, listing, change):
    if listing is None:
        return _unknown(change)
    problem = seller.set_quantity(call.world, call.region, listing["sku"], change.get("stock_quantity"))
    if problem:
        return _error(change, "rest_invalid_param", problem)
    return render.variation(call.world.listing(call.region, listing["sku"]), call.region)


def _unknown(change):
    return _error(change, "woocommerce_rest_product_invalid_id", "Invalid ID.")


def _error(change, code, message):
    return {"id": change.get("id"), "error": {"code": code, "message": message, "data": {"status": 400}}}


def settings(call):
    """The general settings that name country and currency."""
    market = call.site.market(call.region)
    values = {"woocommerce_default_country": market.country, "woocommerce_currency": market.currency}
    return [{"id": key, "label": key, "value": value} for key, value in values.items()]


# --- webhooks ---

def list_webhooks(call):
    """The webhooks of the shop."""
    return _page(call, [_webhook(entry) for entry in _registered(call)])


def create_webhook(call):
    """Register an address for a topic."""
    body = call.body()
    number = call.store.count("woocommerce:webhook")
    return Answer(201, _register(call, {"number": number, "url": body["delivery_url"], "topic": body["topic"]}, body))


def update_webhook(call):
    """Change name, status or secret."""
    found = next((entry for entry in _registered(call) if str(entry["number"]) == call.path["webhook"]), None)
    if found is None:
        raise ApiError(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
    return _register(call, found, call.body())


def _register(call, entry, changes):
    details = {name: changes.get(name, entry.get(name)) for name in ("name", "status", "secret")}
    stored = call.site.webhooks.register(entry["url"], entry["topic"], call.region, number=entry["number"], **details)
    return _webhook(stored)


def _registered(call):
    return [entry for entry in call.site.webhooks.registered(call.region) if entry["region"] in STORES.values()]


def _webhook(entry):
    return {"id": entry["number"], "name": entry["name"], "status": entry["status"], "topic": entry["topic"],
            "delivery_url": entry["url"]}


def _page(call, objects):
    page, size = call.number("page", 1, 1, 10**6), call.number("per_page", 10, 1, 100)
    headers = {"X-WP-Total": str(len(objects)), "X-WP-TotalPages": str(-(-len(objects) // size))}
    return Answer(200, objects[(page - 1) * size:page * size], headers)
