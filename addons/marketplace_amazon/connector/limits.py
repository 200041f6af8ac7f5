"""Rate limits of the operations that the connector calls: calls per second and burst, from Amazon's API models.

They hold per seller and application. Answers state the rate really granted in ``x-amzn-RateLimit-Limit``; the
transport then uses that one.
"""

from ...marketplace.transport import Limit

LIMITS = {
    "sellers.getMarketplaceParticipations": Limit(0.016, 15),
    "orders.searchOrders": Limit(0.0056, 20),
    "orders.getOrder": Limit(0.5, 30),
    "orders.confirmShipment": Limit(2, 10),
    "ordersV0.getOrders": Limit(0.0167, 20),
    "ordersV0.getOrder": Limit(0.5, 30),
    "ordersV0.getOrderItems": Limit(0.5, 30),
    "tokens.createRestrictedDataToken": Limit(1, 10),
    "listings.searchListingsItems": Limit(5, 5),
    "listings.getListingsItem": Limit(5, 10),
    "listings.patchListingsItem": Limit(5, 5),
    "feeds.createFeedDocument": Limit(0.5, 15),
    "feeds.createFeed": Limit(0.0083, 15),
    "feeds.getFeed": Limit(2, 15),
    "feeds.getFeedDocument": Limit(0.0222, 10),
    "reports.createReport": Limit(0.0167, 15),
    "reports.getReports": Limit(0.0222, 10),
    "reports.getReport": Limit(2, 15),
    "reports.getReportDocument": Limit(0.0167, 15),
    "finances.listTransactions": Limit(0.5, 10),
    "fbaInventory.getInventorySummaries": Limit(2, 2),
    "notifications.getDestinations": Limit(1, 5),
    "notifications.createDestination": Limit(1, 5),
    "notifications.getSubscription": Limit(1, 5),
    "notifications.createSubscription": Limit(1, 5),
}
RATE_HEADER = "x-amzn-RateLimit-Limit"
