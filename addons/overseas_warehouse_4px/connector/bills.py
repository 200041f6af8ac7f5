"""What 4PX charges, and would charge. Sources: fields.json, ``common.GetBilling``, ``Billing``, ``PriceCalculator``.

4PX tells the charges of a document, not those of a period: the documents of the period are listed first, and with them
those of the weeks before, whose charges may follow later. What belongs to no document (storage) is not told.
"""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from ...marketplace.contract import Page
from ...overseas_warehouse.contract import BillLine, FeeKind, FeeQuote
from .fields import centimetres, grams, milliseconds
from .periods import Cursor, periods
from .products import fetch_products

_INBOUND, _OUTBOUND = "I", "O"
#: List of a kind of documents, the times it can be limited by, the longest range it answers.
_LISTS = {
    _OUTBOUND: ("fu.wms.outbound.getlist", "complete_time", timedelta(days=30)),
    _INBOUND: ("fu.wms.inbound.getlist", "create_time", timedelta(days=90)),
}
_LATE = timedelta(days=30)
_PAGE_SIZE = 100
_FULFILMENT = "FB4"

#: Codes of charges by what they are for: ``common.Billing.billing_type``. All others are ``OTHER``.
_CODES = {
    FeeKind.STORAGE: (128,),
    FeeKind.INBOUND: (100, 101, 102, 103, 105, 127, 153, 164, 169, 174, 181, 186, 188),
    FeeKind.HANDLING: (106, 108, 109, 129, 131, 132, 134, 140, 163, 170, 171, 189),
    FeeKind.PACKING: (107, 130, 133, 147, 172, 175, 176),
    FeeKind.FREIGHT: (110, 135, 136, 137, 138, 139, 141, 142, 143, 144, 145, 148, 149, 150, 154, 155, 156),
    FeeKind.RETURN: (166, 167, 168),
    FeeKind.DUTY: (122, 123, 124, 125, 126, 162),
}
_KINDS = {str(code): kind for kind, codes in _CODES.items() for code in codes}


def fetch_bills(api, settings, since, until, token):
    """Charges of the documents of one range; ``token`` goes through kinds and ranges."""
    entries = [
        (kind, *period)
        for kind, (_operation, _field, longest) in _LISTS.items()
        for period in periods(since - _LATE, until, longest)
    ]
    cursor = Cursor.of(entries, token)
    if cursor is None:
        return Page(())
    kind, start, end = cursor.entry
    operation, field, _longest = _LISTS[kind]
    query = {
        "customer_code": settings.customer_code,
        f"{field}_start": milliseconds(start),
        f"{field}_end": milliseconds(end) - 1,
    }
    lines = []
    for document in api.pages(operation, query, _PAGE_SIZE):
        lines += _charges(api, kind, document)
    return Page(tuple(line for line in lines if since <= line.charged_at < until), next_token=cursor.following)


def _charges(api, kind, document):
    number = document.text("consignment_no", required=True)
    answer = api.node("com.basis.billing.getbilling", {"business_type": kind, "order_no": number})
    seen = Counter()
    lines = []
    for node in answer.nodes("billinglist"):
        code, charged_at = node.text("billing_type", required=True), node.moment("billing_date", required=True)
        key = f"{number}/{code}/{milliseconds(charged_at)}"
        seen[key] += 1
        lines.append(
            BillLine(
                external_id=f"{key}/{seen[key]}",
                kind=_KINDS.get(code, FeeKind.OTHER),
                amount=node.money("billing_amount", node.text("currency", required=True), required=True),
                charged_at=charged_at,
                warehouse=document.text("from_warehouse_code") or document.text("to_warehouse_code"),
                document=document.text("ref_no") or number,
                text=code,
            )
        )
    return lines


def quote_fees(api, orders):
    """What orders would cost by their service; those that weigh nobody knows what are left out."""
    skus = sorted({line.sku for order in orders for line in order.lines})
    products = {state.sku: state for state in fetch_products(api, skus)} if skus else {}
    quotes = (_quote(api, order, products) for order in orders)
    return [quote for quote in quotes if quote is not None]


def _quote(api, order, products):
    parcel = _parcel(order, products)
    if parcel is None:
        return None
    query = {
        "service_code": _FULFILMENT,
        "billing_time": str(round(api.client.clock() * 1000)),
        "product_codes": [order.service],
        "warehouse_code": order.warehouse,
        "destination": {"country": order.address.country_code, "post_code": order.address.postal_code.upper()},
        **parcel,
    }
    offers = [
        node for node in api.nodes("com.css.price_calculator", query) if node.text("product_code") == order.service
    ]
    return FeeQuote(order.reference, order.service, _fees(offers[0])) if offers else None


def _parcel(order, products):
    """Weight and size of the units put on each other; ``None`` where 4PX has not all of them."""
    stack = [(products.get(line.sku), line.units) for line in order.lines]
    if any(
        state is None or None in (state.weight_kg, state.length_cm, state.width_cm, state.height_cm)
        for state, _ in stack
    ):
        return None
    return {
        "weight": grams(sum(state.weight_kg * units for state, units in stack)),
        "length": centimetres(max(state.length_cm for state, _units in stack)),
        "width": centimetres(max(state.width_cm for state, _units in stack)),
        "height": centimetres(sum(state.height_cm * units for state, units in stack)),
        "cargo_units": [{"value": 1, "unit": "PAO"}],
    }


def _fees(node):
    total = node.money("total_amount", node.text("currency", required=True), required=True)
    fees = [
        (
            _KINDS.get(fee.text("fee_code"), FeeKind.OTHER),
            fee.money("amount", fee.text("currency", required=True), True),
        )
        for fee in node.nodes("fees")
    ]
    same = all(amount.currency == total.currency for _kind, amount in fees)
    if same and sum((amount.amount for _kind, amount in fees), Decimal(0)) == total.amount:
        return tuple(fees)
    return ((FeeKind.OTHER, total),)  # parts in other currencies do not add up: the sum is what counts
