"""A fake eBay in memory. Requests, and answers that are no failures, must follow eBay's OpenAPI documents."""

import json
import re
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import requests

from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_ebay.connector import Credentials, EbayConnector
from tests.plain.ebay import notices
from tests.plain.ebay.openapi import document_of
from tests.plain.ebay.samples import GB
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 5, 28, tzinfo=timezone.utc).timestamp()
SIGNING_KEY = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"  # RFC 9421 B.1.4
CREDENTIALS = Credentials(
    client_id="Crossbor-der-PRD-1",
    client_secret="PRD-c0ffeec0ffee",
    ru_name="Crossborder-Crossbor-der-xyz",
    signing_key=SIGNING_KEY,
    signing_jwe="eyJ6aXAi.OiJE.RUYi.LCJl.bmMi",
)
REFRESH = "v^1.1#refreshing"
NO_SUCH = "00-00000-00000"


def errors(error_id, message, status, **headers):
    """An error answer of the Sell APIs."""
    entry = {"errorId": error_id, "domain": "API_FULFILLMENT", "category": "REQUEST", "message": message}
    return answer({"errors": [entry]}, status, **headers)


class Ebay(FakeServer):
    """eBay with orders, returns and whatever is written to it.

    :param page_size: orders and returns per page, whatever is asked for
    """

    def __init__(self, orders=(), returns=(), time=None, page_size=1):
        super().__init__()
        self.time = time or FakeTime(NOW)
        self.orders = {entry["orderId"]: entry for entry in orders}
        self.returns = {entry["returnId"]: entry for entry in returns}
        self.page_size = page_size
        self.skew = 0
        self.parcels, self.cancellations, self.refunds, self.stock = {}, {}, [], {}
        self.payouts, self.transactions = [], []
        self.destinations, self.subscriptions = {}, {}
        self.forms, self.tokens = [], []
        self.before, self.lose = None, False  # hooks: request → answer or None; lose the answer of the next write
        self.check_answers = True
        self.handler = self._handle

    def _handle(self, request):
        url = urlsplit(request.url)
        path, query = unquote(url.path), dict(parse_qsl(url.query, keep_blank_values=True))
        if path == "/identity/v1/oauth2/token":
            return self._dated(self._token(dict(parse_qsl(request.body))))
        is_json = request.headers.get("Content-Type", "").startswith("application/json")
        body = json.loads(request.body) if request.body and is_json else None
        document = document_of(url.path)
        if document:
            document.check_request(request.method, url.path, query, body)
        played = self.before(request) if self.before else None
        if played is None:
            played = self._serve(request, request.method, path, query, body)
            if document and self.check_answers:
                content = played[2].getvalue()
                document.check_response(request.method, url.path, played[0], json.loads(content) if content else None)
        if self.lose and request.method in ("POST", "PUT") and played[0] < 300:
            self.lose = False
            raise requests.ReadTimeout("Authorization: Bearer v^1.1#access")
        return played if isinstance(played, Exception) else self._dated(played)

    def _dated(self, played):
        now = datetime.fromtimestamp(self.time.now - self.skew, timezone.utc)
        return played[0], {"Date": format_datetime(now, usegmt=True), **played[1]}, played[2]

    def _token(self, form):
        self.forms.append(form)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != REFRESH:
            return answer({"error": "invalid_grant", "error_description": "the token was revoked"}, 400)
        if form["grant_type"] == "authorization_code" and form["code"] != "v^1.1#code":
            return answer({"error": "invalid_grant", "error_description": "the code is wrong"}, 400)
        self.tokens.append(f"v^1.1#access-{len(self.forms)}")
        body = {"access_token": self.tokens[-1], "expires_in": 7200, "token_type": "User Access Token"}
        if form["grant_type"] == "authorization_code":
            body |= {"refresh_token": REFRESH, "refresh_token_expires_in": 47304000}
        return answer(body)

    def _serve(self, request, method, path, query, body):
        for verb, pattern, serve in _ROUTES:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return serve(self, request, match.groups(), query, body)
        raise AssertionError(f"eBay has no {method} {path}")

    # === ORDERS === #

    def _get_orders(self, _request, _groups, query, _body):
        orders = list(self.orders.values())
        if "orderIds" in query:
            orders = [self.orders[key] for key in query["orderIds"].split(",") if key in self.orders]
            return answer({"orders": orders, "total": len(orders)})
        first, last = _span_of(query)
        orders = [entry for entry in orders if first <= entry["lastModifiedDate"] <= last]
        offset = int(query.get("offset", 0))
        page = orders[offset : offset + self.page_size]
        body = {"orders": page, "total": len(orders), "offset": offset, "limit": self.page_size}
        if offset + len(page) < len(orders):
            body["next"] = f"https://api.ebay.com/sell/fulfillment/v1/order?offset={offset + len(page)}"
        return answer(body)

    def _get_order(self, _request, groups, _query, _body):
        found = self.orders.get(groups[0])
        return answer(found) if found else errors(32100, "Invalid order ID.", 404)

    def _get_parcels(self, _request, groups, _query, _body):
        parcels = self.parcels.get(groups[0], [])
        return answer({"fulfillments": parcels, "total": len(parcels)})

    def _create_parcel(self, _request, groups, _query, body):
        if groups[0] not in self.orders:
            return errors(32100, "Invalid order ID.", 400)
        parcels = self.parcels.setdefault(groups[0], [])
        number = body.get("trackingNumber", f"999{len(parcels)}")
        entry = {"fulfillmentId": number, "lineItems": body["lineItems"], "shippedDate": body["shippedDate"]}
        if "trackingNumber" in body:
            entry |= {"shipmentTrackingNumber": number, "shippingCarrierCode": body["shippingCarrierCode"]}
        parcels.append(entry)
        return answer({}, 201, Location=f"https://api.ebay.com/order/{groups[0]}/shipping_fulfillment/{number}")

    def _issue_refund(self, request, groups, _query, body):
        notices.check_message_signature(request)
        found = self.orders.get(groups[0])
        if found is None:
            return errors(34904, "Order not found.", 404)
        refund_id = f"500100{len(self.refunds)}"
        self.refunds.append(body)
        if "orderLevelRefundAmount" in body:
            entry = {"refundId": refund_id, "amount": body["orderLevelRefundAmount"], "refundStatus": "PENDING"}
            found["paymentSummary"]["refunds"].append(entry)
        for item in body.get("refundItems", []):
            target = next(entry for entry in found["lineItems"] if entry["lineItemId"] == item["lineItemId"])
            target.setdefault("refunds", []).append({"refundId": refund_id, "amount": item["refundAmount"]})
        return answer({"refundId": refund_id, "refundStatus": "PENDING"})

    # === POST-ORDER === #

    def _search_cancellations(self, _request, _groups, query, _body):
        found = [entry for entry in self.cancellations.values() if entry["legacyOrderId"] == query["legacy_order_id"]]
        return answer({"cancellations": found, "total": len(found)})

    def _create_cancellation(self, request, _groups, _query, body):
        notices.check_message_signature(request)
        if body["legacyOrderId"] not in self.orders:
            result = {"eligible": False, "legacyOrderId": body["legacyOrderId"], "failureReason": "ORDER_NOT_FOUND"}
            return answer({"orderEligibilityResult": result})
        key = f"5300{len(self.cancellations)}"
        self.cancellations[key] = {
            "cancelId": key,
            "legacyOrderId": body["legacyOrderId"],
            "cancelReason": body["cancelReason"],
            "cancelStatus": "CANCEL_PENDING",
        }
        return answer({"cancelId": key}, 201)

    def _approve_cancellation(self, request, groups, _query, _body):
        notices.check_message_signature(request)
        self.cancellations[groups[0]]["cancelStatus"] = "CANCEL_PENDING"
        return answer({})

    def _reject_cancellation(self, _request, groups, _query, _body):
        self.cancellations[groups[0]]["cancelStatus"] = "CANCEL_REJECTED"
        return answer({})

    def _search_returns(self, _request, _groups, query, _body):
        first, last, page = query["creation_date_range_from"], query["creation_date_range_to"], int(query["offset"])
        members = [
            entry for entry in self.returns.values() if first <= entry["creationInfo"]["creationDate"]["value"] <= last
        ]
        shown = members[(page - 1) * self.page_size : page * self.page_size]
        output = {"limit": self.page_size, "offset": page, "totalPages": -(-len(members) // self.page_size)}
        return answer({"members": shown, "total": len(members), "paginationOutput": output})

    def _get_return(self, _request, groups, _query, _body):
        found = self.returns.get(groups[0])
        if found is None:
            return answer({"error": [{"errorId": 1616, "message": "Return not found."}]}, 404)
        return answer({"summary": found})

    def _refund_return(self, request, groups, _query, body):
        notices.check_message_signature(request)
        self.refunds.append(body)
        paid = body["refundDetail"]["totalAmount"]
        self.returns[groups[0]]["sellerTotalRefund"]["actualRefundAmount"] = paid
        return answer({"refundStatus": "PENDING"})

    # === FINANCES === #

    def _get_payouts(self, request, _groups, query, _body):
        return self._finances(request, query, "payouts", self.payouts, "payoutDate")

    def _get_transactions(self, request, _groups, query, _body):
        return self._finances(request, query, "transactions", self.transactions, "transactionDate")

    def _finances(self, request, query, name, entries, field):
        wanted = re.fullmatch(r"(payoutId|payoutReference):\{(.*)\}", query["filter"])
        first, last = _span_of(query, field)
        found = [
            entry
            for entry in entries
            if (entry.get(wanted[1]) == wanted[2] if wanted else first <= entry[field] <= last)
        ]
        if "Signature" not in request.headers:
            return errors(215001, "Missing x-ebay-signature-key header", 403)
        notices.check_message_signature(request)
        assert request.headers["X-EBAY-C-MARKETPLACE-ID"] == GB
        offset = int(query["offset"])
        page = found[offset : offset + self.page_size]
        if not found:
            return answer(None, 204)
        return answer({name: page, "total": len(found), "offset": offset, "limit": self.page_size})

    # === INVENTORY === #

    def _push(self, _request, _groups, _query, body):
        results = []
        for entry in body["requests"]:
            if entry["sku"] not in self.stock:
                error = {"errorId": 25702, "message": f"SKU {entry['sku']} is not available in the system"}
                results.append({"sku": entry["sku"], "statusCode": 404, "errors": [error]})
                continue
            self.stock[entry["sku"]].append(entry["shipToLocationAvailability"]["quantity"])
            results.append({"sku": entry["sku"], "statusCode": 200})
        return answer({"responses": results})

    # === NOTIFICATIONS AND THE REST === #

    def _get_user(self, _request, _groups, _query, _body):
        return answer({"userId": "U-1", "username": "crossborder", "registrationMarketplaceId": GB})

    def _get_public_key(self, _request, groups, _query, _body):
        if groups[0] != notices.KEY_ID:
            return errors(195002, "The public key does not exist.", 404)
        return answer({"key": notices.PUBLIC_KEY, "algorithm": "ECDSA", "digest": "SHA1"})

    def _get_topics(self, _request, _groups, query, _body):
        topics = [
            ("ORDER_CONFIRMATION", "USER"),
            ("MARKETPLACE_ACCOUNT_DELETION", "APPLICATION"),
            ("ITEM_PRICE_REVISION", "USER"),
            ("AUTHORIZATION_REVOCATION", "APPLICATION"),
        ]
        first = int(query.get("continuation_token", 0))
        payload = {"schemaVersion": "1.0", "format": ["JSON"], "deliveryProtocol": "HTTPS", "deprecated": False}
        shown = [
            {"topicId": name, "status": "ENABLED", "scope": scope, "supportedPayloads": [payload]}
            for name, scope in topics[first : first + 2]
        ]
        body = {"topics": shown, "total": len(topics), "limit": 2}
        if first + 2 < len(topics):
            body["next"] = f"https://api.ebay.com/commerce/notification/v1/topic?continuation_token={first + 2}"
        return answer(body)

    def _get_destinations(self, _request, _groups, _query, _body):
        return answer({"destinations": list(self.destinations.values()), "total": len(self.destinations)})

    def _create_destination(self, _request, _groups, _query, body):
        key = f"d-{len(self.destinations)}"
        self.destinations[key] = {"destinationId": key, **body}
        return answer({}, 201, Location=f"https://api.ebay.com/commerce/notification/v1/destination/{key}")

    def _update_destination(self, _request, groups, _query, body):
        self.destinations[groups[0]] |= body
        return answer(None, 204)

    def _get_subscriptions(self, request, _groups, _query, _body):
        found = [entry for owner, entry in self.subscriptions.values() if owner == self._owner(request)]
        return answer({"subscriptions": found, "total": len(found)})

    def _create_subscription(self, request, _groups, _query, body):
        key = f"s-{len(self.subscriptions)}"
        self.subscriptions[key] = (self._owner(request), {"subscriptionId": key, **body})
        return answer({}, 201)

    def _update_subscription(self, _request, groups, _query, body):
        self.subscriptions[groups[0]][1].update(body)
        return answer(None, 204)

    def _enable_subscription(self, _request, groups, _query, _body):
        self.subscriptions[groups[0]][1]["status"] = "ENABLED"
        return answer(None, 204)

    def _owner(self, request):
        """Grant type of the token of a request."""
        number = int(request.headers["Authorization"].rpartition("-")[2])
        return "application" if self.forms[number - 1]["grant_type"] == "client_credentials" else "user"

    def _create_signing_key(self, _request, _groups, _query, body):
        return answer({"signingKeyId": "k", "signingKeyCipher": body["signingKeyCipher"], "privateKey": SIGNING_KEY,
                       "jwe": CREDENTIALS.signing_jwe})  # fmt: skip

    def _get_rate_limits(self, _request, _groups, _query, _body):
        rates = [
            {"limit": 100000, "remaining": 0, "reset": "2026-05-28T07:00:00.000Z", "timeWindow": 86400},
            {"limit": 5000, "remaining": 17, "reset": "2026-05-29T07:00:00.000Z", "timeWindow": 86400},
        ]
        limit = {"apiContext": "sell", "apiName": "fulfillment", "apiVersion": "v1"}
        return answer({"rateLimits": [{**limit, "resources": [{"name": "sell.fulfillment", "rates": rates}]}]})


_ORDER = "/sell/fulfillment/v1/order"
_FINANCES = "/sell/finances/v1"
_NOTIFICATION = "/commerce/notification/v1"
_ROUTES = [
    ("GET", _ORDER, Ebay._get_orders),
    ("GET", f"{_ORDER}/([^/]+)", Ebay._get_order),
    ("GET", f"{_ORDER}/([^/]+)/shipping_fulfillment", Ebay._get_parcels),
    ("POST", f"{_ORDER}/([^/]+)/shipping_fulfillment", Ebay._create_parcel),
    ("POST", f"{_ORDER}/([^/]+)/issue_refund", Ebay._issue_refund),
    ("GET", "/post-order/v2/cancellation/search", Ebay._search_cancellations),
    ("POST", "/post-order/v2/cancellation", Ebay._create_cancellation),
    ("POST", "/post-order/v2/cancellation/([^/]+)/approve", Ebay._approve_cancellation),
    ("POST", "/post-order/v2/cancellation/([^/]+)/reject", Ebay._reject_cancellation),
    ("GET", "/post-order/v2/return/search", Ebay._search_returns),
    ("GET", "/post-order/v2/return/([^/]+)", Ebay._get_return),
    ("POST", "/post-order/v2/return/([^/]+)/issue_refund", Ebay._refund_return),
    ("GET", f"{_FINANCES}/payout", Ebay._get_payouts),
    ("GET", f"{_FINANCES}/transaction", Ebay._get_transactions),
    ("POST", "/sell/inventory/v1/bulk_update_price_quantity", Ebay._push),
    ("GET", "/commerce/identity/v1/user/", Ebay._get_user),
    ("GET", f"{_NOTIFICATION}/public_key/([^/]+)", Ebay._get_public_key),
    ("GET", f"{_NOTIFICATION}/topic", Ebay._get_topics),
    ("GET", f"{_NOTIFICATION}/destination", Ebay._get_destinations),
    ("POST", f"{_NOTIFICATION}/destination", Ebay._create_destination),
    ("PUT", f"{_NOTIFICATION}/destination/([^/]+)", Ebay._update_destination),
    ("GET", f"{_NOTIFICATION}/subscription", Ebay._get_subscriptions),
    ("POST", f"{_NOTIFICATION}/subscription", Ebay._create_subscription),
    ("PUT", f"{_NOTIFICATION}/subscription/([^/]+)", Ebay._update_subscription),
    ("POST", f"{_NOTIFICATION}/subscription/([^/]+)/enable", Ebay._enable_subscription),
    ("POST", "/developer/key_management/v1/signing_key", Ebay._create_signing_key),
    ("GET", "/developer/analytics/v1_beta/rate_limit/", Ebay._get_rate_limits),
]


def connect(ebay, credentials=CREDENTIALS, connected=True, **options):
    """A connector of an :class:`Ebay`."""
    store = options.pop("token_store", None) or MemoryTokenStore(
        Tokens(access="v^1.1#access-0", access_ends_at=0, refresh=REFRESH) if connected else None
    )
    return EbayConnector(
        credentials,
        session=session_of(ebay),
        clock=ebay.time.clock,
        sleep=ebay.time.sleep,
        token_store=store,
        jitter=lambda: 0.0,
        **options,
    )


def _span_of(query, field="lastmodifieddate"):
    """First and last time of a filter; all times where there is none."""
    match = re.fullmatch(rf"{field}:\[(.*)\.\.(.*)\]", query.get("filter", ""))
    return match.groups() if match else ("", "9")
