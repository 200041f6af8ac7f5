"""Returns and refunds."""

import json
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    Money,
    Rejected,
)
from tests.plain.fake_http import answer
from tests.plain.walmart.play import ORDER, received, refund, returns, serve, taken
from tests.plain.walmart.walmart import (
    SHOP,
    SINCE,
    line,
    start,
)


def test_returns_by_time_of_change():
    walmart, connector = start(returns(received(1), cursor="?sellerId=1&cursor=x"), returns(received(2)))
    first = connector.fetch_returns([SHOP], SINCE)
    second = connector.fetch_returns([SHOP], SINCE, token=first.next_token)
    assert walmart.calls[0][1]["returnLastModifiedStartDate"] == "2026-05-01T00:00:00Z"
    assert walmart.calls[1][1] == {"sellerId": "1", "cursor": "x"}
    assert (first.complete_until, second.next_token) == (None, "")
    parsed = connector.parse_return(second.records[0].payload)
    assert (parsed.order_id, parsed.lines[0].order_line_id, parsed.refund.text) == (ORDER, "1", "10.83")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "approved"),
        ({"returnTrackingDetail": [{"eventTag": "RETURN_IN_TRANSIT", "sequenceNo": 1}]}, "in_transit"),
        ({"status": "DELIVERED"}, "received"),
        ({"status": "COMPLETED"}, "closed"),
        ({"status": "COMPLETED", "refundedQty": 1}, "refunded"),
        ({"currentRefundStatus": "REFUND_COMPLETED"}, "refunded"),
        ({"status": "TELEPORTED"}, "unknown"),
    ],
)
def test_states_of_returns(fields, expected):
    _walmart, connector = start()
    payload = json.loads(json.dumps(received(**fields)), parse_float=str)
    assert connector.parse_return(payload).status.value == expected


def test_a_refund_splits_its_tax_off_and_carries_our_reference():
    walmart, connector = start(orders_get=serve(line()), orders_refund=taken)
    shipping = Money(Decimal("2.50"), "USD", "2.50")
    assert connector.refund_orders([refund("5.42", shipping=shipping)])[0].accepted
    (body,) = walmart.sent("orders.refund")
    (entry,) = body["orderRefund"]["orderLines"]["orderLine"]
    (detail,) = entry["refunds"]["refund"]
    charges = [known["charge"] for known in detail["refundCharges"]["refundCharge"]]
    assert (detail["refundComments"], entry["isFullRefund"]) == ("R1", False)
    assert [known["chargeAmount"]["amount"] for known in charges] == [-5.0, -2.5]
    assert charges[0]["tax"]["taxAmount"]["amount"] == -0.42
    assert {known["refundReason"] for known in detail["refundCharges"]["refundCharge"]} == {"DamagedItem"}


def test_a_refund_that_walmart_has_is_not_paid_again():
    paid = {"refundId": "1", "refundComments": "R1", "refundCharges": {"refundCharge": []}}
    walmart, connector = start(orders_get=serve(line(refund=paid)))
    (result,) = connector.refund_orders([refund()])
    assert (result.accepted, result.message) == (True, "already paid back")
    assert set(walmart.count()) == {"orders.get"}


def test_a_whole_return_is_paid_by_the_return():
    walmart, connector = start(returns_list=lambda *_a: returns(received()), returns_refund=lambda *_a: answer({}))
    assert connector.refund_orders([refund(return_id=received()["returnOrderId"])])[0].accepted
    assert walmart.sent("returns.refund") == [
        {
            "customerOrderId": "4021604321821",
            "refundLines": [{"returnOrderLineNumber": 1, "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1}}],
        }
    ]


def test_a_part_of_a_return_is_paid_by_the_order():
    walmart, connector = start(
        returns_list=lambda *_a: returns(received()), orders_get=serve(line()), orders_refund=taken
    )
    assert connector.refund_orders([refund("4.00", return_id=received()["returnOrderId"])])[0].accepted
    assert walmart.count()["orders.refund"] == 1 and "returns.refund" not in walmart.count()


def test_a_settled_return_is_not_paid_again():
    walmart, connector = start(returns_list=lambda *_a: returns(received(refundedQty=1)))
    assert connector.refund_orders([refund(return_id=received()["returnOrderId"])])[0].message == "already paid back"
    assert set(walmart.count()) == {"returns.list"}


def test_a_return_that_nobody_knows():
    _walmart, connector = start(returns())
    with pytest.raises(Rejected, match="no return 5"):
        connector.fetch_return(SHOP, "5")
