"""Operations of the Open Platform and what they have in common."""

import hashlib
import hmac
import uuid
from wsgiref.handlers import format_date_time

from ...http import ApiError, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import access, finance, fulfilment, orders, products, returns, units
from .replies import epoch, reply


def _orders_and_items(body):
    """What can be hurt: listed orders, or single items."""
    data = body.get("data")
    if isinstance(data, list):
        return [item for entry in data for item in entry.get("order_items", [])]
    return data.get("orders", []) if isinstance(data, dict) else []


def _operation(name, methods, path, handler):
    """An operation below the country's address; the platform takes some of them as GET and as POST."""
    return [Operation(f"{name}{'ByPost' if method == 'POST' and len(methods) > 1 else ''}", method,
                      f"/{{country}}/rest{path}", handler, 0, 0) for method in methods]


def get_seller(call):
    """The seller in a country."""
    region = call.region.partition("-")[2]
    return reply(data={"name": f"Crossborder {region}", "seller_id": access.seller_ids(call.site)[call.region],
                       "name_company": "Crossborder", "status": "ACTIVE", "verified": True, "cb": False})


def set_push_address(call):
    """Enter the address of the messages, as a person does in the App Console; it is no operation of the platform."""
    return call.site.webhooks.register(call.body()["url"])


class LazadaSite(ChannelSite):
    """The protocol. The documents publish no rates: only the fault ``throttle`` plays the refusal."""

    operations = (
        Operation("authorizePage", "GET", "/oauth/authorize", access.authorize_page, 0, 0, "open"),
        Operation("createToken", "POST", "/rest/auth/token/create", access.create_token, 0, 0, "open"),
        Operation("refreshToken", "POST", "/rest/auth/token/refresh", access.refresh_token, 0, 0, "open"),
        Operation("setPushAddress", "POST", "/console/push", set_push_address, 0, 0, "open"),
        *_operation("getSeller", ("GET",), "/seller/get", get_seller),
        *_operation("getOrders", ("GET",), "/orders/get", orders.get_orders),
        *_operation("getOrder", ("GET",), "/order/get", orders.get_order),
        *_operation("getItems", ("GET",), "/orders/items/get", orders.get_items),
        *_operation("validateCancel", ("GET",), "/order/reverse/cancel/validate", orders.validate_cancel),
        *_operation("createCancel", ("GET",), "/order/reverse/cancel/create", orders.create_cancel),
        *_operation("decideCancel", ("GET",), "/order/reverse/cancel/seller/decide", orders.decide_cancel),
        *_operation("getProviders", ("GET", "POST"), "/order/shipment/providers/get", fulfilment.get_providers),
        *_operation("pack", ("POST",), "/order/fulfill/pack", fulfilment.pack),
        *_operation("readyToShip", ("POST",), "/order/package/rts", fulfilment.ready_to_ship),
        *_operation("getDocument", ("GET", "POST"), "/order/package/document/get", fulfilment.get_document),
        *_operation("getProducts", ("GET",), "/products/get", products.get_products),
        *_operation("updateStock", ("GET", "POST"), "/product/stock/sellable/update", products.update_stock),
        *_operation("getReturns", ("GET", "POST"), "/reverse/getreverseordersforseller", returns.get_returns),
        *_operation("updateReturn", ("GET",), "/order/reverse/return/update", returns.update_return),
        *_operation("getPayouts", ("GET",), "/finance/payout/status/get", finance.get_payouts),
        *_operation("getTransactions", ("GET",), "/finance/transaction/details/get", finance.get_transactions),
        *_operation("decideRefund", ("GET",), "/order/reverse/onlyrefund/seller/decide", returns.update_return),
    )
    spoilable = Spoilable(_orders_and_items, ("order_id", "created_at", "updated_at"), ("created_at",),
                          ("currency",), ("country",), ("sku",), ("price", "item_price"))

    def authorise(self, call):
        """Check signature and token; the country is in the address."""
        access.authorise(call)

    def headers(self, call):
        """The platform's time, by which clients set theirs."""
        return {"Date": format_date_time(self.world.clock.now().timestamp())}

    def render_error(self, call, error):
        """Errors in the body."""
        return access.error_answer(error, uuid.uuid4().hex)

    def denied(self):
        """A token that is none or was revoked."""
        return ApiError(401, "IllegalAccessToken", "The specified access token is invalid or expired")

    expired = denied

    def throttled(self, call):
        """A ban of a second."""
        return ApiError(429, "ApiCallLimit", "Access denied: This ban will last 1 more seconds")

    def failed(self):
        """An outage, stated with HTTP 500."""
        return ApiError(500, "InternalError", "Internal Application Error")

    def unavailable(self):
        """An outage."""
        return ApiError(503, "ServiceUnavailable", "The service is unavailable")

    def refused(self, refusal):
        """What the state of an order or return does not allow."""
        return ApiError(400, "114", f"E0114: {refusal}")

    # --- messages ---

    def webhook_messages(self, order, happened):
        """Trade order messages, and reverse order messages for returns."""
        seller_id = access.seller_ids(self)[order["region"]]
        site = order["region"].replace("-", "_").lower()
        moment = epoch(order["updated"])
        envelope = {"seller_id": str(seller_id), "timestamp": moment, "site": site}
        data = {"trade_order_id": order["id"], "status_update_time": moment // 1000}
        if happened.startswith("return"):
            entry = order["returns"][-1]
            data |= {"reverse_order_id": int(entry["id"]), "reverse_status": returns.STATUSES[entry["status"]],
                     "seller_id": seller_id}
            return [("10", {**envelope, "message_type": 10, "data": data})]
        first = units.of_order(self, order)[0]
        data |= {"order_status": first.status, "trade_order_line_id": str(first.number)}
        return [("0", {**envelope, "message_type": 0, "data": data})]

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """The signature of app key and raw body."""
        key, base = access.APP_SECRET.encode(), access.APP_KEY.encode() + raw
        return {"Authorization": hmac.new(key, base, hashlib.sha256).hexdigest()}
