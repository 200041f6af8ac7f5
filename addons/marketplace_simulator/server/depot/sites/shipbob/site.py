"""ShipBob's protocol (document ``openapi-2026-01``): REST with a bearer token, problems as errors."""

import hmac

from ....http import Answer, ApiError, Operation
from ...depot import Place
from ...site import DepotSite
from . import money, orders, products, receiving

TOKEN = "SIMshipbobtoken0c0ffee00000000000042"
CHANNEL_ID = 501


def channels(call):
    """The seller's channel."""
    return {"items": [{"id": CHANNEL_ID, "name": "Crossborder Training", "application_name": "Crossborder",
                       "scopes": ["orders_read", "orders_write"]}], "next": None, "prev": None}


class ShipbobSite(DepotSite):
    """The operations that sellers' software uses."""

    places = (Place("10", "Moreno Valley (CA)", "US", "USD"), Place("20", "Manchester", "GB", "GBP"))
    services = {"Standard": "Standard", "Express": "Express"}
    operations = tuple(
        Operation(name, method, f"/2026-01/{path}", handler, 0, 0)
        for name, method, path, handler in (
            ("channels", "GET", "channel", channels),
            ("centres", "GET", "fulfillment-center", products.centres),
            ("methods", "GET", "shipping-method", products.methods),
            ("products", "GET", "product", products.search),
            ("product_create", "POST", "product", products.create),
            ("variant_update", "PATCH", "product/{product}/variants", products.update),
            ("levels", "GET", "inventory-level/locations", products.levels),
            ("history", "POST", "inventory/history:query", products.history),
            ("receiving", "GET", "receiving", receiving.search),
            ("receiving_create", "POST", "receiving", receiving.create),
            ("boxes", "GET", "receiving/{notice}/boxes", receiving.boxes),
            ("labels", "GET", "receiving/{notice}/labels", receiving.labels),
            ("receiving_cancel", "POST", "receiving/{notice}:cancel", receiving.cancel),
            ("orders", "GET", "order", orders.search),
            ("order_create", "POST", "order", orders.create),
            ("order_cancel", "POST", "order/{order}:cancel", orders.cancel),
            ("estimate", "POST", "order:estimate", money.estimate),
            ("shipment", "GET", "shipment/{shipment}", orders.shipment),
            ("returns", "GET", "return", money.returns),
            ("transactions", "POST", "transactions:query", money.transactions),
        )
    )

    def authorise(self, call):
        """The token."""
        if not hmac.compare_digest(call.request.headers.get("Authorization", ""), f"Bearer {TOKEN}"):
            raise self.denied()

    def render_error(self, call, error):
        """A problem; 401, 429 and 5xx say nothing more."""
        problem = {"title": error.message, "status": error.status, "errors": {}}
        return Answer(error.status, problem if error.status in (400, 404, 422) else None)

    def refused(self, refusal):
        return ApiError(422, refusal.reason, str(refusal))


def credentials(site):
    """The personal access token."""
    return {"token": TOKEN, "channel": ""}
