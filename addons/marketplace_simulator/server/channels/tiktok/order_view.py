"""Orders as TikTok Shop writes them (Get Order Detail 202507)."""

from decimal import Decimal

from ...clock import from_text
from ...world import money
from ...world.marketplaces import quantum
from . import ids
from .units import WITHOUT_PACKAGES, refund_amount, units_of

ZERO = Decimal(0)
STATUSES = {"pending": "UNPAID", "unshipped": "AWAITING_SHIPMENT", "partially_shipped": "PARTIALLY_SHIPPING",
            "shipped": "IN_TRANSIT", "cancelled": "CANCELLED"}
PROVIDERS = {"6617675021119438849": "DHL", "6617675021119438850": "Royal Mail", "6617675021119438851": "DPD",
             "6617675021119438852": "UPS", "6617675021119438853": "USPS", "6617675021119438854": "J&T Express",
             "6617675021119438855": "Others"}
LEVELS = {"US": ("State", "City"), "GB": ("State", "City"), "ID": ("Province", "City"), "DE": ("State", "City")}


def seconds(text):
    """Return epoch seconds of a time text."""
    return int(from_text(text).timestamp())


def shipping_type(order):
    """Return who brings an order's parcels: every other order goes with TikTok's carriers."""
    return "TIKTOK" if order["number"] % 2 else "SELLER"


def status_of(order):
    """Return TikTok's word for the state of an order."""
    if order["status"] == "unshipped" and all(parcel["status"] == "arranged" for parcel in order["parcels"]):
        return "AWAITING_COLLECTION"
    return STATUSES[order["status"]]


def view(site, order):
    """Return an order."""
    country = site.world.markets[order["marketplace"]].country
    units = units_of(order)
    wishes = [line["cancel_request"] for line in order["lines"] if line["cancel_request"]]
    body = {
        "id": order["id"],
        "status": status_of(order),
        "create_time": seconds(order["created"]),
        "update_time": seconds(order["updated"]),
        "user_id": str(7021436810000000000 + sum(map(ord, order["buyer"]["key"])) * 10**6 + order["number"] % 400),
        "buyer_email": f"{order['buyer']['email_alias']}@chat.seller.tiktok.com",
        "buyer_message": "",
        "commerce_platform": "TIKTOK_SHOP",
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": shipping_type(order),
        "delivery_option_id": ids.delivery_option(site, order["region"]),
        "delivery_option_name": "Standard shipping" if order["service"] == "standard" else "Express shipping",
        "delivery_type": "HOME_DELIVERY",
        "warehouse_id": ids.warehouse_id(site, order["region"]),
        "rts_sla_time": seconds(order["ship_by"]),
        "delivery_option_required_delivery_time": seconds(order["deliver_by"]),
        "is_cod": order["payment"]["method"] == "cod",
        "is_on_hold_order": False,
        "is_replacement_order": False,
        "is_sample_order": False,
        "is_buyer_request_cancel": bool(wishes),
        "has_updated_recipient_address": "address changed" in order["history"],
        "payment_method_name": order["payment"]["method"].upper(),
        "packages": [{"id": number} for number in dict.fromkeys(_shown(unit, country) for unit in units) if number],
        "payment": _payment(order, units),
        "line_items": [_item(order, unit, country) for unit in units],
    }
    if wishes:
        body["cancel_reason"] = wishes[0]
    if order["status"] != "pending":
        body["recipient_address"] = _address(order, country)
    return body


def text(amount, currency):
    """Return an amount as TikTok writes it: without decimals where the currency has none in use."""
    return str(amount.quantize(quantum(currency)))


def _item(order, unit, country):
    currency, part = order["currency"], unit.amounts.get
    body = {
        "id": unit.id,
        "product_id": str(ids.PRODUCT_BASE + int(unit.line["sku"].split("-")[1])),
        "product_name": unit.line["title"],
        "sku_id": ids.sku_id(unit.line["number"]),
        "seller_sku": unit.line["sku"],
        "sku_type": "NORMAL",
        "is_gift": False,
        "currency": currency,
        "original_price": text(part("item", ZERO), currency),
        "seller_discount": text(part("discount", ZERO), currency),
        "platform_discount": text(part("platform_discount", ZERO), currency),
        "sale_price": text(part("item", ZERO) - part("discount", ZERO) - part("platform_discount", ZERO), currency),
        "display_status": _display(order, unit),
    }
    tax = part("tax_item", ZERO) - part("tax_discount", ZERO)
    if tax:
        body["item_tax"] = [{"tax_type": "SALES_TAX", "tax_amount": text(tax, currency), "tax_rate": "0.06"}]
    if unit.cancelled:
        body["cancel_user"] = {"merchant": "SELLER", "buyer": "BUYER"}.get(unit.line["cancelled_by"], "SYSTEM")
        return body
    if number := _shown(unit, country):
        arranged = unit.shipped or unit.package["status"] != "planned"
        body |= {"package_id": number, "package_status": _package_status(unit, arranged)}
        if arranged:
            body |= {"tracking_number": unit.package["tracking"], "shipping_provider_name": unit.package["carrier"]}
            since = unit.package.get("arranged_at") or unit.package.get("shipped_at") or order["updated"]
            body["rts_time"] = seconds(since)
    return body


def _shown(unit, country):
    """Return the package that TikTok shows of a unit: in some markets there is none before shipping."""
    planned = unit.package is not None and unit.package.get("status") == "planned"
    return "" if unit.cancelled or (planned and country in WITHOUT_PACKAGES) else unit.package_id


def _package_status(unit, arranged):
    return "FULFILLING" if unit.shipped else "PROCESSING" if arranged else "TO_FULFILL"


def _display(order, unit):
    if unit.cancelled:
        return "CANCELLED"
    if unit.shipped:
        return "IN_TRANSIT"
    if unit.package is not None and unit.package.get("status") == "arranged":
        return "AWAITING_COLLECTION"
    return "UNPAID" if order["status"] == "pending" else "AWAITING_SHIPMENT"


def _payment(order, units):
    """Return the amounts of an order. Units that were cancelled stay in it at their price, as ordered."""
    currency = order["currency"]
    gone = sum((unit.amounts["item"] for unit in units if unit.cancelled and order["status"] != "cancelled"), ZERO)
    part = {name: money.order_part(order, name) for name in (
        "item", "discount", "platform_discount", "shipping", "shipping_discount", "platform_shipping_discount",
        "tax_item", "tax_discount", "tax_shipping", "tax_shipping_discount")}
    product_tax, shipping_tax = (part[f"tax_{one}"] - part[f"tax_{less}"] for one, less in
                                 (("item", "discount"), ("shipping", "shipping_discount")))
    amounts = {
        "original_total_product_price": part["item"] + gone,
        "seller_discount": part["discount"],
        "platform_discount": part["platform_discount"],
        "sub_total": part["item"] + gone - part["discount"] - part["platform_discount"],
        "original_shipping_fee": part["shipping"],
        "shipping_fee_seller_discount": part["shipping_discount"],
        "shipping_fee_platform_discount": part["platform_shipping_discount"],
        "shipping_fee": part["shipping"] - part["shipping_discount"] - part["platform_shipping_discount"],
        "product_tax": product_tax,
        "shipping_fee_tax": shipping_tax,
        "tax": product_tax + shipping_tax,
        "total_amount": money.order_total(order) + gone,
    }
    return {"currency": currency, **{name: text(amount, currency) for name, amount in amounts.items()}}


def _address(order, country):
    address, hide = order["address"], order["masked"]
    levels = LEVELS.get(country, LEVELS["GB"])
    places = [("L0", "Country", country), ("L1", levels[0], address["state"]), ("L3", levels[1], address["city"])]
    shown = {
        "name": _masked(address["name"]) if hide else address["name"],
        "address_line1": _masked(address["line1"]) if hide else address["line1"],
        "address_line2": "" if hide else address["line2"],
        "address_detail": "" if hide else f"{address['line1']} {address['line2']}".strip(),
        "phone_number": f"({address['phone'][:3]})***{address['phone'][-2:]}",
        "postal_code": address["postcode"],
        "region_code": address["country"],
        "district_info": [{"address_level": level, "address_level_name": name, "address_name": place}
                          for level, name, place in places if place],
    }
    return {**shown, "full_address": ", ".join(filter(None, (shown["address_line1"], address["city"], country)))}


def _masked(words):
    return " ".join(f"{word[0]}***" for word in words.split())


def unit_refund(order, unit):
    """Return a unit's refund as TikTok writes it."""
    amount = text(refund_amount(unit), order["currency"])
    return {"currency": order["currency"], "refund_subtotal": amount, "refund_total": amount}
