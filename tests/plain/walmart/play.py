"""Parcels, cancellations, returns and answers to play with."""

import hashlib
import hmac
from datetime import datetime, timezone
from decimal import Decimal

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Money,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_walmart.connector import HEADER
from tests.plain.fake_http import answer
from tests.plain.walmart.walmart import (
    CREDENTIALS,
    NOW,
    SHOP,
    one,
    order,
)

ORDER = order(1)["purchaseOrderId"]


def serve(*lines, **fields):
    return lambda *_args: one(order(1, list(lines), **fields))


def taken(_query, _body, *_ids):
    return one(order(1))


def shipment(*lines, carrier="UPS", tracking="1Z1", number=1, service="", **fields):
    return Shipment(
        reference=fields.pop("reference", f"OUT/{number}"),
        shop_id=SHOP,
        order_id=order(number)["purchaseOrderId"],
        carrier_code="",
        carrier_name=carrier,
        tracking=tracking,
        shipped_at=datetime.fromtimestamp(NOW, timezone.utc),
        lines=tuple(ShipmentLine(str(number), units) for number, units in lines or [(1, 1)]),
        service=service,
        **fields,
    )


def cancellation(*lines, **fields):
    units = tuple(ShipmentLine(str(number), quantity) for number, quantity in lines)
    base = {"reference": "C1", "shop_id": SHOP, "order_id": ORDER, "reason": CancelReason.PRICE, "lines": units}
    return Cancellation(**{**base, **fields})


def received(number=1, **fields):
    money = {"currencyAmount": 10.83, "currencyUnit": "USD"}
    known = {
        "returnOrderLineNumber": 1,
        "purchaseOrderId": ORDER,
        "purchaseOrderLineNumber": 1,
        "returnReason": "DEFECTIVE",
        "item": {"sku": "SKU-1"},
        "chargeTotals": [{"name": "lineTotal", "value": money}],
        "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1},
        "refundedQty": 0,
        "returnExpectedFlag": True,
        "status": "INITIATED",
        "statusTime": "2026-05-20T10:00:00.000Z",
        **fields,
    }
    return {
        "returnOrderId": f"10373804890981882{number}",
        "customerOrderId": "4021604321821",
        "returnOrderDate": "2026-05-19T10:00:00.000Z",
        "totalRefundAmount": money,
        "returnOrderLines": [known],
    }


def returns(*entries, cursor=""):
    meta = {"totalCount": len(entries), "limit": 200, "nextCursor": cursor}
    return answer({"meta": meta, "returnOrders": list(entries)})


def refund(value="10.83", **fields):
    known = RefundLine("1", 1, Money(Decimal(value), "USD", value))
    base = {"reference": "R1", "shop_id": SHOP, "order_id": ORDER, "lines": (known,), "reason": "DamagedItem"}
    return Refund(**{**base, **fields})


def level_answer(sku, quantity):
    return answer({"sku": sku, "quantity": {"unit": "EACH", "amount": quantity}})


MANY = [StockLevel(f"SKU-{number}", number) for number in range(60)]


def wfs(*skus):
    entries = [
        {
            "itemInformation": {"sku": sku, "gtin": "00000000000017", "itemID": "5"},
            "inventoryData": {
                "availableUnits": 4,
                "reservedUnits": 1,
                "inboundUnits": 2,
                "unavailableUnits": {"inventoryReviewUnits": 3, "inventoryMovementUnits": 2},
            },
        }
        for sku in skus
    ]
    headers = {"totalCount": len(entries), "limit": 300, "offset": 0}
    return lambda *_args: answer({"headers": headers, "payload": {"inventory": entries}})


def item(sku, price=9.99):
    return {
        "sku": sku,
        "productName": "Teapot",
        "wpid": "389C",
        "gtin": "00012345678905",
        "price": {"currency": "USD", "amount": price},
        "publishedStatus": "PUBLISHED",
        "lifecycleStatus": "ACTIVE",
    }


TYPES = {"eventTypes": [
    {"eventType": name, "resourceName": resource, "eventVersion": "V1"}
    for name, resource in (("PO_CREATED", "ORDER"), ("INTENT_TO_CANCEL", "ORDER"), ("BUY_BOX_CHANGED", "PRICE"))
]}  # fmt: skip


def hook(body, signature=None):
    written = signature or hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest("POST", "https://shop.example/hook", {HEADER.lower(): written}, {}, body, NOW)
