"""What came back."""

from ...depot import Refusal
from .values import clock_text

_PREFIX = "RMA"


def list_returns(call, body):
    low, high = body["recevier_time_start"], body["recevier_time_end"]
    found = [record for record in call.site.depot.returns() if low <= clock_text(record["created"]) <= high]
    number, size = body.get("page_start", 0), body.get("page_count", 100)
    page = found[number * size : (number + 1) * size]
    return {
        "list": [_received(record) for record in page],
        "pageNum": number,
        "pages": -(-len(found) // size),
        "total": len(found),
    }


def get_return(call, body):
    record = next((back for back in call.site.depot.returns() if _numbered(back) == body["rma_no"]), None)
    if record is None:
        raise Refusal("not found", "there is no such return")
    units = {line["sku"]: line["sellable"] + line["damaged"] for line in record["lines"]}
    return {
        "countSkuList": [{"skuCode": sku, "productCode": sku, "actualQty": count} for sku, count in units.items()],
        "is_normal": "N" if any(line["damaged"] for line in record["lines"]) else "Y",
        "received_time": clock_text(record["created"]),
        "inventory_shelf_time": clock_text(record["updated"]),
        "rma_no": _numbered(record),
        "reference_no": f"GRS{record['number']}",
        "received_shipping_no": record["tracking"],
        "status": "PUT_AWAY_SUCCESS",
    }


def _numbered(record):
    return f"{_PREFIX}{record['number']}"


def _received(record):
    return {
        "rma_no": _numbered(record),
        "reference_no": f"GRS{record['number']}",
        "received_shipping_no": record["tracking"],
        "received_time": clock_text(record["created"]),
        "status": "PUT_AWAY_SUCCESS",
        "warehouse": record["place"],
    }


HANDLERS = {"re.grs.rmainfo.list": list_returns, "re.grs.rmainfo.get": get_return}
