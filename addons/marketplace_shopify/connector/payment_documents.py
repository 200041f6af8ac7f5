"""Queries about the money of Shopify Payments. Source: Shopify's Admin GraphQL schema 2026-10."""

from .documents import Document
from .selections import PAGE

_MONEY = "{ amount currencyCode }"

PAYOUTS = Document(
    "Payouts",
    f"""
query Payouts($query: String!, $first: Int!, $after: String) {{
  shopifyPaymentsAccount {{
    payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT) {{
      nodes {{ id issuedAt status transactionType externalTraceId net {_MONEY} }} {PAGE}
    }}
  }}
}}""",
    4,
    2,
)

#: Without the payouts themselves, which are transactions of the type TRANSFER.
BALANCE_TRANSACTIONS = Document(
    "BalanceTransactions",
    f"""
query BalanceTransactions($query: String!, $first: Int!, $after: String) {{
  shopifyPaymentsAccount {{
    balanceTransactions(
      first: $first, after: $after, query: $query, sortKey: PROCESSED_AT, hideTransfers: true
    ) {{
      nodes {{
        id type transactionDate sourceType sourceId sourceOrderTransactionId adjustmentReason
        amount {_MONEY} fee {_MONEY} net {_MONEY} associatedOrder {{ id }} associatedPayout {{ id status }}
      }} {PAGE}
    }}
  }}
}}""",
    4,
    6,
)

#: What buyers paid or got back, in their own currency.
PAYMENTS = Document(
    "Payments",
    f"""
query Payments($ids: [ID!]!) {{
  nodes(ids: $ids) {{ __typename ... on OrderTransaction {{ id amountSet {{ presentmentMoney {_MONEY} }} }} }}
}}""",
    0,
    3,
)
