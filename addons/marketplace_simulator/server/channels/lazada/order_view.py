"""Orders of the world as Lazada shows them: the order, and its items."""

from decimal import Decimal

from ...clock import from_text
from . import units
from .products import numbers_of
from .replies import LOCAL, local, number

_COUNTRIES = {"SG": "Singapore", "MY": "Malaysia", "TH": "Thailand", "VN": "Vietnam"}
#: What a cancellation by the buyer is known by, before the seller has answered.
REVERSE = 800_000_000_000_000


def view(site, order):
    """Return an order as it is listed."""
    found = units.of_order(site, order)
    active = [unit for unit in found if unit.status != "canceled"]
    seller, platform = (_sum(active, name) for name in ("discount", "platform_discount"))
    subsidy, own = (_sum(active, name) for name in ("platform_shipping_discount", "shipping_discount"))
    shipping = _sum(active, "shipping")
    asking = any(line["cancel_request"] for line in order["lines"])
    return {
        "order_id": int(order["id"]), "order_number": int(order["id"]), "created_at": local(order["created"]),
        "updated_at": local(order["updated"]), "price": f"{_sum(active, 'item'):.2f}",
        "voucher": number(seller + platform), "voucher_seller": number(seller), "voucher_platform": number(platform),
        "shipping_fee": number(shipping - subsidy - own), "shipping_fee_original": number(shipping),
        "shipping_fee_discount_platform": number(subsidy), "shipping_fee_discount_seller": number(own),
        "payment_method": "COD" if order["payment"]["method"] == "cod" else "MIXEDCARD",
        "statuses": sorted({unit.status for unit in found}), "items_count": len(found), "remarks": "",
        "customer_first_name": f"{order['address']['name'][0]}***", "customer_last_name": "", "gift_message": "",
        "gift_option": False, "need_cancel_confirm": asking, "address_shipping": _address(order),
        "address_billing": _address(order), "national_registration_number": "", "tax_code": "",
    }


def items(site, order):
    """Return the items of an order."""
    return [_item(site, order, unit) for unit in units.of_order(site, order)]


def _sum(found, name):
    return sum((unit.amounts[name] for unit in found), Decimal(0))


def _item(site, order, unit):
    amounts, line = unit.amounts, unit.line
    product_id, sku_id = numbers_of(site, order["region"], line["sku"])
    parcel = units.booked(order, unit.parcel) if unit.parcel else None
    vouchers = amounts["discount"] + amounts["platform_discount"]
    off = amounts["shipping_discount"] + amounts["platform_shipping_discount"]
    asking = bool(line["cancel_request"]) and unit.status == "pending"
    return {
        "order_item_id": unit.number, "order_id": int(order["id"]), "status": unit.status, "sku": line["sku"],
        "shop_sku": f"{product_id}_{order['region'].partition('-')[2]}-{sku_id}", "sku_id": str(sku_id),
        "name": line["title"], "variation": "", "currency": order["currency"],
        "item_price": number(amounts["item"]), "paid_price": number(amounts["item"] - vouchers),
        "voucher_amount": number(vouchers), "voucher_seller": number(amounts["discount"]),
        "voucher_platform": number(amounts["platform_discount"]), "wallet_credits": 0, "tax_amount": 0,
        "shipping_amount": number(amounts["shipping"] - off), "shipping_fee_original": number(amounts["shipping"]),
        "shipping_fee_discount_seller": number(amounts["shipping_discount"]),
        "shipping_fee_discount_platform": number(amounts["platform_shipping_discount"]),
        "package_id": f"FP{parcel['id']}" if parcel else "", "tracking_code": parcel["tracking"] if parcel else "",
        "shipment_provider": parcel["carrier"] if parcel else "", "shipping_provider_type": "standard",
        "buyer_id": int.from_bytes(order["buyer"]["key"].encode()[-6:], "big"), "is_fbl": "0",
        "delivery_option_sof": "0", "order_flag": "NORMAL", "order_type": "Normal",
        "created_at": local(order["created"]), "updated_at": local(order["updated"]),
        "sla_time_stamp": from_text(order["ship_by"]).astimezone(LOCAL).isoformat(timespec="seconds"),
        "need_cancel_confirm": asking, "reason": line["cancel_request"] or "", "reason_detail": "",
        **({"reverse_order_id": REVERSE + order["number"]} if asking else {}),
    }


def _address(order):
    address = order["address"]
    street = " ".join(address[name] for name in ("line1", "line2") if address.get(name))
    shown = {"first_name": address["name"], "phone": address.get("phone") or "6591234567", "address1": street}
    if order["masked"]:
        shown = {"first_name": f"{address['name'][0]}******", "phone": "65******67", "address1": f"{street[:1]}******"}
    return {**shown, "last_name": "", "phone2": "", "address2": "", "address3": address["state"] or "",
            "address4": address["city"], "address5": "", "city": address["city"], "post_code": address["postcode"],
            "country": _COUNTRIES[address["country"]]}
