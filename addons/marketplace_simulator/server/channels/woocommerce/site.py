"""REST API v3 of the shops: paths, errors, webhooks."""

import base64
import hashlib
import hmac
import json
from email.utils import format_datetime

from ...http import Answer, ApiError, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import orders, products, stores

_API = "/{store}/wp-json/wc/v3"
# What a host takes from one address; WooCommerce itself has no limit.
_HOST = (10, 30)


class WooCommerceSite(ChannelSite):
    """Two shops on one host."""

    operations = (
        Operation("listOrders", "GET", f"{_API}/orders", orders.list_orders, *_HOST),
        Operation("getOrder", "GET", _API + "/orders/{order}", orders.get_order, *_HOST),
        Operation("updateOrder", "PUT", _API + "/orders/{order}", orders.update_order, *_HOST),
        Operation("listNotes", "GET", _API + "/orders/{order}/notes", orders.list_notes, *_HOST),
        Operation("createNote", "POST", _API + "/orders/{order}/notes", orders.create_note, *_HOST),
        Operation("listRefunds", "GET", _API + "/orders/{order}/refunds", orders.list_refunds, *_HOST),
        Operation("createRefund", "POST", _API + "/orders/{order}/refunds", orders.create_refund, *_HOST),
        Operation("getRefund", "GET", _API + "/orders/{order}/refunds/{refund}", orders.get_refund, *_HOST),
        Operation("listProducts", "GET", f"{_API}/products", products.list_products, *_HOST),
        Operation("updateProducts", "POST", f"{_API}/products/batch", products.update_products, *_HOST),
        Operation("listVariations", "GET", _API + "/products/{product}/variations", products.list_variations, *_HOST),
        Operation("updateVariations", "POST", _API + "/products/{product}/variations/batch",
                  products.update_variations, *_HOST),
        Operation("settings", "GET", f"{_API}/settings/general", products.settings, *_HOST),
        Operation("listWebhooks", "GET", f"{_API}/webhooks", products.list_webhooks, *_HOST),
        Operation("createWebhook", "POST", f"{_API}/webhooks", products.create_webhook, *_HOST),
        Operation("updateWebhook", "PUT", _API + "/webhooks/{webhook}", products.update_webhook, *_HOST),
    )
    spoilable = Spoilable(lambda body: body if isinstance(body, list) and body and "line_items" in body[0] else [],
                          ("id", "total", "line_items", "currency", "status"), ("line_items",))

    def __init__(self, channel, simulator):
        super().__init__(channel, simulator)
        self._gate = stores.Gate()

    def authorise(self, call):
        """Check the OAuth signature with the key of the shop in the path."""
        call.region = stores.STORES.get(call.path["store"])
        if call.region is None:
            raise ApiError(404, "rest_no_route", "No route was found matching the URL and request method.")
        self._gate.admit(call.request, call.path["store"])

    def render_error(self, call, error):
        """Errors as WordPress words them."""
        return Answer(error.status, {"code": error.code, "message": error.message, "data": {"status": error.status}})

    def expired(self):
        """Keys never end: what ends other channels' tokens is a moment of weakness of the host here."""
        return self.unavailable()

    def refused(self, refusal):
        """A change that the order does not allow."""
        return ApiError(400, "woocommerce_rest_invalid_order", str(refusal))

    def headers(self, call):
        """The shop's own time."""
        return {"Date": format_datetime(self.world.clock.now(), usegmt=True)}

    def webhook_messages(self, order, happened):
        """A new order is created, anything else updates it."""
        topic = "order.created" if len(order["history"]) <= 1 else "order.updated"
        return [(topic, orders.view(self, order))]

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """Who tells what, signed with the webhook's secret."""
        signature = hmac.new(registration["secret"].encode(), raw, hashlib.sha256).digest()
        resource, event = topic.split(".")
        return {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": resource, "X-WC-Webhook-Event": event,
                "X-WC-Webhook-Signature": base64.b64encode(signature).decode(),
                "X-WC-Webhook-ID": str(registration["number"]), "X-WC-Webhook-Delivery-ID": delivery_id}

    def market(self, region):
        """Return the market of a shop; each shop is one outlet with one market."""
        return next(market for market in self.channel.markets if market.region == region)

    def market_of(self, order):
        """Return the market of an order."""
        return self.market(order["region"])

    def page_of_orders(self, call, after, before, page, size):
        """Return ``(orders of a page, how many there are)`` changed in a range, by number, with the page faults."""
        first = self._first_page(call, "updated", after, before)
        if page == 1:
            self.world.store.set_setting(f"salt:{self.name}:{call.region}", first["salt"])
        salt = self.world.store.setting(f"salt:{self.name}:{call.region}", "")
        position = f"scramble(id, '{salt}')" if salt else "number"
        where = "region = ? AND updated >= ? AND updated < ?"
        values = (call.region, after, before)
        rows = self.world.store.rows(f"SELECT data FROM purchase WHERE {where} ORDER BY {position} LIMIT ? OFFSET ?",
                                     *values, size, (page - 1) * size)
        total = self.world.store.row(f"SELECT count(*) AS found FROM purchase WHERE {where}", *values)["found"]
        return self._repeat_some(call, first, [json.loads(row["data"]) for row in rows]), total
