"""Every query and mutation that we send. Source: Shopify's Admin GraphQL schema 2026-10."""

from dataclasses import dataclass

from .selections import (
    BAG,
    LINE_FIELDS,
    ORDER_PARTS,
    PAGE,
    REFUND_PARTS,
    RETURN_LINE_FIELDS,
    RETURN_PARTS,
    SHIPPING_FIELDS,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One operation.

    :param name: of the operation
    :param base: points of a call whatever its size
    :param each: points of each object of the page that ``first`` asks for, or of each of ``ids``
    :param repeatable: a repetition changes nothing: a query, or a mutation with an idempotency key
    """

    name: str
    text: str
    base: int
    each: int = 0
    repeatable: bool = True

    def cost(self, variables):
        """Most points that a call may be asked for, by the published rule: an object 1, a connection 2 and its
        objects, a mutation 10. What Shopify asks for in the end is less."""
        return self.base + self.each * variables.get("first", len(variables.get("ids", ())))


SHOP = Document(
    "Shop",
    """
query Shop { shop { name myshopifyDomain currencyCode shopAddress { countryCodeV2 } } }""",
    2,
)

LOCATIONS = Document(
    "Locations",
    f"""
query Locations($after: String) {{
  locations(first: 50, after: $after) {{ nodes {{ id name isActive isFulfillmentService }} {PAGE} }}
}}""",
    53,
)

ORDERS = Document(
    "Orders",
    f"""
query Orders($query: String!, $first: Int!, $after: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{ nodes {{ ...OrderParts }} {PAGE} }}
}}
{ORDER_PARTS}""",
    3,
    185,
)

ORDER = Document(
    "Order",
    f"""
query Order($id: ID!) {{ order(id: $id) {{ ...OrderParts }} }}
{ORDER_PARTS}""",
    185,
)

ORDER_LINES = Document(
    "OrderLines",
    f"""
query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ id lineItems(first: 30, after: $after) {{ nodes {{ {LINE_FIELDS} }} {PAGE} }} }}
}}""",
    634,
)

SHIPPING_LINES = Document(
    "ShippingLines",
    f"""
query ShippingLines($id: ID!, $after: String) {{
  order(id: $id) {{ id shippingLines(first: 20, after: $after) {{ nodes {{ {SHIPPING_FIELDS} }} {PAGE} }} }}
}}""",
    244,
)

FULFILMENTS = Document(
    "Fulfilments",
    f"""
query Fulfilments($id: ID!, $first: Int!) {{
  order(id: $id) {{
    id
    fulfillments(first: $first) {{
      id status displayStatus createdAt totalQuantity location {{ id name }} trackingInfo(first: 1) {{ company number }}
      fulfillmentLineItems(first: 10) {{ nodes {{ id quantity lineItem {{ id }} }} {PAGE} }}
    }}
  }}
}}""",
    1,
    26,
)

FULFILMENT_LINES = Document(
    "FulfilmentLines",
    f"""
query FulfilmentLines($id: ID!, $after: String) {{
  fulfillment(id: $id) {{
    id fulfillmentLineItems(first: 100, after: $after) {{ nodes {{ id quantity lineItem {{ id }} }} {PAGE} }}
  }}
}}""",
    204,
)

REFUNDS = Document(
    "Refunds",
    f"""
query Refunds($id: ID!, $first: Int!) {{
  order(id: $id) {{ id taxesIncluded refunds(first: $first) {{ {REFUND_PARTS} }} }}
}}""",
    1,
    228,
)

REFUND = Document(
    "Refund",
    f"""
query Refund($id: ID!) {{ refund(id: $id) {{ {REFUND_PARTS} order {{ id taxesIncluded }} }} }}""",
    229,
)

REFUND_IDS = Document(
    "RefundIds",
    """
query RefundIds($id: ID!) { order(id: $id) { id refunds(first: 250) { id return { id } } } }""",
    501,
)

REFUND_LINES = Document(
    "RefundLines",
    f"""
query RefundLines($id: ID!, $after: String) {{
  refund(id: $id) {{
    id
    refundLineItems(first: 100, after: $after) {{
      nodes {{ id quantity restockType lineItem {{ id sku }} subtotalSet {BAG} totalTaxSet {BAG} }} {PAGE}
    }}
  }}
}}""",
    804,
)

CHANGED_RETURNS = Document(
    "ChangedReturns",
    f"""
query ChangedReturns($query: String!, $first: Int!, $after: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ id updatedAt returns(first: 5) {{ nodes {{ id }} {PAGE} }} refunds(first: 5) {{ id return {{ id }} }} }}
    {PAGE}
  }}
}}""",
    3,
    19,
)

ORDER_RETURNS = Document(
    "OrderReturns",
    f"""
query OrderReturns($id: ID!, $after: String) {{
  order(id: $id) {{ id returns(first: 100, after: $after) {{ nodes {{ id }} {PAGE} }} }}
}}""",
    104,
)

RETURN = Document(
    "Return",
    f"""
query Return($id: ID!) {{
  return(id: $id) {{
    {RETURN_PARTS} order {{ id taxesIncluded }}
    refunds(first: 10) {{ nodes {{ id }} {PAGE} }}
  }}
}}""",
    372,
)

RETURN_LINES = Document(
    "ReturnLines",
    f"""
query ReturnLines($id: ID!, $after: String) {{
  return(id: $id) {{ id returnLineItems(first: 100, after: $after) {{ nodes {{ {RETURN_LINE_FIELDS} }} {PAGE} }} }}
}}""",
    404,
)

RETURN_REFUNDS = Document(
    "ReturnRefunds",
    f"""
query ReturnRefunds($id: ID!, $after: String) {{
  return(id: $id) {{ id refunds(first: 100, after: $after) {{ nodes {{ id }} {PAGE} }} }}
}}""",
    104,
)

VARIANTS = Document(
    "Variants",
    f"""
query Variants($first: Int!, $after: String) {{
  productVariants(first: $first, after: $after, sortKey: ID) {{
    nodes {{ id sku barcode price displayName inventoryQuantity product {{ status }} }} {PAGE}
  }}
}}""",
    3,
    2,
)

STOCK = Document(
    "Stock",
    f"""
query Stock($query: String!, $location: ID!, $first: Int!, $after: String) {{
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id sku
      inventoryItem {{
        id tracked
        inventoryLevel(locationId: $location) {{ id isActive quantities(names: ["available"]) {{ name quantity }} }}
      }}
    }} {PAGE}
  }}
}}""",
    3,
    4,
)

SET_QUANTITIES = Document(
    "SetQuantities",
    """
mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id } userErrors { code field message }
  }
}""",
    12,
)

FULFILMENT_ORDERS = Document(
    "FulfilmentOrders",
    f"""
query FulfilmentOrders($id: ID!, $after: String) {{
  order(id: $id) {{
    id cancelledAt
    fulfillmentOrders(first: 10, after: $after) {{
      nodes {{
        id status assignedLocation {{ location {{ id }} }} supportedActions {{ action }}
        lineItems(first: 25) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {PAGE} }}
      }} {PAGE}
    }}
  }}
}}""",
    574,
)

FULFILMENT_ORDER_LINES = Document(
    "FulfilmentOrderLines",
    f"""
query FulfilmentOrderLines($id: ID!, $after: String) {{
  fulfillmentOrder(id: $id) {{
    id lineItems(first: 100, after: $after) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {PAGE} }}
  }}
}}""",
    204,
)

FULFIL = Document(
    "Fulfil",
    """
mutation Fulfil($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id status } userErrors { field message }
  }
}""",
    12,
    repeatable=False,
)

CANCEL = Document(
    "Cancel",
    """
mutation Cancel($id: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $refund: OrderCancelRefundMethodInput,
    $note: String, $notify: Boolean) {
  orderCancel(orderId: $id, reason: $reason, restock: $restock, refundMethod: $refund, staffNote: $note,
      notifyCustomer: $notify) {
    job { id done } orderCancelUserErrors { code field message }
  }
}""",
    12,
    repeatable=False,
)

CANCELLATION = Document(
    "Cancellation",
    """
query Cancellation($id: ID!) { order(id: $id) { id cancelledAt cancellation { staffNote } } }""",
    2,
)

JOB = Document("Job", "query Job($id: ID!) { job(id: $id) { id done } }", 1)

REFUNDABLE = Document(
    "Refundable",
    f"""
query Refundable($id: ID!, $lines: [RefundLineItemInput!], $shipping: Money) {{
  order(id: $id) {{
    id totalPriceSet {BAG}
    refunds(first: 50) {{ id note }}
    fulfillmentOrders(first: 5) {{ nodes {{ id assignedLocation {{ location {{ id }} }} }} }}
    suggestedRefund(refundLineItems: $lines, shippingAmount: $shipping) {{
      amountSet {BAG}
      suggestedTransactions {{ gateway maximumRefundableSet {BAG} parentTransaction {{ id }} }}
    }}
  }}
}}""",
    80,
)

GIVE_REFUND = Document(
    "GiveRefund",
    """
mutation GiveRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id } userErrors { field message }
  }
}""",
    12,
)

PROCESS_RETURN = Document(
    "ProcessReturn",
    """
mutation ProcessReturn($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { id } userErrors { code field message } }
}""",
    12,
    repeatable=False,
)

SUBSCRIPTIONS = Document(
    "Subscriptions",
    f"""
query Subscriptions($after: String) {{
  webhookSubscriptions(first: 100, after: $after) {{ nodes {{ id topic uri }} {PAGE} }}
}}""",
    103,
)

SUBSCRIBE = Document(
    "Subscribe",
    """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id } userErrors { field message }
  }
}""",
    12,
    repeatable=False,
)

ORDER_COUNT = Document(
    "OrderCount", "query OrderCount($query: String!) { ordersCount(query: $query, limit: null) { count } }", 1
)

START_BULK = Document(
    "StartBulk",
    """
mutation StartBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status } userErrors { code field message }
  }
}""",
    12,
    repeatable=False,
)

BULK = Document(
    "Bulk",
    """
query Bulk($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount url } }""",
    1,
)
