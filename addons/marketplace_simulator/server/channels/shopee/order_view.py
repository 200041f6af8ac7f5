"""Orders of the world as Shopee shows them: order detail and escrow detail."""

from decimal import Decimal

from ...world import money, money_book
from ...world.money import part
from .products import item_ids
from .replies import epoch, number

_PARCELS = {"planned": "LOGISTICS_READY", "arranged": "LOGISTICS_REQUEST_CREATED",
            "collected": "LOGISTICS_PICKUP_DONE"}

#: Kind of a fee in the world's book of money, and Shopee's field.
_FEES = {"commission": "commission_fee", "service_fee": "service_fee", "payment_fee": "seller_transaction_fee",
         "affiliate": "order_ams_commission_fee", "fulfilment": "fbs_fee"}


def status_of(order):
    """Return Shopee's word for the status of an order."""
    if order["status"] in ("unshipped", "partially_shipped"):
        if any(line["cancel_request"] for line in order["lines"]):
            return "IN_CANCEL"
        arranged = all(parcel["status"] != "planned" for parcel in order["parcels"])
        return "PROCESSED" if arranged else "READY_TO_SHIP"
    if any(entry["status"] in ("requested", "approved", "in_transit", "received") for entry in order["returns"]):
        return "TO_RETURN"
    return {"pending": "UNPAID", "shipped": "SHIPPED", "cancelled": "CANCELLED"}[order["status"]]


def detail(site, order):
    """Return an order detail."""
    status = status_of(order)
    paid = order["status"] != "pending"
    cancelled_by = next((line["cancelled_by"] for line in order["lines"] if line["cancelled_by"]), "")
    return {
        "order_sn": order["id"], "region": order["region"].partition("-")[2], "currency": order["currency"],
        "cod": order["payment"]["method"] == "cod", "order_status": status,
        **({"total_amount": number(money.order_total(order)), "pay_time": epoch(order["created"])} if paid else {}),
        "create_time": epoch(order["created"]), "update_time": epoch(order["updated"]), "days_to_ship": 2,
        "ship_by_date": epoch(order["ship_by"]), "message_to_seller": "", "note": "",
        "payment_method": "Cash on Delivery" if order["payment"]["method"] == "cod" else "Bank Transfer",
        "buyer_user_id": buyer_number(order), "buyer_username": order["buyer"]["key"].lower()[:12],
        "recipient_address": _address(order), "checkout_shipping_carrier": "Standard Delivery",
        "shipping_carrier": "Standard Delivery", "fulfillment_flag": "fulfilled_by_local_seller",
        "split_up": len(order["parcels"]) > 1, "can_partial_cancel_order": True, "can_full_cancel_order": True,
        "cancel_by": cancelled_by, "cancel_reason": "Out of Stock" if cancelled_by == "merchant" else "",
        "buyer_cancel_reason": next((line["cancel_request"] for line in order["lines"] if line["cancel_request"]), ""),
        "item_list": [_item(site, order, line) for line in order["lines"]],
        "package_list": [_package(site, order, parcel, status) for parcel in order["parcels"]],
    }


def buyer_number(order):
    """Return the user number of a buyer, the same for all his orders."""
    return int.from_bytes(order["buyer"]["key"].encode()[-6:], "big")


def _item(site, order, line):
    item_id, model_id = item_ids(site, order["region"], line["sku"])
    listing = site.world.listing(order["region"], line["sku"])
    quantity = line["quantity"] or 1
    unit = number((part(line, "item") / quantity).quantize(Decimal("0.01")))
    return {
        "item_id": item_id, "item_name": listing["model_title"], "item_sku": listing["model"], "model_id": model_id,
        "model_name": listing["option"], "model_sku": line["sku"], "order_item_id": item_id, "promotion_group_id": 0,
        "model_quantity_purchased": line["quantity"] + line["cancelled"], "cancelled_qty": line["cancelled"],
        "model_original_price": unit, "model_discounted_price": unit, "add_on_deal": False, "wholesale": False,
    }


def _package(site, order, parcel, status):
    logistics = _PARCELS[parcel["status"]]
    if order["status"] == "pending":
        logistics = "LOGISTICS_NOT_START"
    elif order["status"] == "cancelled":
        logistics = "LOGISTICS_INVALID"
    elif order["status"] == "shipped":
        logistics = "LOGISTICS_PICKUP_DONE"
    skus = {line["id"]: line["sku"] for line in order["lines"]}
    return {"package_number": f"OFG{parcel['id']}", "logistics_status": logistics, "logistics_channel_id": 18080,
            "shipping_carrier": "Standard Delivery",
            "item_list": [_package_item(site, order, skus[item["line"]], item["quantity"]) for item in parcel["items"]]}


def _package_item(site, order, sku, quantity):
    item_id, model_id = item_ids(site, order["region"], sku)
    return {"item_id": item_id, "model_id": model_id, "model_quantity": quantity, "order_item_id": item_id,
            "promotion_group_id": 0}


def _address(order):
    address = order["address"]
    street = " ".join(address[name] for name in ("line1", "line2") if address.get(name))
    shown = {"name": address["name"], "phone": address.get("phone") or "6591234567", "full_address": street}
    if order["masked"]:
        shown = {"name": f"{address['name'][0]}******", "phone": "******67", "full_address": f"{street[:3]}******"}
    return {**shown, "town": "", "district": "", "city": address["city"], "state": address["state"] or "",
            "region": address["country"], "zipcode": address["postcode"]}


def escrow(site, order):
    """Return the escrow detail of an order: before it is shipped without fees, which are not known yet."""
    shipping = money.order_part(order, "shipping")
    subsidy = money.order_part(order, "platform_shipping_discount")
    voucher, platform = money.order_part(order, "discount"), money.order_part(order, "platform_discount")
    shipping -= money.order_part(order, "shipping_discount") + subsidy
    goods = money.order_part(order, "item")
    fees = _fees(site.world, order)
    earned = goods - voucher + shipping + subsidy - sum(fees.values())
    return {
        "order_sn": order["id"], "buyer_user_name": order["buyer"]["key"].lower()[:12], "return_order_sn_list": [],
        "order_income": {
            "escrow_amount": number(earned), "original_cost_of_goods_sold": number(goods),
            "voucher_from_seller": number(voucher), "voucher_from_shopee": number(platform),
            "buyer_paid_shipping_fee": number(shipping), "shopee_shipping_rebate": number(subsidy),
            **{name: number(amount) for name, amount in fees.items()},
            "items": [_escrow_item(site, order, line) for line in order["lines"] if line["quantity"]],
        },
        "buyer_payment_info": {
            "buyer_total_amount": number(money.order_total(order)), "merchant_subtotal": number(goods),
            "shipping_fee": number(shipping), "seller_voucher": number(-voucher), "shopee_voucher": number(-platform),
            "shopee_coins_redeemed": 0,
        },
    }


def _fees(world, order):
    """Return ``{field: amount}`` of what was charged for an order that was shipped whole."""
    if order["status"] != "shipped":
        return {}
    fees = {}
    for booking in money_book.bookings(world, order=order["id"]):
        for line in booking["lines"] if booking["type"] == "sale" else ():
            if line["kind"] in _FEES:
                field = _FEES[line["kind"]]
                fees[field] = fees.get(field, Decimal(0)) - line["amount"]
    return fees


def _escrow_item(site, order, line):
    item_id, model_id = item_ids(site, order["region"], line["sku"])
    price = number(part(line, "item"))
    return {"item_id": item_id, "model_id": model_id, "model_sku": line["sku"], "quantity_purchased": line["quantity"],
            "original_price": price, "discounted_price": price, "seller_discount": 0, "shopee_discount": 0,
            "discount_from_coin": 0, "discount_from_voucher_seller": number(part(line, "discount")),
            "discount_from_voucher_shopee": number(part(line, "platform_discount"))}
