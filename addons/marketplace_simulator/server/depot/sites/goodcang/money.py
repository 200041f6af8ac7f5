"""Returns, charges and quotes (documents ``return_order``, ``finance``)."""

from ....clock import from_text
from .orders import code
from .replies import BEIJING, first, local, moment, paged, second

NAMES = {"storage": ("仓租", "storage"), "inbound": ("入库费", "inbound"), "handling": ("操作费", "OPF"),
         "freight": ("运输费", "SHIPPING"), "return": ("退件费", "return")}


def returns(call):
    """Returns changed in a range of time."""
    body = call.body()
    start, end = moment(body["startUpdateTime"]), moment(body["endUpdateTime"])
    found = [back for back in call.site.depot.returns() if start <= from_text(back["updated"]) <= end]
    page, count = paged(body, found, page="currentPage")
    return first([_return(call, back) for back in page], count=str(count))


def _return(call, back):
    details = [{"product_sku": line["sku"], "product_barcode": f"SIM-{line['sku']}", "sellable_qty": line["sellable"],
                "unsellable_qty": line["damaged"], "destruction_qty": 0} for line in back["lines"]]
    return {"asro_code": f"R{back['number']}", "reference_no": back["reference"],
            "order_code": code(call.site.depot.outbound(back["order"])), "asro_status": "5", "cass_type": "1",
            "asro_add_time": local(back["created"]), "asro_audit_time": local(back["created"]),
            "asro_putaway_time": local(back["updated"]), "warehouse_code": back["place"],
            "tracking_no": back["tracking"], "asro_reason": back["reason"], "product_detail": details}


def flow(call):
    """Charges of a range of time."""
    body = call.body()
    start, end = moment(body["happen_start_time"]), moment(body["happen_end_time"])
    found = [bill for bill in call.site.depot.bills() if start <= from_text(bill["at"]) <= end]
    page, count = paged(body, found, "page_size")
    return second({"list": [_charge(call, bill) for bill in page], "total": count, "next_page_token": "",
                   "prev_page_token": ""})


def _charge(call, bill):
    chinese, english = NAMES[bill["kind"]]
    return {"id": f"1448{bill['number']}", "order_number": _document(call, bill), "account_code": "ACSIM",
            "types_of_fee": english, "types_of_fee_name_cn": chinese, "types_of_fee_name_en": english,
            "types_of_fee_text": chinese, "flow_type": 1, "flow_type_text": "扣款", "amount": bill["amount"],
            "currency_code": bill["currency"], "add_time": local(bill["at"])}


def _document(call, bill):
    if bill["kind"] == "storage":
        return f"WT{bill['number']}"
    prefix = {"inbound": "RV", "return": "R"}.get(bill["kind"], "G")
    return f"{prefix}{bill['document']}"


def storage(call):
    """Rent notes of a range of time."""
    body = call.body()
    start, end = moment(body["dateFrom"]).astimezone(BEIJING), moment(body["dateTo"])
    found = [bill for bill in call.site.depot.bills()
             if bill["kind"] == "storage" and start <= from_text(bill["at"]) <= end]
    page, count = paged(body, found)
    return first([{"wis_code": f"WT{bill['number']}", "wp_settlement_cycle": "日结", "ow_id_charge": bill["place"],
                   "is_date": bill["day"], "isdb_volume": bill["volume"], "is_amount": bill["amount"],
                   "currency_code": bill["currency"], "note": ""} for bill in page], count=str(count))


def quote(call):
    """What an order would cost by each service."""
    body, depot = call.body(), call.site.depot
    pairs = [entry.rpartition(":") for entry in body["sku"]]
    lines = [{"sku": sku, "units": int(units)} for sku, _colon, units in pairs]
    depot.check_products(line["sku"] for line in lines)
    currency, parts = depot.places[body["warehouse_code"]].currency, depot.quote(lines)
    wanted = [body["sm_code"]] if body.get("sm_code") else list(depot.services)
    return first([{"sm_code": service, "sm_name": depot.services[service], "total": str(sum(dict(parts).values())),
                   "income": [{"name": NAMES[kind][0], "amount": str(amount), "currency": currency}
                              for kind, amount in parts]} for service in wanted if service in depot.services])
