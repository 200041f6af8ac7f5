"""Cancellations, returns and refunds."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    Money,
    Rejected,
    Restock,
    Return,
    ShipmentLine,
)
from tests.plain.tiktok.play import (
    ORDER,
    cancellation,
    cancellations,
    done,
    known,
    play,
    received,
    refund,
    returns,
    sent,
    serve_order,
)
from tests.plain.tiktok.tiktok import (
    NOW,
    SHOP,
    SINCE,
    item,
    success,
)


def test_the_seller_cancels():
    tiktok, connector = play(cancellations_search=cancellations(), cancellations_create=done)
    lines = (ShipmentLine(item(1)["id"], 1),)
    assert connector.cancel_orders([cancellation(lines=lines)])[0].accepted
    assert sent(tiktok, "cancellations.create") == [
        {
            "order_id": ORDER,
            "cancel_reason": "seller_cancel_reason_wrong_price",
            "order_line_item_ids": [item(1)["id"]],
        }
    ]


@pytest.mark.parametrize(
    ("entry", "lines", "asked"),
    [
        (known("CANCELLATION_REQUEST_COMPLETE", "SELLER"), ("1",), False),
        (known("CANCELLATION_REQUEST_COMPLETE", "SELLER"), ("2",), True),
        (known("CANCELLATION_REQUEST_CANCEL", "SELLER"), ("1",), True),
    ],
)
def test_what_is_cancelled_already_is_not_cancelled_again(entry, lines, asked):
    tiktok, connector = play(cancellations_search=cancellations(entry), cancellations_create=done)
    units = tuple(ShipmentLine(item(number)["id"], 1) for number in lines)
    assert connector.cancel_orders([cancellation(lines=units)])[0].accepted
    assert bool(sent(tiktok, "cancellations.create")) is asked


def test_a_buyers_wish_is_approved_or_declined():
    tiktok, connector = play(
        orders_detail=serve_order(item(1)),
        cancellations_search=cancellations(known()),
        cancellations_approve=done,
        cancellations_reject=done,
        returns_reject_reasons=lambda *_args: success({"reasons": [{"name": "already_shipped", "text": "Shipped"}]}),
    )
    assert connector.cancel_orders([cancellation()])[0].accepted
    assert connector.cancel_orders([cancellation(decline=True, note="on its way")])[0].accepted
    assert tiktok.count()["cancellations.approve"] == 1
    assert sent(tiktok, "cancellations.reject") == [{"reject_reason": "already_shipped", "comment": "on its way"}]


def test_a_whole_order_is_cancelled_after_a_part_of_it():
    part = known("CANCELLATION_REQUEST_COMPLETE", "SELLER", item(1)["id"])
    items = [item(1, status="CANCELLED"), item(2)]
    tiktok, connector = play(
        orders_detail=serve_order(*items), cancellations_search=cancellations(part), cancellations_create=done
    )
    assert connector.cancel_orders([cancellation()])[0].accepted
    assert len(sent(tiktok, "cancellations.create")) == 1


def test_nothing_to_decline():
    _tiktok, connector = play(cancellations_search=cancellations())
    (result,) = connector.cancel_orders([cancellation(decline=True)])
    assert not result.accepted and "any more" in result.message


def test_returns_then_cancellations():
    ours = {**known(), "create_time": int(NOW) - 900, "update_time": int(NOW) - 600}
    tiktok, connector = play(returns_search=returns(received()), cancellations_search=cancellations(ours))
    first = connector.fetch_returns([SHOP], SINCE)
    second = connector.fetch_returns([SHOP], SINCE, token=first.next_token)
    assert [record.external_id for record in first.records + second.records] == [
        "4035318504086604111",
        "4035318504086604100",
    ]
    assert (first.complete_until, second.next_token) == (None, "")
    parsed = [connector.parse_return(record.payload) for record in first.records + second.records]
    assert all(isinstance(entry, Return) for entry in parsed)
    assert [entry.kind.value for entry in parsed] == ["return", "cancellation"]


@pytest.mark.parametrize(
    ("action", "amount", "restock", "expected"),
    [
        ("SELLER_RESPOND_REFUND", "10.00", Restock.NONE, {"decision": "APPROVE_REFUND"}),
        ("SELLER_RESPOND_RETURN", "10.00", Restock.NONE, {"decision": "APPROVE_RETURN", "buyer_keep_item": True}),
        ("SELLER_RESPOND_RETURN", "10.00", Restock.SELLABLE, {"decision": "APPROVE_RETURN"}),
        ("SELLER_RESPOND_RECEIVE_PACKAGE", "10.00", Restock.SELLABLE, {"decision": "APPROVE_RECEIVED_PACKAGE"}),
        (
            "SELLER_RESPOND_REFUND",
            "4.00",
            Restock.NONE,
            {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": {"amount": "4.00", "currency": "GBP"}},
        ),
    ],
)
def test_a_return_is_answered_as_its_state_asks(action, amount, restock, expected):
    tiktok, connector = play(returns_search=returns(received(action)), returns_approve=done)
    (result,) = connector.refund_orders([refund(amount, restock, return_id="4035318504086604111")])
    assert result.accepted and sent(tiktok, "returns.approve") == [expected]
    assert next(query for name, query, _b in tiktok.calls if name == "returns.approve")["idempotency_key"] == "R1"


def test_a_settled_return_is_not_paid_again():
    entry = received("", "RETURN_OR_REFUND_REQUEST_COMPLETE")
    tiktok, connector = play(returns_search=returns(entry))
    assert connector.refund_orders([refund(return_id="4035318504086604111")])[0].accepted
    assert "returns.approve" not in tiktok.count()


def test_a_return_that_expects_no_answer():
    _tiktok, connector = play(returns_search=returns(received("", "AWAITING_BUYER_SHIP")))
    (result,) = connector.refund_orders([refund(return_id="4035318504086604111")])
    assert not result.accepted and "AWAITING_BUYER_SHIP" in result.message


def test_a_refund_without_a_return_carries_its_key_and_all_its_money():
    tiktok, connector = play(returns_create=lambda *_args: success({"return_id": "1", "return_status": "X"}))
    shipping = Money(Decimal("2.50"), "GBP", "2.50")
    assert connector.refund_orders([refund(shipping=shipping)])[0].accepted
    (_shops, (_operation, query, body)) = tiktok.calls
    assert (query["idempotency_key"], body["refund_total"], body["return_type"]) == ("R1", "12.50", "REFUND")


def test_a_return_that_nobody_knows():
    _tiktok, connector = play(returns_search=returns(), cancellations_search=cancellations())
    with pytest.raises(Rejected, match="no return 5"):
        connector.fetch_return(SHOP, "5")
