"""What Winit charges, and would charge. Sources: fields.json, ``oswh.ChargeDetail`` and ``CalcDeliveryFeeResponse``."""

import re

from ...marketplace.contract import Page
from ...overseas_warehouse.contract import BillLine, FeeKind, FeeQuote
from .fields import Node, clock_text

_PAGE_SIZE = 200
# Codes of charges are not published with the operations: their names tell what they are for, the first that fits.
_WORDS = (
    ("仓租|仓储费|storage|warehouse rent", FeeKind.STORAGE),
    ("关税|增值税|duty|customs tax|\\bvat\\b", FeeKind.DUTY),
    ("退货|退件|return", FeeKind.RETURN),
    ("入库|卸货|上架|inbound|receiving|unloading", FeeKind.INBOUND),
    ("包装|包材|packing|packaging", FeeKind.PACKING),
    ("派送|运费|尾程|偏远|燃油|delivery|freight|shipping|fuel|remote", FeeKind.FREIGHT),
    ("处理|操作|出库|handling|outbound|picking", FeeKind.HANDLING),
)
_KINDS = tuple((re.compile(words, re.IGNORECASE), kind) for words, kind in _WORDS)


def fetch_bills(api, since, until):
    """All charges that were deducted in a range, on one page."""

    def page(number, size):
        return {
            "deducationTimeStart": clock_text(since),
            "deducationTimeEnd": clock_text(until),
            "pageParams": {"pageNo": number, "pageSize": size},
        }

    lines = [_line(node) for node in api.pages("sms.incomeSettlement.pageChargeDetails", page, _PAGE_SIZE)]
    return Page(tuple(line for line in lines if since <= line.charged_at < until))


def quote_fees(api, orders):
    """What orders would cost by their service."""
    quotes = (_quote(api, order) for order in orders)
    return [quote for quote in quotes if quote is not None]


def kind_of(name):
    """What a charge is for, by its name."""
    return next((kind for words, kind in _KINDS if words.search(name)), FeeKind.OTHER)


def _line(node):
    name = node.text("chargeName") or node.text("chargeCode", required=True)
    weight = node.measure("chargeWeight")
    return BillLine(
        external_id=node.ident("id", required=True),
        kind=kind_of(name),
        amount=node.money("sourceAmt", node.text("sourceCurrency", required=True), required=True),
        charged_at=node.moment("deducationTime", required=True),
        warehouse=node.text("warehouseCode"),
        document=node.text("sellerNo") or node.text("businessDocumentNo"),
        sku=node.text("productCode") if kind_of(name) is FeeKind.STORAGE else "",
        units=node.units("qty"),
        quantity_basis=f"{weight} kg" if weight else "",
        text=name,
    )


def _quote(api, order):
    address = order.address
    answer = api.call("wh.outbound.calcDeliveryFee", {
        "warehouseCode": order.warehouse,
        "winitProductCode": order.service,
        "country": address.country_code,
        "region": address.state,
        "city": address.city,
        "zipCode": address.postal_code,
        "productList": [{"productCode": line.sku, "productNum": line.units} for line in order.lines],
    })  # fmt: skip
    offers = answer if isinstance(answer, list) else [answer]
    for offer in Node({"data": offers}, "wh.outbound.calcDeliveryFee").nodes("data"):
        if offer.text("deliveryWayCode") in ("", order.service):
            return FeeQuote(order.reference, order.service, _fees(offer))
    return None


def _fees(offer):
    main = [(fee, "feeName", "feeNumber") for fee in offer.nodes("FeeList")]
    added = [(fee, "FeeName", "FeeNumber") for fee in offer.nodes("VASFeeList")]
    return tuple(
        (kind_of(fee.text(name)), fee.money(amount, fee.text("ISOCode", required=True), required=True))
        for fee, name, amount in main + added
    )
