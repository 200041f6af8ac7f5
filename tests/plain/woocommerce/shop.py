"""A WooCommerce shop in memory: it keeps what is written to it and checks every request's key."""

import base64
import copy
import hashlib
import hmac
import json
import re
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

from addons.marketplace_woocommerce.connector import Credentials, WooCommerceConnector
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

CREDENTIALS = Credentials("https://shop.example/store", "ck_0123456789abcdef", "cs_fedcba9876543210")
SHOP_ID = "shop.example/store"
PREFIX = "/store/wp-json/wc/v3"
BASIC = base64.b64encode(f"{CREDENTIALS.consumer_key}:{CREDENTIALS.consumer_secret}".encode()).decode()
SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 5, 28, 12, tzinfo=timezone.utc)


def refusal(status, code, message):
    """An error answer as WooCommerce writes it."""
    return answer({"code": code, "message": message, "data": {"status": status}}, status)


def sign_webhook(body):
    """The signature header of a webhook."""
    digest = hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Shop:
    """The shop's side. Objects are dictionaries as on the wire, by id.

    :param page_size: objects per page, whatever is asked for
    """

    def __init__(self, orders=(), products=(), variations=(), page_size=100, time=None):
        self.time = time or FakeTime(NOW.timestamp())
        self.orders = {order["id"]: order for order in copy.deepcopy(list(orders))}
        self.products = {product["id"]: product for product in copy.deepcopy(list(products))}
        self.variations = {variation["id"]: variation for variation in copy.deepcopy(list(variations))}
        self.refunds, self.notes, self.webhooks = {}, {}, {}
        self.page_size, self.behind = page_size, 0
        self.requests = []
        self._number = 9000

    def connect(self, handler=None, **options):
        """A connector to this shop."""
        return WooCommerceConnector(
            CREDENTIALS,
            session=session_of(FakeServer(handler=handler or self.serve)),
            clock=self.time.clock,
            sleep=self.time.sleep,
            jitter=lambda: 0.0,
            **options,
        )

    def serve(self, request):
        """Answer one request."""
        url = urlsplit(request.url)
        assert url.path.startswith(PREFIX), request.url
        if request.headers.get("Authorization") != f"Basic {BASIC}":
            return refusal(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        path, query = url.path.removeprefix(PREFIX), dict(parse_qsl(url.query))
        body = json.loads(request.body) if request.body else None
        self.requests.append((request.method, path, query, body))
        for method, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, path)
            if method == request.method and found:
                return handle(self, query, body, *map(int, found.groups()))
        return refusal(404, "rest_no_route", "No route was found matching the URL and request method.")

    def written(self):
        """Requests that changed something: ``[(method, path, body)]``."""
        return [(method, path, body) for method, path, _query, body in self.requests if method != "GET"]

    def page(self, objects, query):
        """A page of a list."""
        page, size = int(query.get("page", 1)), min(self.page_size, int(query.get("per_page", 10)))
        part = objects[(page - 1) * size : page * size]
        return self.reply(part, X_WP_Total=len(objects), X_WP_TotalPages=-(-len(objects) // size))

    def reply(self, body, status=200, **headers):
        """An answer with the shop's time."""
        now = datetime.fromtimestamp(self.time.now - self.behind, timezone.utc)
        return answer(body, status, Date=format_datetime(now, usegmt=True), **headers)

    def new_id(self):
        """A number that nothing has yet."""
        self._number += 1
        return self._number

    # === ORDERS === #

    def list_orders(self, query, _body):
        low, high = query["modified_after"], query.get("modified_before", "9")
        assert (query["dates_are_gmt"], query["orderby"], query["order"]) == ("true", "id", "asc")
        found = [o for _id, o in sorted(self.orders.items()) if low < o.get("date_modified_gmt", "8") < high]
        return self.page(found, query)

    def get_order(self, _query, _body, order_id):
        if order_id not in self.orders:
            return refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return self.reply(self.orders[order_id])

    def update_order(self, _query, body, order_id):
        if order_id not in self.orders:
            return refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        order = self.orders[order_id]
        order["status"] = body.get("status", order["status"])
        if order["status"] == "completed":
            order["date_completed_gmt"] = order["date_modified_gmt"]
        for meta in body.get("meta_data", []):
            same = [known for known in order["meta_data"] if known["key"] == meta["key"]]
            if same:
                same[0]["value"] = meta["value"]
            else:
                order["meta_data"].append({"id": self.new_id(), **meta})
        return self.reply(order)

    def list_notes(self, query, _body, order_id):
        return self.reply(self.notes.get(order_id, []))

    def create_note(self, _query, body, order_id):
        note = {"id": self.new_id(), "note": body["note"], "customer_note": body["customer_note"]}
        self.notes.setdefault(order_id, []).append(note)
        return self.reply(note, 201)

    def list_refunds(self, query, _body, order_id):
        return self.page(self.refunds.get(order_id, []), query)

    def get_refund(self, _query, _body, order_id, refund_id):
        return self.reply(next(refund for refund in self.refunds[order_id] if refund["id"] == refund_id))

    def create_refund(self, _query, body, order_id):
        refund = {
            "id": self.new_id(),
            "date_created_gmt": "2026-05-28T12:00:00",
            "amount": body["amount"],
            "reason": body["reason"],
            "refunded_payment": body["api_refund"],
            "meta_data": body["meta_data"],
            "line_items": [],
        }
        self.refunds.setdefault(order_id, []).append(refund)
        return self.reply(refund, 201)

    # === PRODUCTS === #

    def list_products(self, query, _body):
        if "sku" in query:
            skus = {query["sku"], *query["sku"].split(",")}
            everything = [*self.products.values(), *self.variations.values()]
            return self.page([product for product in everything if str(product.get("sku")) in skus], query)
        found = _included(self.products, query)
        return self.page(found, query)

    def list_variations(self, query, _body, product_id):
        found = [entry for entry in _included(self.variations, query) if entry["parent_id"] == product_id]
        return self.page(found, query)

    def batch_products(self, _query, body):
        return self.batch(self.products, body)

    def batch_variations(self, _query, body, product_id):
        return self.batch(
            {key: entry for key, entry in self.variations.items() if entry["parent_id"] == product_id}, body
        )

    def batch(self, objects, body):
        """Update several; each has its own outcome."""
        assert len(body["update"]) <= 100
        results = []
        for change in body["update"]:
            if change["id"] in objects:
                objects[change["id"]].update(change)
                results.append(objects[change["id"]])
            else:
                error = {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {}}
                results.append({"id": change["id"], "error": error})
        return self.reply({"update": results})

    # === SETTINGS, WEBHOOKS === #

    def list_settings(self, query, _body):
        settings = {"woocommerce_default_country": "DE:BE", "woocommerce_currency": "EUR"}
        return self.reply([{"id": key, "value": value} for key, value in settings.items()])

    def list_webhooks(self, query, _body):
        return self.page([_shown(entry) for entry in self.webhooks.values()], query)

    def create_webhook(self, _query, body):
        entry = {"id": self.new_id(), **body}
        self.webhooks[entry["id"]] = entry
        return self.reply(_shown(entry), 201)

    def update_webhook(self, _query, body, webhook_id):
        self.webhooks[webhook_id].update(body)
        return self.reply(_shown(self.webhooks[webhook_id]))


_ROUTES = (
    ("GET", r"/orders", Shop.list_orders),
    ("GET", r"/orders/(\d+)", Shop.get_order),
    ("PUT", r"/orders/(\d+)", Shop.update_order),
    ("GET", r"/orders/(\d+)/notes", Shop.list_notes),
    ("POST", r"/orders/(\d+)/notes", Shop.create_note),
    ("GET", r"/orders/(\d+)/refunds", Shop.list_refunds),
    ("POST", r"/orders/(\d+)/refunds", Shop.create_refund),
    ("GET", r"/orders/(\d+)/refunds/(\d+)", Shop.get_refund),
    ("GET", r"/products", Shop.list_products),
    ("GET", r"/products/(\d+)/variations", Shop.list_variations),
    ("POST", r"/products/batch", Shop.batch_products),
    ("POST", r"/products/(\d+)/variations/batch", Shop.batch_variations),
    ("GET", r"/settings/general", Shop.list_settings),
    ("GET", r"/webhooks", Shop.list_webhooks),
    ("POST", r"/webhooks", Shop.create_webhook),
    ("PUT", r"/webhooks/(\d+)", Shop.update_webhook),
)


def _included(objects, query):
    wanted = {int(part) for part in query.get("include", "").split(",") if part}
    return [entry for key, entry in sorted(objects.items()) if not wanted or key in wanted]


def _shown(webhook):
    return {key: value for key, value in webhook.items() if key != "secret"}


# === OBJECTS === #


def line(number=1, price="11.90", tax="0.00", quantity=1, **fields):
    """One line item; ``price`` is the whole line's, before coupons."""
    return {
        "id": 300 + number,
        "name": f"Teekanne {number}",
        "product_id": 90 + number,
        "variation_id": 0,
        "quantity": quantity,
        "subtotal": price,
        "subtotal_tax": tax,
        "total": price,
        "total_tax": tax,
        "taxes": [{"id": 7, "total": tax, "subtotal": tax}] if float(tax) else [],
        "meta_data": [],
        "sku": f"SKU-{number}",
        "price": 11,
        **fields,
    }


def order(number=1, total="11.90", lines=None, **fields):
    """One order."""
    address = {
        "first_name": "Erika",
        "last_name": "Mustermann",
        "company": "",
        "address_1": "Heidestraße 17",
        "address_2": "",
        "city": "Köln",
        "state": "DE-NW",
        "postcode": "51147",
        "country": "DE",
    }
    return {
        "id": 700 + number,
        "parent_id": 0,
        "number": str(700 + number),
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-05-20T10:00:00",
        "date_modified_gmt": f"2026-05-20T10:00:{number:02}",
        "date_completed_gmt": None,
        "total": total,
        "prices_include_tax": True,
        "customer_id": 0,
        "billing": {**address, "email": "Erika@example.com", "phone": "+49 221 4710"},
        "shipping": address,
        "meta_data": [],
        "line_items": lines or [line(price=total)],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        **fields,
    }


def refund(number=1, amount="5.00", lines=(), **fields):
    """One refund."""
    return {
        "id": 800 + number,
        "date_created_gmt": f"2026-05-21T08:00:{number:02}",
        "amount": amount,
        "reason": "damaged",
        "refunded_payment": True,
        "meta_data": [],
        "line_items": list(lines),
        **fields,
    }


def product(number=1, **fields):
    """One product."""
    return {
        "id": 90 + number,
        "name": f"Teekanne {number}",
        "type": "simple",
        "status": "publish",
        "sku": f"SKU-{number}",
        "price": "11.90",
        "manage_stock": True,
        "stock_quantity": 5,
        "parent_id": 0,
        **fields,
    }
