"""Charges of documents, and what would be charged."""

from decimal import Decimal

from ... import fees
from ...depot import Refusal
from .values import millis, numbered

_CODES = {"freight": "135", "handling": "129", "inbound": "174", "return": "168", "storage": "128"}


def billing(call, body):
    kind, find = {"O": ("OC", call.site.depot.outbound), "I": ("IC", call.site.depot.inbound)}[body["business_type"]]
    document = numbered(find, body, kind)
    if document is None:
        raise Refusal("not found", "there is no such document")
    bills = [bill for bill in call.site.depot.bills() if bill["document"] == document["number"]]
    return {"billinglist": [_charge(kind, bill) for bill in bills]}


def calculate(call, body):
    place = call.site.depot.places[body["warehouse_code"]]
    charges = fees.shipping(Decimal(body["weight"]) / 1000, 1)
    return [
        {
            "service_code": "FB4",
            "product_code": code,
            "total_amount": float(sum(amount for _kind, amount in charges)),
            "currency": place.currency,
            "fees": [
                {"fee_code": _CODES[kind], "amount": float(amount), "currency": place.currency}
                for kind, amount in charges
            ],
        }
        for code in body["product_codes"]
        if code in call.site.depot.services
    ]


def _charge(kind, bill):
    return {
        "order_no": f"{kind}{bill['document']}",
        "billing_type": _CODES[bill["kind"]],
        "deduction_type": "CA",
        "billing_date": millis(bill["at"]),
        "currency": bill["currency"],
        "billing_amount": bill["amount"],
    }


HANDLERS = {"com.basis.billing.getbilling": billing, "com.css.price_calculator": calculate}
