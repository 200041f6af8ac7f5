"""Cancellations, refunds and returns: what is sent, and what answers to it mean."""

from datetime import datetime, timezone

import pytest

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Money,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    ShipmentLine,
)
from addons.marketplace_shopify.connector.returns import parse_return
from tests.plain.fake_http import FakeTime
from tests.plain.shopify.shop import DOMAIN, Shop, bag, connect, page, part, refund, refund_line

AT = datetime(2026, 5, 21, 8, tzinfo=timezone.utc)


# === CANCELLATIONS AND REFUNDS === #


def euro(text):
    return Money.parse(text, "EUR", "")


def payable(most="100.0", suggested=None, total=None, notes=()):
    payments = [{"gateway": name, "maximumRefundableSet": amount, "parentTransaction": {"id": f"t-{name}"}}
                for name, amount in (most if isinstance(most, list) else [("card", bag(most))])]  # fmt: skip
    return Shop(
        Refundable={
            "order": {
                "id": "1",
                "totalPriceSet": total or bag("100.0"),
                "refunds": [{"id": "1", "note": note} for note in notes],
                "suggestedRefund": {"amountSet": suggested or bag("10.0"), "suggestedTransactions": payments},
            }
        },
        GiveRefund={"refundCreate": {"refund": {"id": "1"}, "userErrors": []}},
    )


def test_a_refund_names_lines_restock_and_payments():
    shop = payable([("gift_card", bag("4.0")), ("card", bag("50.0"))])
    lines = (
        RefundLine("1", 2, euro("12.00"), Restock.SELLABLE),
        RefundLine("2", 1, euro("3.00"), Restock.UNSELLABLE),
        RefundLine("3", 0, euro("1.50")),
    )
    wish = Refund("REF/1", DOMAIN, "1", lines, "damaged", shipping=euro("2.50"))
    connector = connect(shop, FakeTime(), locations=("7",))
    assert connector.refund_orders([wish])[0].accepted
    (call,) = shop.of("GiveRefund")
    sent_refund = call["input"]
    assert sent_refund["refundLineItems"] == [
        {
            "lineItemId": "gid://shopify/LineItem/1",
            "quantity": 2,
            "restockType": "RETURN",
            "locationId": "gid://shopify/Location/7",
        },
        {"lineItemId": "gid://shopify/LineItem/2", "quantity": 1, "restockType": "NO_RESTOCK"},
    ]
    assert [(item["gateway"], item["amount"], item["parentId"]) for item in sent_refund["transactions"]] == [
        ("gift_card", "4.0", "t-gift_card"),
        ("card", "15.00", "t-card"),
    ]
    assert (sent_refund["shipping"], sent_refund["note"]) == ({"amount": "2.50"}, "damaged [REF/1]")
    connector.refund_orders([wish])
    assert shop.of("GiveRefund")[1]["key"] == call["key"]  # the same refund for Shopify, too


def test_a_refund_that_is_there_is_not_given_again():
    shop = payable(notes=["damaged [REF/10]", "damaged [REF/1]"])
    (result,) = connect(shop, FakeTime()).refund_orders([Refund("REF/1", DOMAIN, "1", (), "")])
    assert (result.accepted, result.message) == (True, "already refunded")


def test_refunds_go_back_in_the_currency_of_the_buyer():
    shop = payable([("card", bag("100.0", "EUR", "110.0", "USD"))], bag("10.0", "EUR", "11.03", "USD"),
                   bag("100.0", "EUR", "110.0", "USD"))  # fmt: skip
    for amount, paid in (("10.00", "11.03"), ("5.05", "5.56")):
        wish = Refund(f"REF/{amount}", DOMAIN, "1", (RefundLine("1", 1, euro(amount)),), "")
        assert connect(shop, FakeTime()).refund_orders([wish])[0].accepted
        refund_input = shop.of("GiveRefund")[-1]["input"]
        assert refund_input["currency"] == "USD"
        assert refund_input["transactions"][0]["amount"].rstrip("0") == paid.rstrip("0")


def test_impossible_refunds_are_refused():
    connector = connect(payable("5.0"), FakeTime())
    too_much = Refund("REF/1", DOMAIN, "1", (RefundLine("1", 1, euro("5.01")),), "")
    dollars = Refund("REF/2", DOMAIN, "1", (RefundLine("1", 1, Money.parse("1", "USD", "")),), "")
    results = connector.refund_orders([too_much, dollars])
    assert [result.message for result in results] == [
        "0.01 EUR more than can be paid back",
        "the order is in EUR, the refund in USD",
    ]


def test_settling_a_return_disposes_of_its_units_once():
    item = {"lineItem": {"id": "gid://shopify/LineItem/1", "sku": "A"}}
    line = {"id": "gid://shopify/ReturnLineItem/1", "unprocessedQuantity": 1, "fulfillmentLineItem": item}
    part = {"id": "gid://shopify/ReverseFulfillmentOrderLineItem/1", "dispositions": [], "fulfillmentLineItem": item}
    reverse = {"id": "r", "lineItems": {"nodes": [part]}, "reverseDeliveries": {"nodes": []}}
    returned = {
        "id": "gid://shopify/Return/5",
        "order": {"id": "gid://shopify/Order/1"},
        "refunds": page([]),
        "returnLineItems": page([line]),
        "reverseFulfillmentOrders": {"nodes": [reverse]},
    }
    shop = payable()
    shop.answers |= {"Return": {"return": returned}, "ProcessReturn": {"returnProcess": {"userErrors": []}}}
    lines = (RefundLine("1", 2, euro("10.00"), Restock.SELLABLE),)
    refund_ = Refund("REF/5", DOMAIN, "1", lines, "", "Return/5", shipping=euro("2.00"))
    connector = connect(shop, FakeTime(), locations=("7",))
    assert connector.refund_orders([refund_])[0].accepted
    sent_first = shop.of("ProcessReturn")[0]["input"]
    assert sent_first["returnLineItems"] == [
        {
            "id": "gid://shopify/ReturnLineItem/1",
            "quantity": 1,
            "dispositions": [
                {
                    "reverseFulfillmentOrderLineItemId": "gid://shopify/ReverseFulfillmentOrderLineItem/1",
                    "quantity": 1,
                    "dispositionType": "RESTOCKED",
                    "locationId": "gid://shopify/Location/7",
                }
            ],
        }
    ]
    assert sent_first["refundShipping"] == {"shippingRefundAmount": {"amount": "2.00", "currencyCode": "EUR"}}
    payments = sent_first["financialTransfer"]["issueRefund"]["orderTransactions"]
    assert payments == [{"parentId": "t-card", "transactionAmount": {"amount": "12.00", "currencyCode": "EUR"}}]
    part["dispositions"] = [{"type": "RESTOCKED", "quantity": 1}]
    connector.refund_orders([refund_])
    assert shop.of("ProcessReturn")[1]["input"]["returnLineItems"][0]["dispositions"] == []
    assert shop.of("GiveRefund") == []


def cancellable(**answers):
    times = iter([None, "2026-05-21T10:00:00Z"])
    return Shop(
        Cancellation=lambda variables: {"order": {"id": "1", "cancelledAt": next(times)}},
        Cancel={"orderCancel": {"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []}},
        Job={"job": {"id": "gid://shopify/Job/1", "done": True}},
        **answers,
    )


def cancel(shop, **fields):
    time = FakeTime()
    wish = Cancellation("CAN/1", DOMAIN, "1", **{"reason": CancelReason.OUT_OF_STOCK, **fields})
    return connect(shop, time).cancel_orders([wish])[0], time


def test_cancelling_is_a_job():
    shop = cancellable()
    result, time = cancel(shop)
    assert (result.accepted, time.waits) == (True, [1.0])
    (call,) = shop.of("Cancel")
    assert (call["reason"], call["restock"], call["refund"]) == (
        "INVENTORY",
        True,
        {"originalPaymentMethodsRefund": True},
    )
    assert call["note"] == "out_of_stock [CAN/1]"


def test_a_slow_job_is_asked_for_later():
    shop = cancellable()
    shop.answers["Job"] = {"job": {"id": "gid://shopify/Job/1", "done": False}}
    result, _time = cancel(shop)
    assert (result.accepted, result.retry_after) == (False, 60)


def test_a_job_that_did_not_cancel():
    shop = cancellable(Nothing={})
    shop.answers["Cancellation"] = {"order": {"id": "1", "cancelledAt": None}}
    result, _time = cancel(shop)
    assert (result.accepted, result.message) == (False, "Shopify could not cancel the order")


def test_refused_cancellations():
    shop = cancellable()
    error = {"code": "INVALID", "field": None, "message": "Order has a fulfillment."}
    shop.answers["Cancel"] = {"orderCancel": {"job": None, "orderCancelUserErrors": [error]}}
    assert cancel(shop)[0].message == "Order has a fulfillment."
    assert "nothing to decline" in cancel(cancellable(), decline=True)[0].message


def test_cancelling_lines_is_a_refund_of_their_price():
    shop = payable(suggested=bag("7.0"))
    shop.answers["FulfilmentOrders"] = {"order": {"id": "1", "fulfillmentOrders": page([part(1, "L1", {5: 1})])}}
    result, _time = cancel(shop, lines=(ShipmentLine("5", 1),))
    assert result.accepted
    sent_refund = shop.of("GiveRefund")[0]["input"]
    assert sent_refund["refundLineItems"] == [
        {"lineItemId": "gid://shopify/LineItem/5", "quantity": 1, "restockType": "CANCEL", "locationId": "L1"}
    ]
    assert sent_refund["transactions"][0]["amount"] == "7.0"


# === RETURNS === #


@pytest.mark.parametrize(
    ("restock", "kind"),
    [("CANCEL", ReturnKind.CANCELLATION), ("NO_RESTOCK", ReturnKind.REFUND), ("RETURN", ReturnKind.RETURN)],
)
def test_kinds_of_refunds(restock, kind):
    delivery = {"id": "gid://shopify/RefundShippingLine/3", "subtotalAmountSet": bag("2.0"), "taxAmountSet": bag("0.4")}
    payload = refund(7, [refund_line(1, 1, "5.0", restock, "1.0")], "8.4", refundShippingLines=[delivery])
    payload["order"]["taxesIncluded"] = False
    result = parse_return(payload, DOMAIN)
    assert (result.external_id, result.order_id, result.kind, result.status) == (
        "Refund/7",
        "1",
        kind,
        ReturnStatus.REFUNDED,
    )
    assert [(line.order_line_id, line.quantity, line.amount.text) for line in result.lines] == [
        ("1", 1, "6.0"),
        ("", 0, "2.4"),
    ]
    assert result.refund.text == "8.4"


def test_an_unknown_return():
    with pytest.raises(Rejected, match="Return/9"):
        connect(Shop(Return={"return": None}), FakeTime()).fetch_return(DOMAIN, "Return/9")
