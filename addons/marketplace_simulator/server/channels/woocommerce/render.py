"""Orders, refunds and products of the world in the words of REST API v3. Lines state net amounts and tax apart."""

from decimal import Decimal

from ...world import money
from ...world.marketplaces import rounded

_STATUSES = {"pending": "pending", "unshipped": "processing", "partially_shipped": "processing", "shipped": "completed",
             "cancelled": "cancelled"}
ZERO = Decimal(0)


def order(found, market, meta):
    """Return an order as JSON.

    :param market: :class:`...world.marketplaces.Marketplace`
    :param meta: its meta data: list of ``{id, key, value}``
    """
    lines = [_line(line, market) for line in found["lines"]]
    shipping = _shipping(found, market)
    taxes = sum((Decimal(entry["total_tax"]) for entry in [*lines, *shipping]), ZERO)
    given_back = [{"id": int(key), "reason": "", "total": str(-sum(Decimal(entry["amount"]) for entry in entries))}
                  for key, entries in refunds_of(found).items()]
    shipped = _time(found["packages"][-1]["shipped_at"]) if found["status"] == "shipped" and found["packages"] else None
    return {
        "id": int(found["id"]), "parent_id": 0, "number": found["id"], "created_via": "checkout", "version": "9.4.0",
        "status": status_of(found), "currency": found["currency"], "prices_include_tax": not market.taxed_on_top,
        "date_created_gmt": _time(found["created"]), "date_modified_gmt": _time(found["updated"]),
        "date_completed_gmt": shipped, "total": str(money.order_total(found)), "total_tax": str(taxes),
        "customer_id": 0, "customer_note": "", "payment_method": found["payment"]["method"], "payment_method_title": "",
        "billing": {**_address(found), "email": found["buyer"]["email_alias"], "phone": found["address"]["phone"]},
        "shipping": _address(found), "meta_data": meta, "line_items": lines, "shipping_lines": shipping,
        "fee_lines": [], "coupon_lines": [], "refunds": given_back,
    }


def status_of(found):
    """Return the shop's word; an order that was paid back in full is refunded."""
    paid_back = sum((Decimal(entry["amount"]) for entry in found["refunds"]), ZERO)
    whole = paid_back and paid_back >= money.order_total(found)
    return "refunded" if whole and found["status"] != "cancelled" else _STATUSES[found["status"]]


def _line(line, market):
    price, discount = _taxed(line, market, "item"), _taxed(line, market, "discount")
    net, tax = price[0] - discount[0], price[1] - discount[1]
    return {
        "id": int(line["id"]), "name": line["title"], "product_id": _parent_id(line["number"]),
        "variation_id": line["number"], "quantity": line["quantity"], "tax_class": "", "subtotal": str(price[0]),
        "subtotal_tax": str(price[1]), "total": str(net), "total_tax": str(tax),
        "taxes": [{"id": 1, "total": str(tax), "subtotal": str(price[1])}] if tax else [], "meta_data": [],
        "sku": line["sku"], "price": float(net / line["quantity"]) if line["quantity"] else 0,
    }


def _shipping(found, market):
    net = tax = ZERO
    for line in found["lines"]:
        charged, taken = _taxed(line, market, "shipping"), _taxed(line, market, "shipping_discount")
        net, tax = net + charged[0] - taken[0], tax + charged[1] - taken[1]
    taxes = [{"id": 1, "total": str(tax), "subtotal": str(tax)}] if tax else []
    return [{"id": int(found["number"]), "method_title": found["service"].capitalize(), "method_id": "flat_rate",
             "total": str(net), "total_tax": str(tax), "taxes": taxes, "meta_data": []}]


def _taxed(line, market, name):
    """Return ``(net amount, tax)`` of a part of a line."""
    amount = money.part(line, name)
    if line["tax"]["payer"] != "included":
        return amount, money.part(line, f"tax_{name}")
    net = rounded(amount / (1 + market.vat_rate), market.currency)
    return net, amount - net


def _address(found):
    address = found["address"]
    first, _, last = address["name"].partition(" ")
    lines = [part for part in (address.get("line1"), address.get("line2")) if part]
    return {"first_name": first, "last_name": last, "company": address.get("company") or "",
            "address_1": lines[0] if lines else "", "address_2": lines[1] if len(lines) > 1 else "",
            "city": address["city"], "state": address.get("state") or "", "postcode": address["postcode"],
            "country": address["country"]}


def _time(text):
    """Return a time as WordPress writes it: whole seconds, no zone."""
    return text[:19]


# --- refunds ---

def refunds_of(found):
    """Return ``{refund id: its entries}`` of an order, in the order in which they were given."""
    grouped = {}
    for position, entry in enumerate(found["refunds"]):
        own = entry.get("id", "")
        first = int(own) if own.isdigit() else 8 * 10**12 + found["number"] * 100 + position
        grouped.setdefault(entry.get("key") or str(first), []).append((first, entry))
    return {str(entries[0][0]): [entry for _first, entry in entries] for entries in grouped.values()}


def refund(found, market, key, entries, details):
    """Return a refund as JSON; units and money of its lines are negative.

    :param details: ``{refunded_payment, meta_data}`` of a refund that was given through the API
    """
    lines = {line["id"]: line for line in found["lines"]}
    amount = sum((Decimal(entry["amount"]) for entry in entries), ZERO)
    items = [_refund_line(int(key) * 10 + number, lines[entry["line"]], entry, market)
             for number, entry in enumerate(entries) if entry["line"]]
    return {
        "id": int(key), "date_created_gmt": _time(entries[0]["at"]), "amount": str(amount),
        "reason": entries[0].get("reason", ""), "refunded_by": 1,
        "refunded_payment": details.get("refunded_payment", True), "meta_data": details.get("meta_data", []),
        "line_items": items,
    }


def _refund_line(number, line, entry, market):
    amount = Decimal(entry["amount"])
    whole = money.line_total(line)
    tax = amount - rounded(amount / (1 + market.vat_rate), market.currency)
    if line["tax"]["payer"] != "included":
        tax = rounded(amount * money.line_tax(line) / whole, market.currency) if whole else ZERO
    return {
        "id": number, "name": line["title"], "product_id": _parent_id(line["number"]), "variation_id": line["number"],
        "quantity": -entry["quantity"], "total": str(tax - amount), "total_tax": str(-tax), "taxes": [],
        "meta_data": [{"id": number, "key": "_refunded_item_id", "value": line["id"]}], "sku": line["sku"],
    }


# --- products ---

def variation(listing, code):
    """Return a variation as JSON."""
    return {
        "id": listing["number"], "parent_id": _parent_id(listing["number"]), "type": "variation",
        "name": listing["option"], "status": "publish", "sku": listing["sku"], "price": listing["prices"][code],
        "manage_stock": True, "stock_quantity": listing["quantity"], "global_unique_id": listing["barcode"],
        "attributes": [{"id": 0, "name": "Variant", "option": listing["option"]}],
        "date_modified_gmt": _time(listing["updated"]),
    }


def parents(listings):
    """Return the products that the variations belong to, as JSON."""
    found = {_parent_id(listing["number"]): listing for listing in listings}
    return [{"id": key, "parent_id": 0, "type": "variable", "name": listing["model_title"], "status": "publish",
             "sku": "", "price": "", "manage_stock": False, "stock_quantity": None}
            for key, listing in sorted(found.items())]


def _parent_id(number):
    """Return the id of the product of a variation: four in a row belong together in the catalogue."""
    return 1000 + (number - 1) // 4
