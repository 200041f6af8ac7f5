"""Winit: the two signatures, errors, and what its tables leave open."""

import hashlib
import json
from datetime import datetime, timezone

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    InvalidPayload,
    Money,
    NotReady,
    RateLimited,
    Rejected,
    Unavailable,
)
from addons.overseas_warehouse.contract import FeeKind, Handle, OutboundStatus, ProductCard, StockEventKind
from addons.overseas_warehouse_winit.connector import Credentials, WinitProvider
from addons.overseas_warehouse_winit.connector.bills import kind_of
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.overseas_run import SIZE

TOKEN, SECRET = "TOKEN-4711-0815", "SECRET-4711-0815"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=timezone.utc), datetime(2026, 5, 20, tzinfo=timezone.utc)


def provider(*answers):
    time, server = FakeTime(), FakeServer(*answers)
    credentials = Credentials("me@example.com", TOKEN, "client", SECRET, "ERP")
    made = WinitProvider(credentials, session=session_of(server), clock=time.clock, sleep=time.sleep)
    return made, server


def good(data):
    return answer({"code": "0", "msg": "ok", "data": data})


def bad(message):
    return answer({"code": "9", "msg": message, "data": None})


def test_both_signatures_cover_the_data_as_it_is_sent():
    made, server = provider(good({"list": []}))
    made.fetch_outbounds([Handle("单号-1")])
    (request,) = server.requests
    assert request.url == "https://openapi.winit.com.cn/openapi/service"
    assert request.headers["Content-Length"] == str(len(request.body))
    envelope = json.loads(request.body)
    data = (
        '{"dateOrderedEndDate":"2026-05-29","dateOrderedStartDate":"2025-05-29","pageNum":1,"pageSize":50,'
        '"sellerOrderNo":"单号-1"}'
    )
    assert f'"data":{data}'.encode() in request.body
    signed = (
        f"actionqueryOutboundOrderListapp_keyme@example.comdata{data}formatjsonplatformERPsign_methodmd5"
        f"timestamp{envelope['timestamp']}version1.0"
    )
    assert envelope["sign"] == hashlib.md5(f"{TOKEN}{signed}{TOKEN}".encode()).hexdigest().upper()
    assert envelope["client_sign"] == hashlib.md5(f"{SECRET}{signed}{SECRET}".encode()).hexdigest().upper()
    assert TOKEN.encode() not in request.body


def test_no_data_is_signed_as_nothing():
    made, server = provider(good([]))
    made.fetch_warehouses()
    envelope = json.loads(server.requests[0].body)
    assert "data" not in envelope
    signed = (
        f"actionqueryWarehouseapp_keyme@example.comdataformatjsonplatformERPsign_methodmd5"
        f"timestamp{envelope['timestamp']}version1.0"
    )
    assert envelope["sign"] == hashlib.md5(f"{TOKEN}{signed}{TOKEN}".encode()).hexdigest().upper()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("sign is wrong", AuthenticationFailed),
        ("token无效，请重新授权", AuthenticationFailed),
        ("请求过于频繁", RateLimited),
        ("系统繁忙，请稍后再试", Unavailable),
        ("库存不足", Rejected),
    ],
)
def test_errors_are_told_by_their_words(message, error):
    made, _server = provider(*[bad(message) for _ in range(6)])
    with pytest.raises(error):
        made.fetch_warehouses()


def test_a_number_that_winit_does_not_know_is_missing_and_another_refusal_is_not():
    made, _server = provider(bad("订单不存在"))
    assert made.fetch_outbounds([Handle("SO1", "WO1")]) == []
    made, _server = provider(bad("参数错误"))
    with pytest.raises(Rejected):
        made.fetch_outbounds([Handle("SO1", "WO1")])


def stock(**more):
    return {"merchandiseCode": "CUP", "usableQty": 5, "waitingOutboundQty": 2, "inStockQty": 10, **more}


def test_what_is_neither_usable_nor_promised_is_not_to_be_sold():
    made, _server = provider(
        good({"list": [stock(onOrderQty=7)]}), good({"list": [{"merchandiseCode": "CUP", "inStockQty": 1}]})
    )
    (line,) = made.fetch_stock(["DE0001"]).records
    assert (line.sellable, line.reserved, line.damaged, line.inbound) == (5, 2, 4, 7)


@pytest.mark.parametrize(("more", "words"), [({"usableQty": -1}, "usableQty.*-1"), ({"inStockQty": 3}, "3 units are")])
def test_a_stock_that_cannot_be_is_no_report(more, words):
    made, _server = provider(good({"list": [stock(**more)]}), good({"list": []}))
    with pytest.raises(InvalidPayload, match=words):
        made.fetch_stock(["DE0001"])


def test_a_change_is_the_difference_of_two_stocks():
    entry = {
        "uuid": "u1",
        "warehouseCode": "DE0001",
        "skuCode": "CUP",
        "docType": "OUTBOUND",
        "docNo": "WO1",
        "startQty": 9,
        "endQty": 6,
        "changeQty": 3,
        "changeDate": "2026-05-02 07:00:00",
    }
    late = {**entry, "uuid": "u2", "changeDate": "2026-05-20 08:00:00"}
    broken = {**entry, "uuid": None}
    made, _server = provider(good({"list": [entry, late, broken]}))
    fetched = made.fetch_stock_events(["DE0001"], SINCE, UNTIL)
    (event,) = fetched.records
    assert (event.units, event.kind) == (-3, StockEventKind.OUTBOUND)
    assert event.at == datetime(2026, 5, 1, 23, tzinfo=timezone.utc)  # Beijing is eight hours ahead
    assert [path for path, _reason, _entry in fetched.broken] == ["winit.inventory.pageInvInouts.list[2].uuid"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": "VO", "statusName": "?"}, OutboundStatus.CANCELLED),
        ({"status": "X", "statusName": "库内异常"}, OutboundStatus.EXCEPTION),
        ({"status": "X", "statusName": "确认中"}, OutboundStatus.ACCEPTED),
        ({"status": "X", "statusName": "拣货中"}, OutboundStatus.PROCESSING),
        ({"status": "X", "statusName": "已出库", "outboundDate": "2026-05-02 07:00:00"}, OutboundStatus.SHIPPED),
        ({"status": "X", "statusName": "已妥投", "outboundDate": "2026-05-02 07:00:00"}, OutboundStatus.DELIVERED),
    ],
)
def test_the_status_of_an_order_is_told_by_its_name_and_its_date(more, status):
    made, _server = provider(good({"list": [{"outboundOrderNum": "WO1", "sellerOrderNo": "SO1", **more}]}))
    (state,) = made.fetch_outbounds([Handle("SO1", "WO1")])
    assert state.status is status


def test_a_void_order_frees_its_reference():
    entries = [
        {"documentNo": "WO1", "sellerOrderNo": "SO1", "status": "VO"},
        {"documentNo": "WO2", "sellerOrderNo": "SO1", "status": "OL"},
    ]
    detail = {"outboundOrderNum": "WO2", "sellerOrderNo": "SO1", "status": "OL", "statusName": "拣货中"}
    made, server = provider(good({"list": entries}), good({"list": [detail]}))
    made.fetch_outbounds([Handle("SO1")])
    assert json.loads(server.requests[1].body)["data"] == {"outboundOrderNum": "WO2"}


def test_labels_without_packages_come_later():
    made, _server = provider(good({"orderNo": "WI1", "sellerOrderNo": "ASN1", "status": "OD", "packageList": []}))
    with pytest.raises(NotReady):
        made.fetch_inbound_labels(Handle("ASN1", "WI1"))


def test_a_declared_value_in_another_currency_is_refused_here():
    made, server = provider()
    (booking,) = made.push_products([ProductCard("CUP", "Cup", SIZE[0], *SIZE, "cup", Money(SIZE[0], "EUR", "40"))])
    assert not booking.accepted
    assert "USD" in booking.message
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("仓租费", FeeKind.STORAGE),
        ("退货处理费", FeeKind.RETURN),
        ("入库处理费", FeeKind.INBOUND),
        ("Delivery fee", FeeKind.FREIGHT),
        ("订单处理费", FeeKind.HANDLING),
        ("进口关税", FeeKind.DUTY),
        ("其它", FeeKind.OTHER),
    ],
)
def test_a_charge_is_told_by_its_name(name, kind):
    assert kind_of(name) is kind
