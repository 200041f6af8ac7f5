"""Returns, charges and estimates."""

from ....clock import from_text
from ....http import ApiError
from .orders import shipment_number
from .products import chosen
from .replies import number

TYPES = {"freight": "Shipping", "handling": "AdditionalFee", "storage": "WarehouseStorage", "inbound": "Inbound Fee",
         "return": "Return"}
REFERENCES = {"inbound": "WRO", "return": "Return", "storage": "FC"}


def returns(call):
    """Returns made since a time."""
    since, places = from_text(call.text("StartDate")), chosen(call, "FulfillmentCenterIds")
    found = [back for back in call.site.depot.returns()
             if from_text(back["created"]) >= since and (places is None or int(back["place"]) in places)]
    size, page = call.number("Limit", 50, 1, 250), call.number("Cursor", 1, 1, 10**6)
    following = f"/2026-01/return?Cursor={page + 1}" if page * size < len(found) else None
    return {"items": [_return(call, back) for back in found[(page - 1) * size:page * size]], "next": following,
            "prev": None, "first": None, "last": None}


def _return(call, back):
    depot = call.site.depot
    inventory = [{"id": number(depot.product(line["sku"])), "sku": line["sku"], "name": line["sku"],
                  "quantity": line["sellable"] + line["damaged"],
                  "action_taken": [{"action": action, "quantity_processed": line[grade], "action_reason": ""}
                                   for action, grade in (("Restock", "sellable"), ("Quarantine", "damaged"))
                                   if line[grade]]} for line in back["lines"]]
    return {"id": number(back), "reference_id": back["reference"], "store_order_id": back["order_reference"],
            "original_shipment_id": shipment_number({"number": back["order"]}), "status": "Completed",
            "return_type": "Regular", "tracking_number": back["tracking"], "insert_date": back["created"],
            "arrived_date": back["created"], "completed_date": back["updated"], "inventory": inventory,
            "fulfillment_center": {"id": int(back["place"]), "name": depot.places[back["place"]].name}}


def transactions(call):
    """Charges of a range of days."""
    body = call.body()
    start, end = from_text(body["from_date"]).date(), from_text(body["to_date"]).date()
    found = [bill for bill in call.site.depot.bills() if start <= from_text(bill["at"]).date() <= end]
    cursor = call.text("Cursor")
    offset = call.site.signer.open("shipbob:transactions", cursor) if cursor else 0
    if offset is None:
        raise ApiError(400, "Cursor", "The cursor is not valid.")
    size = body.get("page_size") or 100
    more = offset + size < len(found)
    return {"items": [_transaction(call, bill) for bill in found[offset:offset + size]], "prev": None, "first": None,
            "next": call.site.signer.seal("shipbob:transactions", offset + size) if more else None, "last": None}


def _transaction(call, bill):
    kind, place = bill["kind"], call.site.depot.places[bill["place"]]
    document = bill["document"].lstrip("0")
    if kind in ("freight", "handling"):
        document = str(shipment_number({"number": bill["document"]}))
    return {"transaction_id": f"01SIM{bill['number']}", "amount": float(bill["amount"]),
            "currency_code": bill["currency"], "charge_date": bill["at"][:10], "invoiced_status": False,
            "invoice_type": TYPES[kind], "reference_id": document or place.code,
            "reference_type": REFERENCES.get(kind, "Shipment"), "transaction_type": "Charge",
            "transaction_fee": "Pick Fee" if kind == "handling" else TYPES[kind], "fulfillment_center": place.name,
            "taxes": []}


def estimate(call):
    """What an order would cost from each centre."""
    body, depot = call.body(), call.site.depot
    lines = [{"sku": product["reference_id"], "units": product["quantity"]} for product in body["products"]]
    depot.check_products(line["sku"] for line in lines)
    amount = float(sum(value for _kind, value in depot.quote(lines)))
    return {"estimates": [{"estimated_price": amount, "estimated_currency_code": place.currency, "total_weight_oz": 1.0,
                           "shipping_method": method, "fulfillment_center": {"id": int(place.code), "name": place.name}}
                          for method in body.get("shipping_methods") or depot.services
                          for place in depot.places.values()]}
