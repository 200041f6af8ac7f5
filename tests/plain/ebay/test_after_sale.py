"""Shipments, cancellations, refunds, returns and offers: what is sent, and what is understood."""

import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    InvalidPayload,
    Money,
    Refund,
    RefundLine,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
)
from addons.marketplace_ebay.connector.refunds import refund_request, return_refund_request
from addons.marketplace_ebay.connector.returns import parse_return
from addons.marketplace_ebay.connector.shipments import confirmation
from tests.plain.ebay.ebay import SINCE, Ebay, connect, errors
from tests.plain.ebay.samples import GB, line, order, return_summary
from tests.plain.fake_http import answer

ITEM, OTHER_ITEM = line(1)["lineItemId"], line(2)["lineItemId"]
ORDER = order(1)["orderId"]
SHIPMENT = Shipment(
    "WH/OUT/1", GB, ORDER, "RoyalMail", "Royal Mail", "AB 123-456 GB",
    datetime(2026, 5, 21, 9, tzinfo=timezone.utc), (ShipmentLine(ITEM, 2),),
)  # fmt: skip
CANCELLATION = Cancellation("C1", GB, ORDER, CancelReason.OUT_OF_STOCK)


def money(value, currency="GBP"):
    return Money(Decimal(value), currency, value)


def refund(*lines, **fields):
    return Refund("R1", GB, ORDER, tuple(lines), fields.pop("reason", "OTHER_ADJUSTMENT"), **fields)


def written(server, part):
    return [json.loads(request.body) for request in server.requests
            if request.method == "POST" and part in request.url and request.body]  # fmt: skip


# === SHIPMENTS === #


def test_a_confirmation():
    assert confirmation(SHIPMENT) == {
        "lineItems": [{"lineItemId": ITEM, "quantity": 2}],
        "shippedDate": "2026-05-21T09:00:00.000Z",
        "trackingNumber": "AB123456GB",
        "shippingCarrierCode": "RoyalMail",
    }
    assert confirmation(replace(SHIPMENT, carrier_code="", carrier_name="Own van"))["shippingCarrierCode"] == "Own van"


def test_a_parcel_without_number_is_confirmed_once():
    server = Ebay([order(1)])
    plain = replace(SHIPMENT, tracking="")
    assert "shippingCarrierCode" not in confirmation(plain)
    for _ in range(2):
        assert connect(server).confirm_shipments([plain])[0].accepted
    later = replace(plain, reference="WH/OUT/2", shipped_at=datetime(2026, 5, 22, 9, tzinfo=timezone.utc))
    assert connect(server).confirm_shipments([later])[0].accepted
    assert len(server.parcels[ORDER]) == 2


def test_what_ebay_cannot_take_now_comes_back_with_all_that_follows():
    server = Ebay([order(1), order(2)])
    server.before = lambda request: errors(30500, "System error", 500) if "fulfillment" in request.url else None
    results = connect(server).confirm_shipments([SHIPMENT, replace(SHIPMENT, reference="WH/OUT/2")])
    assert [(result.reference, result.accepted) for result in results] == [("WH/OUT/1", False), ("WH/OUT/2", False)]
    assert all(result.retry_after for result in results)


# === CANCELLATIONS === #


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (CancelReason.BUYER_REQUEST, "BUYER_ASKED_CANCEL"),
        (CancelReason.ADDRESS, "ADDRESS_ISSUES"),
        (CancelReason.OUT_OF_STOCK, "OUT_OF_STOCK_OR_CANNOT_FULFILL"),
        (CancelReason.OTHER, "OUT_OF_STOCK_OR_CANNOT_FULFILL"),
    ],
)
def test_reasons(reason, word):
    server = Ebay([order(1)])
    assert connect(server).cancel_orders([replace(CANCELLATION, reason=reason)])[0].accepted
    assert written(server, "/cancellation") == [{"legacyOrderId": ORDER, "cancelReason": word, "buyerPaid": True}]


def test_ebay_wants_to_know_whether_the_buyer_has_paid():
    unpaid = order(1, orderPaymentStatus="PENDING")
    paid = order(2)
    paid["paymentSummary"]["payments"] = [{"paymentDate": "2026-05-20T10:00:01.000Z", "paymentMethod": "EBAY"}]
    server = Ebay([unpaid, paid])
    both = [CANCELLATION, replace(CANCELLATION, reference="C2", order_id=paid["orderId"])]
    assert all(result.accepted for result in connect(server).cancel_orders(both))
    first, second = written(server, "/cancellation")
    assert (first["buyerPaid"], "buyerPaidDate" in first) == (False, False)
    assert second["buyerPaidDate"] == {"value": "2026-05-20T10:00:01.000Z"}


def test_ebay_cancels_whole_orders_only():
    server = Ebay([order(1, [line(1, "20.00", 2), line(2)])])
    part = replace(CANCELLATION, lines=(ShipmentLine(ITEM, 1),))
    (result,) = connect(server).cancel_orders([part])
    assert (result.accepted, result.retry_after) == (False, None)
    assert "whole orders" in result.message
    whole = replace(CANCELLATION, lines=(ShipmentLine(ITEM, 2), ShipmentLine(OTHER_ITEM, 1)))
    assert connect(server).cancel_orders([whole])[0].accepted


def test_a_wish_that_nobody_had_cannot_be_declined():
    (result,) = connect(Ebay([order(1)])).cancel_orders([replace(CANCELLATION, decline=True)])
    assert (result.accepted, result.message) == (False, "the buyer has not asked")


def test_a_wish_is_answered_once():
    server = Ebay([order(1)])
    asked = {"cancelId": "53", "legacyOrderId": ORDER, "cancelStatus": "CANCEL_REQUESTED"}
    for decline, status in ((True, "CANCEL_REJECTED"), (False, "CANCEL_PENDING")):
        server.cancellations = {"53": dict(asked)}
        for _ in range(2):
            (result,) = connect(server).cancel_orders([replace(CANCELLATION, decline=decline)])
            assert result.accepted, result.message
        assert server.cancellations["53"]["cancelStatus"] == status
    assert len(server.cancellations) == 1


# === REFUNDS === #


def test_a_refund_of_line_items():
    body = refund_request(
        refund(
            RefundLine(ITEM, 1, money("2.50")),
            RefundLine(OTHER_ITEM, 0, money("1.00")),
            RefundLine(ITEM, 0, money("0.50")),
            shipping=money("3.80"),
            note="sorry",
        )  # fmt: skip
    )
    assert body == {
        "reasonForRefund": "OTHER_ADJUSTMENT",
        "comment": "sorry",
        "refundItems": [
            {"lineItemId": ITEM, "refundAmount": {"value": "6.80", "currency": "GBP"}},
            {"lineItemId": OTHER_ITEM, "refundAmount": {"value": "1.00", "currency": "GBP"}},
        ],
    }


def test_a_refund_of_the_order():
    body = refund_request(refund(RefundLine("", 0, money("2.50")), shipping=money("3.80"), reason="the box was wet"))
    assert body == {
        "reasonForRefund": "OTHER_ADJUSTMENT",
        "comment": "the box was wet",
        "orderLevelRefundAmount": {"value": "6.30", "currency": "GBP"},
    }
    assert refund_request(refund(shipping=money("3.80")))["orderLevelRefundAmount"]["value"] == "3.80"


def test_currencies_are_not_mixed():
    mixed = refund(RefundLine(ITEM, 1, money("2.50")), shipping=money("3.80", "EUR"))
    (result,) = connect(Ebay([order(1)])).refund_orders([mixed])
    assert (result.accepted, result.retry_after) == (False, None)
    assert "currency" in result.message


def test_another_amount_is_another_refund():
    server = Ebay([order(1)])
    connector = connect(server)
    for value in ("1.00", "1.00", "2.00"):
        assert connector.refund_orders([refund(RefundLine(ITEM, 0, money(value)))])[0].accepted
    assert [body["refundItems"][0]["refundAmount"]["value"] for body in server.refunds] == ["1.00", "2.00"]


def test_an_order_refunded_as_a_whole_is_not_refunded_again():
    server = Ebay([order(1)])
    whole = refund(RefundLine("", 0, money("10.00")))
    for _ in range(2):
        assert connect(server).refund_orders([whole])[0].accepted
    assert len(server.refunds) == 1


def test_a_refund_that_failed():
    server = Ebay([order(1)])
    server.before = lambda request: answer({"refundStatus": "FAILED"}) if "issue_refund" in request.url else None
    (result,) = connect(server).refund_orders([refund(RefundLine(ITEM, 0, money("1.00")))])
    assert (result.accepted, result.message) == (False, "eBay: the refund failed")


def test_a_return_is_paid_back_once():
    server = Ebay([order(1)], [return_summary(1)])
    wanted = refund(RefundLine(ITEM, 1, money("10.00")), shipping=money("2.95"), return_id="5000000001", note="thanks")
    body = return_refund_request(wanted)
    assert body["refundDetail"]["totalAmount"] == {"value": 12.95, "currency": "GBP"}
    assert [part["refundFeeType"] for part in body["refundDetail"]["itemizedRefundDetail"]] == [
        "PURCHASE_PRICE",
        "ORIGINAL_SHIPPING",
    ]
    assert body["comments"] == {"content": "thanks"}
    for _ in range(2):
        assert connect(server).refund_orders([wanted])[0].accepted
    assert server.refunds == [body]


# === RETURNS === #


def filed(**fields):
    items = [{"lineItemId": ITEM, "legacyItemId": "400000000001", "sku": "CB-01-NAT"}]
    summary = json.loads(json.dumps(return_summary(1, **fields)), parse_float=str)
    return {"summary": summary, "order": {"lineItems": items, "marketplaceId": GB}}


def test_a_return():
    parsed = parse_return(filed())
    assert (parsed.external_id, parsed.order_id, parsed.shop_id) == ("5000000001", ORDER, GB)
    assert (parsed.kind, parsed.status, parsed.status_text) == (
        ReturnKind.RETURN, ReturnStatus.REQUESTED, "RETURN_REQUESTED",
    )  # fmt: skip
    (item,) = parsed.lines
    assert (item.order_line_id, item.sku, item.quantity, item.amount) == (ITEM, "CB-01-NAT", 1, money("10.0"))
    assert (parsed.reason, parsed.note) == ("ARRIVED_DAMAGED", "the spout is broken")
    assert parsed.answer_by == datetime(2026, 5, 24, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("READY_FOR_SHIPPING", ReturnStatus.APPROVED),
        ("ITEM_SHIPPED", ReturnStatus.IN_TRANSIT),
        ("ITEM_DELIVERED", ReturnStatus.RECEIVED),
        ("LESS_THAN_A_FULL_REFUND_ISSUED", ReturnStatus.REFUNDED),
        ("ESCALATED", ReturnStatus.DISPUTED),
        ("CLOSED", ReturnStatus.CLOSED),
        ("SOMETHING_NEW", ReturnStatus.UNKNOWN),
    ],
)
def test_states_of_returns(word, status):
    parsed = parse_return(filed(status=word))
    assert (parsed.status, parsed.status_text) == (status, word)


def test_a_closed_return_that_was_paid_back():
    paid = {"estimatedRefundAmount": {"value": 10.0, "currency": "GBP"},
            "actualRefundAmount": {"value": 8.0, "currency": "GBP"}}  # fmt: skip
    parsed = parse_return(filed(status="CLOSED", sellerTotalRefund=paid))
    assert (parsed.status, parsed.refund.amount) == (ReturnStatus.REFUNDED, Decimal("8.0"))


def test_a_replacement():
    assert parse_return(filed(currentType="REPLACEMENT")).kind is ReturnKind.EXCHANGE


def test_an_escalated_return_changed_later():
    escalated = filed(escalationInfo={"escalationDate": {"value": "2026-05-26T10:00:00.000Z"}})
    assert parse_return(escalated).updated_at == datetime(2026, 5, 26, 10, tzinfo=timezone.utc)


def test_a_return_of_an_order_that_is_gone_is_set_aside():
    server = Ebay([order(1)], [return_summary(1), return_summary(2, 9)], page_size=10)
    connector = connect(server)
    older = connector.fetch_returns([GB], SINCE)
    page = connector.fetch_returns([GB], SINCE, token=older.next_token)
    assert (older.records, page.next_token) == ((), "")
    assert [record.external_id for record in page.records] == ["5000000001"]
    assert [path for path, _reason, _payload in page.broken] == ["members[1].order.marketplaceId"]


def test_a_damaged_return_names_the_field():
    payload = filed()
    del payload["summary"]["creationInfo"]["creationDate"]
    with pytest.raises(InvalidPayload) as caught:
        parse_return(payload)
    assert caught.value.path == "summary.creationInfo.creationDate.value"


# === OFFERS === #


def test_one_damaged_entry_does_not_refuse_the_others():
    """eBay answers 400 to the whole call: it is halved until the entry is found."""
    server = Ebay()
    server.stock = {f"S{number}": [] for number in range(60)}

    def refuse(request):
        bad = "bulk_update" in request.url and b'"S7"' in request.body
        return errors(25709, "Invalid value for sku", 400) if bad else None

    server.before = refuse
    results = connect(server).push_stock(GB, [StockLevel(f"S{number}", number) for number in range(60)])
    assert [result.sku for result in results if not result.accepted] == ["S7"]
    assert len(results) == 60
    assert sum(map(len, server.stock.values())) == 59
    assert max(len(body["requests"]) for body in written(server, "bulk_update")) == 25


def test_listings_come_in_pages_with_their_offers():
    def serve(request):
        if "/inventory_item" in request.url:
            page = 1 if "offset=1" in request.url else 0
            product = {"title": f"Teapot {page}", "ean": ["Does not apply", "4006381333931"]}
            return answer({"inventoryItems": [{"sku": f"S{page}", "product": product}], "size": 2, "total": 2})
        if "sku=S1" in request.url:
            return errors(25713, "This Offer is not available.", 404)
        offer = {
            "offerId": "8", "sku": "S0", "marketplaceId": GB, "status": "PUBLISHED", "availableQuantity": 3,
            "pricingSummary": {"price": {"value": "9.99", "currency": "GBP"}},
            "listing": {"listingId": "4000", "listingStatus": "ACTIVE"},
        }  # fmt: skip
        others = [{**offer, "status": "UNPUBLISHED"}, {**offer, "marketplaceId": "EBAY_DE"}]
        return answer({"offers": [offer, *others], "total": 3})

    server = Ebay()
    server.before = lambda request: serve(request) if "/sell/inventory/" in request.url else None
    (listing,) = connect(server).fetch_listings(GB)
    assert (listing.sku, listing.title, listing.product_id, listing.barcode) == (
        "S0",
        "Teapot 0",
        "4000",
        "4006381333931",
    )
    assert (listing.price, listing.quantity, listing.status) == (money("9.99"), 3, "ACTIVE")
