"""What we read of each object, in GraphQL. Source: Shopify's Admin GraphQL schema 2026-10."""

BAG = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
TAXES = f"taxLines {{ title rate channelLiable priceSet {BAG} }}"
DISCOUNTS = f"discountAllocations {{ allocatedAmountSet {BAG} }}"
PAGE = "pageInfo { hasNextPage endCursor }"

LINE_FIELDS = f"""
  id name sku quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity requiresShipping isGiftCard
  variant {{ id }}
  originalTotalSet {BAG}
  {DISCOUNTS}
  {TAXES}
  duties {{ price {BAG} {TAXES} }}
"""
SHIPPING_FIELDS = f"id title code originalPriceSet {BAG} {DISCOUNTS} {TAXES}"
PLACE = "name company address1 address2 city province zip countryCodeV2 phone"
# Without connections, so that a bulk operation can ask for the same.
ORDER_FIELDS = f"""
  id name note createdAt processedAt updatedAt cancelledAt cancelReason test edited
  displayFinancialStatus displayFulfillmentStatus taxesIncluded dutiesIncluded currencyCode presentmentCurrencyCode
  email poNumber paymentGatewayNames
  totalPriceSet {BAG}
  totalTipReceivedSet {BAG}
  additionalFees {{ name price {BAG} {TAXES} }}
  customer {{ id displayName }}
  purchasingEntity {{
    __typename
    ... on PurchasingCompany {{ company {{ name }} location {{ name taxSettings {{ taxRegistrationId }} }} }}
  }}
  paymentTerms {{ paymentTermsName }}
  shippingAddress {{ {PLACE} }}
  risk {{ recommendation assessments {{ riskLevel provider {{ title }} }} }}
  fulfillments(first: 5) {{
    id status displayStatus createdAt totalQuantity location {{ id name }} trackingInfo(first: 1) {{ company number }}
  }}
"""
FULFILMENT_ORDER_FIELDS = """
  id status fulfillAt fulfillBy assignedLocation { name location { id } }
  deliveryMethod { methodType presentedName minDeliveryDateTime maxDeliveryDateTime }
"""
ORDER_PARTS = f"""
fragment OrderParts on Order {{
  {ORDER_FIELDS}
  lineItems(first: 5) {{ nodes {{ {LINE_FIELDS} }} {PAGE} }}
  shippingLines(first: 2) {{ nodes {{ {SHIPPING_FIELDS} }} {PAGE} }}
  fulfillmentOrders(first: 2) {{ nodes {{ {FULFILMENT_ORDER_FIELDS} }} }}
}}"""
REFUND_LINE_PAGE = f"""
  refundLineItems(first: 20) {{
    nodes {{ id quantity restockType lineItem {{ id sku }} subtotalSet {BAG} totalTaxSet {BAG} }} {PAGE}
  }}"""
REFUND_PARTS = f"""
  id createdAt updatedAt note return {{ id }} totalRefundedSet {BAG} {REFUND_LINE_PAGE}
  refundShippingLines(first: 3) {{ nodes {{ id subtotalAmountSet {BAG} taxAmountSet {BAG} }} }}
  orderAdjustments(first: 5) {{ nodes {{ id reason amountSet {BAG} taxAmountSet {BAG} }} }}
"""
RETURN_LINE_FIELDS = """
  __typename id quantity unprocessedQuantity refundedQuantity
  returnReasonNote customerNote returnReasonDefinition { handle name }
  ... on ReturnLineItem { fulfillmentLineItem { lineItem { id sku } } }
"""
RETURN_PARTS = f"""
  id name status createdAt closedAt requestApprovedAt decline {{ reason note }}
  returnLineItems(first: 20) {{ nodes {{ {RETURN_LINE_FIELDS} }} {PAGE} }}
  exchangeLineItems(first: 5) {{ nodes {{ id quantity variantSku }} }}
  reverseFulfillmentOrders(first: 3) {{
    nodes {{
      id
      lineItems(first: 20) {{
        nodes {{ id dispositions {{ type quantity }} fulfillmentLineItem {{ lineItem {{ id }} }} }}
      }}
      reverseDeliveries(first: 1) {{
        nodes {{
          id deliverable {{ ... on ReverseDeliveryShippingDeliverable {{ tracking {{ carrierName number }} }} }}
        }}
      }}
    }}
  }}
"""

#: The query of a bulk operation: connections are not paged there, and it has no variables.
BULK_ORDERS = f"""
{{
  orders(query: "%s", sortKey: UPDATED_AT) {{
    edges {{ node {{
      {ORDER_FIELDS}
      lineItems {{ edges {{ node {{ {LINE_FIELDS} }} }} }}
      shippingLines {{ edges {{ node {{ __typename {SHIPPING_FIELDS} }} }} }}
      fulfillmentOrders {{ edges {{ node {{ {FULFILMENT_ORDER_FIELDS} }} }} }}
    }} }}
  }}
}}"""
