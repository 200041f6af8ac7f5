"""Rate limits. eBay counts calls per application, API and day; quotas differ by application and are asked for.

The numbers below are far above what one process reaches: they let all processes that use the account share a refusal.
Public keys of notifications are the exception: whoever sends us invented key ids must not use up our calls.
"""

from datetime import datetime, timezone

from ...marketplace.contract import ConnectorError
from ...marketplace.transport import Limit
from .fields import Node

RATE_LIMIT_PATH = "/developer/analytics/v1_beta/rate_limit/"
_SHARED = Limit(100.0, 200)
LIMITS = {
    **dict.fromkeys(
        (
            "fulfillment.getOrders",
            "fulfillment.getOrder",
            "fulfillment.getShippingFulfillments",
            "fulfillment.createShippingFulfillment",
            "fulfillment.issueRefund",
            "finances.getPayouts",
            "finances.getTransactions",
            "inventory.getInventoryItems",
            "inventory.bulkGetInventoryItem",
            "inventory.getOffers",
            "inventory.bulkUpdatePriceQuantity",
            "postOrder.searchCancellations",
            "postOrder.createCancellation",
            "postOrder.approveCancellation",
            "postOrder.rejectCancellation",
            "postOrder.searchReturns",
            "postOrder.getReturn",
            "postOrder.issueReturnRefund",
            "identity.getUser",
            "keyManagement.createSigningKey",
            "notification.getTopics",
            "notification.getDestinations",
            "notification.createDestination",
            "notification.updateDestination",
            "notification.getSubscriptions",
            "notification.createSubscription",
            "notification.updateSubscription",
            "notification.enableSubscription",
            "notification.updateConfig",
        ),
        _SHARED,
    ),
    "notification.getPublicKey": Limit(0.1, 10),
}
_CONTEXTS = {
    "fulfillment": "sell",
    "finances": "sell",
    "inventory": "sell",
    "notification": "commerce",
    "identity": "commerce",
}


def seconds_until_reset(api, operation):
    """When a used-up quota begins anew, in seconds; ``None`` where eBay does not say.

    Source: ``developer_analytics_v1_beta_oas3.json``, getRateLimits.
    """
    name = operation.partition(".")[0]
    if name not in _CONTEXTS:
        return None
    query = {"api_context": _CONTEXTS[name], "api_name": name}
    try:
        body = api.call("analytics.getRateLimits", "GET", RATE_LIMIT_PATH, query=query, auth=api.application).body
        resets = [rate.time("reset", required=True) for rate in _rates(body) if rate.count("remaining") == 0]
    except ConnectorError:
        return None  # the refusal itself is what the caller must hear of
    now = datetime.fromtimestamp(api.client.clock(), timezone.utc)
    return max(((reset - now).total_seconds() for reset in resets), default=None)


def _rates(body):
    if body is None:
        return
    for limit in Node(body).nodes("rateLimits"):
        for resource in limit.nodes("resources"):
            yield from resource.nodes("rates")
