"""eBay's hosts under one address: api, apiz and auth."""

from ...http import Answer, ApiError, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import access, after_sale, finances, inventory, notifications, orders

FULFILMENT, INVENTORY, POST_ORDER = "/sell/fulfillment/v1", "/sell/inventory/v1", "/post-order/v2"
NOTIFICATION, FINANCES = "/commerce/notification/v1", "/sell/finances/v1"
#: eBay counts by the day: calls per second and the quota of a day.
SELL, STOCK, AFTER, NOTICE = (1.2, 100_000), (23.2, 2_000_000), (0.6, 50_000), (0.12, 10_000)


def rate_limits(call):
    """Quotas; none is used up by the calls of one day here."""
    rate = {"limit": SELL[1], "remaining": SELL[1] - 1, "reset": "2100-01-01T00:00:00.000Z", "timeWindow": 86_400}
    limit = {"apiContext": call.text("api_context", "sell"), "apiName": call.text("api_name", "fulfillment"),
             "apiVersion": "v1", "resources": [{"name": "sell", "rates": [rate]}]}
    return {"rateLimits": [limit]}


class EbaySite(ChannelSite):
    """The protocols of eBay. Operations with the access ``grantless`` also take the application's token."""

    operations = (
        Operation("authorize", "GET", "/oauth2/authorize", access.authorize, 0, 0, "open"),
        Operation("token", "POST", "/identity/v1/oauth2/token", access.token, 0, 0, "open"),
        Operation("getUser", "GET", "/commerce/identity/v1/user/", access.get_user, *SELL),
        Operation("createSigningKey", "POST", "/developer/key_management/v1/signing_key", access.create_signing_key,
                  *NOTICE, "grantless"),
        Operation("getRateLimits", "GET", "/developer/analytics/v1_beta/rate_limit/", rate_limits, *NOTICE,
                  "grantless"),
        Operation("getOrders", "GET", f"{FULFILMENT}/order", orders.get_orders, *SELL),
        Operation("getOrder", "GET", f"{FULFILMENT}/order/{{order}}", orders.get_order, *SELL),
        Operation("getShippingFulfillments", "GET", f"{FULFILMENT}/order/{{order}}/shipping_fulfillment",
                  orders.get_fulfilments, *SELL),
        Operation("createShippingFulfillment", "POST", f"{FULFILMENT}/order/{{order}}/shipping_fulfillment",
                  orders.create_fulfilment, *SELL),
        Operation("issueRefund", "POST", f"{FULFILMENT}/order/{{order}}/issue_refund", orders.issue_refund, *SELL),
        Operation("getPayouts", "GET", f"{FINANCES}/payout", finances.get_payouts, *SELL),
        Operation("getTransactions", "GET", f"{FINANCES}/transaction", finances.get_transactions, *SELL),
        Operation("getInventoryItems", "GET", f"{INVENTORY}/inventory_item", inventory.get_items, *STOCK),
        Operation("bulkGetInventoryItem", "POST", f"{INVENTORY}/bulk_get_inventory_item", inventory.get_some_items,
                  *STOCK),
        Operation("getOffers", "GET", f"{INVENTORY}/offer", inventory.get_offers, *STOCK),
        Operation("bulkUpdatePriceQuantity", "POST", f"{INVENTORY}/bulk_update_price_quantity",
                  inventory.update_quantities, *STOCK),
        Operation("searchCancellations", "GET", f"{POST_ORDER}/cancellation/search", after_sale.search_cancellations,
                  *AFTER),
        Operation("createCancellation", "POST", f"{POST_ORDER}/cancellation", after_sale.create_cancellation, *AFTER),
        Operation("approveCancellation", "POST", f"{POST_ORDER}/cancellation/{{cancellation}}/approve",
                  after_sale.approve_cancellation, *AFTER),
        Operation("rejectCancellation", "POST", f"{POST_ORDER}/cancellation/{{cancellation}}/reject",
                  after_sale.reject_cancellation, *AFTER),
        Operation("searchReturns", "GET", f"{POST_ORDER}/return/search", after_sale.search_returns, *AFTER),
        Operation("getReturn", "GET", f"{POST_ORDER}/return/{{return}}", after_sale.get_return, *AFTER),
        Operation("issueReturnRefund", "POST", f"{POST_ORDER}/return/{{return}}/issue_refund", after_sale.refund_return,
                  *AFTER),
        Operation("getPublicKey", "GET", f"{NOTIFICATION}/public_key/{{key}}", notifications.get_public_key, *NOTICE,
                  "grantless"),
        Operation("getTopics", "GET", f"{NOTIFICATION}/topic", notifications.get_topics, *NOTICE, "grantless"),
        Operation("updateConfig", "PUT", f"{NOTIFICATION}/config", notifications.update_config, *NOTICE, "grantless"),
        Operation("getDestinations", "GET", f"{NOTIFICATION}/destination", notifications.get_destinations, *NOTICE,
                  "grantless"),
        Operation("createDestination", "POST", f"{NOTIFICATION}/destination", notifications.create_destination, *NOTICE,
                  "grantless"),
        Operation("updateDestination", "PUT", f"{NOTIFICATION}/destination/{{key}}", notifications.update_destination,
                  *NOTICE, "grantless"),
        Operation("getSubscriptions", "GET", f"{NOTIFICATION}/subscription", notifications.get_subscriptions, *NOTICE,
                  "grantless"),
        Operation("createSubscription", "POST", f"{NOTIFICATION}/subscription", notifications.create_subscription,
                  *NOTICE, "grantless"),
        Operation("updateSubscription", "PUT", f"{NOTIFICATION}/subscription/{{key}}",
                  notifications.update_subscription, *NOTICE, "grantless"),
        Operation("enableSubscription", "POST", f"{NOTIFICATION}/subscription/{{key}}/enable",
                  notifications.enable_subscription, *NOTICE, "grantless"),
    )
    spoilable = Spoilable(
        lambda body: body.get("orders", []) if isinstance(body, dict) else [],
        ("orderId", "lastModifiedDate", "lineItems", "pricingSummary", "orderFulfillmentStatus"), ("lineItems",),
        ("currency", "convertedFromCurrency"), ("countryCode",))

    def authorise(self, call):
        """A token of the seller, or of the application where that is enough."""
        call.claims = access.claims_of(call)
        if call.claims["subject"] == access.SELLER:
            call.region = self.regions[0]

    def render_error(self, call, error):
        """The error objects of the Sell APIs; the token service and the Post-Order API have others."""
        path = call.request.path
        if path.endswith(("/oauth2/token", "/oauth2/authorize")):
            return Answer(error.status, {"error": error.code, "error_description": error.message})
        number = int(error.code) if error.code.isdigit() else {404: 2002, 405: 2003}.get(error.status, 2004)
        entry = {"errorId": number, "domain": "ACCESS" if error.status in (401, 403) else "API",
                 "category": "APPLICATION" if error.status >= 500 else "REQUEST", "message": error.message,
                 "longMessage": error.message}
        return Answer(error.status, {"error" if "/post-order/" in path else "errors": [entry]})

    def denied(self):
        """A token that is none."""
        return ApiError(401, "1001", "Invalid access token. Check the value of the Authorization HTTP request header.")

    def expired(self):
        """A token that has ended: eBay's words are the same."""
        return ApiError(401, "1001", "Invalid access token. The token has expired.")

    def throttled(self, call):
        """eBay does not say for how long."""
        return ApiError(429, "2001", "The request limit has been reached for the resource.")

    def failed(self):
        """Something broke."""
        return ApiError(500, "30500", "System error.")

    def unavailable(self):
        """Nobody is there."""
        return ApiError(503, "30500", "The service is temporarily unavailable.")

    def refused(self, refusal):
        """The order does not allow it."""
        return ApiError(409, "32210", str(refusal))

    def webhook_messages(self, order, happened):
        """What eBay tells about the change."""
        return notifications.messages(order, happened)

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """The signature."""
        return notifications.sign(raw)
