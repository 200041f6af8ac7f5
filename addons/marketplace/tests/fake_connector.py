"""A marketplace in memory, for the tests of orders, stock, listings and shipments."""

import hashlib
import hmac
import json
from unittest.mock import patch
from urllib.parse import urlencode

from odoo.tests import TransactionCase

from ..contract import (
    ActionResult,
    Arrangement,
    AuthenticationFailed,
    Capability,
    Connector,
    InvalidPayload,
    Label,
    Notice,
    NoticeKind,
    PushResult,
    RawRecord,
    StockLevel,
    Webhook,
)

SIGNING_KEY = b"fake-signing-key"


def sign(body):
    """The header with which the marketplace signs a call."""
    return {"X-Fake-Signature": hmac.new(SIGNING_KEY, body, hashlib.sha256).hexdigest()}


class FakeConnector(Connector):
    """Does what it is told and remembers what it was asked.

    ``errors`` holds, per verb, what the next calls raise; ``refused`` the message per refused SKU or parcel. Orders are
    added by :meth:`add_order`; ``pages`` are what ``fetch_orders`` returns by token, ``notices`` what each round of
    ``receive_notifications`` returns. ``refused`` and ``postponed`` also know orders, cancellations and refunds by
    their reference; ``bookings`` and ``labels`` are what the marketplace does to a parcel. ``shops`` are what
    ``fetch_shops`` returns, ``returns`` the raw return per number.
    """

    capabilities = frozenset(Capability)

    def __init__(self):
        self.calls = []
        self.errors = {}
        self.refused = {}
        self.listings = []
        self.shown = {}
        self.postponed = {}
        self.orders = {}
        self.pages = {}
        self.notices = []
        self.shops = []
        self.returns = {}
        self.return_records = {}
        self.return_pages = {}
        self.bookings = {}
        self.labels = {}

    def _enter(self, verb, *args):
        self.calls.append((verb, *args))
        if self.errors.get(verb):
            raise self.errors[verb].pop(0)

    def get_calls(self, verb):
        return [call[1:] for call in self.calls if call[0] == verb]

    def fetch_shops(self):
        self._enter("fetch_shops")
        return list(self.shops)

    def authorization_url(self, state, redirect_uri, code_challenge):
        self._enter("authorization_url", state, redirect_uri, code_challenge)
        query = {"state": state, "redirect_uri": redirect_uri, "code_challenge": code_challenge}
        return f"https://seller.example/authorize?{urlencode(query)}"

    def authorize(self, params, redirect_uri, code_verifier):
        self._enter("authorize", params, redirect_uri, code_verifier)

    def fetch_return(self, shop_id, external_id):
        self._enter("fetch_return", shop_id, external_id)
        return self.returns[external_id]

    def subscribe_webhooks(self, url):
        self._enter("subscribe_webhooks", url)

    def read_webhook(self, request):
        self._enter("read_webhook", request)
        if "challenge" in request.query:
            return Webhook("challenge", "", reply=request.query["challenge"].encode())
        expected = sign(request.body)["X-Fake-Signature"]
        if not hmac.compare_digest(request.headers.get("x-fake-signature", ""), expected):
            raise AuthenticationFailed("the signature is wrong")
        try:
            content = json.loads(request.body)
        except ValueError:
            raise InvalidPayload("body", "not JSON") from None
        if "id" not in content:
            raise InvalidPayload("body.id", "missing")
        notices = [Notice(**{**values, "kind": NoticeKind(values["kind"])}) for values in content.get("notices", ())]
        return Webhook(content["topic"], content["id"], tuple(notices))

    def add_order(self, order):
        """Make a revision known; its raw record, whose payload only says where the order is."""
        self.orders[order.external_id, order.revision] = order
        payload = {"id": order.external_id, "revision": order.revision}
        return RawRecord("order", order.shop_id, order.external_id, order.revision, payload, order.updated_at)

    def parse_order(self, payload):
        key = (payload.get("id"), payload.get("revision"))
        if key not in self.orders:
            raise InvalidPayload("id", f"{key} cannot be read")
        return self.orders[key]

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        self._enter("fetch_orders", shop_ids, since, until, token)
        return self.pages[token]

    def fetch_order(self, external_id):
        self._enter("fetch_order", external_id)
        return self.add_order([order for (ref, _revision), order in self.orders.items() if ref == external_id][-1])

    def receive_notifications(self):
        self._enter("receive_notifications")
        return self.notices.pop(0) if self.notices else []

    def fetch_listings(self, shop_id, handle=None):
        self._enter("fetch_listings", shop_id, handle)
        return list(self.listings)

    def push_stock(self, shop_id, levels, handle=None):
        self._enter("push_stock", {level.sku: level.quantity for level in levels}, handle)
        results = []
        for level in levels:
            accepted = level.sku not in self.refused
            if accepted:
                self.shown[level.sku] = level.quantity
            results.append(PushResult(level.sku, accepted, self.refused.get(level.sku, "")))
        return results

    def fetch_stock(self, shop_id, skus):
        self._enter("fetch_stock", list(skus))
        return [StockLevel(sku, self.shown[sku]) for sku in skus if sku in self.shown]

    def confirm_shipments(self, shipments):
        self._enter("confirm_shipments", list(shipments))
        return [
            ActionResult(
                shipment.reference,
                accepted=shipment.tracking not in self.refused and shipment.tracking not in self.postponed,
                message=self.refused.get(shipment.tracking, ""),
                retry_after=self.postponed.get(shipment.tracking),
            )
            for shipment in shipments
        ]

    def _answer(self, references):
        return [
            ActionResult(
                reference,
                accepted=reference not in self.refused and reference not in self.postponed,
                message=self.refused.get(reference, ""),
                retry_after=self.postponed.get(reference),
            )
            for reference in references
        ]

    def acknowledge_orders(self, shop_id, order_ids):
        self._enter("acknowledge_orders", shop_id, list(order_ids))
        return self._answer(order_ids)

    def cancel_orders(self, cancellations):
        self._enter("cancel_orders", list(cancellations))
        return self._answer([cancellation.reference for cancellation in cancellations])

    def refund_orders(self, refunds):
        self._enter("refund_orders", list(refunds))
        return self._answer([refund.reference for refund in refunds])

    def add_return(self, record):
        """Make a revision of a return known; its raw record."""
        self.return_records[record.external_id, record.revision] = record
        payload = {"id": record.external_id, "revision": record.revision}
        return RawRecord("return", record.shop_id, record.external_id, record.revision, payload, record.updated_at)

    def parse_return(self, payload):
        key = (payload.get("id"), payload.get("revision"))
        if key not in self.return_records:
            raise InvalidPayload("id", f"{key} cannot be read")
        return self.return_records[key]

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        self._enter("fetch_returns", shop_ids, since, until, token)
        return self.return_pages[token]

    def arrange_shipments(self, shipments):
        self._enter("arrange_shipments", list(shipments))
        return [
            self.bookings.get(
                shipment.reference,
                Arrangement(shipment.reference, True, f"P{shipment.reference}", f"T{shipment.reference}", "Express"),
            )
            for shipment in shipments
        ]

    def fetch_labels(self, parcels, handle=None):
        self._enter("fetch_labels", [parcel.reference for parcel in parcels], handle)
        return [
            Label(parcel.reference, self.labels[parcel.reference])
            for parcel in parcels
            if parcel.reference in self.labels
        ]


class FakeMarketplaceCase(TransactionCase):
    """A running shop with one warehouse at a marketplace in memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.warehouse = cls.env["stock.warehouse"].create({"name": "Hamburg", "code": "HAM"})
        cls.stock = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.account = cls.env["marketplace.account"].create({"name": "Fake", "state": "test"})
        cls.shop = cls.env["marketplace.shop"].create(
            {
                "name": "Fake DE",
                "account_id": cls.account.id,
                "external_id": "DE1",
                "currency_id": cls.env.company.currency_id.id,
                "warehouse_ids": cls.warehouse.ids,
                "state": "running",
            }
        )

    def setUp(self):
        super().setUp()
        self.connector = FakeConnector()
        patcher = patch.object(type(self.account), "_get_connector", lambda account: self.connector)
        self.startPatcher(patcher)

    @classmethod
    def _create_product(cls, sku, quantity=0, warehouse=None, **vals):
        product = cls.env["product.product"].create(
            {"name": sku, "default_code": sku, "type": "consu", "is_storable": True, **vals}
        )
        if quantity:
            location = (warehouse or cls.warehouse).lot_stock_id
            cls.env["stock.quant"]._update_available_quantity(product, location, quantity)
        return product

    @classmethod
    def _create_listing(cls, sku, product=None, **vals):
        return cls.env["marketplace.listing"].create(
            {"shop_id": cls.shop.id, "sku": sku, "product_id": product.id if product else False, **vals}
        )

    @classmethod
    def _create_order(cls, ref, lines, **vals):
        """:param lines: ``[(product, quantity, marketplace line)]``"""
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": ref}).id,
                "warehouse_id": cls.warehouse.id,
                "marketplace_shop_id": cls.shop.id,
                "marketplace_ref": ref,
                "marketplace_fulfilment": "merchant",
                "marketplace_status": "unshipped",
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": quantity, "marketplace_line_ref": line})
                    for product, quantity, line in lines
                ],
                **vals,
            }
        )
