"""ECCANG's messages: there are no recorded samples, so requests are held against the field lists."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import Address, AuthenticationFailed, Money, RateLimited, Rejected, Unavailable
from addons.overseas_warehouse.connector import ec_family
from addons.overseas_warehouse.contract import (
    Carton,
    Handle,
    InboundNotice,
    InboundStatus,
    OutboundLine,
    OutboundOrder,
    OutboundStatus,
    Transport,
)
from addons.overseas_warehouse_eccang.connector import inbound, outbound, read_warehouses, soap
from addons.overseas_warehouse_eccang.connector.api import EccangApi, Node
from tests.plain.eccang.spec import check_request, services
from tests.plain.eccang.test_conformance import envelope
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

SIZE = (Decimal(40), Decimal(30), Decimal(20), Decimal(8))


def api(*answers):
    time = FakeTime()
    session = session_of(FakeServer(*answers))
    return EccangApi("https://wms.example/svc", "key-key-key", "tok-tok-tok", session=session, sleep=time.sleep)


def order():
    """An order with all that a provider may be given."""
    address = Address("Ada", "Loom", "Weg 1", "Hof", "3", "Bonn", "Mitte", "NW", "53111", "DE", "0228")
    line = OutboundLine("CUP", 2, Money(Decimal("1.50"), "EUR", "1.50"), lot="L1")
    return OutboundOrder("SO1", "DE1", "DHL", address, (line,), "a@b.example", "ebay", "1001", "fragile")


def test_what_is_sent_stands_in_the_field_lists():
    if not services():
        pytest.skip("no specifications beside the checkout: ../shared/specs is absent")
    notice = InboundNotice("ASN1", "DE1", (Carton(1, *SIZE, (("CUP", 3),)),), Transport.AIR, date(2026, 3, 1), "T1")
    built = {"createAsn": inbound.build(notice), "createOrder": outbound.build(order())}
    for service, params in built.items():
        check_request(service, params)
    used = {"getProductList", "getAsnList", "getOrderList", "getOrderByCode", "getOrderByRefCode", "cancelOrder"}
    assert used | set(built) <= set(services())
    told = f"{len(used | set(built))} of {len(services())} services used"
    print(f"ECCANG: no recorded samples; built {len(built)} / total {len(built)}, {told}")


def test_an_order_carries_its_batch_and_its_value_as_text():
    (item,) = outbound.build(order())["items"]
    expected = {"product_sku": "CUP", "quantity": 2, "product_declared_value": "1.50", "batch_info": {"L1": 2}}
    assert item == expected


def test_the_envelope_keeps_every_character():
    content = soap.build("createOrder", {"name": "A & B <ü> 谷"}, "key", "token")
    assert b"A & B" not in content and b"callService" in content
    assert soap.read("x", b"<e><r><response>{\"amount\": 1.10}</response></r></e>") == {"amount": "1.10"}


@pytest.mark.parametrize(
    "content",
    [b"", b"<e><response>{</response></e>", b"<e><resp", b"<e><response>[]</response></e>", b"<html>Bad</html>"],
)
def test_an_answer_that_broke_off_may_come_whole_later(content):
    with pytest.raises(Unavailable):
        soap.read("getAsnList", content)


def test_entities_of_an_answer_are_not_followed():
    bomb = b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/hostname">]><e><response>&x;</response></e>'
    with pytest.raises(Unavailable):
        soap.read("getAsnList", bomb)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"ask": "Failure", "message": "appToken is wrong"}, AuthenticationFailed),
        ({"ask": "Failure", "message": "请求过于频繁"}, RateLimited),
        ({"ask": "Failure", "message": "系统繁忙"}, Unavailable),
        ({"ask": "Failure", "Error": {"errMessage": "库存不足"}}, Rejected),
    ],
)
def test_errors_stand_in_the_body(body, error):
    with pytest.raises(error):
        api(envelope(body)).order("createOrder", {})


def test_a_stop_that_is_not_confirmed_is_asked_about_again():
    waiting = {"ask": "Success", "data": {"order_code": "G1", "order_status": "W"}}
    client = api(envelope(waiting), envelope({"ask": "Success"}), envelope(waiting))
    (result,) = outbound.cancel(client, [Handle("SO1", "G1")])
    assert not result.accepted and result.retry_after == ec_family.CONFIRMATION


def test_a_lost_connection_leaves_the_other_orders_for_later():
    client = api(*[answer(b"", 503) for _ in range(4)])
    first, second = outbound.create(client, [order(), order()])
    assert first.retry_after and second.retry_after and not (first.accepted or second.accepted)


def test_notices_sum_what_was_received_per_box():
    items = [{"product_sku": "CUP", "box_no": 1, "received_qty": units, "inventory_type": kind}
             for units, kind in (("5", "1"), (2, 1), (1, "2"))]  # fmt: skip
    node = Node({"receiving_code": "RV1", "reference_no": "A1", "receiving_status": 8, "items": items}, "asn")
    state = inbound.read(node)
    assert state.status is InboundStatus.RECEIVING
    assert [(line.carton, line.sellable, line.damaged) for line in state.received] == [(1, 7, 1)]


def test_times_are_beijings():
    row = {"order_code": "G1", "order_status": "D", "date_shipping": "2026-01-02 08:00:00", "tracking_no": "T"}
    state = ec_family.read_order(Node(row, "order"))
    assert state.status is OutboundStatus.SHIPPED
    assert state.shipped_at == datetime(2026, 1, 2, tzinfo=timezone.utc)


def test_warehouses_are_typed_in_by_line():
    codes = [(info.code, info.name, info.country_code) for info in read_warehouses("DE1, Hamburg, de\n\nUS1,LA,US")]
    assert codes == [("DE1", "Hamburg", "DE"), ("US1", "LA", "US")]
    for line in ("DE1", "DE1, Hamburg", "DE1, , DE", "DE1, Hamburg, Germany"):
        with pytest.raises(ValueError, match=line):
            read_warehouses(f"US1, LA, US\n{line}")
