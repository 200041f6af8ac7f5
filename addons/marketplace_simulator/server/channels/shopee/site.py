"""Operations of the Open Platform and what they have in common."""

import hashlib
import hmac
import uuid
from wsgiref.handlers import format_date_time

from ...http import ApiError, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import access, logistics, orders, payments, products, returns, shop
from .replies import epoch


def _detailed_orders(body):
    response = body.get("response")
    entries = response.get("order_list", []) if isinstance(response, dict) else []
    return [entry for entry in entries if "item_list" in entry]


def _get(name, path, handler, access="seller"):
    return Operation(name, "GET", f"/api/v2/{path}", handler, 0, 0, access)


def _post(name, path, handler, access="seller"):
    return Operation(name, "POST", f"/api/v2/{path}", handler, 0, 0, access)


class ShopeeSite(ChannelSite):
    """The protocol. The documents publish no rates: only the fault ``throttle`` plays the refusal."""

    operations = (
        _get("authPartner", "shop/auth_partner", access.auth_partner, "open"),
        _post("getToken", "auth/token/get", access.get_token, "open"),
        _post("refreshToken", "auth/access_token/get", access.refresh_token, "open"),
        _get("getPushConfig", "push/get_app_push_config", shop.get_push_config, "open"),
        _post("setPushConfig", "push/set_app_push_config", shop.set_push_config, "open"),
        _get("getShopInfo", "shop/get_shop_info", shop.get_shop_info),
        _get("getOrderList", "order/get_order_list", orders.get_order_list),
        _get("getOrderDetail", "order/get_order_detail", orders.get_order_detail),
        _post("getEscrowDetails", "payment/get_escrow_detail_batch", orders.get_escrow_details),
        _get("getPayoutInfo", "payment/get_payout_info", payments.get_payout_info),
        _post("getBillingTransactions", "payment/get_billing_transaction_info", payments.get_billing_transaction_info),
        _get("getIncomeDetail", "payment/get_income_detail", payments.get_income_detail),
        _post("cancelOrder", "order/cancel_order", orders.cancel_order),
        _post("handleBuyerCancellation", "order/handle_buyer_cancellation", orders.handle_buyer_cancellation),
        _post("splitOrder", "order/split_order", logistics.split_order),
        _post("unsplitOrder", "order/unsplit_order", logistics.unsplit_order),
        _get("getShippingParameter", "logistics/get_shipping_parameter", logistics.get_shipping_parameter),
        _post("shipOrder", "logistics/ship_order", logistics.ship_order),
        _get("getTrackingNumber", "logistics/get_tracking_number", logistics.get_tracking_number),
        _post("getDocumentParameter", "logistics/get_shipping_document_parameter", logistics.get_document_parameter),
        _post("createDocument", "logistics/create_shipping_document", logistics.create_document),
        _post("getDocumentResult", "logistics/get_shipping_document_result", logistics.get_document_result),
        _post("downloadDocument", "logistics/download_shipping_document", logistics.download_document),
        _get("getItemList", "product/get_item_list", products.get_item_list),
        _get("getItemBaseInfo", "product/get_item_base_info", products.get_item_base_info),
        _get("getModelList", "product/get_model_list", products.get_model_list),
        _post("updateStock", "product/update_stock", products.update_stock),
        _get("getReturnList", "returns/get_return_list", returns.get_return_list),
        _get("getReturnDetail", "returns/get_return_detail", returns.get_return_detail),
        _post("confirmReturn", "returns/confirm", returns.confirm),
    )
    spoilable = Spoilable(_detailed_orders, ("order_sn", "create_time", "update_time", "item_list"), ("item_list",),
                          ("currency",), ("region",), ("model_sku",), ("model_quantity_purchased",))

    def authorise(self, call):
        """Check signature, token and shop."""
        access.authorise(call)

    def headers(self, call):
        """The platform's time, by which clients set theirs."""
        return {"Date": format_date_time(self.world.clock.now().timestamp())}

    def render_error(self, call, error):
        """Errors in the body."""
        return access.error_answer(error, uuid.uuid4().hex)

    def denied(self):
        """A token that is none or was revoked."""
        return ApiError(403, "invalid_acceess_token", "Invalid access_token, please have a check.")

    expired = denied

    def throttled(self, call):
        """The platform does not say for how long."""
        return ApiError(429, "error_rate_limit", "Too many requests. You have reached the rate limit.")

    def failed(self):
        """An outage, stated with HTTP 500."""
        return ApiError(500, "error_server", "Something wrong. Please try later.")

    def unavailable(self):
        """An outage."""
        return ApiError(503, "error_network", "Inner http call failed")

    def refused(self, refusal):
        """What the state of an order or return does not allow."""
        return ApiError(400, "error_param", str(refusal))

    # --- pushes ---

    def webhook_messages(self, order, happened):
        """Order status pushes, tracking number pushes and return pushes."""
        shop_id = access.shop_ids(self)[order["region"]]
        envelope = {"shop_id": shop_id, "timestamp": epoch(order["updated"])}
        if happened.startswith("return"):
            data = {"order_sn": order["id"], "return_sn": order["returns"][-1]["id"]}
            return [("29", {**envelope, "code": 29, "data": data})]
        data = {"ordersn": order["id"], "status": orders.status_of(order), "update_time": epoch(order["updated"]),
                "completed_scenario": "", "items": []}
        messages = [("3", {**envelope, "code": 3, "data": data})]
        if happened == "arranged":
            parcel = next(parcel for parcel in reversed(order["parcels"]) if parcel["tracking"])
            data = {"ordersn": order["id"], "package_number": parcel["id"], "tracking_no": parcel["tracking"]}
            messages.append(("4", {**envelope, "code": 4, "data": data}))
        return messages

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """The signature of address and raw body."""
        base = registration["url"].encode() + b"|" + raw
        return {"Authorization": hmac.new(access.PARTNER_KEY.encode(), base, hashlib.sha256).hexdigest()}
