"""4PX: the signature, errors, and what its tables leave open."""

import hashlib
import json
from datetime import datetime, timezone
from urllib.parse import parse_qsl

import pytest

from addons.marketplace.contract import (
    Address,
    AuthenticationFailed,
    InvalidPayload,
    Money,
    NotReady,
    RateLimited,
    Rejected,
    Unavailable,
)
from addons.overseas_warehouse.contract import (
    FeeKind,
    Grade,
    Handle,
    OutboundStatus,
    ProductCard,
    ReturnStatus,
    StockEventKind,
)
from addons.overseas_warehouse_4px.connector import Credentials, FpxProvider, Settings
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.overseas_run import SIZE

SECRET = "4e511e36-secret"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=timezone.utc), datetime(2026, 5, 20, tzinfo=timezone.utc)


def provider(*answers):
    time, server = FakeTime(), FakeServer(*answers)
    made = FpxProvider(
        Credentials("key-1", SECRET),
        Settings(sender=Address(city="Shenzhen", country_code="CN"), countries=("DE",)),
        session=session_of(server),
        clock=time.clock,
        sleep=time.sleep,
    )
    return made, server


def good(data):
    return answer({"result": "1", "msg": "ok", "errors": [], "data": data})


def bad(code, message):
    return answer({"result": "0", "msg": "failed", "errors": [{"error_code": code, "error_msg": message}]})


def page(*entries):
    return good({"page_no": 1, "page_size": 100, "total": len(entries), "data": list(entries)})


def test_the_signature_covers_query_and_body():
    made, server = provider(good([]))
    made.fetch_warehouses()
    (request,) = server.requests
    query = dict(parse_qsl(request.url.partition("?")[2]))
    assert request.url.startswith("https://open.4px.com/router/api/service?")
    assert json.loads(request.body) == {"service_code": "F"}
    signed = (
        f"app_keykey-1formatjsonmethodcom.basis.warehouse.getlisttimestamp{query['timestamp']}v1.0.0"
        f"{request.body.decode()}{SECRET}"
    )
    assert query["sign"] == hashlib.md5(signed.encode()).hexdigest()
    assert SECRET not in request.url


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("0000002", "the signature is wrong", AuthenticationFailed),
        ("E9", "签名错误", AuthenticationFailed),
        ("E9", "访问过于频繁", RateLimited),
        ("E9", "系统繁忙", Unavailable),
        ("E9", "客户参考号重复", Rejected),
        ("E9", "assigned design is not permitted", Rejected),  # words that only contain "sign"
    ],
)
def test_errors_are_told_by_their_words(code, message, error):
    made, _server = provider(*[bad(code, message) for _ in range(6)])
    with pytest.raises(error):
        made.fetch_warehouses()


def test_data_may_be_the_text_of_json():
    text = json.dumps([{"warehouse_code": "DEFRA", "warehouse_name_en": "Frankfurt", "country": "de"}])
    made, _server = provider(good(text))
    (info,) = made.fetch_warehouses()
    assert (info.code, info.country_code) == ("DEFRA", "DE")


def test_a_negative_stock_is_no_report():
    made, _server = provider(page({"sku_code": "CUPS", "available_stock": -3, "stock_quality": "G"}))
    with pytest.raises(InvalidPayload, match="available_stock.*-3"):
        made.fetch_stock(["DEFRA"])


def test_qualities_of_one_batch_are_one_line():
    entries = [
        {"sku_code": "CUPS", "batch_no": "B1", "available_stock": 5, "pending_stock": 2, "stock_quality": "G"},
        {"sku_code": "CUPS", "batch_no": "B1", "available_stock": 1, "pending_stock": 0, "stock_quality": "W"},
    ]
    made, _server = provider(page(*entries))
    fetched = made.fetch_stock(["DEFRA", "GBLHR"])
    (line,) = fetched.records
    assert (line.sellable, line.reserved, line.damaged, line.lot) == (5, 2, 1, "B1")
    assert fetched.next_token == "1"


def flow(**more):
    return {
        "inventory_flow_id": "1",
        "sku_code": "CUPS",
        "warehouse_code": "DEFRA",
        "io_qty": "3",
        "create_time": 1_777_900_000_000,
        **more,
    }


def test_a_change_whose_direction_is_not_told_is_set_aside():
    made, _server = provider(
        page(
            flow(business_ref_no="OC1"),
            flow(journal_type="I", inventory_flow_id="2"),
            flow(io_qty="-4", inventory_flow_id="3"),
            flow(journal_type="Q", inventory_flow_id="4"),
        )
    )
    fetched = made.fetch_stock_events(["DEFRA"], SINCE, UNTIL)
    assert [(event.kind, event.units) for event in fetched.records] == [
        (StockEventKind.OUTBOUND, -3),
        (StockEventKind.OTHER, 3),
        (StockEventKind.OTHER, -4),
    ]
    assert [reason for _path, reason, _entry in fetched.broken] == ["whether units came or left is not stated"]


def test_an_order_that_waits_says_why():
    made, _server = provider(page({"ref_no": "SO1", "consignment_no": "OC1", "status": "E", "sub_status": "S"}))
    (state,) = made.fetch_outbounds([Handle("SO1")])
    assert (state.status, state.message) == (OutboundStatus.EXCEPTION, "not enough stock")


def test_what_is_not_found_is_asked_for_with_the_longest_range():
    made, server = provider(page(), page())
    assert made.fetch_outbounds([Handle("SO1")]) == []
    first, second = (json.loads(request.body) for request in server.requests)
    assert "create_time_start" not in first
    assert second["create_time_end"] - second["create_time_start"] == 30 * 86_400_000 + 1


def test_two_living_documents_of_one_reference_are_not_chosen_from():
    entries = [{"ref_no": "SO1", "consignment_no": number, "status": "S"} for number in ("OC1", "OC2")]
    made, _server = provider(page(*entries))
    with pytest.raises(InvalidPayload, match="SO1 stands for 2"):
        made.fetch_outbounds([Handle("SO1")])


def test_labels_that_are_still_printed_come_later():
    made, _server = provider(good({"label_url": "", "status": "U"}))
    with pytest.raises(NotReady) as caught:
        made.fetch_inbound_labels(Handle("ASN1", "IC1"))
    assert (caught.value.handle, caught.value.retry_after) == ({"reference": "ASN1", "external_id": "IC1"}, 300)


@pytest.mark.parametrize(
    ("sku", "currency", "words"),
    [("cup-small", "USD", "capitals"), ("CUP", "USD", "four characters"), ("CUP-S", "EUR", "USD or CNY")],
)
def test_a_product_that_4px_would_change_is_refused_here(sku, currency, words):
    card = ProductCard(sku, "Cup", SIZE[0], *SIZE, "cup", Money(SIZE[0], currency, "40"))
    made, server = provider(good({"skulist": []}))
    (booking,) = made.push_products([card])
    assert not booking.accepted
    assert words in booking.message
    assert len(server.requests) == 1  # it only asked whether the SKU is known


def test_a_bill_is_told_by_document_and_time():
    charge = {"billing_type": "135", "billing_date": 1_777_900_000_000, "currency": "EUR", "billing_amount": "4.60"}
    early = {**charge, "billing_date": 1_770_000_000_000}
    made, _server = provider(
        page({"ref_no": "SO1", "consignment_no": "OC1", "status": "C", "from_warehouse_code": "DEFRA"}),
        good({"billinglist": [charge, charge, early]}),
    )
    fetched = made.fetch_bills(SINCE, UNTIL)
    assert [(line.external_id, line.amount.text, line.kind) for line in fetched.records] == [
        ("OC1/135/1777900000000/1", "4.60", FeeKind.FREIGHT),
        ("OC1/135/1777900000000/2", "4.60", FeeKind.FREIGHT),
    ]
    assert fetched.next_token == "1"


def returned(number, **more):
    return {
        "rma_no": f"RMA{number}",
        "reference_no": f"GRS{number}",
        "received_shipping_no": f"BACK{number}",
        "received_time": "2026-05-06 08:00:00",
        "status": "PUT_AWAY_SUCCESS",
        "warehouse": "DEFRA",
        **more,
    }


def goods(normal, **units):
    counted = [{"skuCode": sku, "productCode": sku, "actualQty": count} for sku, count in units.items()]
    return good({"countSkuList": counted, "is_normal": normal, "status": "PUT_AWAY_SUCCESS"})


def returns_of(*entries):
    return good({"list": list(entries), "pageNum": 0, "pages": 1, "total": len(entries)})


def test_returns_are_asked_for_by_the_day_they_came_and_only_what_is_good_is_sellable():
    made, server = provider(
        returns_of(returned(1), returned(2), returned(3), returned(4, warehouse="GBLHR")),
        goods("Y", CUPS=2, LIDS=0),
        goods("N", CUPS=1),
        goods(None, LIDS=3),
    )
    fetched = made.fetch_returns(["DEFRA"], SINCE)
    asked = [json.loads(request.body) for request in server.requests]
    assert (asked[0]["page_start"], asked[0]["recevier_time_start"]) == (0, "2026-04-01 08:00:00")
    assert [body["rma_no"] for body in asked[1:]] == ["RMA1", "RMA2", "RMA3"]
    lines = [[(line.sku, line.units, line.grade) for line in state.lines] for state in fetched.records]
    assert lines == [[("CUPS", 2, Grade.SELLABLE)], [("CUPS", 1, Grade.DAMAGED)], [("LIDS", 3, Grade.DAMAGED)]]
    first = fetched.records[0]
    assert (first.external_id, first.tracking, first.outbound) == ("RMA1", "BACK1", "")
    assert first.updated_at == datetime(2026, 5, 6, tzinfo=timezone.utc)
    assert (fetched.next_token, fetched.broken) == ("", ())


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("WAIT_RECEIVER", ReturnStatus.ANNOUNCED),
        ("RECEIVER_COMPLETE", ReturnStatus.RECEIVED),
        ("WAIT_PUT_AWAY", ReturnStatus.RECEIVED),
        ("EXPIRE_DESTRUCTION", ReturnStatus.CANCELLED),
        ("CANCEL_SUCCESS", ReturnStatus.CANCELLED),
        ("SOMETHING_NEW", ReturnStatus.UNKNOWN),
    ],
)
def test_goods_are_asked_for_only_when_they_were_put_away(stated, status):
    made, server = provider(returns_of(returned(1, status=stated)))
    (state,) = made.fetch_returns(["DEFRA"], SINCE).records
    assert (state.status, state.status_text, state.lines) == (status, stated, ())
    assert len(server.requests) == 1


def test_a_full_page_of_returns_has_another_and_a_damaged_one_is_set_aside():
    entries = [returned(number, status="WAIT_CHECK") for number in range(99)]
    made, server = provider(returns_of(*entries, returned(99, status="WAIT_CHECK", rma_no="")), returns_of())
    first = made.fetch_returns(["DEFRA"], SINCE)
    assert (len(first.records), first.next_token) == (99, "1")
    ((path, _reason, entry),) = first.broken
    assert ("rma_no" in path, entry["reference_no"]) == (True, "GRS99")
    assert made.fetch_returns(["DEFRA"], SINCE, token="1").records == ()
    assert json.loads(server.requests[1].body)["page_start"] == 1
