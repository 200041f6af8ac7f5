"""Orders, returns and items as Shopee sends them."""

import json
from datetime import datetime, timezone

NOW = 1_780_000_000
SHOP = "4711"


def item(number=1, quantity=1, price=20.0, **fields):
    """An item of an order."""
    return {
        "item_id": 1000 + number,
        "item_name": f"Thing {number}",
        "item_sku": f"SKU-{number}",
        "model_id": 2000 + number,
        "model_name": "Blue",
        "model_sku": f"SKU-{number}-BL",
        "model_quantity_purchased": quantity,
        "model_original_price": price,
        "model_discounted_price": price,
        "order_item_id": 1000 + number,
        "promotion_group_id": 0,
    } | fields


def order(number=1, items=None, status="READY_TO_SHIP", total=None, currency="SGD", **fields):
    """An order as Shopee sends it."""
    items = items or [item()]
    total = (
        sum(row["model_discounted_price"] * row["model_quantity_purchased"] for row in items)
        if total is None
        else total
    )
    package = {
        "package_number": f"OFG{number:06d}",
        "logistics_status": "LOGISTICS_READY",
        "shipping_carrier": "SPX Express",
        "item_list": [package_item(row) for row in items],
    }
    return {
        "order_sn": f"26052800{number:04d}",
        "region": "SG",
        "currency": currency,
        "cod": False,
        "total_amount": total,
        "order_status": status,
        "create_time": NOW - 90_000,
        "update_time": NOW - 3_600 + number,
        "ship_by_date": NOW + 86_400,
        "buyer_user_id": 9_193_000 + number,
        "buyer_username": "tom",
        "checkout_shipping_carrier": "Standard Delivery",
        "recipient_address": {
            "name": "T***n",
            "phone": "******64",
            "full_address": "Blk 1 ****",
            "town": "",
            "district": "",
            "city": "Singapore",
            "state": "",
            "region": "SG",
            "zipcode": "150106",
        },
        "fulfillment_flag": "fulfilled_by_local_seller",
        "item_list": items,
        "package_list": [package],
    } | fields


def package_item(row, quantity=None):
    """An item of a package."""
    names = ("item_id", "model_id", "order_item_id", "promotion_group_id")
    quantity = row["model_quantity_purchased"] if quantity is None else quantity
    return {name: row[name] for name in names} | {"model_quantity": quantity}


def escrow(received, income=None, paid=None, items=None):
    """Escrow detail of an order; prices of the items are subtotals."""
    rows = items or [
        {
            "item_id": row["item_id"],
            "model_id": row["model_id"],
            "quantity_purchased": row["model_quantity_purchased"],
            "original_price": row["model_discounted_price"] * row["model_quantity_purchased"],
            "discounted_price": row["model_discounted_price"] * row["model_quantity_purchased"],
        }
        for row in received["item_list"]
    ]
    return {
        "order_sn": received["order_sn"],
        "order_income": {"items": rows} | (income or {}),
        "buyer_payment_info": {"buyer_total_amount": received["total_amount"]} | (paid or {}),
    }


def exact(value):
    """As the client hands it on: fractions are text."""
    return json.loads(json.dumps(value), parse_float=str)


def filed(received, detail=None):
    """An order as it is filed."""
    return exact({"shop_id": SHOP, "order": received} | ({"escrow": detail} if detail else {}))


def return_(number=1, **fields):
    """A return as Shopee's detail states it."""
    return {
        "return_sn": f"26052900{number:04d}",
        "order_sn": f"26052800{number:04d}",
        "status": "REQUESTED",
        "reason": "PHYSICAL_DMG",
        "text_reason": "it is broken",
        "refund_amount": 20.0,
        "currency": "SGD",
        "create_time": NOW - 7_200,
        "update_time": NOW - 1_800 + number,
        "due_date": NOW + 86_400,
        "needs_logistics": True,
        "return_solution": 0,
        "tracking_number": "",
        "item": [{"item_id": 1001, "model_id": 2001, "amount": 1, "item_price": 20.0, "variation_sku": "SKU-1-BL"}],
    } | fields


def offer(item_id, models=(), **fields):
    """An item of the catalogue."""
    stock = {"summary_info": {"total_available_stock": 7}, "seller_stock": [{"location_id": "SGZ", "stock": 7}]}
    price = [{"currency": "SGD", "current_price": 20.5, "original_price": 22.0}]
    sold = {} if models else {"price_info": price, "stock_info_v2": stock}
    return {
        "item_id": item_id,
        "item_name": f"Thing {item_id}",
        "item_sku": f"SKU-{item_id}",
        "item_status": "NORMAL",
        "has_model": bool(models),
        "models": [
            {"model_id": number, "model_sku": f"SKU-{item_id}-{number}", "price_info": price, "stock_info_v2": stock}
            for number in models
        ],
    } | sold | fields  # fmt: skip


def at(seconds):
    """Aware UTC time, that many seconds from the tests' now."""
    return datetime.fromtimestamp(NOW + seconds, timezone.utc)
