"""Files of the REST Admin API, which stated payouts before GraphQL did: read as if GraphQL had.

Source: Shopify's REST resources Payout (``{"payout": …}``) and Transactions (``{"transactions": […]}``), in one object.
"""

import re

from .fields import Node, gid

_TYPES = {
    "RESERVE": "RESERVED_FUNDS",
    "PAYOUT": "TRANSFER",
    "PAYOUT_FAILURE": "TRANSFER_FAILURE",
    "PAYOUT_CANCELLATION": "TRANSFER_CANCEL",
}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_rest(parts):
    """Whether an object is of the REST Admin API."""
    return isinstance(parts.get("transactions"), list)


def translate(parts):
    """The object as GraphQL would state it.

    :raise InvalidPayload: with the path of the field as REST names it
    """
    root = Node(parts)
    connection = {"nodes": [_transaction(item) for item in root.nodes("transactions")]}
    pages = [{"shopifyPaymentsAccount": {"balanceTransactions": connection}}]
    return {"payout": _payout(root.node("payout", required=True)), "balanceTransactions": pages}


def _payout(payout):
    day = payout.text("date", required=True)
    return {
        "id": _gid("ShopifyPaymentsPayout", payout, "id"),
        "issuedAt": f"{day}T00:00:00Z",
        "status": payout.text("status", required=True).upper(),
        "net": _amount(payout, "amount"),
    }


def _transaction(item):
    kind = _word(item.text("type", required=True))
    return {
        "id": _gid("ShopifyPaymentsBalanceTransaction", item, "id"),
        "type": _TYPES.get(kind, kind),
        "transactionDate": item.text("processed_at", required=True),
        "sourceType": _word(item.text("source_type")),
        "sourceId": item.ident("source_id"),
        "associatedOrder": {"id": _gid("Order", item, "source_order_id")} if item.ident("source_order_id") else None,
        "associatedPayout": {"id": _gid("ShopifyPaymentsPayout", item, "payout_id")},
        **{key: _amount(item, key) for key in ("amount", "fee", "net")},
    }


def _word(text):
    """``Payments::Balance::AdjustmentReversal`` is ``ADJUSTMENT_REVERSAL``."""
    return _HUMP.sub("_", text.rpartition("::")[2]).upper()


def _gid(kind, node, key):
    return gid(kind, node.ident(key, required=True))


def _amount(node, key):
    money = node.money(key, node.text("currency", required=True), required=True)
    return {"amount": money.text, "currencyCode": money.currency}
