"""TikTok Shop's Open API and authorisation over the simulator's one world."""

import hashlib
import hmac
from urllib.parse import urlsplit

from ...http import Answer, ApiError, Operation
from .. import oauth
from ..site import ChannelSite
from ..spoil import Spoilable
from . import aftersales, catalogue, finance, ids, orders, packages
from .answers import data, frame, invalid
from .order_view import seconds, status_of

APP_KEY = "6simtiktok001"
APP_SECRET = "51a7e0f0c0ffee00000000000000000000000042"
SKEW = 300
RATE, BURST = 20, 20
ACCESS_LIFE, REFRESH_LIFE = 7 * 86400, 365 * 86400
#: Where TikTok sends sellers back to is a setting of the application; here it is the page that they came from.
CALLBACK_PATH = "/marketplace/oauth/callback"


def authorize(call):
    """The page on which a seller lets the application in."""
    args = call.request.args
    if args.get("app_key") != APP_KEY:
        raise invalid("app_key is not known")
    came_from = urlsplit(args.get("redirect_uri") or call.request.headers.get("Referer", ""))
    home = f"{came_from.scheme}://{came_from.netloc}" if came_from.netloc else "http://localhost:8069"
    if "redirect_uri" not in args and "decision" not in args:
        params = {**args, "redirect_uri": f"{home}{CALLBACK_PATH}"}
        return oauth.back(f"{call.site.url}/oauth/authorize", params)

    def approved():
        code = call.site.tokens.code(call.site.subject, "")
        return {"code": code, "state": args.get("state", ""), "app_key": APP_KEY, "shop_region": "GB"}

    target = args.get("redirect_uri") or f"{home}{CALLBACK_PATH}"
    return oauth.consent(call, target, approved, {"error": "access_denied", "state": args.get("state", "")})


def get_token(call):
    """Tokens for a code."""
    return _grant(call, "authorized_code", call.site.tokens.redeem_code(call.text("auth_code"), None))


def refresh_token(call):
    """Tokens for a refresh token, which serves once."""
    return _grant(call, "refresh_token", call.site.tokens.redeem(call.text("refresh_token")))


def _grant(call, kind, claims):
    secret = hmac.compare_digest(call.text("app_secret", ""), APP_SECRET)
    if call.text("app_key") != APP_KEY or not secret or call.text("grant_type") != kind:
        raise ApiError(200, 36004001, "app_key, app_secret or grant_type is not valid")
    if claims is None:
        raise ApiError(200, 36004004, "the code or refresh token is not valid or has expired")
    tokens, subject = call.site.tokens, call.site.subject
    access, life = tokens.access(subject, ACCESS_LIFE)
    now = int(call.world.clock.now().timestamp())
    return data({"access_token": access, "access_token_expire_in": now + int(life),
                 "refresh_token": tokens.refresh(subject), "refresh_token_expire_in": now + REFRESH_LIFE,
                 "open_id": "7010736057180325637", "seller_name": "Crossborder", "seller_base_region": "GB",
                 "user_type": 0})


def list_webhooks(call):
    """Registered addresses of a shop."""
    found = [{"event_type": entry["topic"], "address": entry["url"], "create_time": entry["since"],
              "update_time": entry["since"]} for entry in call.site.webhooks.registered()
             if entry["region"] == call.region]
    return data({"webhooks": found, "total_count": len(found)})


def update_webhook(call):
    """Register the address of an event; another address takes the place of the one before."""
    body = call.body()
    event, address = body.get("event_type"), body.get("address", "")
    if not event or urlsplit(address).scheme not in ("http", "https"):
        raise invalid("event_type or address is not valid")
    for entry in call.site.webhooks.registered():
        if (entry["region"], entry["topic"]) == (call.region, event) and entry["url"] != address:
            call.site.webhooks.remove(entry["id"])
    call.site.webhooks.register(address, event, call.region, since=int(call.world.clock.now().timestamp()))
    return data()


class TikTokSite(ChannelSite):
    """The protocol: signed queries, tokens in a header, errors as codes in bodies."""

    operations = (
        Operation("authorize", "GET", "/oauth/authorize", authorize, 0, 0, "open"),
        Operation("token.get", "GET", "/api/v2/token/get", get_token, 0, 0, "open"),
        Operation("token.refresh", "GET", "/api/v2/token/refresh", refresh_token, 0, 0, "open"),
        Operation("files", "GET", "/files/{name}", packages.waybill, 0, 0, "open"),
        *(
            Operation(name, method, path, handler, RATE, BURST)
            for name, method, path, handler in (
                ("authorization.shops", "GET", "/authorization/202309/shops", catalogue.shops),
                ("orders.search", "POST", "/order/202309/orders/search", orders.search),
                ("orders.detail", "GET", "/order/202507/orders", orders.detail),
                ("products.search", "POST", "/product/202502/products/search", catalogue.search),
                ("products.inventory", "POST", "/product/202309/products/{product_id}/inventory/update",
                 catalogue.set_inventory),
                ("fbt.warehouses", "GET", "/fbt/202408/warehouses", catalogue.fbt_warehouses),
                ("fbt.inventory", "POST", "/fbt/202408/inventory/search", catalogue.fbt_inventory),
                ("logistics.providers", "GET", "/logistics/202309/delivery_options/{option}/shipping_providers",
                 packages.providers),
                ("packages.split", "POST", "/fulfillment/202309/orders/{order_id}/split", packages.split),
                ("packages.create", "POST", "/fulfillment/202512/packages", packages.create),
                ("packages.combinable", "GET", "/fulfillment/202309/combinable_packages/search", packages.combinable),
                ("packages.combine", "POST", "/fulfillment/202309/packages/combine", packages.combine),
                ("packages.slots", "GET", "/fulfillment/202309/packages/{package_id}/handover_time_slots",
                 packages.slots),
                ("packages.ship", "POST", "/fulfillment/202309/packages/{package_id}/ship", packages.ship),
                ("packages.detail", "GET", "/fulfillment/202309/packages/{package_id}", packages.detail),
                ("packages.documents", "GET", "/fulfillment/202309/packages/{package_id}/shipping_documents",
                 packages.documents),
                ("packages.mark_shipped", "POST", "/fulfillment/202610/orders/{order_id}/packages",
                 packages.mark_shipped),
                ("cancellations.create", "POST", "/return_refund/202602/cancellations", aftersales.cancel),
                ("cancellations.search", "POST", "/return_refund/202602/cancellations/search",
                 aftersales.search_cancellations),
                ("cancellations.approve", "POST", "/return_refund/202309/cancellations/{cancel_id}/approve",
                 aftersales.approve_cancellation),
                ("cancellations.reject", "POST", "/return_refund/202309/cancellations/{cancel_id}/reject",
                 aftersales.reject_cancellation),
                ("returns.search", "POST", "/return_refund/202602/returns/search", aftersales.search_returns),
                ("returns.create", "POST", "/return_refund/202602/returns", aftersales.create_return),
                ("returns.approve", "POST", "/return_refund/202309/returns/{return_id}/approve",
                 aftersales.approve_return),
                ("returns.reject_reasons", "GET", "/return_refund/202309/reject_reasons", aftersales.reject_reasons),
                ("finance.statements", "GET", "/finance/202309/statements", finance.statements),
                ("finance.statement", "GET", "/finance/202501/statements/{statement_id}/statement_transactions",
                 finance.transactions),
                ("finance.order", "GET", "/finance/202501/orders/{order_id}/statement_transactions",
                 finance.order_transactions),
                ("finance.payments", "GET", "/finance/202605/payments", finance.payments),
                ("finance.unsettled", "GET", "/finance/202507/orders/unsettled", finance.unsettled),
                ("events.list", "GET", "/event/202309/webhooks", list_webhooks),
                ("events.update", "PUT", "/event/202309/webhooks", update_webhook),
            )
        ),
    )
    spoilable = Spoilable(lambda body: (body.get("data") or {}).get("orders", []), ("id", "update_time", "line_items"),
                          ("line_items",), country=("region_code",), sku=("seller_sku",), quantity=())

    def authorise(self, call):
        """Signature, time, token, and the shop that the cipher names."""
        request, query = call.request, call.request.args
        path = request.path[len(f"/{self.name}"):]
        pairs = "".join(f"{key}{query[key]}" for key in sorted(query) if key not in ("sign", "access_token"))
        message = f"{APP_SECRET}{path}{pairs}".encode() + request.get_data() + APP_SECRET.encode()
        expected = hmac.new(APP_SECRET.encode(), message, hashlib.sha256).hexdigest()
        if query.get("app_key") != APP_KEY or not hmac.compare_digest(query.get("sign", ""), expected):
            raise ApiError(401, 106001, "the signature is not valid")
        stamp = query.get("timestamp", "")
        if not stamp.isdigit() or abs(int(stamp) - self.world.clock.now().timestamp()) > SKEW:
            raise ApiError(401, 106011, "the timestamp is not valid")
        call.claims = self.tokens.claims(request.headers.get("x-tts-access-token"))
        if "shop_cipher" in query:
            call.region = self.signer.open("tiktok:cipher", query["shop_cipher"].removeprefix("GCP_"))
            if call.region not in self.regions:
                raise invalid("shop_cipher is not valid")
        elif call.operation.name != "authorization.shops":
            raise invalid("shop_cipher is missing")

    @property
    def subject(self):
        """Who grants access: one authorisation has all shops, and goes by the first of them."""
        return self.regions[0]

    def cipher(self, region):
        """Return the word for a shop in queries."""
        return f"GCP_{self.signer.seal('tiktok:cipher', region)}"

    def render_error(self, call, error):
        """Codes in a body; only few kinds of errors change the HTTP status."""
        code = error.code if isinstance(error.code, int) else 98001000 + error.status
        status = error.status if error.status in (401, 403, 404, 405, 429) or error.status >= 500 else 200
        return Answer(status, frame(code, error.message, None))

    def denied(self):
        return ApiError(401, 105001, "access token is invalid")

    def expired(self):
        return ApiError(401, 105002, "access token is expired")

    def throttled(self, call):
        return ApiError(429, 36009002, "Too many requests, please try again later")

    def failed(self):
        return ApiError(500, 36009003, "Internal error. Please try again.")

    def unavailable(self):
        return ApiError(503, 36009003, "Internal error. Please try again.")

    def refused(self, refusal):
        return ApiError(200, 21011000, str(refusal))

    def webhook_messages(self, order, happened):
        """Order status for every change; returns and wishes to cancel beside it."""
        changed = seconds(order["updated"])
        base = {"shop_id": ids.shop_id(self, order["region"]), "timestamp": changed}
        messages = [("ORDER_STATUS_CHANGE", {**base, "type": 1, "data": {
            "order_id": order["id"], "order_status": status_of(order), "is_on_hold_order": False,
            "update_time": changed}})]
        if happened.startswith("return ") and order["returns"]:
            entry = order["returns"][-1]
            messages.append(("RETURN_STATUS_CHANGE", {**base, "type": 12, "data": {
                "order_id": order["id"], "return_role": "BUYER", "return_type": "RETURN_AND_REFUND",
                "return_status": aftersales.RETURN_STATUSES[entry["status"]], "return_id": entry["id"],
                "create_time": seconds(entry["created"]), "update_time": changed}}))
        if "cancel" in happened:
            messages.append(("CANCELLATION_STATUS_CHANGE", {**base, "type": 11, "data": {
                "order_id": order["id"], "cancel_id": ids.cancel_id(order, aftersales.BUYERS_WISH),
                "update_time": changed}}))
        return messages

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """The signature of application key and raw body."""
        signature = hmac.new(APP_SECRET.encode(), APP_KEY.encode() + raw, hashlib.sha256).hexdigest()
        return {"Authorization": signature}


def credentials(site):
    """The application that sellers let in."""
    return {"app_key": APP_KEY, "app_secret": APP_SECRET}
