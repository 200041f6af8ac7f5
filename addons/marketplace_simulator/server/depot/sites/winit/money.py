"""Charges, and what would be charged."""

from ...depot import Refusal
from .values import clock_text, cut, within

_NAMES = {
    "freight": ("P01", "派送费"),
    "handling": ("C01", "订单处理费"),
    "inbound": ("R01", "入库处理费"),
    "return": ("T01", "退货处理费"),
    "storage": ("S01", "仓租费"),
}
_PREFIXES = {"freight": "WO", "handling": "WO", "inbound": "WI", "return": "WR"}


def charges(call, data):
    found = within(call.site.depot.bills(), "at", data["deducationTimeStart"], data["deducationTimeEnd"])
    return {
        "pageParams": {"totalCount": len(found)},
        "list": [_charge(bill) for bill in cut(found, data["pageParams"])],
    }


def calculate(call, data):
    depot = call.site.depot
    if data["winitProductCode"] not in depot.services:
        raise Refusal("unknown service", "the delivery way does not exist")
    currency = depot.places[data["warehouseCode"]].currency
    lines = [{"sku": line["productCode"], "units": line["productNum"]} for line in data["productList"]]
    fees = [
        {"feeCode": _NAMES[kind][0], "feeName": _NAMES[kind][1], "feeNumber": float(amount), "ISOCode": currency}
        for kind, amount in depot.quote(lines)
    ]
    return {"deliveryWayCode": data["winitProductCode"], "ISOCode": currency, "FeeList": fees, "VASFeeList": []}


def _charge(bill):
    code, name = _NAMES[bill["kind"]]
    return {
        "id": int(bill["number"]),
        "chargeCode": code,
        "chargeName": name,
        "businessDocumentNo": f"{_PREFIXES.get(bill['kind'], '')}{bill['document']}",
        "sellerNo": bill["reference"],
        "sourceAmt": float(bill["amount"]),
        "sourceCurrency": bill["currency"],
        "warehouseCode": bill["place"],
        "productCode": bill.get("sku"),
        "qty": str(bill["units"]) if "units" in bill else None,
        "deducationTime": clock_text(bill["at"]),
    }


HANDLERS = {
    "sms.incomeSettlement.pageChargeDetails": charges,
    "wh.outbound.calcDeliveryFee": calculate,
}
