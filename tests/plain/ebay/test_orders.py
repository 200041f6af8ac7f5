"""Orders: ranges, shifting pages, details, and what the fields mean."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from addons.marketplace.contract import Fulfilment, InvalidPayload, OrderStatus
from addons.marketplace_ebay.connector.order_parser import parse_order
from tests.plain.ebay import ebay
from tests.plain.ebay.ebay import SINCE, Ebay, connect
from tests.plain.ebay.samples import GB, line, order

END = datetime.fromtimestamp(ebay.NOW, timezone.utc)


def fetch(connector, since=SINCE, until=None, shops=(GB,), change=None):
    """``(ids, pages)``; ``change(number)`` is called after each page."""
    ids, token, pages = [], "", []
    while not pages or token:
        pages.append(connector.fetch_orders(list(shops), since, until=until, token=token))
        ids += [record.external_id for record in pages[-1].records]
        token = pages[-1].next_token
        if change:
            change(len(pages))
        assert len(pages) < 60
    return ids, pages


def filters(server):
    return [request.url.partition("lastmodifieddate%3A")[2].partition("&")[0] for request in server.requests
            if "lastmodifieddate" in request.url]  # fmt: skip


# === RANGES AND PAGES === #


def test_a_long_range_is_searched_in_pieces_of_ninety_days():
    server = Ebay([order(1)])
    ids, pages = fetch(connect(server), since=END - timedelta(days=200))
    assert ids == [order(1)["orderId"]]
    spans = [text.replace("%3A", ":").strip("%5BD").split("..") for text in filters(server)]
    assert len(spans) == 3
    for first, last in spans:
        length = datetime.fromisoformat(last[:23] + "+00:00") - datetime.fromisoformat(first[:23] + "+00:00")
        assert length <= timedelta(days=90)
    assert [later[0] == earlier[1] for earlier, later in zip(spans, spans[1:], strict=False)] == [True, True]
    assert pages[-1].complete_until == END - timedelta(seconds=60)


def test_history_ends_where_ebays_does():
    server = Ebay()
    fetch(connect(server), since=END - timedelta(days=5000))
    assert filters(server)[0].startswith("%5B2024-05-")


def test_a_range_with_an_end():
    _ids, pages = fetch(connect(Ebay([order(1)])), until=SINCE + timedelta(days=25))
    assert pages[-1].complete_until == SINCE + timedelta(days=25)
    empty = connect(Ebay()).fetch_orders([GB], END, until=SINCE)
    assert (empty.records, empty.next_token, empty.complete_until) == ((), "", SINCE)


@pytest.mark.parametrize("page_size", [1, 2, 3])
@pytest.mark.parametrize("gone", [(0,), (0, 1), (1, 3)])
def test_orders_that_change_while_we_read_do_not_hide_others(page_size, gone):
    """Changed orders leave the range, and those behind them move up to places that were read already."""
    orders = [order(number) for number in range(1, 7)]
    server = Ebay(orders, page_size=page_size)

    def change(pages):
        if pages == 2 // page_size + 1:
            for index in gone:
                server.orders[orders[index]["orderId"]]["lastModifiedDate"] = "2026-06-01T00:00:00.000Z"

    ids, _pages = fetch(connect(server), change=change)
    assert {entry["orderId"] for index, entry in enumerate(orders) if index not in gone} <= set(ids)


def test_orders_of_other_shops_are_left_out():
    foreign = order(2, [{**line(), "listingMarketplaceId": "EBAY_DE"}])
    motors = order(3, [{**line(), "listingMarketplaceId": "EBAY_MOTORS_US"}])
    server = Ebay([order(1), foreign, motors], page_size=10)
    assert fetch(connect(server))[0] == [order(1)["orderId"]]
    assert fetch(connect(server), shops=["EBAY_US", "EBAY_DE"])[0] == [foreign["orderId"], motors["orderId"]]


def test_the_page_token_is_plain_json():
    page = connect(Ebay([order(1), order(2)])).fetch_orders([GB], SINCE)
    assert json.loads(page.next_token)["offset"] == 1


def test_an_answer_without_a_list():
    server = Ebay()
    server.before = lambda request: ebay.answer({"total": 3}) if "/order" in request.url else None
    with pytest.raises(InvalidPayload, match="orders"):
        connect(server).fetch_orders([GB], SINCE)


# === DETAILS === #


def test_a_wish_to_cancel_is_asked_for_its_reason():
    asked = {"cancelState": "IN_PROGRESS", "cancelRequests": []}
    server = Ebay([order(1, cancelStatus=asked)])
    request = {"cancelInitiator": "Buyer", "cancelReason": "ORDER_MISTAKE", "cancelRequestState": "REQUESTED"}
    whole = order(1, cancelStatus={**asked, "cancelRequests": [request]})
    server.before = lambda call: ebay.answer(whole) if f"/order/{whole['orderId']}" in call.url else None
    connector = connect(server)
    (record,) = connector.fetch_orders([GB], SINCE).records
    parsed = connector.parse_order(record.payload)
    assert parsed.cancel_request == "ORDER_MISTAKE"
    assert record.revision == connector.parse_order(order(1, cancelStatus=asked)).revision


def test_a_seller_who_cancels_is_no_wish():
    request = {"cancelInitiator": "Seller", "cancelReason": "OUT_OF_STOCK", "cancelRequestState": "REQUESTED"}
    state = {"cancelState": "IN_PROGRESS", "cancelRequests": [request]}
    assert parse_order(order(1, cancelStatus=state)).cancel_request == ""
    assert parse_order(order(1, cancelStatus={"cancelState": "IN_PROGRESS"})).cancel_request == "BUYER"


def test_italian_orders_are_asked_for_the_tax_number():
    italian = order(1, [{**line(), "listingMarketplaceId": "EBAY_IT"}])
    server = Ebay([italian])
    server.orders[italian["orderId"]] = italian
    whole = {**italian, "buyer": {"username": "b", "taxIdentifier": {"taxpayerId": "RSSMRA80A01H501U"}}}
    server.before = lambda call: ebay.answer(whole) if f"/order/{whole['orderId']}" in call.url else None
    connector = connect(server)
    (record,) = connector.fetch_orders(["EBAY_IT"], SINCE).records
    assert connector.parse_order(record.payload).buyer.vat == "RSSMRA80A01H501U"


def test_parcels_of_a_part_delivery():
    part = order(
        1, [line(1, "30.00", 3, lineItemFulfillmentStatus="IN_PROGRESS")], orderFulfillmentStatus="IN_PROGRESS"
    )
    server = Ebay([part])
    parcel = {
        "fulfillmentId": "AB1", "shipmentTrackingNumber": "AB1", "shippingCarrierCode": "RoyalMail",
        "shippedDate": "2026-05-21T09:00:00.000Z",
        "lineItems": [{"lineItemId": line()["lineItemId"], "quantity": 2}],
    }  # fmt: skip
    server.parcels[part["orderId"]] = [parcel]
    connector = connect(server)
    (record,) = connector.fetch_orders([GB], SINCE).records
    parsed = connector.parse_order(record.payload)
    assert (parsed.status, parsed.lines[0].quantity_shipped) == (OrderStatus.PARTIALLY_SHIPPED, 2)
    assert (parsed.packages[0].tracking, parsed.packages[0].carrier) == ("AB1", "RoyalMail")
    assert parsed.packages[0].quantities == {line()["lineItemId"]: 2}


def test_numbers_of_parcels_without_asking():
    """A shipped order names its parcels by their addresses, which end in the tracking number if there is one."""
    root = "https://api.ebay.com/sell/fulfillment/v1/order/06-1-1/shipping_fulfillment"
    shipped = order(1, orderFulfillmentStatus="FULFILLED", fulfillmentHrefs=[f"{root}/AB123456789GB", f"{root}/9990"])
    server = Ebay([shipped])
    (record,) = connect(server).fetch_orders([GB], SINCE).records
    packages = parse_order(record.payload).packages
    assert [(package.external_id, package.tracking) for package in packages] == [
        ("AB123456789GB", "AB123456789GB"),
        ("9990", ""),
    ]
    assert not [request for request in server.requests if "shipping_fulfillment" in request.url]


# === FIELDS === #


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({}, OrderStatus.UNSHIPPED, "NOT_STARTED"),
        ({"orderFulfillmentStatus": "FULFILLED"}, OrderStatus.SHIPPED, "FULFILLED"),
        ({"orderFulfillmentStatus": "IN_PROGRESS"}, OrderStatus.PARTIALLY_SHIPPED, "IN_PROGRESS"),
        ({"orderPaymentStatus": "PENDING"}, OrderStatus.PENDING, "PENDING"),
        ({"orderPaymentStatus": "FAILED"}, OrderStatus.PENDING, "FAILED"),
        ({"orderPaymentStatus": "PARTIALLY_REFUNDED"}, OrderStatus.UNSHIPPED, "NOT_STARTED"),
        ({"orderPaymentStatus": "IN_ESCROW"}, OrderStatus.UNKNOWN, "IN_ESCROW"),
        ({"cancelStatus": {"cancelState": "CANCELED"}}, OrderStatus.CANCELLED, "CANCELED"),
        ({"cancelStatus": {"cancelState": "APPEALED"}}, OrderStatus.UNKNOWN, "APPEALED"),
    ],
)
def test_statuses(fields, status, word):
    parsed = parse_order(order(1, **fields))
    assert (parsed.status, parsed.status_text) == (status, word)


def test_an_order_paid_back_is_not_shipped_unseen():
    assert parse_order(order(1, orderPaymentStatus="FULLY_REFUNDED")).warnings == ("FULLY_REFUNDED",)
    shipped = order(1, orderPaymentStatus="FULLY_REFUNDED", orderFulfillmentStatus="FULFILLED")
    assert parse_order(shipped).warnings == ()


def test_goods_that_ebay_forwards_go_to_its_hub():
    raw = order(1, program={"authenticityVerification": {"status": "PENDING"}})
    instruction = raw["fulfillmentStartInstructions"][0]
    instruction |= {"ebaySupportedFulfillment": True}
    instruction["shippingStep"] |= {"shipToReferenceId": "REF-4711"}
    parsed = parse_order(raw)
    assert parsed.programs == ("AUTHENTICITY_GUARANTEE", "FORWARDED_BY_EBAY")
    assert (parsed.address.street3, parsed.address.masked) == ("Ref. REF-4711", False)
    assert parsed.fulfilment is Fulfilment.MERCHANT


def test_goods_in_ebays_warehouse():
    raw = order(1, program={"fulfillmentProgram": {"fulfilledBy": "EBAY"}})
    assert parse_order(raw).fulfilment is Fulfilment.MARKETPLACE
    raw = order(1, fulfillmentStartInstructions=[{"fulfillmentInstructionsType": "FULFILLED_BY_EBAY"}])
    parsed = parse_order(raw)
    assert (parsed.fulfilment, parsed.address) == (Fulfilment.MARKETPLACE, None)


@pytest.mark.parametrize(("key", "value"), [("fullName", ""), ("fullName", "E*** M***"), ("addressLine1", "")])
def test_addresses_that_ebay_withholds_or_masks(key, value):
    raw = order(1)
    ship_to = raw["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]
    (ship_to if key == "fullName" else ship_to["contactAddress"])[key] = value
    address = parse_order(raw).address
    assert address.masked
    assert "*" not in address.name


def test_who_bought():
    raw = order(1)
    raw["buyer"] = {
        "username": "Immutable_ID-1",
        "buyerRegistrationAddress": {"fullName": "Erika M.", "email": "x@members.ebay.com", "companyName": "M GmbH"},
    }
    buyer = parse_order(raw).buyer
    assert (buyer.key, buyer.name, buyer.email, buyer.company) == (
        "Immutable_ID-1", "Erika M.", "x@members.ebay.com", "M GmbH",
    )  # fmt: skip


def test_listings_without_sku_are_known_by_their_number():
    plain = {key: value for key, value in line().items() if key != "sku"}
    assert parse_order(order(1, [plain])).lines[0].sku == "400000000001"
    variation = parse_order(order(1, [{**plain, "legacyVariationId": "67"}])).lines[0]
    assert (variation.sku, variation.product_id) == ("400000000001/67", "400000000001/67")


def test_how_it_was_sold():
    assert parse_order(order(1, [{**line(), "soldFormat": "AUCTION"}])).programs == ("AUCTION",)
    gift = {**line(), "giftDetails": {"message": "Happy birthday!"}}
    assert parse_order(order(1, [gift])).lines[0].gift_message == "Happy birthday!"


def test_until_when_to_ship():
    late = {**line(2), "lineItemFulfillmentInstructions": {"shipByDate": "2026-05-25T22:59:59.000Z"}}
    assert parse_order(order(1, [late, line(1)])).ship_by.end.day == 21


def test_the_note_of_the_buyer():
    assert parse_order(order(buyerCheckoutNotes="Ring twice")).buyer_note == "Ring twice"
