"""Orders, returns and products as Lazada sends them."""

import json
from datetime import datetime, timedelta, timezone

NOW = 1_780_000_000
SHOP, SECOND_SHOP = "1001", "2001"


def at(seconds):
    """Aware UTC time, that many seconds from the tests' now."""
    return datetime.fromtimestamp(NOW + seconds, timezone.utc)


def local(seconds):
    """The same as Lazada writes it."""
    return (at(seconds) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S +0800")


def exact(value):
    """As the client hands it on: fractions are text."""
    return json.loads(json.dumps(value), parse_float=str)


def item(number=1, price=20.0, **fields):
    """One unit of an order."""
    return {
        "order_item_id": 900_000 + number,
        "order_id": 500_001,
        "sku": f"SKU-{number}",
        "shop_sku": f"{number}_SGAMZ-{number}",
        "sku_id": str(7000 + number),
        "name": f"Thing {number}",
        "variation": "Blue",
        "status": "pending",
        "currency": "SGD",
        "item_price": price,
        "paid_price": price,
        "voucher_seller": 0.0,
        "voucher_platform": 0.0,
        "wallet_credits": 0.0,
        "tax_amount": 0.0,
        "shipping_amount": 0.0,
        "package_id": "",
        "tracking_code": "",
        "shipment_provider": "",
        "buyer_id": "555",
        "is_fbl": "0",
        "delivery_option_sof": "0",
        "sla_time_stamp": "2026-05-30T12:00:00+08:00",
    } | fields


def order(number=1, items=None, **fields):
    """``(order, items)``; its price is that of its items, its voucher what is not paid of it."""
    items = items or [item()]
    order_id = 500_000 + number
    items = [row | {"order_id": order_id, "order_item_id": row["order_item_id"] + 1000 * number} for row in items]
    price = sum(row["item_price"] for row in items)
    received = {
        "order_id": order_id,
        "order_number": order_id,
        "created_at": local(-90_000),
        "updated_at": local(-3_600 + number),
        "price": f"{price:.2f}",
        "voucher": round(price - sum(row["paid_price"] for row in items), 2),
        "voucher_platform": sum(row["voucher_platform"] for row in items),
        "voucher_seller": sum(row["voucher_seller"] for row in items),
        "shipping_fee": round(sum(row["shipping_amount"] for row in items), 2),
        "payment_method": "MIXEDCARD",
        "statuses": sorted({row["status"] for row in items}),
        "items_count": len(items),
        "customer_first_name": "T***n",
        "customer_last_name": "",
        "gift_message": "",
        "address_shipping": {
            "first_name": "T******n",
            "last_name": "",
            "phone": "65******67",
            "address1": "B****1",
            "address3": "Singapore",
            "address4": "Bedok",
            "address5": "",
            "city": "Singapore",
            "country": "Singapore",
            "post_code": "150106",
        },
    } | fields
    return received, items


def filed(received):
    """An order as it is filed."""
    return exact({"shop_id": SHOP, "order": received[0], "items": received[1]})


def line_id(order_number, item_number=1):
    """Number of an item of an order."""
    return str(900_000 + item_number + 1000 * order_number)


def return_(number=1, kind="RETURN", status="REQUEST_INITIATE", amount=2000, **fields):
    """A return of one item; amounts are in cents."""
    line = {
        "reverse_order_line_id": 810_000 + number,
        "trade_order_line_id": int(line_id(number)),
        "reverse_status": status,
        "ofc_status": "",
        "refund_amount": amount,
        "item_unit_price": amount,
        "reason_text": "Damaged",
        "reason_code": 1,
        "return_order_line_gmt_create": NOW - 7_200,
        "return_order_line_gmt_modified": NOW - 1_800 + number,
        "seller_sku_id": "SKU-1",
        "tracking_number": "",
        "is_dispute": False,
    }
    return {
        "reverse_order_id": 800_000 + number,
        "trade_order_id": 500_000 + number,
        "request_type": kind,
        "is_rtm": True,
        "shipping_type": "PICK_UP",
        "reverse_order_lines": [line | fields],
    }


def product(number, skus=1, **fields):
    """A product with some SKUs."""
    return {
        "item_id": 30_000 + number,
        "status": "Active",
        "attributes": {"name": f"Thing {number}"},
        "skus": [
            {
                "SkuId": 7000 + number * 10 + position,
                "SellerSku": f"SKU-{number}" + (f"-{position}" if position else ""),
                "ShopSku": f"{number}_SGAMZ-{position}",
                "Status": "active",
                "price": 22.0,
                "special_price": 20.5,
                "Available": 7,
                "quantity": 9,
                "multiWarehouseInventories": [{"warehouseCode": "dropshipping", "sellableQuantity": 7}],
                "fblWarehouseInventories": [],
            }
            | fields
            for position in range(skus)
        ],
    }
