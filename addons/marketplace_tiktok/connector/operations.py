"""Operations that the connector calls: method and path with its version, as TikTok Shop publishes them."""

from ...marketplace.transport import Limit

OPERATIONS = {
    "authorization.shops": ("GET", "/authorization/202309/shops"),
    "orders.search": ("POST", "/order/202309/orders/search"),
    "orders.detail": ("GET", "/order/202507/orders"),
    "products.search": ("POST", "/product/202502/products/search"),
    "products.inventory": ("POST", "/product/202309/products/{product_id}/inventory/update"),
    "fbt.warehouses": ("GET", "/fbt/202408/warehouses"),
    "fbt.inventory": ("POST", "/fbt/202408/inventory/search"),
    "logistics.providers": ("GET", "/logistics/202309/delivery_options/{delivery_option_id}/shipping_providers"),
    "packages.split": ("POST", "/fulfillment/202309/orders/{order_id}/split"),
    "packages.create": ("POST", "/fulfillment/202512/packages"),
    "packages.combinable": ("GET", "/fulfillment/202309/combinable_packages/search"),
    "packages.combine": ("POST", "/fulfillment/202309/packages/combine"),
    "packages.slots": ("GET", "/fulfillment/202309/packages/{package_id}/handover_time_slots"),
    "packages.ship": ("POST", "/fulfillment/202309/packages/{package_id}/ship"),
    "packages.detail": ("GET", "/fulfillment/202309/packages/{package_id}"),
    "packages.documents": ("GET", "/fulfillment/202309/packages/{package_id}/shipping_documents"),
    "packages.mark_shipped": ("POST", "/fulfillment/202610/orders/{order_id}/packages"),
    "cancellations.create": ("POST", "/return_refund/202602/cancellations"),
    "cancellations.search": ("POST", "/return_refund/202602/cancellations/search"),
    "cancellations.approve": ("POST", "/return_refund/202309/cancellations/{cancel_id}/approve"),
    "cancellations.reject": ("POST", "/return_refund/202309/cancellations/{cancel_id}/reject"),
    "returns.search": ("POST", "/return_refund/202602/returns/search"),
    "returns.create": ("POST", "/return_refund/202602/returns"),
    "returns.approve": ("POST", "/return_refund/202309/returns/{return_id}/approve"),
    "returns.reject_reasons": ("GET", "/return_refund/202309/reject_reasons"),
    "finance.statements": ("GET", "/finance/202309/statements"),
    "finance.statement": ("GET", "/finance/202501/statements/{statement_id}/statement_transactions"),
    "finance.order": ("GET", "/finance/202501/orders/{order_id}/statement_transactions"),
    "finance.payments": ("GET", "/finance/202605/payments"),
    "finance.unsettled": ("GET", "/finance/202507/orders/unsettled"),
    "events.list": ("GET", "/event/202309/webhooks"),
    "events.update": ("PUT", "/event/202309/webhooks"),
}

# TikTok publishes no numbers with its documents; this pace stays far from what shops report to be refused.
LIMITS = dict.fromkeys(OPERATIONS, Limit(rate=10, burst=20))
